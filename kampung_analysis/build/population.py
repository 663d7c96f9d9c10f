"""How many people live there? Every source side by side, none preferred."""

from __future__ import annotations

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw
from kampung_analysis.build.districts import read_people
from kampung_analysis.build.provinces import read_census
from kampung_analysis.loaders.core import Card

SOURCES = {
    "pop_rn_kabko": ("panel", None),
    "pop_dukcapil_sum_kecamatan_rawan": ("register_by_subdistrict", None),
    "pop_dukcapil_2024_25": ("register_2024", 2024),
}
"""Column of the raw file -> name of the source here, and the year it states (None where it states none)."""


def build_population(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``population``: census of 34 provinces, three sources for 38 districts and their sums for East Java."""
    rows = []
    for code, people in read_census(raw).items():
        rows.append((places.level_of(code), code, places.PROVINCES[code], "census_2020", 2020, people))
    people = read_people(raw)
    for column, (source, year) in SOURCES.items():
        rows.append(("province", "35", places.PROVINCES["35"], source, year, int(people[column].sum())))
        for code, count in people[column].items():
            rows.append(("district", code, places.DISTRICTS[code], source, year, count))
    frame = pd.DataFrame(rows, columns=["level", "code", "name", "source", "year", "population"])
    return frame.astype({"year": "Int64"})[card.names]
