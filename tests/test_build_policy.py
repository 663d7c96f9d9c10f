"""Is the policy index the national one, day for day, and does a damaged file stop the build?"""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from kampung_analysis.build.core import Raw, to_bytes, validate
from kampung_analysis.build.policy import FILES, build_policy_stringency
from kampung_analysis.loaders.context import load_policy_stringency
from kampung_analysis.loaders.core import card, read_bytes

FILE = FILES["stringency_index"]


@pytest.fixture
def raw(tmp_path, shared):
    folder = shared / "raw"
    (tmp_path / "policy").mkdir()
    for file in FILES.values():
        shutil.copyfile(folder / file, tmp_path / file)
    return Raw(tmp_path)


def damage(raw: Raw, position: int, value: str) -> None:
    """Change one cell of the row of Indonesia."""
    path = raw.path(FILE)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(i for i, line in enumerate(lines) if line.startswith("IDN,"))
    cells = lines[row].rstrip("\n").split(",")
    cells[position] = value
    lines[row] = ",".join(cells) + "\n"
    path.write_text("".join(lines), encoding="utf-8")


def test_the_build_gives_the_committed_table_byte_for_byte(raw):
    the = card("policy_stringency")
    assert to_bytes(validate(build_policy_stringency(raw, the), the)) == read_bytes(the)


def test_every_day_of_three_years_is_there_once():
    frame = load_policy_stringency()
    assert list(frame.date) == list(pd.date_range("2020-01-01", "2022-12-31"))
    assert frame.notna().all().all()


@pytest.mark.parametrize(
    ("position", "value", "says"),
    [
        (10, "-3.57", "column '04Jan2020', value '-3.57'.*below 0"),
        (10, "103.57", "column '04Jan2020', value '103.57'.*outside 0 to 100"),
        (10, '"3,57"', "column '04Jan2020', value '3,57'"),
        (10, "3,57", "fields where the header has"),
        (10, "", "column '04Jan2020', value ''"),
        (0, "IDX", "column 'CountryCode', value 'IDX': the code of Indonesia is another one"),
    ],
)
def test_a_damaged_row_stops_the_build(raw, position, value, says):
    damage(raw, position, value)
    with pytest.raises(ValueError, match=says) as stopped:
        build_policy_stringency(raw, card("policy_stringency"))
    assert FILE in str(stopped.value)


def test_a_doubled_row_stops_the_build(raw):
    path = raw.path(FILE)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, next(x for x in lines if x.startswith("IDN,"))]), encoding="utf-8")
    with pytest.raises(ValueError, match="line 397, .*value 'IDN, , , NAT_TOTAL': the row repeats"):
        build_policy_stringency(raw, card("policy_stringency"))


def test_day_and_month_exchanged_in_the_header_stop_the_build(raw):
    path = raw.path(FILE)
    path.write_text(path.read_text(encoding="utf-8").replace("04Jan2020", "Jan042020", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="line 1, column '04Jan2020'"):
        build_policy_stringency(raw, card("policy_stringency"))
