"""What is a programme? Coded facts as a matrix of stages, actors, dimensions and levels; what is filled, what is empty.

The stages are those of SARA (Eck & Spelman 1987), the actors those of the pentahelix with media as the fifth; the
quintuple helix of Carayannis, Barth & Campbell (2012, doi:10.1186/2192-5372-1-2) has the natural environment there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from kampung_analysis.results import Estimate

SARA = ("scanning", "analysis", "response", "assessment")
PENTAHELIX = ("government", "community", "academia", "business", "media")
LADDER = ("rt", "rw", "dusun", "village", "subdistrict", "district", "province", "national")


@dataclass(frozen=True)
class Coding:
    """Facts coded by two category systems.

    Parameters
    ----------
    counts : DataFrame, shape (rows, columns)
        Facts per cell, every category present, zero where nothing is coded.
    uncoded : int
        Facts that carry neither or only one of the two codes.
    """

    counts: pd.DataFrame
    uncoded: int

    @property
    def coverage(self) -> float:
        """Share of cells that hold at least one fact."""
        return float((self.counts.to_numpy() > 0).mean())

    @property
    def empty(self) -> list[tuple[str, str]]:
        """Cells without a fact, as (row, column), in the order of the matrix."""
        rows, columns = np.nonzero(self.counts.to_numpy() == 0)
        return [(self.counts.index[i], self.counts.columns[j]) for i, j in zip(rows, columns, strict=True)]

    @property
    def empty_rows(self) -> list[str]:
        """Row categories without any fact."""
        return self.counts.index[self.counts.sum(axis=1) == 0].tolist()

    def __str__(self) -> str:
        filled = int((self.counts.to_numpy() > 0).sum())
        text = f"{filled} of {self.counts.size} cells hold a fact"
        return text + (f"; nothing is coded as {', '.join(self.empty_rows)}." if self.empty_rows else ".")


def coding(
    facts: pd.DataFrame, *, rows: str, columns: str, row_order: tuple[str, ...], column_order: tuple[str, ...]
) -> Coding:
    """Count facts by two codes.

    Parameters
    ----------
    facts : DataFrame
        One row a fact. A cell of `rows` or `columns` may hold several codes separated by ";" (the fact counts in
        each) or be missing.
    rows, columns : str
        Columns of codes, such as "stage" and "actor".
    row_order, column_order : tuple of str
        The category systems, complete: categories without facts stay in the matrix.

    Returns
    -------
    Coding

    Raises
    ------
    ValueError
        When a code is not in its category system.
    """
    both = facts[[rows, columns]].astype("object").where(facts[[rows, columns]].notna(), "")
    long = both.assign(fact=range(len(both)))
    for name, order in ((rows, row_order), (columns, column_order)):
        long[name] = long[name].map(
            lambda text: list(dict.fromkeys(part.strip() for part in str(text).split(";") if part.strip())) or [""]
        )
        long = long.explode(name)
        unknown = sorted(set(long[name]) - set(order) - {""})
        if unknown:
            raise ValueError(f"{name} holds the code {unknown[0]!r}; the system has {', '.join(order)}")
    coded = long[(long[rows] != "") & (long[columns] != "")]
    counts = pd.crosstab(coded[rows], coded[columns]).reindex(index=row_order, columns=column_order, fill_value=0)
    counts.index.name, counts.columns.name = rows, columns
    return Coding(counts.astype(int), len(facts) - coded["fact"].nunique())


def overlap(lists: Mapping[str, set[str]]) -> pd.DataFrame:
    """Jaccard similarity of every pair of sets: items in both over items in either.

    Parameters
    ----------
    lists : mapping of str to set of str
        Such as the resilience dimensions by source.

    Returns
    -------
    DataFrame, shape (n, n)
        Symmetric, ones on the diagonal.

    Raises
    ------
    ValueError
        For an empty set, whose similarity is not defined.
    """
    empty = [name for name, items in lists.items() if not items]
    if empty:
        raise ValueError(f"{empty[0]!r} lists nothing; leave it out")
    names = list(lists)
    frame = pd.DataFrame(1.0, index=names, columns=names)
    for a, b in combinations(names, 2):
        frame.loc[a, b] = frame.loc[b, a] = len(lists[a] & lists[b]) / len(lists[a] | lists[b])
    return frame


def distance(near: pd.DataFrame, *, name: str, estimand: str) -> Estimate:
    """Mean Jaccard distance of lists, with a jackknife interval over lists.

    Parameters
    ----------
    near : DataFrame, shape (n, n)
        Similarities, as from :func:`overlap`; at least three lists.
    name, estimand : str
        For the estimate.

    Returns
    -------
    Estimate
        A share, 0 when all lists are equal; the interval is 1.96 standard errors of the jackknife, which leaves out one
        list at a time (Efron & Tibshirani 1993, equation 11.5) and takes lists for independent.

    Raises
    ------
    ValueError
        For fewer than three lists.
    """
    if len(near) < 3:
        raise ValueError(f"{name}: {len(near)} lists leave nothing to leave out; give three or more")
    gaps = 1 - near.to_numpy()
    if gaps.shape[0] != gaps.shape[1] or not np.isfinite(gaps).all():
        raise ValueError(f"{name}: similarities have shape {gaps.shape}; give every pair of lists one")
    n, total = len(near), gaps.sum()
    value = total / (n * (n - 1))
    dropped = (total - 2 * gaps.sum(axis=0)) / ((n - 1) * (n - 2))
    se = float(np.sqrt((n - 1) / n * ((dropped - dropped.mean()) ** 2).sum()))
    about = {"unit": "share", "se": se, "n": n, "estimand": estimand, "method": "mean over pairs, jackknife over lists"}
    return Estimate(name, float(value), float(value - 1.96 * se), float(value + 1.96 * se), **about)


def co_mentions(
    facts: pd.DataFrame, *, actor: str = "actor", by: tuple[str, ...] = ("document", "locator")
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Actors named together: edges of an undirected network.

    Parameters
    ----------
    facts : DataFrame
        Coded facts; a cell of `actor` may hold several codes separated by ";".
    actor : str
    by : tuple of str
        Columns that say what "together" means, such as the same paragraph of the same document.

    Returns
    -------
    edges : DataFrame
        `a`, `b` (alphabetical) and `together`, the number of places that name both, largest first.
    nodes : DataFrame
        `actor`, `places` that name it, and weighted `degree`.
    """
    coded = facts.dropna(subset=[actor])
    places: dict[tuple, set[str]] = {}
    for key, text in zip(coded[list(by)].itertuples(index=False, name=None), coded[actor], strict=True):
        places.setdefault(key, set()).update(part.strip() for part in str(text).split(";") if part.strip())
    pairs = [pair for names in places.values() for pair in combinations(sorted(names), 2)]
    edges = pd.DataFrame(pairs, columns=["a", "b"]).value_counts().rename("together").reset_index()
    edges = edges.sort_values(["together", "a", "b"], ascending=[False, True, True], ignore_index=True)
    counts = pd.Series([name for names in places.values() for name in names], dtype="object").value_counts()
    degree = pd.concat([edges.groupby("a")["together"].sum(), edges.groupby("b")["together"].sum()])
    nodes = counts.rename("places").to_frame().assign(degree=degree.groupby(level=0).sum())
    nodes["degree"] = nodes["degree"].fillna(0).astype(int)
    nodes.index.name = "actor"
    return edges, nodes.reset_index().sort_values(["places", "actor"], ascending=[False, True], ignore_index=True)


