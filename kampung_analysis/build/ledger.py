"""What else happened, what was paid, what faded? Small tables of coded facts around the programme."""

from __future__ import annotations

import re

import pandas as pd

from kampung_analysis.build.core import Raw, fail, unique
from kampung_analysis.build.facts import NATION, numbered, read_facts, sources, spans, text
from kampung_analysis.build.reading import known
from kampung_analysis.loaders.core import Card

TAIL = ["source_title", "source_date", "source_url", "source_access"]
SURABAYA_RAYA, MALANG_RAYA = "35.15 35.25 35.78", "35.07 35.73 35.79"
SCOPES = {
    "Indonesia": NATION, "Jawa Timur": "35", "Jawa Timur (38)": "35", "Surabaya": "35.78",
    "Surabaya Raya": SURABAYA_RAYA, "Malang Raya": MALANG_RAYA,
    "Surabaya Raya, Malang Raya": " ".join(sorted(f"{SURABAYA_RAYA} {MALANG_RAYA}".split())),
}  # fmt: skip
THREATS = [
    ("restriction", "co_intervention"), ("restriction", "co_intervention"), ("restriction", "co_intervention"),
    ("restriction", "co_intervention"), ("restriction", "co_intervention"), ("holiday", "mixing_shock"),
    ("transmission", "pre_trend"), ("testing", "ascertainment"), ("zoning", "outcome_definition"),
    ("transmission", "claim_contradicted"), ("transmission", "trend"), ("transmission", "claim_contradicted"),
    ("survey", "mechanism"), ("pressure", "reporting"), ("zoning", "common_trend"), ("zoning", "common_trend"),
    ("zoning", "common_trend"), ("zoning", "outcome_definition"), ("zoning", "outcome_definition"),
    ("definition", "outcome_definition"), ("pressure", "reporting"), ("decay", "dose"),
    ("restriction", "co_intervention"), ("restriction", "control_contamination"), ("restriction", "co_intervention"),
]  # fmt: skip
"""Kind of event and what it threatens, in the order of the facts file."""

LONGEST = 60
"""Days that no event of the list exceeds."""

FUNNEL_DATES = {"2020-06-22", "2020-10-05", "2020-10-06", "2022-11", "2022-11-17"}
"""Dates of the sources of the award."""
FUNNEL_UNITS = {
    "kab/kota": "districts", "kab/kota (claimed)": "districts", "innovations": "innovations",
    "Rp billion": "billion rupiah", "private consultancy": "", "": "",
}  # fmt: skip
FUNNEL_LABELS = {13: "two sizes of the category in one text", 14: "which edition of the award"}
FUNNEL_NOTES = {
    13: "one passage sets five others beside the winner (six in the category), another says there are only five",
    14: "seed 000 speaks of the fourth; events of 2015, 2016, 2018 and 2020 make a fourth plausible; another outlet "
    "says every two years since 2015",
}

DECAY_PLACES = {
    "Surabaya RW04 Gununganyar": "35.78.25", "Jawa Timur": "35", "Surabaya": "35.78", "Surabaya Asemrowo": "35.78.28",
    "Jombang": "35.17",
}  # fmt: skip
RESOURCE_PLACES = {"Jawa Timur": "35", "Jawa Tengah": "33", "Surabaya": "35.78", "Blitar Kota": "35.72",
                   "Indonesia": NATION}  # fmt: skip
AMOUNTS = {
    1: [("total", 15_000_000_000, "Rp15,000,000,000"), ("per site", 17_500_000, "Rp17,500,000")],
    3: [("total", 50_000_000, "Rp50m")],
    6: [("unclear", 5_000_000, "Rp5m")],
    7: [("first prize", 5_000_000, "Rp5m"), ("second prize", 3_000_000, "3m"), ("third prize", 2_000_000, "2m")],
}
"""Row of the facts file -> what the amount buys, rupiah, and the words that say so."""


def build_programme_context(raw: Raw, card: Card) -> pd.DataFrame:
    """Events that fall into the windows of the estimates, with kind and threat on closed lists."""
    file = "facts/covid_context.csv"
    rows = read_facts(raw, file, ["date", "date_end", "scope", "event", "value", "identification_note", *TAIL], 25,
                      {"scope": SCOPES})  # fmt: skip
    frame = sources(rows)
    frame["id"] = numbered(rows, "T", 2)
    frame["date_from"], _ = spans(rows, "date")
    rows["date_end"] = rows["date_end"].where(rows["date_end"] != "", rows["date"])
    _, frame["date_to"] = spans(rows, "date_end")
    late = frame[frame.date_to < frame.date_from]
    if len(late):
        line = late.index[0]
        raise fail(file, "ends before it begins", line=line, column="date_end", value=rows.loc[line, "date_end"])
    long = frame[rows["date_end"].str.len().eq(10) & ((frame.date_to - frame.date_from).dt.days > LONGEST)]
    if len(long):
        line = long.index[0]
        why = f"lasts over {LONGEST} days; are day and month swapped?"
        raise fail(file, why, line=line, column="date_end", value=rows.loc[line, "date_end"])
    frame["scope"], frame["codes"] = rows["scope"], known(rows, "scope", SCOPES)
    frame["kind"], frame["threatens"] = zip(*THREATS, strict=True)
    frame["event"] = text(rows, "event")
    frame["figures"] = text(rows, "value")
    frame["note"] = text(rows, "identification_note", {10: "the governor had claimed 1 on 30 May"})
    return frame[card.names]


