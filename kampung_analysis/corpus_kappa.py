"""By how much do two coders agree beyond chance? Coefficients of a table of binary decisions.

Cohen's kappa (Cohen 1960, doi:10.1177/001316446002000104) corrects the agreement of two coders for chance;
Krippendorff's alpha (Krippendorff 2018, chapter 12) does the same without assuming two fixed coders. Tables are those
of :func:`kampung_analysis.corpus_reliability.decisions`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa


def kappa(table: pd.DataFrame) -> float:
    """Cohen's kappa of the columns `first` and `second`; NaN when both coders always decide alike in one way."""
    counts = np.zeros((2, 2))
    np.add.at(counts, (table["first"].astype(int), table["second"].astype(int)), 1)
    if (counts.sum(axis=1) == 0).any() and (counts.sum(axis=0) == 0).any():
        return float("nan")
    return float(cohens_kappa(counts, return_results=False))


def kappa_of_counts(counts: np.ndarray) -> np.ndarray:
    """Cohen's kappa (1960, equation 1) of many 2 × 2 tables.

    Parameters
    ----------
    counts : numpy.ndarray, shape (..., 4)
        Decisions by cell: neither, second only, first only, both.

    Returns
    -------
    numpy.ndarray, shape (...)
        NaN where chance agreement is complete.
    """
    share = counts / counts.sum(axis=-1, keepdims=True)
    neither, second, first, both = np.moveaxis(share, -1, 0)
    chance = (first + both) * (second + both) + (neither + second) * (neither + first)
    equal = neither + both
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.isclose(chance, 1), np.nan, (equal - chance) / (1 - chance))


def least_kappa(table: pd.DataFrame, *, level: float = 0.95) -> float:
    """Lower bound of kappa where two coders never differ, so that a bootstrap has nothing to resample.

    The share of sentences on which they would differ is at most 1 − ((1 − level) / 2) ** (1 / n) for n sentences, the
    exact binomial bound for no event. Such a sentence exchanges one code for another, two unequal decisions, and
    kappa is 1 less their share over what chance leaves: at the worst 1 − share × 2 / codes / (1 − chance).

    Parameters
    ----------
    table : pandas.DataFrame
        Decisions as from :func:`kampung_analysis.corpus_reliability.decisions`, on a field of two codes or more.
    level : float
        Confidence of the two-sided interval whose lower end this is.

    Raises
    ------
    ValueError
        For decisions that differ, which are resampled instead; for a field of one code, where nothing can be exchanged
        and a code given a few times bounds nothing; and for decisions that are all alike, where kappa has no value.
    """
    codes, given = table.index.unique("value"), table["first"].mean()
    if (table["first"] != table["second"]).any():
        raise ValueError("the coders differ, so kappa has a bootstrap interval; least_kappa is for equal passes")
    if len(codes) < 2:
        only = ", ".join(codes) or "none"
        raise ValueError(
            f"a field of one code ({only}) has no lower bound of kappa; bound the share that differs instead"
        )
    if given in (0, 1):
        raise ValueError(f"every code is {'given' if given else 'absent'} in every sentence, so kappa has no value")
    sentences = table.groupby(level=["document", "locator"]).ngroups
    differ = 1 - ((1 - level) / 2) ** (1 / sentences)
    return float(1 - differ * 2 / len(codes) / (2 * given * (1 - given)))


def alpha(table: pd.DataFrame) -> float:
    """Krippendorff's alpha for two coders, nominal data and no missing decision; NaN without variation.

    With n decisions by each of two coders, alpha = 1 − (1 − π)(2n − 1)/(2n), π being Scott's pi, which is Fleiss'
    kappa for two coders.
    """
    n = len(table)
    yes = table["first"].astype(int) + table["second"].astype(int)
    if n == 0 or yes.sum() in (0, 2 * n):
        return float("nan")
    pi = fleiss_kappa(np.column_stack([2 - yes, yes]), method="fleiss")
    return float(1 - (1 - pi) * (2 * n - 1) / (2 * n))
