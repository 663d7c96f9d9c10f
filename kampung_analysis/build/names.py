"""What do the sources call each place? Every spelling beside its code, so that a name can be looked up or refused."""

from __future__ import annotations

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, fail, read_rows
from kampung_analysis.build.crime import POLDA, RESIDUAL
from kampung_analysis.build.outlines import read_topology
from kampung_analysis.build.places import AREAS, RESPELT, official_name, read_codes, read_sql
from kampung_analysis.build.police import POLRES
from kampung_analysis.build.published import PLACES
from kampung_analysis.build.reading import all_coded, complete
from kampung_analysis.loaders.core import Card

FILES = [
    ("places/sp2020_province.csv", "provinsi", "province", "census 2020"),
    ("mobility/2020_ID_Region_Mobility_Report.csv", "sub_region_1", "province", "mobility reports"),
    ("crime/bps_crime_by_polda_2018_2022_transcribed.csv", "polda", "province", "crime by police region"),
    ("places/jatim_kabko_admin_pop.csv", "kabko", "district", "district panel"),
    ("facts/crime_polres.csv", "polres", "district", "crime by police resort"),
    ("facts/covid_cumulative.csv", "place", None, "published counts"),
]
"""File, column, level (None: either) and the label under which its spellings are listed."""
SOME = {
    "crime/bps_crime_by_polda_2018_2022_transcribed.csv": [*(name for name in POLDA if name != "METRO JAYA"), RESIDUAL],
    "facts/crime_polres.csv": POLRES,
    "facts/covid_cumulative.csv": PLACES,
}
"""File -> spellings that it holds; every other file names all provinces, or all districts of East Java."""

NOT_PLACES = {"", "INDONESIA", RESIDUAL}
OUTSIDE = ("17.71.05", "31.71.02", "31.71.08", "31.73.01")
"""Subdistricts outside East Java that the corpus speaks of."""
PRINTED = [
    ("35.13.16", "Pajarakan", "facts/kotaku.csv", "paraphrase", "slum programme"),
    ("35.78.12", "Pabean Cantikan", "facts/kts_counts.csv", "note_or_flag", "counts of sites"),
    *((code, name, AREAS, "nama", "areas 2024") for code, name in RESPELT.items()),
]
"""Spellings that no rule of ``places.resolve`` gives, file and column that print each, and its label."""
MISPRINT = ("35", "Jawa Tilur", "seed document")
"""A misprint of document D002, whose text is not among the raw files."""


def build_places_names(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``places_names``: level, code, name, used_by."""
    found: dict[tuple[str, str, str], set[str]] = {}

    def note(code: str, name: str, label: str) -> None:
        found.setdefault((places.level_of(code), code, name), set()).add(label)

    codes = read_codes(raw, card)
    home = codes["kode"].str.fullmatch(r"35\.\d\d\.\d\d")
    kept = codes[codes["level"].isin(["province", "district"]) | home | codes["kode"].isin(OUTSIDE)]
    for code, printed in zip(kept["kode"], kept["nama"], strict=True):
        note(code, printed, "ministry 2019")
        note(code, official_name(code, printed), "this project")
    for code, variants in places.PROVINCE_VARIANTS.items():
        for name in variants:
            note(code, name, "common use")
    note(*MISPRINT)
    areas = read_sql(raw, AREAS, ["kode", "nama", "luas"])
    for code, name, file, column, label in PRINTED:
        rows = areas if file == AREAS else read_rows(raw, file, [column])
        if not rows[column].str.contains(name, regex=False).any():
            raise fail(file, "this spelling of a place is gone; take it from PRINTED", column=column, value=name)
        note(code, name, label)
    for file, column, level, label in FILES:
        rows, held = read_rows(raw, file, [column]), set()
        for line, name in rows[column].drop_duplicates().items():
            if name in NOT_PLACES:
                continue
            try:
                code = places.resolve(name, level=level)
            except ValueError as error:
                raise fail(file, str(error), line=line, column=column, value=name) from error
            held.add(code)
            note(code, name, label)
        if file in SOME:
            complete(rows, column=column, names=SOME[file])
        else:
            all_coded(held, places.PROVINCES if level == "province" else places.DISTRICTS, file, column)
    for shape in read_topology(raw)[1]:
        note(shape["properties"]["KODE_PROV"], shape["properties"]["PROVINSI"], "outlines 2022")
    rows = [(*key, "; ".join(sorted(labels))) for key, labels in found.items()]
    return pd.DataFrame(rows, columns=["level", "code", "name", "used_by"])[card.names]