MOVES = ("restriction", "holiday", "testing", "definition")
"""Kinds of event that can move an outcome by themselves, from outside the programme judged."""


def in_window(
    context: pd.DataFrame,
    windows: Mapping[str, tuple[str, str]],
    *,
    codes: Collection[str] = (),
    also: Mapping[str, str | tuple[str, str]] | None = None,
    kinds: Collection[str] | None = None,
) -> pd.DataFrame:
    """Say which dated events fall inside the window of each estimate.

    Parameters
    ----------
    context : DataFrame
        Columns date_from, date_to (datetime64), scope, codes (separated by blanks), kind and event, as in
        `datasets.load_programme_context`.
    windows : mapping of str to (str, str)
        Estimate -> first and last day, both included.
    codes : collection of str, optional
        Places compared; events elsewhere are left out. A code matches those it begins with and the nation, "00".
        Everything by default.
    also : mapping of str to str or (str, str), optional
        Further events, by name, with their first day, or with that day and their scope ("Indonesia" unless said); they
        last to the end.
    kinds : collection of str, optional
        Kinds of events kept, those of `MOVES` by default.

    Returns
    -------
    DataFrame
        estimate, event, scope, from, to; in the order of windows and dates. An estimate without any has one row that
        says so.

    Raises
    ------
    ValueError
        When a window ends before it begins, or a kind asked for is not in the table.
    """
    unknown = {*(kinds or ())} - {*context.kind}
    if unknown:
        raise ValueError(f"no event is of kind {min(unknown)!r}; choose from {', '.join(sorted({*context.kind}))}")
    found = context[context.kind.isin(MOVES if kinds is None else kinds)]
    if codes:
        near = [
            any(c == "00" or c.startswith(p) or p.startswith(c) for c in listed.split() for p in codes)
            for listed in found.codes
        ]
        found = found[near]
    events = [(e.date_from, e.date_to, e.scope, e.event) for e in found.itertuples()]
    further = {k: v if isinstance(v, tuple) else (v, "Indonesia") for k, v in (also or {}).items()}
    events += [(pd.Timestamp(day), pd.Timestamp.max, scope, name) for name, (day, scope) in further.items()]
    rows = []
    for name, (first, last) in windows.items():
        first, last = pd.Timestamp(first), pd.Timestamp(last)
        if last < first:
            raise ValueError(f"the window of {name!r} ends on {last:%Y-%m-%d}, before it begins on {first:%Y-%m-%d}")
        inside = sorted(e for e in events if e[0] <= last and e[1] >= first)
        rows += [
            (name, event, scope, f"{a:%Y-%m-%d}", "open" if b == pd.Timestamp.max else f"{b:%Y-%m-%d}")
            for a, b, scope, event in inside
        ] or [(name, "nothing on the list", "", "", "")]
    return pd.DataFrame(rows, columns=["estimate", "event", "scope", "from", "to"])
