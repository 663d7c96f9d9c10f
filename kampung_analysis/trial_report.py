"""How sure is a simulated share, median or smallest effect? Simulation errors, and the words for them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from kampung_analysis.results import Estimate
from kampung_analysis.simulation import calibrate
from kampung_analysis.trial import TRIED, reported_by_size


def share_error(share: float, replications: int) -> float:
    """Standard error of a simulated share; above zero at 0 and 1 too, for two of each outcome are added.

    Agresti & Coull (1998, The American Statistician 52(2), 119-126).
    """
    near = (share * replications + 2) / (replications + 4)
    return math.sqrt(near * (1 - near) / (replications + 4))


def share_estimate(name: str, share: float, replications: int, *, estimand: str) -> Estimate:
    """A simulated share with the Wilson interval of its simulation error."""
    bounds = proportion_confint(round(share * replications), replications, method="wilson")
    method = "simulation; Wilson interval of the simulation error"
    return Estimate(name, share, *bounds, unit="share", method=method, estimand=estimand, n=int(replications))


def smallest_with_error(
    study: pd.DataFrame, effect: float, *, alpha: float = 0.05, power: float = 0.8, resamples: int = 200
) -> tuple[float, float]:
    """Smallest relative effect found with a `power`, and its simulation error.

    Parameters
    ----------
    study, effect, alpha, power
        As in :func:`kampung_analysis.trial.relative_effect_found`, which gives the same number.
    resamples : int
        Bootstrap samples of the replications, always the same for as many replications.

    Returns
    -------
    tuple of float
        Both between 0 and 1; infinite, without an error, when even the end of all cases is missed too often.
    """
    found = reported_by_size(study, effect, alpha=alpha).astype(np.float32)
    n = found.shape[1]
    counts = np.random.default_rng(n).multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float32)
    enough = np.column_stack([found.sum(axis=1), found @ counts.T]) >= np.float32(power * n - 1e-6)
    sizes = np.where(enough.any(axis=0), TRIED[enough.argmax(axis=0)], np.inf)
    return float(sizes[0]), float(sizes[1:].std()) if np.isfinite(sizes).all() else math.nan


def median_bounds(values, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of a median from order statistics, without any assumption on the law (Conover 1999, section 3.2).

    ValueError for fewer values than an interval at this `level` needs.
    """
    ranked = np.sort(np.asarray(values, float))
    lower = int(stats.binom.ppf((1 - level) / 2, len(ranked), 0.5)) - 1
    if lower < 0:
        raise ValueError(f"{len(ranked)} values give no interval of their median at {level:.0%}; simulate more")
    return float(ranked[lower]), float(ranked[len(ranked) - 1 - lower])


def with_error(value: float, error: float, digits: int = 2) -> str:
    """A number and its simulation error for a table: "0.13 ± 0.01"; "none" where there is none."""
    if not math.isfinite(value):
        return "none"
    shown = f"{value:.{digits}f}"
    shown = shown.replace("-", "−" if float(shown) else "")
    return f"{shown} ± {error:.{digits}f}" if math.isfinite(error) else shown


def told(summary: pd.Series, *, unit_bias: float = 1.0) -> dict[str, str]:
    """Bias, coverage and share of reports of a summary, each with its simulation error, as cells of a table.

    Parameters
    ----------
    summary : Series
        From :func:`kampung_analysis.trial.summarise_power` or :func:`kampung_analysis.trial_pilot.summarise_pilots`.
    unit_bias : float
        What the bias is divided by; 1 leaves it in cases per 100,000 a week.
    """
    n = int(summary["replications"] - summary.get("refused", 0))
    shares = {name: with_error(summary[name], share_error(summary[name], n)) for name in ("coverage", "rejected")}
    return {"bias": with_error(summary["bias"] / unit_bias, summary["bias_error"] / abs(unit_bias)), **shares}


def agrees(summary: pd.Series, *, level: float = 0.95, errors: float = 3.5) -> bool:
    """Whether bias and coverage differ from nothing and from `level` by less than so many simulation errors."""
    off = abs(summary["coverage"] - level) / math.sqrt(level * (1 - level) / summary["replications"])
    return bool(abs(summary["bias"]) < errors * summary["bias_error"] and off < errors)


def panel_moments(counts: pd.DataFrame, population: pd.Series) -> pd.Series:
    """What a simulated panel is compared by with the observed one: the moments of its process, and its dispersion."""
    process = calibrate(counts, population)
    return pd.Series(
        {
            "lasting differences": process.sd_unit,
            "weekly noise": process.sd_noise,
            "autocorrelation": process.autocorrelation,
            "variance / mean": (counts.var() / counts.mean()).median(),
        }
    )
