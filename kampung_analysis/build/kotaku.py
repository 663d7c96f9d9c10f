"""What did the slum programme claim and show in Kabupaten Probolinggo? Facts, five villages, derived shares."""

from __future__ import annotations

import re

import pandas as pd

from kampung_analysis.build.core import Raw, fail
from kampung_analysis.build.facts import NATION, numbered, read_facts, sources, spans, text
from kampung_analysis.build.reading import known
from kampung_analysis.loaders.core import Card

FILE = "facts/kotaku.csv"
PLACES = {
    "Kab Probolinggo": "35.13",
    "Kota Probolinggo": "35.74",
    "Indonesia": NATION,
    "Rangkang + Kalibuntu": None,
    "Kalibuntu": "35.13.14.2016",
}
VILLAGES = {
    "Kebonagung": "35.13.14.2014",
    "Asembagus": "35.13.14.2018",
    "Rangkang": "35.13.14.2006",
    "Sukokerto": "35.13.16.2010",
    "Sukomulyo": "35.13.16.2011",
}
"""Villages with cash-for-work in 2021 and their codes."""
UNITS = {
    "ha": "hectares", "desa": "villages", "Rp billion": "billion rupiah", "aspects": "aspects",
    "annexes (>=)": "annexes", "decree": "", "typo": "", "kec / desa-kel / RW / RT": "",
}  # fmt: skip
WORDS = {
    7: "only five villages got cash-for-work; the regency said the slum area had not shrunk yet",
    12: "the name of the plan is misspelt; a new baseline survey of every village is asked for 2022",
}
GROUPED = re.compile(r"\d{1,3}(,\d{3})+|\d+")
LADDER = ["subdistricts", "villages", "rw", "rt"]
SPOKEN = [
    ("K01v", 1, "villages listed as slum", 47, "villages", "47 desa/kel"),
    ("K02v", 2, "villages under the decree", 33, "villages", "33 desa"),
    ("K05v", 5, "villages with cash-for-work in East Java", 91, "villages", "91 desa/kel"),
    ("K08v", 8, "workers in cash-for-work", 315, "persons", "315 workers"),
]
"""Numbers that stand in the words of a row: id, row, measure, value, unit, the words."""
DERIVED = [
    ("hectares per listed village, 2015", "K01", "K01v", "hectares per village"),
    ("hectares per listed village, 2021", "K02", "K02v", "hectares per village"),
    ("slum area of 2021 over that of 2015", "K02", "K01", "ratio"),
    ("share of listed villages with a baseline", "K07", "K06", "share"),
    ("share of listed villages with cash-for-work", "K05", "K06", "share"),
    ("share of villages with a baseline that got cash-for-work, at most", "K05", "K07", "share"),
]
"""Measure, numerator, denominator, unit."""


def build_kotaku_villages(raw: Raw, card: Card) -> pd.DataFrame:
    """Facts of the slum programme, the five villages by code, and the shares that follow.

    Raises
    ------
    ValueError
        For an unknown place or unit, a value that is no number, or words that a number rests on and that are gone.
    """
    columns = ["date", "place", "fact", "value", "unit", "paraphrase",
               "source_title", "source_date", "source_url", "source_access"]  # fmt: skip
    rows = read_facts(raw, FILE, columns, 13, {"place": PLACES})
    frame = sources(rows)
    frame["id"], frame["kind"] = numbered(rows, "K", 2), "fact"
    undated = rows["date"] == "n/a"
    rows["date"] = rows["date"].where(~undated, "2020")
    frame["date_from"], frame["date_to"] = (days.where(~undated) for days in spans(rows, "date"))
    frame["place"], frame["code"] = rows["place"], known(rows, "place", PLACES)
    frame["measure"] = text(rows, "fact", {12: "name of the plan in seed 004", 13: "administrative units"})
    frame["unit"] = known(rows, "unit", UNITS).replace("", None)
    frame["statement"] = text(rows, "paraphrase", WORDS)
    plain = rows["value"].str.fullmatch(r"\d+(\.\d+)?")
    odd = rows.index[~plain & frame.unit.notna()]
    if len(odd):
        raise fail(FILE, "not a number", line=odd[0], column="value", value=rows.loc[odd[0], "value"])
    frame["value"] = rows["value"].where(plain).astype("float64")
    parts = []
    for line, row in frame.iterrows():
        ladder = rows.loc[line, "value"].split(" / ")
        if len(ladder) == len(LADDER):
            for step in ladder:
                if not GROUPED.fullmatch(step):
                    raise fail(FILE, f"'{step}' is not a whole number", line=line, column="value",
                               value=rows.loc[line, "value"])  # fmt: skip
            for letter, unit, value in zip("abcd", LADDER, ladder, strict=True):
                parts.append({**row, "id": row.id + letter, "unit": unit, "value": float(value.replace(",", ""))})
        else:
            parts.append(row.to_dict())
    for name, number, measure, value, unit, words in SPOKEN:
        row = _says(frame, rows, number, words)
        parts.append({**row, "id": name, "measure": measure, "value": float(value), "unit": unit})
    for letter, (name, code) in zip("abcde", VILLAGES.items(), strict=True):
        row = _says(frame, rows, 5, name)
        parts.append({**row, "id": f"K05{letter}", "kind": "village", "place": name, "code": code, "value": 1.0,
                      "measure": "cash-for-work in the village", "statement": "one of the five villages"})  # fmt: skip
    values = {part["id"]: part["value"] for part in parts}
    for number, (measure, over, under, unit) in enumerate(DERIVED, start=1):
        parts.append({"id": f"KD{number}", "kind": "derived", "place": "Kab Probolinggo", "code": "35.13",
                      "measure": measure, "value": round(values[over] / values[under], 4), "unit": unit,
                      "statement": f"{over} divided by {under}", "source_access": "derived"})  # fmt: skip
    return pd.DataFrame(parts)[card.names]


def _says(frame: pd.DataFrame, rows: pd.DataFrame, number: int, words: str) -> dict:
    line = rows.index[number - 1]
    if words not in rows.loc[line, "paraphrase"]:
        why = f"a number rests on the words {words!r}, which are gone"
        raise fail(FILE, why, line=line, column="paraphrase", value=rows.loc[line, "paraphrase"])
    return frame.loc[line].to_dict()
