"""Which facts belong together, and when? Groups of the column `links`, periods of dates, and findings of a rule."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

COLUMNS = ["rule", "facts", "finding"]


def findings(rows: list[tuple[str, list[str], str]]) -> pd.DataFrame:
    """Findings as a frame: rule, ids of the facts joined by semicolons, and what was found."""
    return pd.DataFrame([(rule, ";".join(ids), finding) for rule, ids, finding in rows], columns=COLUMNS)


@lru_cache(maxsize=4096)
def period(date: str, date_end: str = "") -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day that an ISO date of any precision covers; NaT for an empty one."""
    if not date:
        return pd.NaT, pd.NaT
    frequency = {4: "Y", 7: "M", 10: "D"}
    last = date_end or date
    first_day = pd.Period(date, frequency[len(date)]).start_time.normalize()
    return first_day, pd.Period(last, frequency[len(last)]).end_time.normalize()


def groups(facts: pd.DataFrame) -> dict[str, dict[str, pd.DataFrame]]:
    """Values and dates of the facts by group and role, from the column `links`."""
    members: dict[str, dict[str, list[str]]] = {}
    for key, links in facts.loc[facts["links"] != "", "links"].items():
        for link in links.split(";"):
            group, role = link.split(":")
            members.setdefault(group, {}).setdefault(role, []).append(key)
    narrow = facts[["value", "date"]].astype({"date": object})
    return {group: {role: narrow.loc[ids] for role, ids in roles.items()} for group, roles in sorted(members.items())}
