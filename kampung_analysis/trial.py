"""What could a trial show? Minimum detectable effects, staggered roll-outs that are simulated, and one-unit designs.

A process calibrated on real weeks (:mod:`kampung_analysis.simulation`) is drawn as often as needed under a placement
and a true effect. The estimator is handed in, so any design of the package can be put to the same test.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from scipy import stats

from kampung_analysis.simulation import Process, draw_rates


def minimum_detectable_effect(se: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest true effect that a two-sided test finds with the given power: (z₁₋α/₂ + z_power)·se.

    Bloom (1995, doi:10.1177/0193841X9501900504). In the unit of `se`.
    """
    if not se > 0 or not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(f"standard error {se}, alpha {alpha} and power {power} give no detectable effect")
    return (stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)) * se


def stepped_wedge_se(*, clusters: int, steps: int, sd_cluster: float, sd_residual: float) -> float:
    """Standard error of the effect in a stepped wedge with equal steps.

    Hussey & Hughes (2007, doi:10.1016/j.cct.2006.05.007), equation 8, for cluster means.

    Parameters
    ----------
    clusters : int
        Clusters that cross over, a multiple of `steps`.
    steps : int
        Crossovers; the design has steps + 1 periods.
    sd_cluster : float
        Standard deviation between clusters.
    sd_residual : float
        Standard deviation of a cluster-period mean about its cluster.

    Returns
    -------
    float
    """
    if clusters % steps or steps < 2:
        raise ValueError(f"{clusters} clusters do not divide into {steps} steps (at least 2); change either")
    periods = steps + 1
    order = np.repeat(np.arange(1, steps + 1), clusters // steps)
    treated = (np.arange(periods)[None, :] >= order[:, None]).astype(float)
    u, w, v = treated.sum(), (treated.sum(0) ** 2).sum(), (treated.sum(1) ** 2).sum()
    noise, between = sd_residual**2, sd_cluster**2
    top = clusters * noise * (noise + periods * between)
    bottom = (clusters * u - w) * noise + (u**2 + clusters * periods * u - periods * w - clusters * v) * between
    return math.sqrt(top / bottom)


def power_study(
    process: Process,
    *,
    population: np.ndarray,
    placement: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    estimate: Callable[[np.ndarray, np.ndarray], tuple[float, float]],
    effect: float,
    replications: int,
    rng: np.random.Generator,
    early_weeks: int = 4,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
    district: np.ndarray | None = None,
) -> pd.DataFrame:
    """Draw panels, place the programme, estimate: one row a replication.

    Parameters
    ----------
    process : Process
    population : array of float, shape (units,)
    placement : callable
        (early counts per unit, rng) → start week per unit, NaN where never.
    estimate : callable
        (rates per 100,000 of shape (units, weeks), start weeks) → (estimate, standard error).
    effect : float
        True relative effect on the expected count from the start week on; −0.2 is a fall of 20 %.
    replications : int
    rng : numpy.random.Generator
        Each replication gets a generator of its own, so results do not depend on `workers`.
    early_weeks : int
        Weeks whose counts the placement sees.
    workers : int
        Threads.
    progress : callable, optional
        Called with the number of finished replications.
    district : array of int, shape (units,), optional
        District of each unit, whose course its units share; see :func:`kampung_analysis.simulation.draw_rates`.
        Draw lots inside districts in `placement`, and compare inside districts in `estimate`.

    Returns
    -------
    DataFrame
        `truth` (mean difference the programme made in treated unit-weeks, per 100,000 a week), `estimate`, `se`.
    """
    if effect < -1 or replications < 1:
        raise ValueError(f"effect {effect} and {replications} replications describe no study")
    weeks = np.arange(len(process.week_log_rate))
    per_100k = (1e5 / population).astype(np.float32)[:, None]

    def one(own: np.random.Generator) -> tuple[float, float, float]:
        rates, _ = draw_rates(process, population, own, district)
        counts = own.poisson(rates).astype(np.float32)
        cohorts = placement(counts[:, :early_weeks].sum(1) * per_100k[:, 0], own)
        treated = weeks[None, :] >= cohorts[:, None]
        truth = 0.0
        if treated.any():
            truth = float(effect * (rates * per_100k)[treated].mean())
            counts[treated] = own.poisson(rates[treated] * (1 + effect))
        return truth, *estimate(counts * per_100k, cohorts)

    rows = []
    with ThreadPoolExecutor(workers) as pool:
        for done, row in enumerate(pool.map(one, rng.spawn(replications)), start=1):
            rows.append(row)
            if progress is not None:
                progress(done)
    return pd.DataFrame(rows, columns=["truth", "estimate", "se"])


def summarise_power(study: pd.DataFrame, *, alpha: float = 0.05) -> pd.Series:
    """Bias, coverage, rejection rate and detectable effect of a power study, each with its Monte Carlo error.

    Parameters
    ----------
    study : DataFrame
        From :func:`power_study`; replications whose estimate or error is not finite count as refused.
    alpha : float

    Returns
    -------
    Series
        `replications`, `refused`, `truth`, `bias`, `bias_error`, `coverage`, `coverage_error`, `rejected`,
        `rejected_error`, `sd` of the errors, `mean_se`, `detectable` (minimum detectable effect from `sd`).
    """
    fine = np.isfinite(study["estimate"]) & np.isfinite(study["se"]) & (study["se"] > 0)
    kept, count = study[fine], int(fine.sum())
    if count < 2:
        raise ValueError(f"only {count} of {len(study)} replications gave an estimate with an error; nothing to sum up")
    z = stats.norm.ppf(1 - alpha / 2)
    error = kept["estimate"] - kept["truth"]
    covered, rejected = (error.abs() <= z * kept["se"]).mean(), (kept["estimate"].abs() > z * kept["se"]).mean()
    sd = error.std(ddof=1)
    return pd.Series(
        {
            "replications": len(study),
            "refused": len(study) - count,
            "truth": kept["truth"].mean(),
            "bias": error.mean(),
            "bias_error": error.std(ddof=1) / math.sqrt(count),
            "coverage": covered,
            "coverage_error": math.sqrt(covered * (1 - covered) / count),
            "rejected": rejected,
            "rejected_error": math.sqrt(rejected * (1 - rejected) / count),
            "sd": sd,
            "mean_se": kept["se"].mean(),
            "detectable": minimum_detectable_effect(sd, alpha=alpha) if sd > 0 else math.nan,
        }
    )


def relative_effect_found(study: pd.DataFrame, effect: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest relative effect that a share `power` of the simulated trials would report as significant.

    Parameters
    ----------
    study : DataFrame
        From :func:`power_study` with a true `effect` other than zero.
    effect : float
        That relative effect.
    alpha, power : float

    Returns
    -------
    float
        Magnitude between 0 and 1; infinite when even the end of all cases would be missed too often. Each trial keeps
        its own level of cases, error and standard error, so epidemics that differ in height are not averaged.
    """
    if not effect:
        raise ValueError("the study has no effect; simulate one with an effect to scale by")
    z = stats.norm.ppf(1 - alpha / 2)
    level, error = (study["truth"] / effect).to_numpy(), (study["estimate"] - study["truth"]).to_numpy()
    sizes = np.linspace(0.001, 1, 1000)
    found = np.abs(error - sizes[:, None] * level) > z * study["se"].to_numpy()
    enough = found.mean(axis=1) >= power
    return float(sizes[enough.argmax()]) if enough.any() else math.inf


def one_unit(gaps_before: np.ndarray, *, weeks_after: int, alpha: float = 0.05) -> dict[str, float]:
    """What a single treated unit can rule out, given how its gap to the comparison behaved before.

    Means over windows of `weeks_after` consecutive weeks before the launch are the reference distribution (moving
    blocks, Chernozhukov, Wüthrich & Zhu 2021, doi:10.1080/01621459.2021.1920957).

    Parameters
    ----------
    gaps_before : array of float, shape (weeks,)
        Treated minus comparison before the launch.
    weeks_after : int
        Weeks over which the effect would be averaged.
    alpha : float
        Size of the two-sided test.

    Returns
    -------
    dict
        `windows` (reference means), `smallest_p` (1/(windows + 1)), `detectable` (magnitude that a mean gap must
        exceed to be rejected; infinite when `smallest_p` exceeds `alpha`) and `weeks_needed` before the launch for
        a test of this size to be able to reject at all.
    """
    gaps = np.asarray(gaps_before, float)
    if not np.isfinite(gaps).all() or not 1 <= weeks_after < len(gaps):
        raise ValueError(f"{len(gaps)} weeks before cannot judge a mean over {weeks_after} weeks after; need more")
    means = np.convolve(gaps - gaps.mean(), np.ones(weeks_after) / weeks_after, mode="valid")
    smallest = 1 / (len(means) + 1)
    allowed = math.floor(alpha * (len(means) + 1)) - 1
    ranked = np.sort(np.abs(means))[::-1]
    return {
        "windows": len(means),
        "smallest_p": smallest,
        "detectable": float(ranked[allowed]) if allowed >= 0 else math.inf,
        "weeks_needed": math.ceil(1 / alpha) - 1 + weeks_after - 1,
    }
