"""A download that breaks off goes on inside the file: only the rest is asked for, and no bad part blocks for ever."""

from __future__ import annotations

import hashlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from bad_server import content_of, in_place, run, running, write_tables

NAME, PLACE = "large.csv", "folder/large.csv"
LARGE = np.random.default_rng(20200525).bytes(2_000_000)
HASH = hashlib.sha256(LARGE).hexdigest()
CODE = """
import sys
from kampung_analysis.__main__ import main
from kampung_analysis.build import download
download.fetch.__kwdefaults__.update(base=sys.argv[1])
sys.exit(main(["data", "fetch", "--raw", sys.argv[2]]))
"""


@pytest.fixture
def server(tmp_path, monkeypatch):
    write_tables(tmp_path / "data", {NAME: LARGE})
    monkeypatch.setenv("KAMPUNG_DATA", str(tmp_path / "data"))
    with running() as made:
        made.content[NAME] = LARGE
        yield made


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw" / "folder").mkdir(parents=True)
    return tmp_path / "raw"


def part_of(raw, digest=HASH):
    return raw / f"{PLACE}.{digest[:12]}.part"


def ranges(server):
    return [entry["range"] for entry in server.log]


def start(server, raw, **options):
    """Run the command line in a process of its own, against the server."""
    words = [sys.executable, "-c", CODE, server.base, str(raw)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def wait_for(part, size, process):
    while not (part.is_file() and part.stat().st_size >= size):
        assert process.poll() is None, f"ended before {size} bytes had arrived: {process.stdout.read()}"
        time.sleep(0.002)


def test_a_second_run_asks_for_the_remaining_bytes_only(server, raw):
    server.modes[NAME] = ["truncate", "right"]
    failed, said = run(server, raw)
    kept = part_of(raw).stat().st_size
    assert failed == 1
    assert f"{kept / 1000:,.0f} kB are kept and the next run goes on from there" in said
    assert LARGE.startswith(part_of(raw).read_bytes())
    assert list(in_place(raw)) == []
    failed, said = run(server, raw)
    assert failed == 0
    assert f"{NAME}: goes on after {kept / 1000:,.0f} kB" in said
    assert ranges(server) == [None, f"bytes={kept}-"]
    assert server.log[1]["sent"] == len(LARGE) - kept
    assert content_of(raw) == {PLACE: LARGE}


def test_tries_of_one_run_go_on_too(server, raw):
    server.modes[NAME] = ["truncate", "500", "truncate", "right"]
    assert run(server, raw, attempts=4)[0] == 0
    assert ranges(server)[0] is None
    starts = [int(asked.removeprefix("bytes=").rstrip("-")) for asked in ranges(server)[1:]]
    assert 0 < starts[0] == starts[1] < starts[2]
    assert content_of(raw) == {PLACE: LARGE}


@pytest.mark.parametrize("mode", ["whole", "416", "elsewhere", "liar", "encoded"])
def test_a_server_that_does_not_go_on_at_the_right_byte_is_asked_for_the_whole_file(server, raw, mode):
    part_of(raw).write_bytes(LARGE[:700_000])
    server.modes[NAME] = [mode]
    failed, said = run(server, raw)
    assert failed == 0, said
    assert ranges(server) == ["bytes=700000-"] + ([] if mode == "whole" else [None])
    assert server.log[-1]["sent"] == len(LARGE)
    assert ("goes on after" in said) == (mode == "liar")
    assert content_of(raw) == {PLACE: LARGE}


@pytest.mark.parametrize("part", [b"x" * 1000, LARGE[:-1] + b"x", LARGE + b"x", b"x" * 3_000_000])
def test_a_part_with_wrong_bytes_ends_in_the_right_file(server, raw, part):
    part_of(raw).write_bytes(part)
    failed, said = run(server, raw)
    assert failed == 0, said
    assert ranges(server) == [f"bytes={len(part)}-", None]
    assert content_of(raw) == {PLACE: LARGE}


def test_a_part_that_is_too_long_does_not_outlast_the_whole_file(server, raw):
    part_of(raw).write_bytes(LARGE + b"x")
    server.modes[NAME] = ["whole"]
    assert run(server, raw)[0] == 0
    assert len(server.log) == 1
    assert content_of(raw) == {PLACE: LARGE}


def test_a_corrupt_download_is_thrown_away_and_the_next_run_begins_anew(server, raw):
    server.modes[NAME] = ["corrupt", "right"]
    failed, said = run(server, raw)
    assert (failed, content_of(raw)) == (1, {})
    assert "what arrives is not the file of the card" in said
    assert run(server, raw)[0] == 0
    assert ranges(server) == [None, None]
    assert content_of(raw) == {PLACE: LARGE}


@pytest.mark.parametrize("mode", ["404", "500", "stall", "truncate", "redirect file:///etc/hostname"])
def test_an_error_of_the_server_keeps_what_has_arrived(server, raw, mode):
    part_of(raw).write_bytes(LARGE[:700_000])
    server.modes[NAME] = [mode]
    failed, said = run(server, raw, timeout=0.3)
    assert failed == 1
    assert "kB are kept and the next run goes on from there" in said
    assert list(content_of(raw)) == [f"{PLACE}.{HASH[:12]}.part"]
    assert part_of(raw).read_bytes()[:700_000] == LARGE[:700_000]
    assert LARGE.startswith(part_of(raw).read_bytes())


def test_a_part_of_another_pinned_version_is_not_used_and_removed(server, raw):
    other = part_of(raw, hashlib.sha256(b"another version").hexdigest())
    other.write_bytes(LARGE[:700_000])
    failed, said = run(server, raw)
    assert failed == 0
    assert f"{other.name}, left by a download that no run can go on with, is removed" in said
    assert ranges(server) == [None]
    assert content_of(raw) == {PLACE: LARGE}


def test_a_part_beside_the_finished_file_is_removed(server, raw):
    (raw / PLACE).write_bytes(LARGE)
    part_of(raw).write_bytes(LARGE[:700_000])
    failed, said = run(server, raw)
    assert (failed, server.log) == (0, [])
    assert "already there" in said
    assert content_of(raw) == {PLACE: LARGE}


def test_the_part_that_goes_on_outlasts_the_removal_of_others_even_where_the_server_fails(server, raw):
    part_of(raw).write_bytes(LARGE[:700_000])
    part_of(raw, "0" * 64).write_bytes(b"old")
    server.modes[NAME] = ["500"]
    assert run(server, raw)[0] == 1
    assert content_of(raw) == {f"{PLACE}.{HASH[:12]}.part": LARGE[:700_000]}


MINE = [
    "large.csv.part",
    "large.csv.0123456789AB.part",
    "large.csv.0123456789ab.part.bak",
    "large.csv.0123456789abc.part",
    "large.csv.0123456789ab.part/notes.txt",
    "my-large.csv.0123456789ab.part",
    "small.csv.0123456789ab.part",
    "largeXcsv.0123456789ab.part",
    "deeper/large.csv.0123456789ab.part",
    "../large.csv.0123456789ab.part",
]
"""Files of a reader in the folder of the download, whose names are not those of its parts."""


@pytest.mark.parametrize("there", [False, True])
def test_no_file_of_a_reader_is_removed_with_the_old_parts(server, raw, there):
    folder = (raw / PLACE).parent
    if there:
        (raw / PLACE).write_bytes(LARGE)
    for name in MINE:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine", "utf-8")
    target = raw.parent / "elsewhere.part"
    target.write_text("mine", "utf-8")
    link = folder / "large.csv.fedcba987654.part"
    if sys.platform != "win32":
        link.symlink_to(target)
    assert run(server, raw)[0] == 0
    assert {name for name in MINE if (folder / name).read_text("utf-8") != "mine"} == set()
    assert target.read_text("utf-8") == "mine"
    assert sys.platform == "win32" or link.is_symlink()


def test_a_folder_in_the_place_of_a_file_is_left_alone_and_named(server, raw):
    (raw / PLACE).mkdir()
    failed, said = run(server, raw)
    assert failed == 1
    assert "another file of this name is in the way" in said
    assert (raw / PLACE).is_dir()


def test_a_run_killed_between_the_last_byte_and_the_move_asks_for_nothing(server, raw):
    part_of(raw).write_bytes(LARGE)
    assert run(server, raw)[0] == 0
    assert server.log == []
    assert content_of(raw) == {PLACE: LARGE}


def test_a_large_file_tells_its_bytes_and_a_small_one_a_line(server, raw, tmp_path):
    part_of(raw).write_bytes(LARGE[:700_000])
    _, said = run(server, raw)
    told = [line.partition(f"{NAME}: ")[2] for line in said.splitlines() if f"{NAME}: " in line]
    assert told[0] == "goes on after 700 kB"
    assert told[-1] == "2,000 kB fetched"
    assert len(told) == 4
    assert all(line.endswith(" of 2,000 kB") for line in told[1:-1])


def test_a_run_killed_again_and_again_never_leaves_a_half_file_and_loses_nothing(server, raw):
    server.modes[NAME] = ["slow"]
    before, kept = content_of(raw.parent / "data"), 0
    for size in (1, 300_000, 900_000, 1_500_000):
        process = start(server, raw)
        wait_for(part_of(raw), max(size, kept + 1), process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kept = part_of(raw).stat().st_size
        assert list(in_place(raw)) == []
        assert LARGE.startswith(part_of(raw).read_bytes())
    server.modes[NAME] = ["right"]
    assert run(server, raw)[0] == 0
    starts = [0, *(int(asked.removeprefix("bytes=").rstrip("-")) for asked in ranges(server)[1:])]
    assert starts == sorted(set(starts))
    assert starts[-1] == kept >= 1_500_000
    assert content_of(raw) == {PLACE: LARGE}
    assert content_of(raw.parent / "data") == before


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C reaches a process by another way there")
def test_a_stop_by_the_reader_says_that_the_part_is_kept(server, raw):
    server.modes[NAME] = ["slow", "right"]
    process = start(server, raw)
    wait_for(part_of(raw), 300_000, process)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate()
    assert process.returncode == 130
    assert f"{NAME}: stopped; what has arrived is kept" in said
    assert "Traceback" not in said
    assert list(in_place(raw)) == []
    assert run(server, raw)[0] == 0
    assert ranges(server)[1] is not None
    assert content_of(raw) == {PLACE: LARGE}


def test_two_runs_at_once_do_not_spoil_each_other(server, raw):
    server.modes[NAME] = ["slow"]
    processes = [start(server, raw), start(server, raw)]
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert content_of(raw) == {PLACE: LARGE}


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of the file size there")
def test_a_disk_that_takes_no_more_is_named_and_the_part_goes_on_later(server, raw):
    import resource

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, 800_000))

    process = start(server, raw, preexec_fn=small)
    said, _ = process.communicate()
    assert process.returncode == 1
    assert f"{PLACE} cannot be put into '{raw}' (File too large). Make room or choose another folder" in said
    assert "Traceback" not in said
    assert list(in_place(raw)) == []
    assert run(server, raw)[0] == 0
    assert ranges(server)[1] == "bytes=800000-"
    assert content_of(raw) == {PLACE: LARGE}


def test_a_file_where_the_folder_should_be_is_named(server, tmp_path):
    (tmp_path / "notes").write_text("mine", "utf-8")
    with pytest.raises(RuntimeError, match=r"folder/large.csv cannot be put into .*notes' .*choose another folder"):
        run(server, tmp_path / "notes")
    assert (tmp_path / "notes").read_text("utf-8") == "mine"
