"""Is a share more than the whole? What the stated parts bound, and what no share can exceed."""

from __future__ import annotations

import pandas as pd

from kampung_analysis.corpus_links import findings, groups
from kampung_analysis.results import number

CHANGES = ("change", "growth", "increase", "rise", "gain")
"""Words of a quantity that may exceed 100 per cent: it compares two dates, it is no part of a whole."""


def whole_of(unit: str) -> float:
    """What shares of this unit add up to: 1 for "share", 100 for "percent …", NaN for every other unit."""
    return 1.0 if unit == "share" else 100.0 if unit.split(" ")[0] == "percent" else float("nan")


def shares_over_bound(facts: pd.DataFrame) -> pd.DataFrame:
    """A part larger than its whole, or a claimed share above the largest that the known parts of the whole allow."""
    rows = []
    for group, roles in groups(facts).items():
        if "covered" not in roles:
            continue
        covered = roles["covered"]["value"].max()
        for role in ("of", "of_part"):
            if role not in roles:
                continue
            known = roles[role]["value"].max() if role == "of" else roles[role]["value"].sum()
            ids = [*roles["covered"].index, *roles[role].index]
            if role == "of" and covered > known:
                rows.append(
                    ("share over bound", ids, f"{group}: {number(covered)} of {number(known)} is more than all")
                )
            if "share_claimed" in roles and (claimed := roles["share_claimed"]["value"].max()) > covered / known:
                most = f"{number(covered)} is at most {covered / known:.0%} of the {number(known)} known"
                finding = f"{group}: {most}, below the {claimed:.0%} claimed"
                rows.append(("share over bound", [*ids, *roles["share_claimed"].index], finding))
    return findings(rows)


def shares_over_all(facts: pd.DataFrame) -> pd.DataFrame:
    """A share over 1, a percentage over 100 that is no change, and shares of one whole that add up to more than all.

    Printed shares are rounded: parts may exceed the whole by half a unit of the last digit of each in per cent.
    """
    rows = []
    limits = facts["unit"].map(whole_of)
    part_of_all = ~facts["quantity"].str.contains("|".join(CHANGES))
    for key, row in facts[(facts["value"] > limits) & part_of_all].iterrows():
        finding = f"{row['quantity']} is {number(row['value'])} {row['unit']}, more than all"
        rows.append(("share over all", [key], finding))
    for group, roles in groups(facts).items():
        parts = facts.loc[roles["part"].index] if "part" in roles else facts.iloc[:0]
        limit = limits[parts.index]
        if parts.empty or limit.isna().any() or limit.nunique() > 1:
            continue
        percent = 100 * parts["value"] / limit
        rounding = sum(0.5 * 10 ** -len(f"{value:g}".partition(".")[2]) for value in percent)
        if percent.sum() > 100 + rounding:
            total = f"{number(parts['value'].sum())} {parts['unit'].iloc[0]}"
            rows.append(("share over all", list(parts.index), f"{group}: shares add up to {total}, more than all"))
    return findings(rows)
