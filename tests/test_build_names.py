"""Every place name that a source uses means one place, and a name that two places share is refused with both."""

from __future__ import annotations

import re

import pytest
from fault_rows import No
from raw_copies import Copies, committed_card
from spoilable import spoilable
from test_build_faults import PAIRS

from kampung_analysis import build, datasets, places
from kampung_analysis.build import (
    adoption,
    crime,
    kotaku,
    ledger,
    literature,
    names,
    outlines,
    police,
    provinces,
    subdistricts,
)
from kampung_analysis.build.core import Raw

LISTS = {
    "facts/kts_counts.csv": adoption.PLACES,
    "facts/kts_start_dates.csv": {name: code for name, (code, _, _) in adoption.UNITS_OF_START.items()},
    "facts/kotaku.csv": kotaku.PLACES,
    "facts/covid_context.csv": ledger.SCOPES,
    "facts/implementation_decay.csv": ledger.DECAY_PLACES,
    "facts/resources_incentives.csv": ledger.RESOURCE_PLACES,
    "facts/effect_claims.csv": literature.CLAIM_PLACES,
    "facts/dimensions.csv": {name: literature.LISTS[key] for name, key in literature.LIST_PLACES.items()},
    "facts/crime_polres.csv": police.POLRES,
    "facts/crime_polda_bps.csv": dict.fromkeys([*police.TOGETHER, *police.SERIES]),
    "facts/surabaya_kecamatan_20200602.csv": {
        **{name: code for code, name in subdistricts.SUBDISTRICTS.items()},
        **dict.fromkeys(subdistricts.VARIANTS),
    },
    "crime/bps_crime_by_polda_2018_2022_transcribed.csv": crime.POLDA | {crime.RESIDUAL: "31"},
    "crime/jatim_polres/": {name.removeprefix("Kabupaten "): code for code, name in places.DISTRICTS.items()},
    "places/denyherianto_indonesia-38-provinces.topo.json": outlines.SPLIT,
}
"""File (or how its name begins) -> names that its builder knows by a closed list: areas of several places or of none,
provinces split off later, and the sheets that call a regency by its bare name."""
NOWHERE = {"INDONESIA", "Indonesia", *subdistricts.NOWHERE}
"""The country, and cases without a place."""
USED = sorted({(file, row.place[0]) for file, row in PAIRS if not isinstance(row.place, No)})
COLUMNS = [pair for pair in USED if pair[1] != "CountryCode"] + [("places/jatim_kabko_adjacency.csv", "b")]


def meant(name):
    """The place of a column of provinces and districts: four provinces share their name with a district elsewhere."""
    try:
        return places.resolve(name, level="province")
    except ValueError:
        return places.resolve(name)


@pytest.mark.parametrize(("file", "column"), COLUMNS)
def test_every_name_in_a_source_means_one_place(shared, file, column):
    doc = spoilable(file, Raw(shared / "raw", shared / "facts").path(file).read_bytes())
    rows = range(len(doc))
    if doc.columns[0] == "kode" and column == "nama":
        rows = [n for n in rows if doc.get(n, "kode") in places.PROVINCES | places.DISTRICTS]
    listed = next((names for start, names in LISTS.items() if file.startswith(start)), {})
    held = {doc.get(n, column) for n in rows} - NOWHERE - set(listed)
    for name in held:
        assert meant(name) in places.PROVINCES | places.DISTRICTS


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)
def test_a_closed_list_agrees_with_the_resolver_wherever_that_knows_the_name(listed):
    refused = {}
    for name, code in listed.items():
        try:
            found = meant(name)
        except ValueError as error:
            refused[name] = str(error)
            continue
        assert found == code or code is None or found in code.split(), name
    shared_names = {name for name, why in refused.items() if "fits 2 places" in why}
    assert shared_names <= {"Malang"} or listed is LISTS["crime/jatim_polres/"]


def test_every_subdistrict_of_east_java_is_known_by_its_name_within_its_district():
    known = datasets.load_places_names()
    known = known[known["level"] == "subdistrict"]
    for district, part in known.groupby(known["code"].str[:5]):
        found = [places.resolve(name, level="subdistrict", names=part, within=district) for name in part["name"]]
        assert found == part["code"].tolist()


def test_every_file_of_the_series_of_september_2020_is_named_after_one_province():
    files = [file for file in committed_card("covid_provinces").files if file.startswith(provinces.EARLY)]
    found = {places.resolve(file.removeprefix(provinces.EARLY).removesuffix(".csv"), level="province")
             for file in files if "NATIONAL" not in file}  # fmt: skip
    assert found == set(places.PROVINCES)


def test_a_bare_name_that_city_and_regency_share_needs_a_level_that_tells_them_apart(shared, tmp_path):
    copies = Copies(shared, tmp_path)
    copies.swap("facts/kts_counts.csv", ",Malang,city,", ",Malang,kabupaten,")
    with pytest.raises(ValueError, match=r"line \d+, column 'place', value 'Malang'.*Kabupaten Malang.*Kota Malang"):
        build.builder("rollout_counts")(copies.raw, committed_card("rollout_counts"))


def test_every_bare_name_of_the_sheets_by_resort_stands_beside_its_city(shared):
    for file in committed_card("crime_polres").files:
        if file.endswith(".xlsx"):
            doc = spoilable(file, (shared / "raw" / file).read_bytes())
            held = {doc.get(n, doc.columns[0]) for n in range(len(doc))}
            cities = {name for name in held if name.startswith("Kota ")}
            assert len(cities) == 9
            assert {name.removeprefix("Kota ") for name in cities} - {"Surabaya", "Batu"} <= held


PRINTED = {file: name for _, name, file, *_ in names.PRINTED}


@pytest.mark.parametrize(("file", "spelling"), PRINTED.items())
def test_a_spelling_that_is_gone_from_its_source_stops_the_build(shared, tmp_path, file, spelling):
    copies = Copies(shared, tmp_path)
    copies.change(file, lambda text: text.replace(spelling, "Elsewhere"))
    with pytest.raises(ValueError, match=rf"{re.escape(file)}.*value '{spelling}'.*spelling of a place is gone"):
        build.builder("places_names")(copies.raw, committed_card("places_names"))


@pytest.mark.parametrize(
    ("file", "place"),
    [
        ("places/sp2020_province.csv", "BALI"),
        ("mobility/2020_ID_Region_Mobility_Report.csv", "Bali"),
        ("crime/bps_crime_by_polda_2018_2022_transcribed.csv", "BALI"),
        ("places/jatim_kabko_admin_pop.csv", "KAB. TUBAN"),
        ("facts/crime_polres.csv", "Tuban"),
        ("facts/covid_cumulative.csv", "Kab Kediri"),
    ],
)
def test_a_place_that_is_gone_from_a_source_of_spellings_stops_the_build(shared, tmp_path, file, place):
    copies = Copies(shared, tmp_path)
    copies.change(file, lambda text: "".join(x for x in text.splitlines(keepends=True) if place not in x.split(",")))
    with pytest.raises(ValueError, match=rf"(?i){re.escape(file)}, column '\w+', value '[\w ]+': .*no row for"):
        build.builder("places_names")(copies.raw, committed_card("places_names"))


def test_every_source_of_spellings_is_held_against_a_list():
    assert set(names.SOME) < {file for file, *_ in names.FILES}
    assert {level for file, _, level, _ in names.FILES if file not in names.SOME} == {"province", "district"}
