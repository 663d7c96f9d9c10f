"""Is the matrix of faults whole and honest? A row for every file, and nothing ruled out that could be tried."""

from __future__ import annotations

import ast
import re
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from fault_rows import ROWS, No, Row
from raw_copies import Copies, committed_card
from spoilable import Lines, spoilable
from test_build_faults import PAIRS, READ, card, quick, rows  # noqa: F401

from kampung_analysis import build, places
from kampung_analysis.build import provinces
from kampung_analysis.build.core import Raw, check_sources, validate
from kampung_analysis.loaders.core import root

UNREAD = {
    "policy/OxCGRT_LICENSE.txt": "the licence of the indices",
    "SOURCES.md": "where the files were published",
    "SHA256SUMS": "their hashes",
    "facts/README.md": "what the facts are",
}
"""Shared files that no builder reads."""
NUMBER = re.compile(r"-?\d+([.,]\d+)?~?")
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y")
IDS = [f"{file}-{row.table}-{number}" for number, (file, row) in enumerate(PAIRS)]


@pytest.fixture(scope="module")
def copies(shared, tmp_path_factory):
    return Copies(shared, tmp_path_factory.mktemp("matrix"))


def test_every_file_of_a_card_has_a_row():
    assert [file for file in READ if not rows(file)] == []


def test_every_row_is_for_a_file_and_a_table_that_reads_it():
    for pattern, found in ROWS.items():
        files = [file for file in READ if fnmatchcase(file, pattern) or file == pattern]
        assert files, pattern
        for row in found:
            assert all(row.table in READ[file] for file in files), (pattern, row.table)


def test_every_shared_file_is_on_a_card_or_known_not_to_be_read(shared):
    raw = {path.relative_to(shared / "raw").as_posix() for path in (shared / "raw").rglob("*") if path.is_file()}
    facts = {path.relative_to(shared).as_posix() for path in (shared / "facts").rglob("*") if path.is_file()}
    assert all(shared / (file if file.startswith("facts/") else f"raw/{file}") for file in UNREAD)
    assert raw | facts == set(READ) | set(UNREAD)


