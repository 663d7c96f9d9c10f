"""Do the subdistricts of Surabaya add up to the city, and does a damaged source stop the build?"""

from __future__ import annotations

import shutil

import pytest
from raw_copies import swap

from kampung_analysis.build.core import Raw, to_bytes, validate
from kampung_analysis.build.subdistricts import CASES, DOSE, build_covid_subdistricts_surabaya
from kampung_analysis.loaders.context import load_covid_subdistricts_surabaya
from kampung_analysis.loaders.core import card, read_bytes
from kampung_analysis.loaders.covid import load_covid_districts


@pytest.fixture
def raw(tmp_path, shared):
    (tmp_path / "covid_kecamatan").mkdir()
    (tmp_path / "facts").mkdir()
    shutil.copyfile(shared / "raw" / CASES, tmp_path / CASES)
    shutil.copyfile(shared / DOSE, tmp_path / DOSE)
    return Raw(tmp_path, tmp_path / "facts")


def test_the_build_gives_the_committed_table_byte_for_byte(raw):
    the = card("covid_subdistricts_surabaya")
    assert to_bytes(validate(build_covid_subdistricts_surabaya(raw, the), the)) == read_bytes(the)


def test_the_doses_add_up_to_the_totals_that_were_reported():
    one_week = load_covid_subdistricts_surabaya().drop_duplicates("code")
    assert len(one_week) == 31
    assert one_week.rw_enrolled.sum() == 1009
    assert one_week.kts_launched.sum() == 34
    assert (one_week.kts_launched > 0).sum() == 6


def test_the_difference_from_the_district_panel_is_the_one_the_card_states():
    frame = load_covid_subdistricts_surabaya()
    weeks = frame.groupby("week").agg(located=("new_confirmed", "sum"), unlocated=("city_unlocated", "first"))
    panel = load_covid_districts()
    panel = panel[panel.code == "35.78"].set_index("week").new_confirmed
    gap = weeks.sum(axis=1) - panel.loc[weeks.index]
    assert (weeks.to_numpy().sum(), panel.loc[weeks.index].sum()) == (6316, 6436)
    assert (gap.idxmin().isoformat()[:10], gap.min()) == ("2020-06-08", -100)
    assert (gap.idxmax().isoformat()[:10], gap.max()) == ("2020-06-01", 69)
    assert any("6,316" in caveat and "6,436" in caveat for caveat in card("covid_subdistricts_surabaya").caveats)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (CASES, "date,kab,", "tanggal,kab,", "line 1, column 'date'"),
        (CASES, "35.78,35.78.03,1\n", "35.78,35.78.33,1\n", "column 'kkec', value '35.78.33'.*35.78.31"),
        (CASES, "35.78,35.78.03,1\n", "35.78,35.78.03,-1\n", "column 'new_cases', value '-1'.*below 1"),
        (CASES, "35.78,35.78.03,1\n", '35.78,35.78.03,"1,0"\n', "column 'new_cases', value '1,0'"),
        (CASES, "35.78,35.78.03,1\n", "35.78,35.78.03\n", "4 fields where the header has 5"),
        (CASES, "2020-03-20,KAB. MAGETAN", "20-03-2020,KAB. MAGETAN", "value '20-03-2020'.*swapped"),
        (CASES, "2020-03-20,KAB. MAGETAN", "2020-06-20,KAB. MAGETAN", "column 'date', value '2020-06-20'.*too late"),
        (CASES, "35.78,35.78.04,2\n", "35.78,35.78.03,2\n", "repeats line"),
        (DOSE, "Wonokromo,58", "Wonokrama,58", "column 'kecamatan', value 'Wonokrama'.*Wonokromo"),
        (DOSE, "Wonokromo,58", "Genteng,58", "repeats line"),
        (DOSE, "Wonokromo,58", "Wonokromo,-58", "value '-58'"),
        (DOSE, "Wonokromo,58", "Wonokromo,5x", "value '5x'.*not a whole number"),
    ],
)
def test_a_damaged_source_stops_the_build(raw, file, old, new, says):
    swap(raw, file, old, new)
    with pytest.raises(ValueError, match=says) as stopped:
        build_covid_subdistricts_surabaya(raw, card("covid_subdistricts_surabaya"))
    assert file in str(stopped.value)


def test_a_truncated_list_of_doses_stops_the_build(raw):
    path = raw.path(DOSE)
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-3]), encoding="utf-8")
    with pytest.raises(ValueError, match="28 rows instead of 31.*truncated"):
        build_covid_subdistricts_surabaya(raw, card("covid_subdistricts_surabaya"))


def test_another_encoding_stops_the_build(raw):
    path = raw.path(CASES)
    path.write_bytes(path.read_bytes().replace(b"KAB. MALANG", b"KAB. M\xc0LANG", 1))
    with pytest.raises(ValueError, match="not UTF-8"):
        build_covid_subdistricts_surabaya(raw, card("covid_subdistricts_surabaya"))
