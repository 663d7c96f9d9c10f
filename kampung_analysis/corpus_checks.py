"""Do the documents contradict themselves or each other, and which of them repeat one source?

Each rule is a function of the facts frame and returns rows (`rule`, `facts`, `finding`); none knows a document. What
belongs together is said in the column `links` (pairs group:role, see `seeds/README.md`), whether it fits is decided
here. A finding is a reason to read again, not a proof of error.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd

from kampung_analysis.corpus_links import findings, groups, period
from kampung_analysis.corpus_shares import shares_over_all, shares_over_bound
from kampung_analysis.results import number

FLOWS = ("crimes", "crime_index", "burglary", "robbery", "vehicle_theft")
"""Quantities counted over a period: they are compared only when the periods are the same."""
VALUED = ("number", "duration", "claim")
"""Kinds whose values are compared."""
UTTERANCES = ("statement_date", "remark")
"""Quantities of dates on which somebody spoke: one place has many."""
MONTH = 365.25 / 12


def conflicting_values(facts: pd.DataFrame) -> pd.DataFrame:
    """Same place, programme, quantity and unit at the same time, but different values; or one thing dated twice.

    Compared are numbers, durations, and claims that hold a value, and the dates of things that happen once.

    Flows are compared when their periods are equal. Stocks are compared when their periods overlap, and across
    documents only when neither period is longer than a week, since a stock may grow within a month.
    """
    rows = []
    stated = facts[facts["kind"].isin(VALUED) & facts["value"].notna()]
    stated = stated[(stated["date"] != "") & (stated["place"] != "")]
    alike: dict[tuple, list] = {}
    for row in stated.itertuples():
        alike.setdefault((row.place, row.programme, row.quantity, row.unit), []).append(row)
    for (place, _, quantity, unit), part in sorted(alike.items()):
        for x, y in combinations(part, 2):
            if x.value == y.value:
                continue
            (start_x, end_x), (start_y, end_y) = period(x.date, x.date_end), period(y.date, y.date_end)
            if quantity.startswith(FLOWS):
                meet = (start_x, end_x) == (start_y, end_y)
            else:
                short = max(end_x - start_x, end_y - start_y).days <= 7 or x.document == y.document
                meet = start_x <= end_y and start_y <= end_x and short
            if meet:
                found = f"{quantity} at {place} is {number(x.value)} and {number(y.value)} {unit} ({x.date})"
                rows.append(("conflicting values", [x.Index, y.Index], found))
    dated = facts[(facts["kind"] == "date") & (facts["date"] != "") & (facts["quantity"] != "")]
    dated = dated[~dated["quantity"].isin(UTTERANCES)]
    for (place, _, quantity), part in dated.groupby(["place", "programme", "quantity"]):
        for x, y in combinations(part.itertuples(), 2):
            (start_x, end_x), (start_y, end_y) = period(x.date, x.date_end), period(y.date, y.date_end)
            if start_x > end_y or start_y > end_x:
                found = f"{quantity} at {place} is dated {x.date} and {y.date}"
                rows.append(("conflicting values", [x.Index, y.Index], found))
    return findings(rows)


def falling_stock(facts: pd.DataFrame) -> pd.DataFrame:
    """A stock of sites that is smaller at a later date than it was before; the finding names the units."""
    rows = []
    stock = facts[
        (facts["kind"] == "number") & facts["quantity"].str.fullmatch("sites(_k.*)?") & facts["value"].notna()
    ]
    stock = stock[stock["date"].str.len() >= 7]
    for (place, _), part in stock.groupby(["place", "programme"]):
        days = [period(*dates) for dates in zip(part["date"], part["date_end"], strict=True)]
        part = part.assign(first=[d[0] for d in days], last=[d[1] for d in days]).sort_values("last", kind="stable")
        best = part.index[0]
        for key in part.index[1:]:
            before, now = part.loc[best], part.loc[key]
            if now["value"] < before["value"] and now["first"] > before["last"]:
                fall = f"{number(before['value'])} {before['unit']} on {before['date']} to"
                fall = f"{fall} {number(now['value'])} {now['unit']} on {now['date']}"
                rows.append(("falling stock", [best, key], f"sites at {place} fall from {fall}"))
            elif now["value"] > before["value"]:
                best = key
    return findings(rows)


def one_thing_counted(facts: pd.DataFrame) -> pd.DataFrame:
    """Numbers printed for one thing that differ, across units and documents: stock, launch and places reached."""
    rows = []
    for group, roles in groups(facts).items():
        counted = roles.get("counted")
        if counted is None or counted["value"].nunique() < 2:
            continue
        said = facts.loc[counted.index].assign(end=lambda d: [period(*x)[1] for x in d[["date", "date_end"]].values])
        said = said.sort_values("end", kind="stable").drop_duplicates(["value", "unit"])
        words = [
            f"{number(v)} {u}{' launched' if q.startswith('sites_launched') else ''} ({d})"
            for v, u, q, d in said[["value", "unit", "quantity", "date"]].itertuples(index=False)
        ]
        rows.append(("one thing counted", list(counted.index), f"{group}: {', '.join(words)}"))
    return findings(rows)


def parts_and_wholes(facts: pd.DataFrame) -> pd.DataFrame:
    """Parts, members or others that do not make up the whole of their group, and factors that miss the product."""
    rows = []
    for group, roles in groups(facts).items():
        whole = roles.get("whole")
        sums = {
            "part": ("parts add up to", lambda f: f["value"].sum()),
            "member": ("members listed number", len),
            "others": ("others and the winner make", lambda f: f["value"].iloc[0] + 1),
        }
        for role, (words, total) in sums.items():
            if whole is not None and role in roles and total(roles[role]) != whole["value"].iloc[0]:
                made, said = number(float(total(roles[role]))), number(whole["value"].iloc[0])
                rows.append(
                    ("parts and wholes", [*whole.index, *roles[role].index], f"{group}: {words} {made}, not {said}")
                )
        if {"product", "factor"} <= set(roles):
            made, said = roles["factor"]["value"].prod(), roles["product"]["value"].iloc[0]
            if not np.isclose(made, said, rtol=0.01):
                ids = [*roles["product"].index, *roles["factor"].index]
                rows.append(("parts and wholes", ids, f"{group}: factors make {number(made)}, not {number(said)}"))
    return findings(rows)


def stated_changes(facts: pd.DataFrame, *, slack: float = 0.05) -> pd.DataFrame:
    """A stated change in per cent that the two numbers beside it do not give.

    Parameters
    ----------
    facts : pandas.DataFrame
        As from `corpus.facts()`.
    slack : float
        Percentage points granted beyond half a unit of the last digit that the statement prints.
    """
    rows = []
    for group, roles in groups(facts).items():
        if {"before", "after", "change_pct"} <= set(roles):
            before, after = roles["before"]["value"].iloc[0], roles["after"]["value"].iloc[0]
            said, made = roles["change_pct"]["value"].iloc[0], 100 * (after / before - 1)
            digits = len(f"{said:g}".partition(".")[2])
            if abs(said - made) > 0.5 * 10**-digits + slack:
                ids = [*roles["before"].index, *roles["after"].index, *roles["change_pct"].index]
                rows.append(
                    ("stated change", ids, f"{group}: stated {number(said)} %, the numbers give {number(made)} %")
                )
    return findings(rows)


def dates_out_of_order(facts: pd.DataFrame) -> pd.DataFrame:
    """Intervals that end before they start, baselines after treatment, weekdays that the calendar denies."""
    rows = []
    for key, row in facts[facts["date"] != ""].iterrows():
        first, last = period(row["date"], row["date_end"])
        if last < first:
            rows.append(("dates out of order", [key], f"ends {row['date_end']} before it starts {row['date']}"))
        days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
        if row["unit"] in days and len(row["date"]) == 10 and first.day_name() != row["unit"]:
            rows.append(("dates out of order", [key], f"{row['date']} was a {first.day_name()}, not a {row['unit']}"))
    for group, roles in groups(facts).items():
        if {"baseline", "treatment"} <= set(roles):
            baseline = min(period(d)[0] for d in roles["baseline"]["date"])
            treatment = min(period(d)[0] for d in roles["treatment"]["date"])
            if baseline > treatment:
                found = f"{group}: baseline of {baseline.year} comes after treatment of {treatment.year}"
                rows.append(("dates out of order", [*roles["baseline"].index, *roles["treatment"].index], found))
    return findings(rows)


def durations_too_long(facts: pd.DataFrame) -> pd.DataFrame:
    """A duration longer than the time since the earliest dated start; half a unit is granted to rounding."""
    rows = []
    for group, roles in groups(facts).items():
        starts = [roles[r] for r in ("start", "earliest_start") if r in roles]
        if "duration" not in roles or not starts:
            continue
        begun = pd.concat(starts)
        days = {key: period(d)[0] for key, d in begun["date"].items()}
        for key, row in roles["duration"].iterrows():
            spent = {k: (period(row["date"])[1] - d).days / MONTH for k, d in days.items()}
            if row["value"] - 0.5 > max(spent.values()):
                most = number(max(spent.values()), 2)
                found = f"{group}: {number(row['value'])} months stated, at most {most} since the earliest dated start"
                rows.append(("duration too long", [key, *begun.index], found))
    return findings(rows)


RULES: tuple[Callable[[pd.DataFrame], pd.DataFrame], ...] = (
    *(conflicting_values, falling_stock, one_thing_counted, parts_and_wholes, shares_over_bound, shares_over_all),
    *(stated_changes, dates_out_of_order, durations_too_long),
)


def contradictions(facts: pd.DataFrame) -> pd.DataFrame:
    """Findings of every rule.

    Parameters
    ----------
    facts : pandas.DataFrame
        As from `corpus.facts()`: indexed by fact id.

    Returns
    -------
    pandas.DataFrame
        Columns `rule`, `facts` (ids joined by semicolons) and `finding`.
    """
    return pd.concat([rule(facts) for rule in RULES], ignore_index=True)


def shared_figures(facts: pd.DataFrame, *, least: float = 100, few: int = 6) -> pd.DataFrame:
    """Pairs of documents that print the same distinctive figures: a sign that they repeat one release.

    Parameters
    ----------
    facts : pandas.DataFrame
        As from `corpus.facts()`.
    least : float
        Figures below this are too common to be telling; so are multiples of 100.
    few : int
        A figure printed by more than this many documents is common knowledge.

    Returns
    -------
    pandas.DataFrame
        `first`, `second` (document ids), `shared` (number of figures in common), `figures` (quantity and value), and
        `overlap`, the shared part of the distinctive figures of the shorter list (0 to 1); most shared first.
    """
    telling = facts[(facts["kind"] == "number") & (facts["value"] >= least) & (facts["value"] % 100 != 0)]
    names = zip(telling["quantity"], telling["place"], telling["value"], strict=True)
    telling = telling.assign(figure=[f"{quantity} at {place} {number(value)}" for quantity, place, value in names])
    lists = telling.groupby("document")["figure"].agg(set)
    spread = telling.groupby("figure")["document"].nunique()
    rows = []
    for a, b in combinations(lists.index, 2):
        common = sorted(f for f in lists[a] & lists[b] if spread[f] <= few)
        if common:
            overlap = len(common) / min(len(lists[a]), len(lists[b]))
            rows.append((a, b, len(common), "; ".join(common), overlap))
    table = pd.DataFrame(rows, columns=["first", "second", "shared", "figures", "overlap"])
    return table.sort_values(["shared", "overlap"], ascending=False, kind="stable", ignore_index=True)
