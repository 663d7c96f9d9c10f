"""How far did people stay at home? Weekly means of Google's daily reports by province."""

from __future__ import annotations

import pandas as pd

from kampung_analysis.build.core import Raw, dates, fail, integers, read_rows, unique
from kampung_analysis.build.reading import complete, known, within
from kampung_analysis.build.weekly import every_day
from kampung_analysis.loaders.core import Card
from kampung_analysis.places import ISO_PROVINCES, PROVINCE_VARIANTS, PROVINCES

DAYS = {
    "mobility/2020_ID_Region_Mobility_Report.csv": ("2020-02-15", "2020-12-31"),
    "mobility/2021_ID_Region_Mobility_Report.csv": ("2021-01-01", "2021-06-19"),
}
"""File -> first and last day."""
FILES = tuple(DAYS)
SERIES = {
    "retail_and_recreation": "retail_pct",
    "grocery_and_pharmacy": "grocery_pct",
    "parks": "parks_pct",
    "transit_stations": "transit_pct",
    "workplaces": "workplaces_pct",
    "residential": "residential_pct",
}
SUFFIX = "_percent_change_from_baseline"
ENOUGH = 4
"""Days of a week that a mean needs."""


def _daily(raw: Raw, file: str) -> pd.DataFrame:
    columns = ["country_region_code", "sub_region_1", "sub_region_2", "iso_3166_2_code", "date"]
    rows = read_rows(raw, file, [*columns, *(name + SUFFIX for name in SERIES)])
    unique(rows, columns)
    foreign = rows[rows.country_region_code != "ID"]
    if len(foreign):
        value = foreign.country_region_code.iloc[0]
        raise fail(file, "not Indonesia", line=foreign.index[0], column="country_region_code", value=value)
    provinces = rows[rows.sub_region_1 != ""].copy()
    provinces.attrs["file"] = file
    code = known(provinces, "iso_3166_2_code", {iso: code for code, iso in ISO_PROVINCES.items()})
    for line, (name, found) in enumerate(zip(provinces.sub_region_1, code, strict=True)):
        if name not in PROVINCE_VARIANTS[found]:
            why = f"not a known name of province {found}; known: {', '.join(PROVINCE_VARIANTS[found])}"
            raise fail(file, why, line=provinces.index[line], column="sub_region_1", value=name)
    frame = pd.DataFrame({"date": dates(provinces, "date", "%Y-%m-%d"), "code": code})
    frame.attrs["file"] = file
    named = {iso: PROVINCES[c] for c, iso in ISO_PROVINCES.items()}
    complete(provinces, column="iso_3166_2_code", names=named)
    every_day(frame, unit="code", day="date", first=DAYS[file][0], last=DAYS[file][1])
    for source, column in SERIES.items():
        values = integers(provinces, source + SUFFIX, minimum=-100, missing=True)
        frame[column] = within(provinces, source + SUFFIX, values, -100, 300)
    return frame


def build_mobility_provinces(raw: Raw, card: Card) -> pd.DataFrame:
    """Mean daily change of visits against the baseline, by week (Monday to Sunday) and province.

    Full weeks only; a mean of fewer than four daily values is missing.

    Raises
    ------
    ValueError
        When a cell cannot be read, a province is unknown, or a province lacks a day between the first and the last.
    """
    daily = pd.concat([_daily(raw, file) for file in FILES], ignore_index=True)
    daily["week"] = daily.date - pd.to_timedelta(daily.date.dt.day_of_week, unit="D")
    groups = daily.groupby(["week", "code"])
    full = groups.size() == 7
    counts = groups[list(SERIES.values())].count()
    means = groups[list(SERIES.values())].mean().where(counts >= ENOUGH).astype("float64").round(4)
    frame = means.assign(days=counts.min(axis=1))[full].reset_index()
    frame["province"] = frame.code.map(PROVINCES)
    return frame[card.names]
