"""How does every method stand under every fault of real data? One compact table from all simulation studies.

The files of ``benchmarks/results/validity_*.json`` name the family of each simulated fault; a cell shows the worst
share of its family, rounded to the worse side. :mod:`kampung_analysis.pages_measured` shows the rows behind it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from kampung_analysis.pages_markdown import plain, table, word

FAMILIES = {
    "none": "No fault",
    "overdispersion": "Overdispersion",
    "autocorrelation": "Autocorrelation",
    "worst-first placement": "Worst first",
    "wrong dates": "Wrong dates",
    "few clusters": "Few clusters",
}
"""Family of faults -> head of its column."""
COUNTED = {
    "coverage": ("coverage", min, lambda share: share < 0.9),
    "false_positive_rate": ("false positives", max, lambda share: share > 0.1),
    "failed": ("check fails", max, lambda share: False),
    "supported": ("supported without an effect", max, lambda share: share > 0.05),
}
"""Share of a row -> its words, which share of a family is the worst, and when it breaks its promise."""
TEXTS = {
    "en": "{methods} methods and checks under the faults of real data. Each cell is the worst share among the studies "
    "of that fault, rounded to the worse side; {least} to {most} replications each. Intervals promise a coverage of "
    "0.95, tests 0.05 of false positives. Of {cells} cells of intervals {low} lie below 0.90 and are bold, as are "
    "false positives above 0.10. “Few clusters” are few units, donors or places, and short series; a dash "
    "marks a fault that cannot reach the method.",
    "id": "{methods} metode dan pemeriksaan di bawah cacat data nyata. Tiap sel adalah bagian terburuk di antara studi "
    "cacat itu, dibulatkan ke sisi yang lebih buruk; masing-masing {least} sampai {most} ulangan. Interval menjanjikan "
    "cakupan 0,95, uji 0,05 positif palsu. Dari {cells} sel interval, {low} di bawah 0,90 dan dicetak tebal, begitu "
    "pula positif palsu di atas 0,10. “Sedikit klaster” berarti sedikit unit, donor, atau tempat, dan deret pendek; "
    "tanda pisah menandai cacat yang tidak dapat mengenai metode itu.",
}


def validity_matrix(benchmarks: Mapping, language: str = "en") -> str:
    """A sentence and a table with a row for each method and check, a column for each family of faults.

    Parameters
    ----------
    benchmarks : mapping of str to mapping
        Files of results by name; those that begin with "validity" are read.
    language : {"en", "id"}

    Returns
    -------
    str
        Markdown; empty without rows of a known family.
    """
    shares, rows = {}, []
    for name in sorted(benchmarks):
        found = benchmarks[name].get("rows", []) if name.startswith("validity") else []
        rows += [row for row in found if row.get("family") in FAMILIES and row.get("effect", "none") == "none"]
    for row in rows:
        kind = next(kind for kind in COUNTED if row.get(kind) is not None)
        shares.setdefault((row["estimator"], kind), {}).setdefault(row["family"], []).append(row[kind])
    if not shares:
        return ""
    body, cells = [], []
    for (estimator, kind), families in shares.items():
        words, worst, broken = COUNTED[kind]
        told = {family: worst(found) for family, found in families.items()}
        cells += [broken(share) for share in told.values()] if kind == "coverage" else []
        shown = [_cell(told.get(family), worst, broken) for family in FAMILIES]
        body.append((plain(estimator), word(words), *shown))
    sizes = [row["replications"] for row in rows]
    counts = {"methods": len(shares), "cells": len(cells), "low": sum(cells), "least": min(sizes), "most": max(sizes)}
    said = TEXTS[language].format(**counts)
    return f"{plain(said)}\n\n" + table(["Method or check", "Counted", *FAMILIES.values()], body)


def _cell(share, worst, broken) -> str:
    if share is None:
        return "–"
    hundredths = round(100 * share, 6)
    told = f"{(math.floor(hundredths) if worst is min else math.ceil(hundredths)) / 100:.2f}"
    return f"**{told}**" if broken(share) else told
