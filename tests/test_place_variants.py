"""Every place that a source names resolves to its code, or is refused in the way that is written down for it."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from test_build_names import LISTS

from kampung_analysis import corpus, datasets, places
from kampung_analysis.places_titles import stated, words

VARIANTS = pd.read_csv(Path(__file__).parent / "place_variants.csv", dtype="str", keep_default_na=False)
"""Names of places as the sources write them, with the level or holder that the context gives, and what they mean."""
REFUSED = {
    "ambiguous": r"fits \d places",
    "several": "is no place of its own but",
    "village": r"is a village.*load_places_villages\(\)",
    "country": "is the country",
    "unknown": r"no place( of level \w+)? is called .*villages in datasets.load_places_villages\(\)",
}
"""Outcome -> words of the message."""


@pytest.fixture(scope="module")
def names() -> pd.DataFrame:
    return datasets.load_places_names()


def codes_in(message: str) -> set[str]:
    return set(re.findall(r"\((\d\d(?:\.\d\d)*)\)", message))


@pytest.mark.parametrize("row", list(VARIANTS.itertuples(index=False)), ids=lambda row: f"{row.seen_in}-{row.name}")
def test_a_name_in_a_source_means_the_place_written_down_for_it(names, row):
    options = {"names": names, "level": row.level or None, "within": row.within or None}
    if row.outcome == "place":
        assert places.resolve(row.name, **options) == row.codes
        return
    with pytest.raises(ValueError, match=REFUSED[row.outcome]) as refused:
        places.resolve(row.name, **options)
    if row.outcome != "unknown":
        assert codes_in(str(refused.value)) == set(row.codes.split())


def test_every_place_of_the_ledger_is_held_and_found_again_by_its_name(names):
    named = names.drop_duplicates("code").set_index("code")["level"]
    villages = set(datasets.load_places_villages()["code"])
    held = {code for cell in corpus.facts()["place"] for code in cell.split(";")} - {"", "ID"}
    assert len(held) > 90
    for code in held:
        if places.level_of(code) == "village":
            assert code in villages or places.parent(code) in named, code
            continue
        for name in names.loc[names["code"] == code, "name"]:
            options = {"level": named[code], "names": names, "within": places.parent(code) or None}
            assert places.resolve(name, **options) == code, name


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)
def test_a_cell_that_is_more_than_a_name_is_refused_or_means_what_its_builder_takes_it_for(names, listed):
    known = names[names["level"] != "subdistrict"]
    for cell, code in listed.items():
        try:
            found = places.resolve(cell, level="province" if code in places.PROVINCES else None, names=known)
        except ValueError as error:
            if "is no place of its own" in str(error):
                assert code is None or codes_in(str(error)) == set(code.split()), cell
            continue
        bare_regency = f"Kota {cell}" in places.DISTRICTS.values()
        assert code is None or found == code or code.startswith(f"{found}.") or bare_regency, cell


@pytest.mark.parametrize("code", ["15", "17", "34", "75"])
def test_a_province_that_shares_its_name_with_a_district_is_refused_without_its_level_or_title(names, code):
    districts = names[names["code"].str.fullmatch(rf"{code}\.\d\d") & (names["used_by"] == "this project")]
    bare = places.PROVINCES[code].removeprefix("DI ")
    shared_by = set(districts["code"][[stated(name).bare == bare.lower() for name in districts["name"]]])
    for table in (None, names):
        with pytest.raises(ValueError, match=r"fits \d places") as refused:
            places.resolve(bare, names=table)
        assert codes_in(str(refused.value)) == {code, *shared_by}
        assert places.resolve(bare, names=table, level="province") == code
        assert places.resolve(f"Polda {bare}", names=table) == code
        assert places.resolve(f"Kota {bare}", names=table) in shared_by


def test_no_other_province_shares_its_name_with_a_district(names):
    districts = names[names["level"] == "district"]
    bare = {stated(name).bare for name in districts["name"]}
    alike = {code for code, spelt in places.PROVINCE_VARIANTS.items() if bare & {" ".join(words(n)) for n in spelt}}
    assert alike == {"15", "17", "34", "75"}


@pytest.fixture(scope="module")
def texts(shared) -> dict[str, str]:
    """Seed document -> its text, with white space brought to one blank."""
    folder = shared / "seeds"
    documents = corpus.documents()
    files = documents["file"][documents["file"] != ""]
    return {id: " ".join((folder / file).read_text("utf-8").split()) for id, file in files.items()}


def test_a_name_listed_for_a_seed_document_stands_in_its_text(texts):
    for row in VARIANTS[VARIANTS["seen_in"].isin(list(texts))].itertuples(index=False):
        assert row.name in texts[row.seen_in], row


def test_every_province_and_district_in_a_seed_document_is_on_the_list(texts, names):
    places_of = names[names["level"] != "subdistrict"]
    spelt = {stated(name).bare.title() for name in places_of["name"]} | {*places_of["name"]}
    for document, text in texts.items():
        listed = " | ".join(VARIANTS.loc[VARIANTS["seen_in"] == document, "name"])
        missing = {name for name in spelt if len(name) > 3 and re.search(rf"\b{re.escape(name)}\b", text)}
        assert {name for name in missing if name not in listed} == set(), document


@pytest.mark.parametrize("file", ["places/wilayah_2020.sql", "places/wilayah_luas.sql"])
def test_every_place_of_the_official_lists_is_found_by_its_printed_name(shared, names, file):
    text = (shared / "raw" / file).read_text("utf-8")
    printed = re.findall(r"^\('([\d.]+)',\s*'([^']*)'", text, re.MULTILINE)
    split_later, by_code = ("93", "94", "95", "96"), names.drop_duplicates("code").set_index("code")["level"]
    rows = [(code, name) for code, name in printed if len(code) in (2, 5) and code in by_code]
    rows = [(code, name) for code, name in rows if file.endswith("2020.sql") or code[:2] not in ("91", "92")]
    assert len(rows) > 480
    assert not [code for code, _ in rows if code.startswith(split_later)]
    for code, name in rows:
        options = {"level": by_code[code], "names": names, "within": places.parent(code) or None}
        assert places.resolve(name, **options) == code, name
