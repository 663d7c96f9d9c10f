"""Which cumulative counts did newspapers and agencies print? A yardstick for the daily series."""

from __future__ import annotations

import re

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, correct, dates, fail, integers, read_rows
from kampung_analysis.loaders.core import Card

PRINTED = "facts/covid_cumulative.csv"
DEAD = re.compile(r"(\d[\d,]*) dead")


def build_covid_cumulative(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``covid_cumulative``: cumulative confirmed cases as printed, with deaths where the source gives them."""
    columns = ["date", "place", "cumulative_confirmed", "other", "source_title", "source_url", "source_access"]
    rows = correct(read_rows(raw, PRINTED, columns), card)
    codes = []
    for line, name in rows["place"].items():
        try:
            codes.append(places.resolve(name))
        except ValueError as error:
            raise fail(PRINTED, str(error), line=line, column="place", value=name) from error
    names = places.PROVINCES | places.DISTRICTS
    deaths = rows["other"].map(lambda text: DEAD.search(text))
    frame = pd.DataFrame(
        {
            "date": dates(rows, "date", "%Y-%m-%d"),
            "code": codes,
            "place": [names[code] for code in codes],
            "cumulative_confirmed": integers(rows, "cumulative_confirmed"),
            "cumulative_deaths": deaths.map(lambda m: int(m[1].replace(",", "")) if m else None).astype("Int64"),
            "printed_by": rows["source_title"],
            "address": rows["source_url"].where(rows["source_url"] != "", None),
            "access": rows["source_access"],
        }
    )
    return frame[card.names]