def test_every_file_named_in_a_builder_is_on_a_card_of_a_table():
    named = set()
    for path in Path(build.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.fullmatch(r"[a-z_]+/[^\n]+\.(csv|sql|xlsx|json)", node.value):
                    named.add(node.value.replace("{}", "*"))
    assert len(named) > 30
    named.discard("mobility/x.csv")
    assert [name for name in named if not any(name == file or fnmatchcase(file, name) for file in READ)] == []


def cells(doc: Lines, column: str) -> set[str]:
    """The different values of a column; of a very long one, of every tenth row."""
    return {doc.get(n, column) for n in range(0, len(doc), 10 if len(doc) > 50_000 else 1)} - {"", "None"}


@cache
def is_day(text: str) -> bool:
    for form in DAYS:
        try:
            datetime.strptime(text.removesuffix("~"), form)
        except ValueError:
            continue
        return True
    return False


@cache
def is_place(text: str) -> bool:
    if re.fullmatch(r"[-\d.,%]*", text):
        return False
    try:
        places.resolve(text)
    except ValueError as error:
        return "fits" in str(error)
    return True


def cumulative(doc: Lines, row: Row, column: str) -> bool:
    """Whether the numbers of a column rise from day to day in each place, but for at most one step in twenty."""
    series: dict[str, list[tuple[str, float]]] = {}
    for n in range(len(doc)):
        value = doc.get(n, column)
        if NUMBER.fullmatch(value) and (row.only is None or doc.get(n, row.only[0]) == row.only[1]):
            day = datetime.strptime(doc.get(n, row.date), row.form) if is_day(doc.get(n, row.date)) else datetime.min
            place = "" if isinstance(row.place, No) else doc.get(n, row.place[0])
            series.setdefault(place, []).append((day, float(value.replace(",", ".").rstrip("~"))))
    steps = [b[1] - a[1] for found in series.values() for a, b in pairwise(sorted(found, key=lambda step: step[0]))]
    down = sum(step < 0 for step in steps)
    return len(steps) >= 10 and any(step > 0 for step in steps) and down <= len(steps) / 20


@pytest.mark.parametrize(("file", "row"), PAIRS, ids=IDS)
def test_a_fault_is_ruled_out_only_where_the_file_cannot_have_it(shared, file, row):
    doc = spoilable(file, Raw(shared / "raw", shared / "facts").path(file).read_bytes())
    columns = doc.columns if len(doc.columns) < 100 else doc.columns[:7]
    if isinstance(row.date, No):
        assert not [(column, value) for column in columns for value in cells(doc, column) if is_day(value)]
    if isinstance(row.number, No):
        for column in columns:
            values = cells(doc, column)
            assert sum(NUMBER.fullmatch(value) is not None for value in values) <= len(values) / 4, column
    if isinstance(row.place, No):
        for column in columns:
            values = cells(doc, column)
            assert sum(map(is_place, values)) <= len(values) / 10, column
    if isinstance(row.total, No):
        assert isinstance(row.date, No) or not [column for column in columns if cumulative(doc, row, column)]
    if isinstance(row.ambiguous, No):
        assert isinstance(row.place, No) or {"Malang", "Kota Malang"} <= cells(doc, row.place[0])


def test_reasons_are_given_in_words():
    given = {value.why for _, row in PAIRS for value in (row.date, row.number, row.place, row.total, row.ambiguous)
             if isinstance(value, No)}  # fmt: skip
    assert all(why.startswith(("holds", "is of", "names", "'Malang'")) for why in given)


def test_the_national_index_falls_so_that_it_is_no_cumulative_count(shared):
    file = "policy/OxCGRT_timeseries_StringencyIndex_v1.csv"
    doc = spoilable(file, (shared / "raw" / file).read_bytes())
    home = next(found for found in map(doc.cells, doc.where) if found[0] == "IDN" and found[6] == "NAT_TOTAL")
    values = [float(value) for value in home[7 : 7 + 365]]
    assert any(later < earlier for earlier, later in pairwise(values))


@pytest.mark.parametrize("file", sorted(READ))
def test_a_build_says_that_the_hash_of_a_changed_file_differs(copies, file):
    copies.put(file, copies.raw.path(file).read_bytes() + b"\n")
    try:
        with pytest.raises(ValueError) as stopped:
            check_sources(copies.raw, card(READ[file][0]))
    finally:
        copies.restore(file)
    assert str(stopped.value).startswith(f"{file}: not the file the card of '{READ[file][0]}' names: expected SHA-256")


def test_data_build_stops_at_a_changed_file_and_leaves_the_table(copies, tmp_path, monkeypatch):
    folder = tmp_path / "data" / "places_neighbours"
    folder.mkdir(parents=True)
    for name in ("source.yml", "places_neighbours.csv"):
        (folder / name).write_bytes((root() / "data" / "places_neighbours" / name).read_bytes())
    monkeypatch.setenv("KAMPUNG_DATA", str(tmp_path / "data"))
    before = (folder / "places_neighbours.csv").read_bytes()
    file, said = "places/jatim_kabko_adjacency.csv", []
    copies.put(file, copies.raw.path(file).read_bytes() + b"KAB. PACITAN,KAB. TUBAN\n")
    try:
        from kampung_analysis.build.run import build as run

        failed = run(copies.raw.folder, facts=copies.raw.facts, tables=["places_neighbours"], say=said.append)
    finally:
        copies.restore(file)
    assert failed == 1
    assert f"stopped. {file}: not the file the card of 'places_neighbours' names: expected SHA-256" in said[0]
    assert (folder / "places_neighbours.csv").read_bytes() == before


OTHERS = [
    (file, table)
    for file in sorted(READ)
    for table in READ[file]
    if table not in {row.table for row in rows(file)}
    and (not file.startswith(provinces.EARLY) or file.endswith(("/ACEH.csv", "/NATIONAL.csv")))
]


@pytest.mark.parametrize(("file", "table"), OTHERS)
def test_every_other_table_that_reads_a_file_stops_too(copies, quick, file, table):  # noqa: F811
    doc = spoilable(file, copies.raw.path(file).read_bytes())
    for content in (doc.cuts()[-1][0], doc.strange()[0][0]):
        copies.put(file, content)
        try:
            with pytest.raises(ValueError, match=rf"^{re.escape(file)}(,|:)"):
                validate(build.builder(table)(copies.raw, committed_card(table)), committed_card(table))
        finally:
            copies.restore(file)
