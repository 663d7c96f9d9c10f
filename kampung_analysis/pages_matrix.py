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
    "overdispersion": "Over\u00addispersion",
    "autocorrelation": "Auto\u00adcorrelation",
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
WARNED = 0.8
"""Share of replications with a printed warning from which a method counts as warning of a fault."""
FIRST = ("validity_series", "validity_staggered", "validity_synthetic")
"""Files whose methods stand first."""
TEXTS = {
    "en": "{methods} methods and checks under the faults of real data. Each cell is the worst share among the "
    "studies of that fault, rounded to the worse side; {least} to {most} replications each. Intervals promise"
    " a coverage of 0.95, tests 0.05 of false positives. Of {cells} cells of intervals {low} lie below 0.90 "
    "and are bold, as are false positives above 0.10. In {told} of these cells the printed result carries a "
    "warning; the fault of the {quiet} with † the method cannot see, so it stays with the reader (listed in "
    "benchmarks/README.md). “Few clusters” are few units, donors or places, and short series; a dash marks a "
    "fault that cannot reach the method.",
    "id": "{methods} metode dan pemeriksaan di bawah cacat data nyata. Tiap sel adalah bagian terburuk di antara "
    "studi cacat itu, dibulatkan ke sisi yang lebih buruk; masing-masing {least} sampai {most} ulangan. "
    "Interval menjanjikan cakupan 0,95, uji 0,05 positif palsu. Dari {cells} sel interval, {low} di bawah "
    "0,90 dan dicetak tebal, begitu pula positif palsu di atas 0,10. Pada {told} sel itu hasil cetak memuat "
    "peringatan; cacat pada {quiet} sel bertanda † tidak dapat dilihat metode itu dan menjadi tanggungan "
    "pembaca (terdaftar di benchmarks/README.md). “Sedikit klaster” berarti sedikit unit, donor, atau tempat,"
    " dan deret pendek; tanda pisah menandai cacat yang tidak dapat mengenai metode itu.",
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
    shares, sizes = {}, []
    files = [name for name in benchmarks if name.startswith("validity")]
    for place, name in enumerate(sorted(files, key=lambda name: (name not in FIRST, name))):
        for row in benchmarks[name].get("rows", []):
            if row.get("family") not in FAMILIES or row.get("effect", "none") != "none":
                continue
            kind = next(kind for kind in COUNTED if row.get(kind) is not None)
            key = [*COUNTED].index(kind), place, row["estimator"], kind
            found = row[kind], row.get("warned", 0) < WARNED
            shares.setdefault(key, {}).setdefault(row["family"], []).append(found)
            sizes.append(row["replications"])
    if not shares:
        return ""
    body, cells = [], []
    for (_, _, estimator, kind), families in sorted(shares.items()):
        words, worst, broken = COUNTED[kind]
        told = {family: worst(share for share, _ in found) for family, found in families.items()}
        quiet = {family for family, found in families.items() if any(broken(share) and q for share, q in found)}
        if kind == "coverage":
            cells += [(broken(share), family in quiet) for family, share in told.items()]
        shown = [_cell(told.get(f), worst, broken, kind == "coverage" and f in quiet) for f in FAMILIES]
        body.append((plain(estimator), word(words), *shown))
    grouped = [f"{size:,}" if language == "en" else f"{size:,}".replace(",", ".") for size in (min(sizes), max(sizes))]
    counts = {"methods": len(shares), "cells": len(cells), "least": grouped[0], "most": grouped[1]}
    low, quiet = (sum(column) for column in zip(*cells, strict=True)) if cells else (0, 0)
    counts |= {"low": low, "quiet": quiet, "told": low - quiet}
    said = TEXTS[language].format(**counts)
    return f"{plain(said)}\n\n" + table(["Method or check", "Counted", *FAMILIES.values()], body)


def _cell(share, worst, broken, quiet) -> str:
    if share is None:
        return "–"
    hundredths = round(100 * share, 6)
    told = f"{(math.floor(hundredths) if worst is min else math.ceil(hundredths)) / 100:.2f}"
    return f"**{told}**{' †' * quiet}" if broken(share) else told
