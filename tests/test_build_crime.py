"""Do the crime tables say what the sources say, and does the build stop when a source is damaged?"""

from __future__ import annotations

import shutil

import numpy as np
import openpyxl
import pytest

from kampung_analysis.build.core import Raw, to_bytes, validate
from kampung_analysis.build.crime import HOMICIDES, POLDA, SHEETS, TRANSCRIBED, build_crime_polda
from kampung_analysis.loaders.core import card, read_bytes
from kampung_analysis.loaders.crime import load_crime_polda


@pytest.fixture
def raw(tmp_path, shared):
    """A copy of the crime sheets that a test may damage."""
    shutil.copytree(shared / "raw" / "crime", tmp_path / "crime")
    for path in tmp_path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Raw(tmp_path, shared / "facts")


def edit_sheet(raw: Raw, file: str, cell: str, value) -> None:
    """Change one cell of a workbook."""
    book = openpyxl.load_workbook(raw.path(file))
    book.worksheets[0][cell] = value
    book.save(raw.path(file))


def edit_text(raw: Raw, file: str, old: str, new: str) -> None:
    """Change one text in a file; it must stand there once."""
    text = raw.path(file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    raw.path(file).write_text(text.replace(old, new), encoding="utf-8")


def test_the_build_gives_the_committed_polda_table_byte_for_byte(raw):
    the = card("crime_polda")
    assert to_bytes(validate(build_crime_polda(raw, the), the)) == read_bytes(the)


def test_both_series_agree_in_every_cell_they_share():
    frame = load_crime_polda()
    wide = frame[frame.measure == "crimes"].pivot(index=["year", "code"], columns="series", values="value").dropna()
    named = wide[~wide.index.get_level_values("code").isin(["00", "31"])]
    assert len(named) == 99
    assert (wide.bps_sheet == wide.bps_transcribed).all()


def test_the_nation_is_the_sum_of_the_polda_that_do_not_repeat_a_parent():
    frame = load_crime_polda()
    crimes = frame[(frame.measure == "crimes") & (frame.flag != "repeats_parent")]
    for (_year, _series), part in crimes.groupby(["year", "series"]):
        assert part.value[part.code != "00"].sum() == part.value[part.code == "00"].item()


def test_the_known_totals_of_east_java_stand_in_the_table():
    frame = load_crime_polda()
    east = frame[(frame.code == "35") & (frame.measure == "crimes") & (frame.series == "bps_transcribed")]
    assert dict(zip(east.year, east.value, strict=True)) == {
        2018: 26295, 2019: 26985, 2020: 17642, 2021: 19257, 2022: 51905,
    }  # fmt: skip


def test_exchanged_rows_of_papua_imply_each_others_population():
    frame = load_crime_polda()
    wide = frame[frame.series == "bps_sheet"].pivot(index=["year", "code"], columns="measure", values="value")
    implied = wide.crimes / wide.risk_per_100k * 1e5
    assert implied[2016, "92"] > 3e6 > 1e6 > implied[2016, "91"]
    assert implied[2018, "91"] > 3e6 > 1e6 > implied[2018, "92"]


@pytest.mark.parametrize(
    ("measure", "cell", "value", "says"),
    [
        ("crimes", "A5", "RIAUU", "line 5, column 'POLDA', value 'RIAUU'.*RIAU"),
        ("crimes", "A5", "ACEH", "line 5, column 'POLDA', value 'ACEH'.*repeats line 2"),
        ("crimes", "D7", -3, "line 7, column '2007', value '-3'"),
        ("crimes", "D7", "9,966", "line 7, column '2007', value '9,966'"),
        ("crimes", "B16", 30477, "column '2005', value '256543'.*256544"),
        ("crimes", "B1", "2004", "line 1, value '2004'.*header"),
        ("clearance_pct", "C3", "63,86", "line 3, column '2006', value '63,86'"),
        ("clearance_pct", "C3", "6386", "line 3, column '2006', value '6386'.*outside"),
        ("clearance_pct", "B25", "48.83", "column '2005', value '48.83'.*parent"),
    ],
)
def test_a_damaged_sheet_stops_the_build(raw, measure, cell, value, says):
    edit_sheet(raw, SHEETS[measure], cell, value)
    with pytest.raises(ValueError, match=says) as stopped:
        build_crime_polda(raw, card("crime_polda"))
    assert SHEETS[measure] in str(stopped.value)


def test_another_name_of_the_sheet_stops_the_build(raw):
    book = openpyxl.load_workbook(raw.path(HOMICIDES))
    book.worksheets[0].title = "Lembar1"
    book.save(raw.path(HOMICIDES))
    with pytest.raises(ValueError, match="no sheet 'Sheet1'.*Lembar1"):
        build_crime_polda(raw, card("crime_polda"))


def test_a_truncated_workbook_stops_the_build(raw):
    path = raw.path(SHEETS["crimes"])
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="truncated"):
        build_crime_polda(raw, card("crime_polda"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2020,RIAU,Q2175,8194", "2020,RIAU,Q2175,8195", "not the sum of the Polda in 2020"),
        ("2020,RIAU,Q2175,8194\n2021,RIAU,Q2175,7512", "2020,RIAU,Q2175,8194\n2020,RIAU,Q2175,8194", "repeats line 19"),
        ("year,polda", "tahun,polda", "line 1, column 'year'"),
        ("2021,RIAU,Q2175,7512", "2021,RIAU,Q2175,7.512", "line 20, column 'crimes', value '7.512'"),
        ("2021,RIAU,Q2175,7512", "2021,RIAU,Q2175,7,512", "line 20"),
        ("2021,RIAU,Q2175,7512", "2031,RIAU,Q2175,7512", "line 20, column 'year', value '2031'"),
        ("2022,METRO JAYA (residual),-,32534\n", "", "174 rows instead of 175.*truncated"),
    ],
)
def test_a_damaged_transcription_stops_the_build(raw, old, new, says):
    edit_text(raw, TRANSCRIBED, old, new)
    with pytest.raises(ValueError, match=says) as stopped:
        build_crime_polda(raw, card("crime_polda"))
    assert TRANSCRIBED in str(stopped.value)


