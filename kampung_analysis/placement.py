"""Were the places that came first different beforehand, and could a shuffle have made them so?

Compares chosen places with the rest before a programme begins. Nothing here judges an effect: a difference in the
baseline says how places were picked.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from kampung_analysis.results import Estimate

SIDES = ("either", "higher", "lower")
"""Directions of a permutation p: as far on either side, as high, as low."""
FEW = 10
"""Places in the smaller group below which a bootstrap within groups is too narrow."""


def difference_of_means(
    values: pd.Series,
    chosen: np.ndarray,
    *,
    rng: np.random.Generator,
    draws: int = 4000,
    level: float = 0.95,
    name: str = "chosen less the rest",
    unit: str = "",
    estimand: str = "",
) -> Estimate:
    """Mean of the chosen places less that of the rest, with a bootstrap within each group.

    Parameters
    ----------
    values : Series, shape (places,)
        Baseline, in `unit`; complete.
    chosen : array of bool, shape (places,)
        Which places were chosen.
    rng : numpy.random.Generator
        Source of the resampling.
    draws : int
        Bootstrap samples.
    level : float
        Coverage of the percentile interval.
    name, unit, estimand : str
        Handed on to the estimate.

    Returns
    -------
    Estimate
        Without a p-value; see :func:`permutation_p`. Warns of groups of fewer than `FEW` places
        (benchmarks/validity_selection.py).

    Raises
    ------
    ValueError
        When lengths differ, values are missing or either group has fewer than two places.
    """
    y, flag = _groups(values, chosen)
    first, rest = y[flag], y[~flag]
    boot = rng.choice(first, (draws, len(first))).mean(axis=1) - rng.choice(rest, (draws, len(rest))).mean(axis=1)
    low, high = np.quantile(boot, [(1 - level) / 2, (1 + level) / 2])
    method = f"difference of means, bootstrap within groups ({draws:,} draws)"
    value, fewest = float(first.mean() - rest.mean()), min(len(first), len(rest))
    few = f"{fewest} places in a group: simulated 95% bootstrap intervals cover 85% with 4, 91% with 10"
    bounds = float(low), float(high), unit, level, estimand, method
    return Estimate(name, value, *bounds, n=len(y), warnings=(few,) * (fewest < FEW))


def permutation_p(
    values: pd.Series, chosen: np.ndarray, *, rng: np.random.Generator, draws: int = 4000
) -> pd.DataFrame:
    """How often does a random choice of as many places differ from the rest as much as the real one?

    Parameters
    ----------
    values, chosen, rng
        As in :func:`difference_of_means`.
    draws : int
        Random choices; the real one is counted as one more, so that p is never zero (Phipson & Smyth 2010,
        doi:10.2202/1544-6115.1585).

    Returns
    -------
    DataFrame
        Index `SIDES`; columns p and mc_error, the standard error of p from the finite number of draws.

    Raises
    ------
    ValueError
        As :func:`difference_of_means`.
    """
    y, flag = _groups(values, chosen)
    real = y[flag].mean() - y[~flag].mean()
    shuffled = rng.permuted(np.tile(flag, (draws, 1)), axis=1)
    first = shuffled @ y / flag.sum()
    made = first - (y.sum() - first * flag.sum()) / (~flag).sum()
    slack = 1e-12 * max(1.0, float(np.abs(y).max()))
    hits = [np.abs(made) >= abs(real) - slack, made >= real - slack, made <= real + slack]
    p = np.array([(1 + hit.sum()) / (draws + 1) for hit in hits])
    return pd.DataFrame({"p": p, "mc_error": np.sqrt(p * (1 - p) / draws)}, index=list(SIDES))


def rank_correlation(x: pd.Series, y: pd.Series, *, level: float = 0.95, name: str = "rank correlation") -> Estimate:
    """Spearman's rank correlation with the interval of Bonett & Wright (2000, doi:10.1007/BF02294183).

    Parameters
    ----------
    x, y : Series, shape (places,)
        Paired by position; complete.
    level : float
        Coverage.
    name : str
        Handed on to the estimate.

    Returns
    -------
    Estimate
        Fisher's z with variance (1 + r²/2) / (n − 3), turned back; good for |r| below about 0.9.

    Raises
    ------
    ValueError
        When lengths differ, values are missing, fewer than five pairs are given or one side never varies.
    """
    a, b = pd.Series(np.asarray(x)), pd.Series(np.asarray(y))
    if len(a) != len(b) or a.isna().any() or b.isna().any():
        raise ValueError(f"{name} needs complete pairs; got {a.notna().sum()} and {b.notna().sum()} values")
    if len(a) < 5 or a.nunique() < 2 or b.nunique() < 2:
        raise ValueError(f"{name} needs five pairs that vary; got {len(a)} of {a.nunique()} and {b.nunique()} values")
    r = float(a.rank().corr(b.rank()))
    if 1 - abs(r) < 1e-12:
        return Estimate(name, round(r), method="Spearman; a perfect order has no interval", level=level, n=len(a))
    half = stats.norm.ppf(0.5 + level / 2) * math.sqrt((1 + r**2 / 2) / (len(a) - 3))
    low, high = np.tanh(math.atanh(r) + np.array([-half, half]))
    return Estimate(name, r, float(low), float(high), level=level, method="Spearman, Bonett & Wright", n=len(a))


def _groups(values, chosen) -> tuple[np.ndarray, np.ndarray]:
    y, flag = np.asarray(values, dtype=float), np.asarray(chosen, dtype=bool)
    if y.shape != flag.shape or not np.isfinite(y).all():
        raise ValueError(f"{len(flag)} choices for {int(np.isfinite(y).sum())} values; give one finite value a place")
    if min(flag.sum(), (~flag).sum()) < 2:
        raise ValueError(f"{int(flag.sum())} of {len(flag)} places are chosen; two on either side are needed")
    return y, flag
