"""Which cumulative counts did newspapers and agencies print? A yardstick for the daily series."""

from __future__ import annotations

import re

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, correct, dates, fail, integers, unique
from kampung_analysis.build.facts import read_facts
from kampung_analysis.build.reading import coded
from kampung_analysis.loaders.core import Card

PRINTED = "facts/covid_cumulative.csv"
DEAD = re.compile(r"(?<![\d,.])(\d{1,3}(?:,\d{3})+|\d+) dead")
PLACES = (
    "Jawa Timur", "Surabaya", "Sidoarjo", "Gresik", "Kab Kediri", "Lamongan", "Kota Probolinggo", "Kab Probolinggo",
)  # fmt: skip
"""Places with a printed count."""


def build_covid_cumulative(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``covid_cumulative``: cumulative confirmed cases as printed, with deaths where the source gives them."""
    columns = ["date", "place", "cumulative_confirmed", "other", "source_title", "source_date", "source_url",
               "source_access"]  # fmt: skip
    rows = correct(read_facts(raw, PRINTED, columns, 22, {"place": PLACES}), card)
    unique(rows, ["date", "place"])
    codes = coded(rows, "place")
    names = places.PROVINCES | places.DISTRICTS
    deaths = rows["other"].map(lambda text: DEAD.search(text))
    unread = rows.index[deaths.isna() & rows["other"].str.contains("dead")]
    if len(unread):
        why = "no whole number of deaths"
        raise fail(PRINTED, why, line=unread[0], column="other", value=rows.at[unread[0], "other"])
    frame = pd.DataFrame(
        {
            "date": dates(rows, "date", "%Y-%m-%d"),
            "code": codes,
            "place": codes.map(names),
            "cumulative_confirmed": integers(rows, "cumulative_confirmed"),
            "cumulative_deaths": deaths.map(lambda m: int(m[1].replace(",", "")) if m else None).astype("Int64"),
            "printed_by": rows["source_title"],
            "address": rows["source_url"].where(rows["source_url"] != "", None),
            "access": rows["source_access"],
        }
    )
    for (_, place), part in frame.sort_values("date", kind="stable").groupby(["code", "place"]):
        step = part["cumulative_confirmed"].diff()
        if (step < 0).any():
            line = step.index[step < 0][0]
            why = f"the cumulative count of {place} falls by {int(-step[line])}"
            value = int(part.at[line, "cumulative_confirmed"])
            raise fail(PRINTED, why, line=line, column="cumulative_confirmed", value=value)
    return frame[card.names]