def test_a_cell_that_differs_between_the_series_stops_the_build(raw):
    edit_text(raw, TRANSCRIBED, "2020,RIAU,Q2175,8194", "2020,RIAU,Q2175,8195")
    edit_text(raw, TRANSCRIBED, "2020,JAMBI,Q2051,4709", "2020,JAMBI,Q2051,4708")
    with pytest.raises(ValueError, match="line 19, column 'crimes', value '8195'.*8194 for Polda 14 in 2020"):
        build_crime_polda(raw, card("crime_polda"))


def test_another_encoding_stops_the_build(raw):
    path = raw.path(TRANSCRIBED)
    path.write_bytes(path.read_bytes().replace(b"BANTEN", b"BANT\xc9N", 1))
    with pytest.raises(ValueError, match="not UTF-8"):
        build_crime_polda(raw, card("crime_polda"))


def test_the_year_2010_fits_its_own_rows_better_than_rows_shifted_by_one():
    """The caveat of the card gives these distances; the columns of the sheet run in the order of the Polda."""
    frame = load_crime_polda()
    crimes = frame[(frame.measure == "crimes") & (frame.series == "bps_sheet")]
    wide = np.log(crimes.pivot(index="code", columns="year", values="value"))
    order = [code for code in POLDA.values() if code not in ("00", "65", "76", "92")]
    own, around = wide.loc[order, 2010], wide.loc[order, [2009, 2011]].mean(axis=1)
    distance = [round((own - around.shift(step)).abs().median(), 2) for step in (0, -1, 1)]
    assert distance == [0.20, 0.72, 0.90]


def test_seven_clearance_shares_exceed_one_hundred_per_cent():
    frame = load_crime_polda()
    assert (frame.value[frame.measure == "clearance_pct"] > 100).sum() == 7
