"""The builds of the COVID-19 tables: what they make of the raw files, and which faults stop them."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd
import pytest
from raw_copies import Copies, committed_card

from kampung_analysis import places
from kampung_analysis.build import districts, falls, provinces
from kampung_analysis.build.core import to_bytes, validate
from kampung_analysis.loaders.core import read_bytes

PANEL, SUSPECTS = districts.PANEL, districts.SUSPECTS
LATE, BALI = provinces.LATE, f"{provinces.EARLY}BALI.csv"


@pytest.fixture
def copies(shared, tmp_path) -> Copies:
    return Copies(shared, tmp_path)


def district_table(copies):
    card = committed_card("covid_districts")
    return validate(districts.build_covid_districts(copies.raw, card), card)


def province_table(copies):
    card = committed_card("covid_provinces")
    return validate(provinces.build_covid_provinces(copies.raw, card), card)


def stops(build, copies, *words):
    """The build raises a ValueError whose message holds every one of `words`."""
    with pytest.raises(ValueError) as caught:
        build(copies)
    for word in words:
        assert re.search(word, str(caught.value)), f"{word!r} is not in: {caught.value}"


def test_the_rebuilt_tables_are_the_committed_ones_byte_for_byte(copies):
    assert to_bytes(district_table(copies)) == read_bytes(committed_card("covid_districts"))
    assert to_bytes(province_table(copies)) == read_bytes(committed_card("covid_provinces"))
    national = committed_card("covid_national")
    rebuilt = validate(provinces.build_covid_national(copies.raw, national), national)
    assert to_bytes(rebuilt) == read_bytes(national)


def test_the_weekly_sums_of_districts_return_the_last_cumulative_count_of_the_source(copies, shared):
    raw = pd.read_csv(shared / "raw" / PANEL, encoding="utf-8-sig")
    day = pd.to_datetime(raw["date"], format="%d/%m/%Y")
    first, last = raw[day == "2020-03-22"], raw[day == "2021-12-26"]
    table = district_table(copies)
    assert table["new_confirmed"].sum() == last["infected_total"].sum() - first["infected_total"].sum()
    assert table["new_deaths"].sum() == last["dead"].sum() - first["dead"].sum()
    assert (table[["new_confirmed", "new_deaths"]] >= 0).all(axis=None)


def test_every_fall_of_a_cumulative_count_is_answered_by_a_correction(shared):
    raw = pd.read_csv(shared / "raw" / PANEL, encoding="utf-8-sig")
    raw["day"] = pd.to_datetime(raw["date"], format="%d/%m/%Y")
    raw = raw.sort_values(["kabko", "day"])
    card = committed_card("covid_districts")
    repaired = {x.where["kabko"] for x in card.corrections if x.file == PANEL and x.column == "infected_total"}
    falls = raw[raw.groupby("kabko")["infected_total"].diff() < 0]
    assert len(falls) == 25
    assert repaired == set(falls["kabko"])
    assert (raw.groupby("kabko")["dead"].diff() < 0).sum() == 12
    assert sum(x.was is None for x in card.corrections if x.file == PANEL) == 8


def test_the_eight_missing_days_are_inserted_and_no_other(copies):
    panel = districts.read_panel(copies.raw, committed_card("covid_districts"))
    assert (panel.index < 0).sum() == 8
    assert panel.groupby("code").size().unique().tolist() == [647]


def test_suspects_end_with_the_last_full_week_of_their_source(copies):
    table = district_table(copies)
    assert table.loc[table["suspect_deaths"].notna(), "week"].max() == pd.Timestamp("2020-07-20")
    assert table.loc[table["week"] <= "2020-07-20", "suspect_deaths"].notna().all()
    for column in districts.SUSPECT_COLUMNS:
        assert (table[column].notna() == (table["week"] <= "2020-07-20")).all()


def test_counts_of_suspects_stand_as_on_the_sunday_of_the_week(copies, shared):
    table = district_table(copies).set_index(["week", "district"])
    raw = pd.read_csv(shared / "raw" / SUSPECTS).set_index(["kabko", "tanggal"])
    for monday, sunday in [("2020-05-25", "2020-05-31"), ("2020-07-06", "2020-07-12"), ("2020-07-20", "2020-07-26")]:
        row, source = table.loc[(monday, "Kabupaten Pasuruan")], raw.loc[("KAB. PASURUAN", sunday)]
        for column in ("suspects_total", "suspects_in_care", "monitored_total", "contacts_total"):
            assert row[column] == source[districts.SUSPECT_COLUMNS[column]]
    assert table.loc[("2020-05-25", "Kabupaten Pasuruan"), "suspects_total"] == 145
    assert table.loc[("2020-07-13", "Kabupaten Tuban"), "contacts_total"] == 1104


def test_the_list_of_falls_holds_as_many_as_it_says():
    listed = Counter(column for column, _, _ in falls.FALLS)
    said = {"suspect_deaths": 189, "suspects_total": 431, "monitored_total": 245, "contacts_total": 244}
    assert listed == said and len(falls.FALLS) == 1109
    assert all(str(count) in falls.__doc__ for count in said.values()) and "1,109" in falls.__doc__
    assert {code for _, code, _ in falls.FALLS} <= set(places.DISTRICTS)
    assert all(step < 0 for step in falls.FALLS.values())


@pytest.mark.parametrize("column", ["pdp_meninggal", "pdp_total", "odp_total", "otg"])
def test_a_fall_of_a_count_of_suspects_that_is_not_listed_stops_the_build(copies, column):
    names = copies.raw.path(SUSPECTS).read_text(encoding="utf-8").split("\n", 1)[0].split(",")

    def lowered(text):
        lines = text.split("\n")
        at = next(n for n, line in enumerate(lines) if line.startswith("KOTA SURABAYA,2020-05-19,"))
        cells = lines[at].split(",")
        cells[names.index(column)] = "0"
        return "\n".join([*lines[:at], ",".join(cells), *lines[at + 1 :]])

    copies.change(SUSPECTS, lowered)
    stops(district_table, copies, SUSPECTS, column, "Kota Surabaya", "2020-05-19", "review the list")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kabko,date,infected_total", "kabko,date,total", ["line 1", "infected_total"]),
        (",dead,infected\n", ",infected\n", ["line 1", "column 'dead'"]),
        ("KAB. BANGKALAN,21/03/2020,0,0,0,0", "KAB. BANGKALAN,2020-03-21,0,0,0,0", ["line 3", "date", "2020-03-21"]),
        ("KAB. BANGKALAN,21/03/2020,0,0,0,0", "KAB. BANGKALAN,03/21/2020,0,0,0,0", ["line 3", "day and month"]),
        ("KAB. BANGKALAN,21/03/2020,0", "KAB. BANGKALAN,21/03/2020,0,5", ["line 3", "7 fields", "decimal comma"]),
        ("KAB. BANGKALAN,21/03/2020,0", 'KAB. BANGKALAN,21/03/2020,"0,5"', ["line 3", "infected_total", "0,5"]),
        ("KAB. BANGKALAN,21/03/2020,0", "KAB. BANGKALAN,20/03/2020,0", ["line 3", "repeats line 2"]),
        ("KAB. BANGKALAN,21/03/2020,0", "KAB. BANKALAN,21/03/2020,0", ["line 3", "BANKALAN", "Kabupaten Bangkalan"]),
        ("KAB. MALANG,20/03/2020", "MALANG,20/03/2020", ["fits 2 places", "Kota Malang", "35.07"]),
        (
            "KAB. BANGKALAN,21/03/2020,0,0,0,0",
            "KAB. BANGKALAN,21/03/2020,-3,0,0,-3",
            ["line 3", "infected_total", "-3"],
        ),
        ("KAB. BANGKALAN,21/03/2020,0,0,0,0\n", "", ["2020-03-21", "week of 2020-03-16 has 2 days"]),
        ("KAB. BANGKALAN,22/03/2020,0,0,0,0", "KAB. BANGKALAN,22/03/2020,7,0,0,7", ["falls by 7", "correction"]),
        ("KAB. BANGKALAN,22/03/2020,0,0,0,0", "KAB. BANGKALAN,22/03/2020,0,0,0,1", ["line 4", "infected", "'1'"]),
        ("KAB. BANGKALAN,02/06/2020,53,", "KAB. BANGKALAN,02/06/2020,52,", []),
    ],
)
def test_a_fault_in_the_district_panel_stops_the_build_and_is_named(copies, old, new, words):
    copies.swap(PANEL, old, new)
    stops(district_table, copies, "rn_data.csv", *words)


def test_a_day_missing_in_the_middle_leaves_a_six_day_week_that_stops_the_build(copies):
    copies.change(PANEL, lambda text: re.sub(r"KOTA BATU,17/06/2020,.*\n", "", text))
    stops(district_table, copies, "Kota Batu", "2020-06-17", "week of 2020-06-15 has 6 days")


def test_a_missing_district_is_named(copies):
    copies.change(PANEL, lambda text: re.sub(r"KAB\. NGAWI,.*\n", "", text))
    stops(district_table, copies, "rn_data.csv", "Kabupaten Ngawi", "35.21")


@pytest.mark.parametrize("file", [PANEL, LATE, BALI])
def test_a_file_cut_in_the_middle_of_a_line_stops_the_build(copies, file):
    copies.change(file, lambda content: content[: len(content) // 2 + 3], binary=True)
    build = district_table if file == PANEL else province_table
    stops(build, copies, re.escape(file), "line")


def test_a_panel_cut_at_the_end_of_a_line_stops_the_build(copies):
    copies.change(PANEL, lambda text: "\n".join(text.splitlines()[:-30]) + "\n")
    stops(district_table, copies, "rn_data.csv", "Kota Surabaya", "30 days")


@pytest.mark.parametrize("file", [PANEL, LATE, BALI])
def test_another_encoding_stops_the_build_and_names_the_byte(copies, file):
    copies.change(file, lambda content: content.replace(b"0", b"\xb2", 1), binary=True)
    stops(district_table if file == PANEL else province_table, copies, re.escape(file), "UTF-8", "line")


def test_a_correction_whose_source_changed_stops_the_build(copies):
    card = committed_card("covid_districts")
    entry = next(x for x in card.corrections if x.column == "infected_total")
    start = f"{entry.where['kabko']},{entry.where['date']},"
    old = next(line for line in (copies.raw.folder / PANEL).read_text("utf-8").splitlines() if line.startswith(start))
    total, recovered, dead, active = (int(value) for value in old.removeprefix(start).split(","))
    copies.swap(PANEL, old, f"{start}{total - 1},{recovered},{dead},{active - 1}")
    stops(district_table, copies, entry.id, "the source has changed", "infected_total", f"'{total - 1}'")


def test_a_row_that_a_correction_inserts_and_the_source_now_holds_stops_the_build(copies):
    copies.change(PANEL, lambda text: text.rstrip("\n") + "\nKAB. LAMONGAN,04/04/2020,1,0,0,1\n")
    stops(district_table, copies, "X00\\d inserts this row", "remove the correction")


def test_a_district_code_that_lost_its_dot_stops_the_build(copies):
    copies.swap(districts.PEOPLE, "35.01,KAB. PACITAN", "3501,KAB. PACITAN")
    stops(district_table, copies, "jatim_kabko_admin_pop.csv", "line 2", "kode", "'35.01'", "'3501'")


def test_a_district_code_that_is_a_number_stops_the_build(copies):
    card = committed_card("covid_districts")
    table = districts.build_covid_districts(copies.raw, card)
    table["code"] = table["code"].str.replace(".", "").astype(int)
    with pytest.raises(ValueError, match="covid_districts.csv.*column 'code', value 3501: not text"):
        validate(table, card)


def test_a_duplicated_week_stops_the_build(copies):
    card = committed_card("covid_districts")
    table = districts.build_covid_districts(copies.raw, card)
    with pytest.raises(ValueError, match="the key is not unique"):
        validate(pd.concat([table, table.tail(1)], ignore_index=True), card)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (BALI, "date,total_confirmed,confirmed", "tanggal,total_confirmed,confirmed", ["line 1", "column 'date'"]),
        (BALI, "2020-05-07,", "2020-07-05,", ["repeats|twice", "2020-07-05"]),
        (BALI, "2020-03-13,", "2020-13-03,", ["2020-13-03", "day and month"]),
        (BALI, "2020-03-03,0,0,0,0,0,0", "2020-03-03,0,-2,0,0,0,0", ["line 4", "confirmed", "-2", "below 0"]),
        (BALI, "2020-03-03,0,0,0,0,0,0", "2020-03-03,0,4,0,0,0,0", ["line 4", "new_confirmed", "total_confirmed"]),
        (LATE, "3/20/2020,", "20/3/2020,", ["20/3/2020", "day and month"]),
        (LATE, ",Jawa Timur,", ",Jawa Timor,", ["Jawa Timor", "Jawa Timur", "line"]),
        (LATE, ",New Cases,", ",Cases,", ["line 1", "New Cases"]),
        (provinces.CENSUS, "ACEH,5274871", "ACEH,5.274.871", ["line 2", "pop_sp2020", "5.274.871"]),
        (provinces.CENSUS, "ACEH,5274871\n", "", ["Aceh", "11"]),
        (provinces.CENSUS, "ACEH,5274871", "ACEH,5274871\nACEH,5274871", ["line 3", "repeats line 2"]),
    ],
)
def test_a_fault_in_a_province_file_stops_the_build_and_is_named(copies, file, old, new, words):
    copies.swap(file, old, new)
    stops(province_table, copies, re.escape(file), *words)


def test_a_week_of_six_days_in_one_province_stops_the_build(copies):
    copies.change(LATE, lambda text: re.sub(r"6/17/2020,ID-JI,.*\n", "", text))
    stops(province_table, copies, "2020-06-17", "week of 2020-06-15 has 6 days", "35")


def test_a_province_that_disappears_from_the_series_is_named(copies):
    copies.change(LATE, lambda text: re.sub(r"[^\n]*,ID-BA,.*\n", "", text))
    stops(province_table, copies, "Bali", "51")


def test_a_missing_province_file_is_named_with_the_way_out(copies):
    (copies.raw.folder / BALI).unlink()
    with pytest.raises(FileNotFoundError, match="BALI.csv.*data fetch"):
        province_table(copies)


def test_only_full_weeks_are_in_the_table(copies):
    table = province_table(copies)
    assert (table["week"].dt.day_of_week == 0).all()
    ends = table.groupby("vintage")["week"].agg(["min", "max"]).astype(str)
    assert ends.to_numpy().tolist() == [["2020-03-02", "2020-09-14"], ["2020-03-02", "2021-03-22"]]
    assert table.groupby(["vintage", "week"]).size().unique().tolist() == [34]