def build_awards_funnel(raw: Raw, card: Card) -> pd.DataFrame:
    """Steps of the award from 514 districts to five winners a category, with the share kept where units agree."""
    file = "facts/isna_funnel.csv"
    rows = read_facts(raw, file, ["step", "label", "value", "unit", "check", *TAIL], 14)
    unique(rows, ["step"])
    frame = sources(rows)
    known(rows, "source_date", {day: day for day in FUNNEL_DATES})
    frame["step"], frame["unit"] = rows["step"], known(rows, "unit", FUNNEL_UNITS).replace("", None)
    frame["kind"] = ["remark" if s[0] == "o" else "control" if s[0] == "c" else "step" for s in rows["step"]]
    values = []
    for line, value in rows["value"].items():
        if value and not re.fullmatch(r"\d+", value) and frame.kind[line] != "remark":
            raise fail(file, "not a whole number", line=line, column="value", value=value)
        values.append(int(value) if re.fullmatch(r"\d+", value) else None)
    frame["value"] = pd.array(values, dtype="Int64")
    shares, before = [], None
    for _, row in frame.iterrows():
        same = before is not None and row.kind == "step" and row.unit == before.unit and row.step != "5"
        shares.append(round(int(row.value) / int(before.value), 4) if same else None)
        before = row if row.kind == "step" else before
    frame["share_kept"] = pd.Series(shares, index=rows.index, dtype="float64")
    frame["label"], frame["note"] = text(rows, "label", FUNNEL_LABELS), text(rows, "check", FUNNEL_NOTES)
    organiser = frame.index[rows["step"] == "o1"]
    frame.loc[organiser, "label"] = "organiser: " + rows.loc[organiser, "value"] + ", a private consultancy"
    return frame[card.names]


def build_implementation_decay(raw: Raw, card: Card) -> pd.DataFrame:
    """Findings that sites had stopped or were started again, with counts where the source gives them."""
    file = "facts/implementation_decay.csv"
    rows = read_facts(raw, file, ["date", "place", "finding", "value", "paraphrase", "note", *TAIL], 8,
                      {"place": DECAY_PLACES})  # fmt: skip
    frame = sources(rows)
    frame["source_date"] = frame["source_date"].str.removesuffix("?")
    frame["id"] = numbered(rows, "Y", 2)
    frame["date_stated"] = rows["date"]
    rows["date"] = rows["date"].str.removesuffix("?").replace("2020-21", "2020")
    frame["date_from"], frame["date_to"] = spans(rows, "date")
    frame.loc[frame.date_stated == "2020-21", "date_to"] = pd.Timestamp("2021-12-31")
    frame["place"], frame["code"] = rows["place"], known(rows, "place", DECAY_PLACES)
    odd = rows.index[rows["value"].str.contains(" of ") & ~rows["value"].str.match(r"\d+ of \d+\b(?![.,]\d)")]
    if len(odd):
        raise fail(file, "no count of a count", line=odd[0], column="value", value=rows.at[odd[0], "value"])
    share = rows["value"].str.extract(r"^(\d+) of (\d+)")
    frame["active"], frame["of"] = (share[k].astype("Int64") for k in (0, 1))
    frame["finding"], frame["figures"] = text(rows, "finding"), text(rows, "value")
    frame["statement"] = text(rows, "paraphrase", {6: "the headline calls the programme broken"})
    frame["note"] = text(rows, "note")
    return frame[card.names]


def build_resources_incentives(raw: Raw, card: Card) -> pd.DataFrame:
    """Money, goods and rewards; amounts in rupiah where the source states them, one row an amount."""
    file = "facts/resources_incentives.csv"
    rows = read_facts(raw, file, ["item", "amount", "date", "place", "paraphrase", "note", *TAIL], 8,
                      {"place": RESOURCE_PLACES})  # fmt: skip
    frame = sources(rows)
    frame["source_date"] = [value[:10] if "." in value else value[:4] if " " in value else value
                            for value in rows["source_date"]]  # fmt: skip
    frame["id"] = numbered(rows, "M", 2)
    first, last = rows["date"].str.extract(r"^(\S+?)(?:\.\.\S+)?(?: .*)?$")[0], rows["date"]
    rows["first"] = first
    frame["date_from"], frame["date_to"] = spans(rows, "first")
    contest = last.str.contains("..", regex=False)
    frame.loc[contest, "date_to"] = pd.Timestamp("2020-07-03")
    frame["place"], frame["code"] = rows["place"], known(rows, "place", RESOURCE_PLACES)
    frame["item"], frame["amount_stated"] = text(rows, "item"), rows["amount"]
    frame["statement"], frame["note"] = text(rows, "paraphrase"), text(rows, "note")
    parts = []
    for number, (line, row) in enumerate(frame.iterrows(), start=1):
        for what, rupiah, words in AMOUNTS.get(number, [(None, None, "")]):
            if words not in row.amount_stated:
                why = f"the amount rests on the words {words!r}, which are gone"
                raise fail(file, why, line=line, column="amount", value=row.amount_stated)
            parts.append({**row, "buys": what or "not money", "amount_rp": rupiah})
    out = pd.DataFrame(parts).astype({"amount_rp": "Int64"})
    return out[card.names]
