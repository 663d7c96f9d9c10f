"""Do the resorts' figures stand side by side as published, and does a damaged source stop the build?"""

from __future__ import annotations

import shutil

import openpyxl
import pytest
from raw_copies import swap

from kampung_analysis.build import builder
from kampung_analysis.build.core import Raw, to_bytes, validate
from kampung_analysis.build.police import POLRES_FACTS, RELEASES, WORKBOOK, build_crime_polres, build_crime_releases
from kampung_analysis.loaders.core import card, read_bytes
from kampung_analysis.loaders.crime import load_crime_polda, load_crime_polres, load_crime_releases


@pytest.fixture
def raw(tmp_path, shared):
    shutil.copytree(shared / "raw" / "crime", tmp_path / "crime")
    (tmp_path / "facts").mkdir()
    for file in (POLRES_FACTS, RELEASES):
        shutil.copyfile(shared / file, tmp_path / file)
    for path in (tmp_path / "crime").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Raw(tmp_path, tmp_path / "facts")


@pytest.mark.parametrize("table", ["crime_polres", "crime_releases"])
def test_the_build_gives_the_committed_table_byte_for_byte(raw, table):
    the = card(table)
    assert to_bytes(validate(builder(table)(raw, the), the)) == read_bytes(the)


def test_nine_resorts_report_more_and_five_fewer_in_2020_than_in_2019():
    frame = load_crime_polres()
    one = frame[(frame.source == "release") & frame.measure.isin(["crimes", "crime_index"])]
    wide = one.pivot(index=["polres", "measure"], columns="year", values="value")[[2019, 2020]].dropna().reset_index()
    first = wide.sort_values("measure", ascending=False).drop_duplicates("polres")
    change = first[2020] - first[2019]
    assert ((change > 0).sum(), (change < 0).sum()) == (9, 5)


def test_competing_values_stand_beside_the_main_ones():
    frame = load_crime_polres()
    base = frame[(frame.code == "35.74") & (frame.measure == "crimes") & (frame.year == 2019)]
    assert dict(zip(base.source, base.value, strict=True)) == {"release": 480, "release_other": 489}


def test_three_totals_of_east_java_in_2020_are_all_kept():
    polda = load_crime_polda()
    office = polda.value[(polda.year == 2020) & (polda.code == "35") & (polda.series == "bps_sheet")
                         & (polda.measure == "crimes")].item()  # fmt: skip
    polres = load_crime_polres()
    year = polres[(polres.source == "bps_table") & (polres.year == 2020) & (polres.measure == "crimes")]
    told = load_crime_releases()
    told = told[(told.series == "police_annual") & (told.code == "35") & (told.measure == "reported")]
    assert office == 17642
    assert (year.value[year.code == "35"].item(), year.value[year.code != "35"].sum()) == (24186, 22815)
    assert told.value[told.period == "2020"].item() == 26386


def test_figures_of_the_statistics_office_in_the_press_equal_its_tables():
    told = load_crime_releases()
    told = told[(told.series == "bps_press") & told.measure.isin(["crimes", "risk_per_100k"])]
    table = load_crime_polda().drop_duplicates(["year", "code", "measure"]).assign(period=lambda f: f.year.astype(str))
    both = told.merge(table, on=["code", "measure", "period"], suffixes=("_told", "_table"))
    assert len(both) == 22
    assert (both.value_told == both.value_table).all()


def test_parts_of_the_police_total_of_2021_add_up():
    told = load_crime_releases().set_index(["series", "measure", "period"]).value
    parts = [told[f"police_annual_{kind}", "reported", "2021"] for kind in ("general", "special", "narcotics")]
    assert sum(parts) == 26144


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (POLRES_FACTS, "Batu,crime total", "Batoe,crime total", "column 'polres', value 'Batoe'.*Batu"),
        (POLRES_FACTS, "Batu,crime total", "Batu,crimes in all", "column 'measure', value 'crimes in all'"),
        (POLRES_FACTS, ",289,247,", ",-289,247,", "column 'y2020', value '-289'"),
        (POLRES_FACTS, ",289,247,", ',"2,89",247,', "column 'y2020', value '2,89'"),
        (POLRES_FACTS, "polres,measure", "resort,measure", "line 1, column 'polres'"),
        (POLRES_FACTS, "318 in other source for 2019,Klik", "another number for 2019,Klik", "words.*are gone"),
        (RELEASES, "BPS Sumut,", "BPS Soemut,", "column 'series', value 'BPS Soemut'"),
        (RELEASES, "2020 wk13/14", "2020 week 13", "column 'value'|column 'period'"),
        (RELEASES, "4197 / 3743", "4197 / 3,743", "fields where the header has"),
        (RELEASES, "4197 / 3743", "4197", "1 values for 2"),
        (RELEASES, "2020-01,3101", "2020-13,3101", "column 'period', value '2020-13'"),
        (RELEASES, "2020-01,3101", "2020-01,-3101", "value '-3101'"),
    ],
)
def test_damaged_facts_stop_the_build(raw, file, old, new, says):
    swap(raw, file, old, new)
    build = build_crime_polres if file == POLRES_FACTS else build_crime_releases
    with pytest.raises(ValueError, match=says) as stopped:
        build(raw, card("crime_polres" if file == POLRES_FACTS else "crime_releases"))
    assert file in str(stopped.value)


@pytest.mark.parametrize(
    ("year", "cell", "value", "says"),
    [
        (2021, "B5", 750, "districts sum to 24845"),
        (2021, "B5", -1, "line 5.*value '-1'"),
        (2021, "B5", "7,49", "line 5.*value '7,49'"),
        (2021, "A5", "Tulungagoeng", "value 'Tulungagoeng'.*Tulungagung"),
        (2021, "A5", "Blitar", "repeats line"),
        (2021, "D5", 8318, "outside 0 to 300"),
        (2021, "C1", "Risiko", "line 1, value 'Risiko'"),
        (2024, "B40", 60080, "review the exclusion"),
    ],
)
def test_a_damaged_workbook_stops_the_build(raw, year, cell, value, says):
    path = raw.path(WORKBOOK.format(year))
    book = openpyxl.load_workbook(path)
    book.worksheets[0][cell] = value
    book.save(path)
    with pytest.raises(ValueError, match=says) as stopped:
        build_crime_polres(raw, card("crime_polres"))
    assert WORKBOOK.format(year) in str(stopped.value)
