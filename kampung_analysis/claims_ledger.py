"""What stands behind every verdict at once? The ledger of claims, and how far verdicts hang on worth and prior."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from kampung_analysis import corpus
from kampung_analysis.claims import Recorded, verdict
from kampung_analysis.results import Check, Estimate, quantity

FAMILIES = {
    "arithmetic, documents": "arithmetic|chronology|counts|evidence|overlap|co-mention|coding|elements|linkage",
    "before and after": "interrupted|in time|dates|rate ratio|binomial",
    "others as comparison": (
        "difference|comparison|police districts|national rate|sign test|pooling|pooled|leave|rank|dose|group-time|event"
    ),
    "synthetic control": "synthetic|placebo places|specification",
    "simulation, selection": "regression|simulation|lottery|detectable",
}
"""Family of designs -> words in the name of a design that belongs to it; the first that fits counts."""
KINDS = {
    "cause": "cause",
    "effectiveness": "effect",
    "comparison": "comparison",
    "count": "number or date",
    "origin": "origin",
    "selection": "selection",
}
"""Kind of claim as coded -> as a table says it."""


def family(design: str) -> str:
    """Family of a design, by the words in its name.

    Raises
    ------
    ValueError
        When no family knows the design.
    """
    for name, words in FAMILIES.items():
        if re.search(words, design):
            return name
    raise ValueError(f"no family of designs knows {design!r}; add a word of it to FAMILIES in {__name__}")


def estimates_of(results: Iterable[Recorded]) -> pd.Series:
    """The estimate behind each verdict, by claim."""
    found = {v.claim: _estimate(r, v.estimate) for r in results for v in r.verdicts}
    return pd.Series(found, dtype=object).sort_index()


def _estimate(result: Recorded, name: str) -> Estimate:
    return next(e for e in result.estimates.values() if e.name == name)


def ledger(results: Iterable[Recorded]) -> pd.DataFrame:
    """One row a claim with everything that its verdict rests on.

    Parameters
    ----------
    results : iterable of Recorded
        Recalled results of the notebooks.

    Returns
    -------
    pandas.DataFrame
        claim, text, kind, verdict, why, estimate (value with interval), worth, checks ("1 of 2 (1 not run)"), designs,
        estimand, would_change, holder, notebook, result (file name), facts (all ids); in the order of the claims.

    Raises
    ------
    ValueError
        When a claim was judged by no notebook, or by two.
    """
    judged: dict[str, tuple] = {}
    for result in results:
        for found in result.verdicts:
            if found.claim in judged:
                raise ValueError(f"{found.claim} is judged in {judged[found.claim][0].notebook} and {result.notebook}")
            judged[found.claim] = result, found
    rows = []
    for claim in corpus.claims():
        if claim.id not in judged:
            raise ValueError(f"{claim.id} is judged by no notebook; run {claim.notebook}")
        result, found = judged[claim.id]
        rows.append(
            {
                "claim": claim.id,
                "text": claim.text,
                "kind": KINDS[claim.kind],
                "verdict": found.verdict,
                "why": found.why,
                "estimate": _estimate(result, found.estimate).shown,
                "worth": quantity(claim.direction * claim.worth.value, claim.worth.unit),
                "checks": found.tested,
                "designs": ", ".join(claim.designs),
                "estimand": claim.estimand,
                "would_change": claim.would_change,
                "holder": claim.holder,
                "notebook": result.notebook,
                "result": f"{result.notebook}.json",
                "facts": " ".join(claim.facts),
            }
        )
    return pd.DataFrame(rows)


def rejudged(estimates: pd.Series, factors: Sequence[float]) -> pd.DataFrame:
    """Verdicts with `worth` times each factor, as if every design had stood: claims as rows, factors as columns.

    A `worth` in shares is capped at 1, for no share is larger; beyond it everything would be ruled out.
    """
    stood = [Check("recorded design", True, "judged in its notebook")]
    worths = {c: corpus.claim(c).worth for c in estimates.index}
    most = {c: 1.0 if w.unit == "share" else np.inf for c, w in worths.items()}
    words = {
        factor: [
            verdict(e, claim=c, checks=stood, worth=min(factor * worths[c].value, most[c])).verdict
            for c, e in estimates.items()
        ]
        for factor in factors
    }
    return pd.DataFrame(words, index=estimates.index)


def posterior(value, se, *, mean: float, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of a normal prior after a normal estimate.

    Parameters
    ----------
    value, se : array-like
        Estimates and their standard errors.
    mean, sd : float
        The prior.

    Returns
    -------
    tuple of numpy.ndarray
        Precision-weighted mean, and the root of the inverse of the summed precisions.
    """
    value, se = np.asarray(value, float), np.asarray(se, float)
    precision = 1 / se**2 + 1 / sd**2
    return (value / se**2 + mean / sd**2) / precision, precision**-0.5
