"""What could a trial show? Minimum detectable effects, staggered roll-outs that are simulated, and one-unit designs.

A process calibrated on real weeks (:mod:`kampung_analysis.simulation`) is drawn as often as needed under a placement
and a true effect. The estimator is handed in, so any design of the package can be put to the same test.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from threadpoolctl import threadpool_limits

from kampung_analysis.simulation import Process, draw_counts, draw_rates, with_effect
from kampung_analysis.trial_formulas import minimum_detectable_effect, one_unit, stepped_wedge_se
from kampung_analysis.trial_starts import placed

__all__ = [
    "TRIED",
    "Design",
    "compare_designs",
    "minimum_detectable_effect",
    "one_unit",
    "placed",
    "power_study",
    "relative_effect_found",
    "reported_by_size",
    "stepped_wedge_se",
    "summarise_power",
]

TRIED = np.linspace(0.001, 1, 1000)
"""Relative effects that a search for the smallest one tries."""


@dataclass(frozen=True)
class Design:
    """A way to place a programme, a way to estimate what it did, and the true effects to try it under.

    Parameters
    ----------
    placement : callable
        (early counts per 100,000 of each unit, rng) → start week of each unit, NaN where never.
    estimate : callable
        (rates per 100,000 of shape (units, weeks), start weeks) → (estimate, standard error); it leaves both as they
        are.
    effects : tuple of float
        True relative effects on the expected count from the start week on; −0.2 is a fall of 20 %.
    """

    placement: Callable[[np.ndarray, np.random.Generator], np.ndarray]
    estimate: Callable[[np.ndarray, np.ndarray], tuple[float, float]]
    effects: tuple[float, ...]


def power_study(process: Process, *, placement, estimate, effect: float, **options) -> pd.DataFrame:
    """One design under one true effect; `options` as in :func:`compare_designs`, which also says what comes back."""
    design = Design(placement, estimate, (effect,))
    return compare_designs(process, designs={"": design}, **options)["", effect]


def compare_designs(
    process: Process,
    *,
    population: np.ndarray,
    designs: Mapping[str, Design],
    replications: int,
    rng: np.random.Generator,
    early_weeks: int = 4,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
    district: np.ndarray | None = None,
) -> dict[tuple[str, float], pd.DataFrame]:
    """Draw panels; place the programme in each of them by every design, under its effects; estimate.

    All designs and effects meet the same epidemics (common random numbers), so their differences are sharper than
    between studies that draw their own. Cases that the programme prevents are struck out one by one: a Poisson count
    of which each case stays with probability 1 + effect is a Poisson count again.

    Parameters
    ----------
    process : Process
    population : array of float, shape (units,)
    designs : mapping of str to Design
    replications : int
    rng : numpy.random.Generator
        Each replication gets a generator of its own, so results do not depend on `workers`; each design in it gets
        another, so results do not depend on the designs that follow.
    early_weeks : int
        Weeks whose counts the placements see.
    workers : int
        Threads; each keeps BLAS to itself.
    progress : callable, optional
        Called with the number of finished replications.
    district : array of int, shape (units,), optional
        District of each unit, whose course its units share; see :func:`kampung_analysis.simulation.draw_rates`.
        Draw lots inside districts in a placement, and compare inside districts in its estimate.

    Returns
    -------
    dict of (design, effect) to DataFrame
        One row a replication: `truth` (mean difference the programme made in treated unit-weeks, per 100,000 a week),
        `estimate`, `se`.

    Raises
    ------
    ValueError
        For no replication, no design and effect, an effect below −1, or a population that is not above 0.
    """
    cells = [(name, effect) for name, design in designs.items() for effect in design.effects]
    population = np.asarray(population, float)
    odd = np.flatnonzero(~(np.isfinite(population) & (population > 0)))
    if population.ndim != 1 or len(odd) or not len(population):
        found = f"the population of unit {odd[0]} is {population[odd[0]]}" if len(odd) else "there is no unit"
        raise ValueError(f"{found}; give every unit one above 0, or leave it out")
    if not cells or not all(-1 <= effect < math.inf for _, effect in cells) or replications < 1:
        raise ValueError(
            f"{replications} replications of designs and effects {cells} describe no study; give at least one of each, "
            "and effects of −1 or more"
        )
    weeks = np.arange(len(process.week_log_rate))
    per_100k = (1e5 / population).astype(np.float32)

    def one(own: np.random.Generator) -> list[tuple[float, float, float]]:
        expected = draw_rates(process, population, own, district)[0]
        counts = draw_counts(expected.T, own).T
        panel = np.multiply(counts, per_100k[:, None], order="C")
        early, rows = panel[:, :early_weeks].sum(1), []
        for design, stream in zip(designs.values(), own.spawn(len(designs)), strict=True):
            starts = design.placement(early, stream)
            units = np.flatnonzero(starts <= weeks[-1])
            treated = weeks >= starts[units, None]
            scale = np.broadcast_to(per_100k[units, None], treated.shape)[treated]
            rate, seen = expected[units][treated], counts[units][treated]
            level = float((rate * scale).mean()) if len(units) else 0.0
            for effect in design.effects:
                changed = panel
                if effect and len(units):
                    part, changed = panel[units], panel.copy()
                    part[treated] = with_effect(seen, rate, effect, stream) * scale
                    changed[units] = part
                rows.append((effect * level, *design.estimate(changed, starts)))
        return rows

    found = []
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        for done, row in enumerate(pool.map(one, rng.spawn(replications)), start=1):
            found.append(row)
            if progress is not None:
                progress(done)
    frames = np.array(found, float).transpose(1, 0, 2)
    return {c: pd.DataFrame(f, columns=["truth", "estimate", "se"]) for c, f in zip(cells, frames, strict=True)}


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

    Raises
    ------
    ValueError
        When fewer than two replications gave an estimate with an error.
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
            "bias_error": sd / math.sqrt(count),
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

    Raises
    ------
    ValueError
        For an effect of zero.
    """
    enough = reported_by_size(study, effect, alpha=alpha).mean(axis=1) >= power
    return float(TRIED[enough.argmax()]) if enough.any() else math.inf


def reported_by_size(study: pd.DataFrame, effect: float, *, alpha: float = 0.05) -> np.ndarray:
    """Which replications would report an effect of which of the sizes `TRIED`; bool, shape (1000, replications).

    ValueError for an effect of zero, by which nothing can be scaled.
    """
    if not effect:
        raise ValueError("the study has no effect; simulate one with an effect to scale by")
    z = stats.norm.ppf(1 - alpha / 2)
    level, error = (study["truth"] / effect).to_numpy(), (study["estimate"] - study["truth"]).to_numpy()
    return np.abs(error - TRIED[:, None] * level) > z * study["se"].to_numpy()
