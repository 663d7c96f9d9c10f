"""How strict was the national response on each day? Two Oxford indices for Indonesia as a whole."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from kampung_analysis.build.core import Raw, fail, numbers, read_rows, unique
from kampung_analysis.build.reading import complete, within
from kampung_analysis.build.strict import NUMBER
from kampung_analysis.loaders.core import Card

FILES = {
    "stringency_index": "policy/OxCGRT_timeseries_StringencyIndex_v1.csv",
    "containment_health_index": "policy/OxCGRT_timeseries_ContainmentHealthIndex_v1.csv",
}
KEYS = ["CountryCode", "RegionCode", "CityCode", "Jurisdiction"]
ROWS = 395
"""Countries and parts of countries in each file."""
FIRST, LAST = datetime(2020, 1, 1), datetime(2022, 12, 31)


def _index(raw: Raw, file: str) -> pd.Series:
    days = pd.date_range(FIRST, LAST)
    written = [f"{day:%d%b%Y}" for day in days]
    rows = read_rows(raw, file, [*KEYS, "CountryName", *written])
    unique(rows, KEYS)
    other = rows[(rows.CountryCode == "IDN") != (rows.CountryName == "Indonesia")]
    if len(other):
        why = f"the code of {other.CountryName.iloc[0]} is another one"
        raise fail(file, why, line=other.index[0], column="CountryCode", value=other.CountryCode.iloc[0])
    national = rows[(rows.CountryCode == "IDN") & (rows.Jurisdiction == "NAT_TOTAL")].copy()
    national.attrs["file"] = file
    if len(national) != 1:
        raise fail(
            file, f"{len(national)} national rows of Indonesia instead of one", column="CountryCode", value="IDN"
        )
    found = national.iloc[0][written].to_list()
    # A thousand columns of one cell: they are read at once, and the reader of columns only words the refusal.
    for day, value in zip(written, found, strict=True):
        if not NUMBER.fullmatch(value) or not 0 <= float(value) <= 100:
            within(national, day, numbers(national, day, minimum=0), 0, 100)
    complete(rows, ROWS)
    return pd.Series([float(value) for value in found], index=days)


def build_policy_stringency(raw: Raw, card: Card) -> pd.DataFrame:
    """Daily stringency and containment indices of Indonesia, 2020 to 2022.

    Raises
    ------
    ValueError
        When a day is absent, empty or outside 0 to 100, or Indonesia has not exactly one national row.
    """
    frame = pd.DataFrame({name: _index(raw, file) for name, file in FILES.items()})
    return frame.rename_axis("date").reset_index()[card.names]
