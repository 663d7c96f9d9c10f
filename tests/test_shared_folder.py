"""Without the raw sources, or with a part of them, tests are skipped with what is absent, and never fail for it."""

from __future__ import annotations

import re

import pytest
from shared_folder import needed, shared_folder

from kampung_analysis.build.core import Raw


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KAMPUNG_SHARED", str(tmp_path))
    return tmp_path


def fill(folder, part, but=None):
    for file in needed(part):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    if but:
        (folder / but).unlink()


def skipped(words):
    return pytest.raises(pytest.skip.Exception, match=re.escape(words))


def test_a_folder_that_is_not_there_is_named(folder, monkeypatch):
    monkeypatch.setenv("KAMPUNG_SHARED", str(folder / "nowhere"))
    with skipped(f"{folder / 'nowhere'} is absent"):
        shared_folder()


@pytest.mark.parametrize(("part", "size"), [("raw", 50), ("facts", 14), ("seeds", 4)])
def test_an_empty_folder_skips_with_the_first_file_and_the_number_of_the_others(folder, part, size):
    files = needed(part)
    assert len(files) > size
    with skipped(f"{files[0]} and {len(files) - 1} more are absent from {folder}"):
        shared_folder() / part
    with skipped("reference is absent"):
        shared_folder() / "reference"


def test_a_part_that_is_whole_is_used_though_others_are_absent(folder):
    fill(folder, "seeds")
    assert sorted(path.name for path in (shared_folder() / "seeds").glob("*.txt")) == sorted(
        file.removeprefix("seeds/") for file in needed("seeds")
    )
    with skipped("more are absent"):
        shared_folder() / "raw" / "SHA256SUMS"


@pytest.mark.parametrize("file", ["raw/places/wilayah_2020.sql", "facts/kotaku.csv"])
def test_one_absent_file_is_named_wherever_its_part_is_opened(folder, file):
    for part in ("raw", "facts"):
        fill(folder, part, but=file if file.startswith(part) else None)
    with skipped(f"{file} is absent"):
        Raw(shared_folder() / "raw", shared_folder() / "facts")


def test_a_file_that_no_card_names_is_missed_only_where_it_is_opened(folder):
    fill(folder, "raw")
    raw = shared_folder() / "raw"
    assert (raw / "places").is_dir()
    with skipped("raw/SHA256SUMS is absent"):
        raw / "SHA256SUMS"
