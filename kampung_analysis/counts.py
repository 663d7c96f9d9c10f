"""How far did a count change, and could chance have done it? Ratios of recorded counts and what a prior makes of them.

Recorded crimes are counts that vary more than a Poisson law allows: districts differ in their change from year to year
for reasons that no interval from two counts alone contains. Both intervals are offered, with and without that spread.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from kampung_analysis.results import Estimate


def rate_ratio(
    before: int, after: int, *, exposure: float = 1.0, spread: float = 0.0, level: float = 0.95, name: str = "change"
) -> Estimate:
    """Log ratio of two counts with its interval.

    Without `spread` the interval is exact: given the sum, the later of two Poisson counts is binomial, and
    Clopper-Pearson bounds of its share become bounds of the ratio (Przyborowski & Wilenski 1940,
    doi:10.1093/biomet/31.3-4.313). With it, log ratios are taken as normal with variance
    1/before + 1/after + spread², the first two terms by the delta method.

    Parameters
    ----------
    before, after : int
        Counts.
    exposure : float
        Time or population at risk of `after` over that of `before`.
    spread : float
        Standard deviation, in log points, of true changes between comparable places; see :func:`pooled_change`.
    level : float
        Coverage.
    name : str
        Name of the estimate.

    Returns
    -------
    Estimate
        In log points; `p` is two-sided against no change. Without `spread` a zero count gives an infinite bound.

    Raises
    ------
    ValueError
        For counts that are negative or no whole numbers, two zeros, or a `spread` with a zero count.
    """
    if not all(0 <= x < math.inf and x == int(x) for x in (before, after)) or max(before, after) == 0:
        raise ValueError(f"{name}: {before} and {after} are no two counts to compare; give whole numbers, not both 0")
    before, after = int(before), int(after)
    if not 0 < exposure < math.inf or not 0 <= spread < math.inf or (spread > 0 and min(before, after) == 0):
        raise ValueError(f"{name}: exposure {exposure} and spread {spread} do not suit the counts {before} and {after}")
    value = math.log(after / before / exposure) if before and after else math.copysign(math.inf, after - before)
    if spread:
        se = math.sqrt(1 / before + 1 / after + spread**2)
        z = stats.norm.ppf((1 + level) / 2)
        p = 2 * stats.norm.sf(abs(value) / se)
        return Estimate(
            name, value, value - z * se, value + z * se, unit="log points", level=level, se=se, p=p,
            n=int(before + after), method="delta method with spread between places",
        )  # fmt: skip
    total = int(before + after)
    share = stats.binomtest(int(after), total, exposure / (1 + exposure))
    bounds = share.proportion_ci(level, method="exact")
    low, high = (_log_odds(bound) - math.log(exposure) for bound in (bounds.low, bounds.high))
    return Estimate(
        name, value, low, high, unit="log points", level=level, p=float(share.pvalue), n=total,
        method="exact conditional binomial (doi:10.1093/biomet/31.3-4.313)",
    )  # fmt: skip


def pooled_change(
    frame: pd.DataFrame, *, before: str = "before", after: str = "after", name: str = "pooled change"
) -> tuple[Estimate, float]:
    """Random-effects mean of log ratios over places, and the spread of the places about it.

    The estimator is the iterated one of Paule & Mandel (1982, doi:10.6028/jres.087.022) with the interval of Hartung &
    Knapp (2001, doi:10.1002/sim.1009), as `statsmodels.stats.meta_analysis.combine_effects` computes them.

    Parameters
    ----------
    frame : DataFrame
        One row a place, counts above zero.
    before, after : str
        Columns of counts.
    name : str
        Name of the estimate.

    Returns
    -------
    tuple
        The pooled Estimate in log points, and the standard deviation τ of true changes between places.

    Raises
    ------
    ValueError
        With fewer than three places whose counts are above zero.
    """
    from statsmodels.stats.meta_analysis import combine_effects

    first, second = frame[before].to_numpy(float), frame[after].to_numpy(float)
    if len(first) < 3 or not (np.minimum(first, second) > 0).all():
        raise ValueError(f"{name}: pooling needs at least three places with counts above zero; got {len(first)}")
    fit = combine_effects(np.log(second / first), 1 / first + 1 / second, method_re="iterated", use_t=True)
    value, se, (low, high) = fit.mean_effect_re, fit.sd_eff_w_re_hksj, fit.conf_int()[3]
    estimate = Estimate(
        name, float(value), float(low), float(high), unit="log points", se=float(se), n=len(first),
        p=float(2 * stats.t.sf(abs(value / se), len(first) - 1)),
        method="random effects, Paule-Mandel, Hartung-Knapp interval (doi:10.1002/sim.1009)",
    )  # fmt: skip
    return estimate, math.sqrt(max(0.0, fit.tau2))


def against_others(own: Estimate, others: Estimate, *, spread: float, name: str, level: float = 0.95) -> Estimate:
    """One place's change minus that of the others, as uncertain as one place among them is.

    The interval is that of a prediction (Higgins, Thompson & Spiegelhalter 2009, doi:10.1111/j.1467-985X.2008.00552.x,
    equation 12): variance of the own count, of the pooled mean and of a new place, t with `others.n` − 2 degrees.

    Parameters
    ----------
    own : Estimate
        From :func:`rate_ratio` without spread; its standard error is read off its interval.
    others : Estimate
        From :func:`pooled_change` without the place.
    spread : float
        τ of the others, log points.
    name : str
        Name of the estimate.
    level : float
        Coverage.

    Raises
    ------
    ValueError
        When the place has a zero count, so that its log ratio has no finite interval.
    """
    if not own.finite:
        raise ValueError(f"{name}: {own.name} has a zero count and no finite interval; widen its period")
    noise = (own.high - own.low) / (2 * stats.norm.ppf((1 + own.level) / 2))
    se = math.sqrt(noise**2 + others.se**2 + spread**2)
    half = stats.t.ppf((1 + level) / 2, others.n - 2) * se
    value = own.value - others.value
    p = float(2 * stats.t.sf(abs(value) / se, others.n - 2))
    return Estimate(
        name, value, value - half, value + half, unit="log points", level=level, se=se, p=p, n=others.n + 1,
        method="difference to the pooled others, prediction interval (doi:10.1111/j.1467-985X.2008.00552.x)",
    )  # fmt: skip


def normal_update(prior: tuple[float, float], data: tuple[float, float], *, name: str = "posterior") -> Estimate:
    """Normal prior times normal likelihood: means weighted by precision (Gelman et al. 2013, section 2.5).

    Parameters
    ----------
    prior, data : tuple of float
        Mean and standard deviation of the prior; estimate and standard error of the data. Log points.
    name : str
        Name of the estimate.

    Returns
    -------
    Estimate
        Posterior mean with its central 95 % interval, in log points. The error of the data is taken as known: with a
        pooled ratio of four places simulated intervals cover 85 % (benchmarks/validity_counts.py).
    """
    if min(prior[1], data[1]) <= 0:
        raise ValueError(f"{name}: standard deviations must be above zero, got {prior[1]} and {data[1]}")
    weights = 1 / prior[1] ** 2, 1 / data[1] ** 2
    mean = (weights[0] * prior[0] + weights[1] * data[0]) / sum(weights)
    sd = 1 / math.sqrt(sum(weights))
    z = stats.norm.ppf(0.975)
    return Estimate(name, mean, mean - z * sd, mean + z * sd, unit="log points", se=sd, method="normal-normal update")


def _log_odds(share: float) -> float:
    if share in (0, 1):
        return math.inf if share else -math.inf
    return math.log(share / (1 - share))
