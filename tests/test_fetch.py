"""Downloads against a server that misbehaves: never a wrong or half file, never a changed table, always a way out."""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib

import pytest
from bad_server import CONTENT, content_of, in_place, run, running, write_tables

from kampung_analysis.__main__ import main
from kampung_analysis.build.core import Raw
from kampung_analysis.build.download import BASE, addresses
from kampung_analysis.build.reading import read_sheet


@pytest.fixture
def server():
    with running() as made:
        yield made


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """A data folder with one card that names the files of the server, and a table that must not change."""
    write_tables(tmp_path / "data", CONTENT)
    monkeypatch.setenv("KAMPUNG_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_every_public_file_arrives_and_derived_ones_are_listed_with_how(server, tables, tmp_path):
    before = content_of(tables)
    failed, said = run(server, tmp_path / "raw")
    assert failed == 0
    assert content_of(tmp_path / "raw") == {f"folder/{name}": content for name, content in CONTENT.items()}
    assert "counted.csv; counted by hand" in said
    assert "[  3/3]" in said
    assert content_of(tables) == before
    assert sorted(entry["path"] for entry in server.log)[0] == "/owner/repository/abc123/some%20folder/one.csv"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("truncate", "broke off in the middle of the file; 16 kB are kept"),
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
    assert sorted(in_place(tmp_path / "raw")) == ["folder/one.csv", "folder/two words.csv"]
    assert content_of(tables) == before


def test_a_server_that_stalls_is_given_up_and_leaves_no_file(server, tables, tmp_path):
    server.modes["three.csv"] = ["stall"]
    failed, said = run(server, tmp_path / "raw", timeout=0.3)
    assert failed == 1
    assert "three.csv: not fetched, no answer within 0.3 s; 16 kB are kept" in said
    assert "folder/three.csv" not in in_place(tmp_path / "raw")


def test_a_server_that_is_not_there_is_named(server, tables, tmp_path):
    failed, said = run(server, tmp_path / "raw", base="http://127.0.0.1:9")
    assert failed == 3
    assert said.count("no connection to 127.0.0.1:9") == 1
    assert "Without a connection the other files are not tried." in said
    assert content_of(tmp_path / "raw") == {}


def test_a_second_run_goes_on_where_the_first_stopped(server, tables, tmp_path):
    server.modes["two words.csv"] = ["500", "right"]
    first, _ = run(server, tmp_path / "raw")
    server.log.clear()
    second, said = run(server, tmp_path / "raw")
    assert (first, second) == (1, 0)
    assert [entry["name"] for entry in server.log] == ["two words.csv"]
    assert said.count("already there") == 2


def test_a_passing_error_is_tried_again_and_a_404_is_not(server, tables, tmp_path):
    server.modes = {"one.csv": ["500", "truncate", "right"], "three.csv": ["404"]}
    failed, _ = run(server, tmp_path / "raw", attempts=3)
    asked = [entry["name"] for entry in server.log]
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


def test_without_pooch_a_fetch_names_the_extra_and_touches_nothing(tables, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pooch", None)
    assert main(["data", "fetch", "--raw", str(tmp_path / "raw")]) == 1
    said = capsys.readouterr().err
    assert "data: data fetch needs pooch, which is not installed; it comes with the extra 'build'" in said
    assert "pip install '.[build]'" in said
    assert not (tmp_path / "raw").exists()


def test_a_workbook_without_openpyxl_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(RuntimeError, match=r"book.xlsx, a workbook, needs openpyxl.*extra 'build'"):
        read_sheet(Raw(tmp_path, tmp_path), "book.xlsx", "Sheet1", ["a"])


def test_the_extra_that_messages_name_brings_what_they_miss(root):
    extras = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert {"openpyxl", "pooch"} <= set(extras["build"])


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
