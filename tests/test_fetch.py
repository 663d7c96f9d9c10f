"""Downloads against a server that misbehaves: never a wrong or half file, never a changed table, always a way out."""

from __future__ import annotations

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kampung_analysis.build.download import BASE, addresses, fetch

CONTENT = {name: (f"{name},1\n" * 4000).encode() for name in ("one.csv", "two words.csv", "three.csv")}
CARD = """table: tiny
title: Tiny
description: A table for the tests of downloads.
producer: Nobody
keys: [a]
sources:
- title: Files
  producer: Nobody
  url: https://github.com/owner/repository
  commit: {commit}
  path: some folder/
  accessed: 2026-11-21
  licence: MIT
  allows: all
  files: {{{files}}}
- title: Counted by hand
  producer: Nobody
  url: https://example.org
  accessed: 2026-11-21
  licence: figures
  allows: all
  derived: counted by hand
  file: counted.csv
  sha256: {digest}
columns:
- {{name: a, type: string, meaning: nothing}}
sha256: ""
rows: 0
"""


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT; ``server.modes`` says how a file misbehaves, ``server.asked`` what was asked for."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        name = self.path.rpartition("/")[2].replace("%20", " ")
        self.server.asked.append(self.path)
        modes = self.server.modes.get(name, ["right"])
        mode = modes.pop(0) if len(modes) > 1 else modes[0]
        body = CONTENT.get(name, b"")
        if mode in ("404", "500"):
            self.send_error(int(mode))
        elif mode.startswith("redirect "):
            self.send_response(302)
            self.send_header("Location", mode.removeprefix("redirect "))
            self.end_headers()
        else:
            half, sent = body[: len(body) // 2], body
            if mode == "corrupt":
                sent = half + b"X" + body[len(half) + 1 :]
            elif mode == "short":
                sent = half
            self.send_response(200)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(half if mode in ("truncate", "stall") else sent)
            if mode == "stall":
                self.wfile.flush()
                self.server.release.wait(20)
            if mode in ("truncate", "stall"):
                self.close_connection = True


@pytest.fixture
def server():
    """A server on this machine that misbehaves as told."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.modes, made.asked, made.release = {}, [], threading.Event()
    made.base = f"http://127.0.0.1:{made.server_port}"
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.release.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """A data folder with one card that names the files of the server, and a table that must not change."""
    folder = tmp_path / "data"
    (folder / "tiny").mkdir(parents=True)
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    files = ", ".join(f"folder/{name}: {digest}" for name, digest in digests.items())
    card = CARD.format(commit="abc123", files=files, digest="0" * 64)
    (folder / "tiny" / "source.yml").write_text(card, "utf-8")
    (folder / "tiny" / "tiny.csv").write_text("a\nx\n", "utf-8")
    monkeypatch.setenv("KAMPUNG_DATA", str(folder))
    return folder


def run(server, dest, **options):
    said = []
    options = {"base": server.base, "timeout": 5, "attempts": 1, "wait": 0, **options}
    return fetch(dest, say=said.append, **options), "\n".join(said)


def content_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_public_file_arrives_and_derived_ones_are_listed_with_how(server, tables, tmp_path):
    before = content_of(tables)
    failed, said = run(server, tmp_path / "raw")
    assert failed == 0
    assert content_of(tmp_path / "raw") == {f"folder/{name}": content for name, content in CONTENT.items()}
    assert "counted.csv; counted by hand" in said
    assert "[  3/3]" in said
    assert content_of(tables) == before
    assert sorted(server.asked)[0] == "/owner/repository/abc123/some%20folder/one.csv"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("truncate", "broke off|not the file of the card"),
        ("short", "not the file of the card"),
        ("corrupt", "not the file of the card"),
        ("404", "the server answered 404"),
        ("500", "the server answered 500"),
        ("redirect file:///etc/hostname", "not a web address"),
        ("redirect /elsewhere/three.csv", "redirects in a circle"),
        ("redirect /elsewhere/one.csv", "not the file of the card"),
    ],
)
def test_a_server_that_misbehaves_leaves_no_file_and_a_message(server, tables, tmp_path, mode, words):
    before = content_of(tables)
    server.modes["three.csv"] = [mode]
    failed, said = run(server, tmp_path / "raw")
    assert failed == 1
    assert re.search(rf"three\.csv: not fetched, .*({words})", said), said
    assert "Run the command again" in said
    assert sorted(content_of(tmp_path / "raw")) == ["folder/one.csv", "folder/two words.csv"]
    assert content_of(tables) == before


def test_a_server_that_stalls_is_given_up_and_leaves_no_file(server, tables, tmp_path):
    server.modes["three.csv"] = ["stall"]
    failed, said = run(server, tmp_path / "raw", timeout=0.3)
    assert failed == 1
    assert "three.csv: not fetched, no answer within 0.3 s" in said
    assert "folder/three.csv" not in content_of(tmp_path / "raw")


def test_a_server_that_is_not_there_is_named(server, tables, tmp_path):
    failed, said = run(server, tmp_path / "raw", base="http://127.0.0.1:9")
    assert failed == 3
    assert "no connection to 127.0.0.1:9" in said
    assert content_of(tmp_path / "raw") == {}


def test_a_second_run_goes_on_where_the_first_stopped(server, tables, tmp_path):
    server.modes["two words.csv"] = ["500", "right"]
    first, _ = run(server, tmp_path / "raw")
    server.asked.clear()
    second, said = run(server, tmp_path / "raw")
    assert (first, second) == (1, 0)
    assert [path.rpartition("/")[2] for path in server.asked] == ["two%20words.csv"]
    assert said.count("already there") == 2


def test_a_passing_error_is_tried_again_and_a_404_is_not(server, tables, tmp_path):
    server.modes = {"one.csv": ["500", "truncate", "right"], "three.csv": ["404"]}
    failed, _ = run(server, tmp_path / "raw", attempts=3)
    asked = [path.rpartition("/")[2] for path in server.asked]
    assert failed == 1
    assert (asked.count("one.csv"), asked.count("three.csv")) == (3, 1)


def test_another_file_of_the_same_name_is_never_overwritten(server, tables, tmp_path):
    mine = tmp_path / "raw" / "folder" / "one.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own notes", "utf-8")
    failed, said = run(server, tmp_path / "raw")
    assert failed == 1
    assert "one.csv: another file of this name is in the way" in said
    assert mine.read_text("utf-8") == "my own notes"


def test_downloads_into_the_folder_of_the_tables_are_refused(server, tables):
    for dest in (tables, tables / "tiny"):
        with pytest.raises(ValueError, match="choose a folder of its own"):
            run(server, dest)
    assert sorted(content_of(tables)) == ["tiny/source.yml", "tiny/tiny.csv"]


def test_two_cards_that_name_different_hashes_for_a_file_are_an_error(tables):
    (tables / "other").mkdir()
    card = (tables / "tiny" / "source.yml").read_text("utf-8").replace("table: tiny", "table: other")
    digest = hashlib.sha256(CONTENT["one.csv"]).hexdigest()
    (tables / "other" / "source.yml").write_text(card.replace(digest, "1" * 64), "utf-8")
    with pytest.raises(ValueError, match="folder/one.csv: the cards name two hashes"):
        addresses()


def test_the_committed_cards_give_pinned_addresses(root, monkeypatch):
    monkeypatch.delenv("KAMPUNG_DATA", raising=False)
    public, derived = addresses()
    assert not set(public) & set(derived)
    assert len(public) >= 40
    for address, digest in public.values():
        owner, repository, commit, path = address.removeprefix(f"{BASE}/").split("/", 3)
        assert owner and repository and path
        assert len(commit) == 40
        assert len(digest) == 64
    assert all(how for how in derived.values())
