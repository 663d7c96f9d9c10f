"""Every raw and facts file, spoilt in nine ways: the build stops and names file, row, column and value."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache

import pytest
from fault_rows import ROWS, No, Row
from faults import FAULTS, spoilt
from raw_copies import Copies, committed_card

from kampung_analysis import build
from kampung_analysis.build import crime, districts, places, police, policy, provinces
from kampung_analysis.build.core import validate

READ: dict[str, list[str]] = {}
"""File on a card -> tables of the cards."""
for _table in sorted(build.BUILDERS):
    for _file in committed_card(_table).files:
        READ.setdefault(_file, []).append(_table)
MEMORY: dict[tuple, object] = {}


def rows(file: str) -> list[Row]:
    """Rows of the matrix for a file."""
    return next((found for pattern, found in ROWS.items() if file == pattern or fnmatchcase(file, pattern)), [])


PAIRS = [(file, row) for file in sorted(READ) for row in rows(file)]
CELLS = [
    pytest.param(file, row, fault, id=f"{file}-{row.table}-{number}-{fault}")
    for number, (file, row) in enumerate(PAIRS)
    for fault, (_, field) in FAULTS.items()
    if not field or not isinstance(getattr(row, field), No)
]


@pytest.fixture(scope="module")
def copies(shared, tmp_path_factory):
    return Copies(shared, tmp_path_factory.mktemp("faults"))


@pytest.fixture
def quick(monkeypatch):
    """Sound files that take long are read once for all tests; the spoilt one is read every time."""
    for module, name, files in (
        (crime, "read_sheet", None),
        (police, "read_sheet", None),
        (policy, "_index", None),
        (provinces, "read_early", [file for file in READ if file.startswith(provinces.EARLY)]),
        (districts, "read_panel", [districts.PANEL]),
        (places, "read_codes", [places.CODES]),
    ):
        monkeypatch.setattr(module, name, remembered(getattr(module, name), files))


def remembered(read, files):
    """`read` with a memory for calls whose raw files are all links, that is, sound."""

    def call(raw, *rest):
        used = tuple(files or rest[:1])
        if not all(raw.path(file).is_symlink() for file in used):
            return read(raw, *rest)
        key = (read.__name__, used)
        if key not in MEMORY:
            MEMORY[key] = read(raw, *rest)
        return MEMORY[key].copy()

    return call


@cache
def card(table: str):
    return committed_card(table)


def make(raw, file: str, table: str):
    """Build `table`; of the series of September 2020, of 35 files of one form, only the first by the whole builder."""
    early = sorted(name for name in READ if name.startswith(provinces.EARLY))
    if file in early[1:]:
        return provinces.read_early_file(raw, card(table), file)
    return validate(build.builder(table)(raw, card(table)), card(table))


@pytest.mark.parametrize(("file", "row", "fault"), CELLS)
def test_a_spoilt_file_stops_the_build_and_is_named(copies, quick, file, row, fault):
    tried = 0
    for content, said in spoilt(fault, file, copies.raw.path(file).read_bytes(), row):
        copies.put(file, content)
        try:
            with pytest.raises(ValueError) as stopped:
                make(copies.raw, file, row.table)
        finally:
            copies.restore(file)
        message = str(stopped.value)
        assert message.startswith((f"{file},", f"{file}:")), message
        for ways in said:
            assert any(way in message for way in ways), f"none of {ways} in: {message}"
        tried += 1
    assert tried
