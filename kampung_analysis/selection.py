"""Who got the programme, and what does choosing them do to a before-and-after comparison?

Worst-first placement and regression to the mean; what selection alone would have produced; the bias of a baseline that
was taken late. Every function takes frames or numbers and hands back frames or estimates.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from kampung_analysis.inputs import check_complete, check_number
from kampung_analysis.results import Estimate
from kampung_analysis.selection_simulated import simulate_rebaseline, simulate_worst_first
from kampung_analysis.timeline import check_periods

__all__ = [
    "compare_scores",
    "follow_worst",
    "regression_to_mean",
    "selection_alone",
    "simulate_rebaseline",
    "simulate_worst_first",
    "variance_components",
]


def follow_worst(
    wide: pd.DataFrame, *, share: float = 0.1, horizon: int = 8, rng: np.random.Generator, draws: int = 500
) -> pd.DataFrame:
    """Take the worst units of every week and follow them: how far do they fall on their own?

    Parameters
    ----------
    wide : DataFrame, shape (weeks, units)
        Outcome, complete, weeks in order and none left out; use only weeks before any programme.
    share : float
        Part of the units that counts as worst, such as the worst decile.
    horizon : int
        Weeks to follow.
    rng : numpy.random.Generator
        For the interval, a bootstrap over units (Efron & Tibshirani 1993, chapter 8).
    draws : int
        Bootstrap replications.

    Returns
    -------
    DataFrame
        By `lag` 0 to `horizon`: mean outcome of the `selected` and of the `rest`, the `ratio` of the selected to
        their own week of selection, and its bootstrap bounds `low` and `high` (95 %). Averaged over start weeks
        with a full horizon.

    Raises
    ------
    TypeError, ValueError
        For a table with too few weeks or units, cells that are no finite numbers, a share that is none, or worst units
        whose outcome is zero.
    """
    check_complete(wide)
    check_periods(wide.index)
    values = wide.to_numpy(float)
    weeks, units = values.shape
    check_number("draws", draws, least=1, whole=True)
    check_number("horizon", horizon, least=1, whole=True)
    starts = weeks - horizon
    count = max(1, round(share * units))
    if starts < 2 or not 0 < share < 1 or units < 5:
        raise ValueError(
            f"{weeks} weeks and {units} units cannot be followed for {horizon} weeks; need at least "
            f"{horizon + 2} weeks, 5 units and a share between 0 and 1 (got {share})"
        )

    def paths(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sample = values[:, columns]
        order = np.argsort(-sample[:starts], axis=1, kind="stable")
        chosen = np.empty((starts, horizon + 1))
        others = np.empty((starts, horizon + 1))
        for lag in range(horizon + 1):
            ranked = np.take_along_axis(sample[lag : starts + lag], order, axis=1)
            chosen[:, lag], others[:, lag] = ranked[:, :count].mean(1), ranked[:, count:].mean(1)
        return chosen.mean(0), others.mean(0)

    selected, rest = paths(np.arange(units))
    if selected[0] == 0:
        raise ValueError("the worst units have an outcome of zero in every week; there is nothing to fall from")
    boot = np.array([paths(rng.integers(units, size=units))[0] for _ in range(draws)])
    ratios = boot / boot[:, :1]
    low, high = np.quantile(ratios, [0.025, 0.975], axis=0)
    lag = pd.RangeIndex(horizon + 1, name="lag")
    frame = pd.DataFrame({"selected": selected, "rest": rest, "ratio": selected / selected[0]}, index=lag)
    return frame.assign(low=low, high=high).reset_index()


def variance_components(wide: pd.DataFrame) -> dict[str, float]:
    """Between- and within-unit variance of a balanced panel (one-way analysis of variance).

    Parameters
    ----------
    wide : DataFrame, shape (weeks, units)
        Outcome, complete, already cleared of what all units share (subtract each week's mean).

    Returns
    -------
    dict
        `mean`, `between` and `within` (variances, in squared units of the outcome; between not below zero), and
        `intraclass`, the share of the total that is between units.

    Raises
    ------
    TypeError, ValueError
        For fewer than two weeks or units, cells that are no finite numbers, or cells that are all equal.
    """
    check_complete(wide)
    values = wide.to_numpy(float)
    weeks = len(values)
    within = values.var(axis=0, ddof=1).mean()
    between = max(0.0, values.mean(axis=0).var(ddof=1) - within / weeks)
    total = between + within
    if not total > 0:
        raise ValueError(f"every cell is {values[0, 0]:g}; there is no variance to divide. Choose units that differ")
    return {"mean": values.mean(), "between": between, "within": within, "intraclass": between / total}


def regression_to_mean(*, mean: float, between: float, within: float, cutoff: float, measurements: int = 1) -> float:
    """Expected change of units chosen above a cut-off, without any programme.

    Davis (1976, doi:10.1093/oxfordjournals.aje.a112321), as equation 1 of Barnett, van der Pols & Dobson (2005,
    doi:10.1093/ije/dyh299): −(σ_w²/m) / √(σ_b² + σ_w²/m) · φ(z)/(1 − Φ(z)).

    Parameters
    ----------
    mean : float
        Population mean of the outcome.
    between, within : float
        Variances from :func:`variance_components`.
    cutoff : float
        Units whose baseline exceeds it are chosen.
    measurements : int
        Baseline weeks averaged before choosing, m.

    Returns
    -------
    float
        Expected change from baseline to one later independent measurement, in units of the outcome; never positive.

    Raises
    ------
    ValueError
        For numbers that describe no population: not finite, variances below zero, no measurement.
    """
    check_number("mean", mean)
    check_number("cutoff", cutoff)
    if not (within >= 0 and between >= 0 and 0 < within + between < math.inf and measurements >= 1):
        raise ValueError(f"variances {between} and {within} with {measurements} measurements describe no population")
    noise = within / measurements
    total = math.sqrt(between + noise)
    z = (cutoff - mean) / total
    return -noise / total * math.exp(stats.norm.logpdf(z) - stats.norm.logsf(z))


def selection_alone(claims: pd.DataFrame, *, mean: float, dispersion: float) -> pd.DataFrame:
    """What would units chosen for a high count show later if nothing had been done?

    With gamma rates (mean μ, variance dispersion·μ²) and Poisson counts, the count after a count of x is negative
    binomial with mean μ + (x − μ)·μα/(1 + μα): empirical Bayes shrinkage (Robbins 1956; Morris 1983,
    doi:10.1080/01621459.1983.10477920). Rates that themselves move by 0.4 log points between the two counts leave 71 %
    of counts inside bounds of 95 % (benchmarks/validity_selection.py).

    Parameters
    ----------
    claims : DataFrame
        `before` and `after`, counts.
    mean, dispersion : float
        μ and α of the population from which the units were chosen.

    Returns
    -------
    DataFrame
        The claims with `expected_after`, its 95 % prediction bounds `low` and `high`, `explained` (share of the
        reported fall that selection alone is expected to produce) and `probability` of so low a count or lower.

    Raises
    ------
    ValueError
        For a mean or dispersion that is not above zero, counts that are not whole, or a claim without a fall.
    """
    before, after = claims["before"].to_numpy(float), claims["after"].to_numpy(float)
    check_number("mean", mean, above=0)
    check_number("dispersion", dispersion, above=0)
    bad = np.flatnonzero(~(np.isfinite(before) & np.isfinite(after) & (before == before.round()) & (after % 1 == 0)))
    if len(bad):
        raise ValueError(
            f"claim {claims.index[bad[0]]!r} went from {before[bad[0]]} to {after[bad[0]]}; give whole counts, or drop "
            "the claim, naming it"
        )
    if (before <= after).any() or (after < 0).any():
        raise ValueError("a claim without a fall cannot be split; every `before` must exceed its `after` of 0 or more")
    shape, rate = 1 / dispersion + before, 1 / (dispersion * mean) + 1
    law = stats.nbinom(shape, rate / (1 + rate))
    expected = shape / rate
    return claims.assign(
        expected_after=expected,
        low=law.ppf(0.025),
        high=law.ppf(0.975),
        explained=(before - expected) / (before - after),
        probability=law.cdf(after),
    )


def compare_scores(frame: pd.DataFrame, *, before: str, after: str, treated: str) -> tuple[Estimate, Estimate]:
    """ANCOVA and change scores on the same data (Vickers & Altman 2001, doi:10.1136/bmj.323.7321.1123).

    Parameters
    ----------
    frame : DataFrame
        One row a unit.
    before, after : str
        Columns of the outcome.
    treated : str
        Column of 0 and 1.

    Returns
    -------
    tuple of Estimate
        The treated-minus-rest difference by ANCOVA and by change scores, with HC3 intervals. They agree when
        placement ignores the baseline and part when it does not (Lord's paradox, doi:10.1037/h0025105).

    Raises
    ------
    ValueError
        For missing scores, a `treated` that does not hold both 0 and 1, one unit alone on a side, or scores that one
        another explain without rest.
    """
    import statsmodels.formula.api as smf

    columns = {"before": before, "after": after, "treated": treated}
    data = pd.DataFrame({k: frame[c].to_numpy(float, na_value=np.nan) for k, c in columns.items()}, index=frame.index)
    bad = np.argwhere(~np.isfinite(data.to_numpy()))
    if len(bad):
        row, column = data.index[bad[0, 0]], data.columns[bad[0, 1]]
        raise ValueError(
            f"{columns[column]!r} of unit {row!r} is {data[column].iloc[bad[0, 0]]}; complete it or drop it"
        )
    if set(data["treated"]) != {0.0, 1.0}:
        raise ValueError(f"{treated} must hold both 0 and 1; it holds {sorted(set(data['treated']))[:5]}")
    fewest = int(data["treated"].value_counts().min())
    if fewest < 2:
        raise ValueError(f"one unit alone has {treated} {int(data['treated'].mean() < 0.5)}; two a side are needed")
    cover = f"{fewest} units on one side: simulated 95% intervals cover 83% with 2, 91% with 4, 93% with 8"
    results = []
    designs = {
        "ANCOVA": ("after ~ treated + before", f"of equal {before}"),
        "change score": ("I(after - before) ~ treated", f"less that of {before}"),
    }
    for name, (formula, how) in designs.items():
        fit = smf.ols(formula, data).fit(cov_type="HC3")
        if fit.ssr <= len(data) * (1e-12 * data[["before", "after"]].abs().to_numpy().max()) ** 2:
            raise ValueError(f"{after!r} leaves no scatter about {name}, so chance has no measure; check both scores")
        low, high = fit.conf_int().loc["treated"]
        results.append(
            Estimate(
                f"difference by {name}", fit.params["treated"], low, high, se=fit.bse["treated"],
                p=fit.pvalues["treated"], n=len(data), method=f"{formula}, HC3", warnings=(cover,) * (fewest < 8),
                estimand=f"difference of {after} between units with {treated} 1 and 0, {how}",
            )
        )  # fmt: skip
    return results[0], results[1]
