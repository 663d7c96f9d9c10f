"""How do weekly counts in villages or districts behave? A process to calibrate on real weeks and to draw panels from.

Counts are Poisson around a log-linear rate: weeks that all units share, lasting differences between units, and noise
that lasts from week to week. Placements assign start weeks as programmes do, worst first, or as trials do, at random.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Process:
    """Weekly counts in units as a log-linear model with lasting noise.

    Parameters
    ----------
    week_log_rate : array of float, shape (weeks,)
        Log of the rate per person that all units share in a week.
    sd_unit : float
        Standard deviation of the units' lasting log differences.
    sd_noise : float
        Standard deviation of the log deviation of a unit from its own course in one week.
    autocorrelation : float
        Correlation of that deviation from one week to the next.
    """

    week_log_rate: np.ndarray
    sd_unit: float
    sd_noise: float
    autocorrelation: float

    def __str__(self) -> str:
        return (
            f"{len(self.week_log_rate)} weeks; units differ by {self.sd_unit:.2f} log points, weekly noise "
            f"{self.sd_noise:.2f} with autocorrelation {self.autocorrelation:.2f}."
        )


def calibrate(counts: pd.DataFrame, population: pd.Series) -> Process:
    """Estimate a process from a panel by the moments of its log rates.

    Parameters
    ----------
    counts : DataFrame, shape (weeks, units)
        Non-negative counts.
    population : Series
        By unit, positive.

    Returns
    -------
    Process
        Log rates use count + 1/2, unit and week means are removed, and the variance that Poisson sampling adds is
        subtracted before the noise is read off. Rare counts make these moments rough: look at the simulated panel
        beside the real one.
    """
    if not counts.columns.equals(population.reindex(counts.columns).dropna().index):
        raise ValueError("every unit of the counts needs a population; align the two by their codes")
    values, people = counts.to_numpy(float), population.reindex(counts.columns).to_numpy(float)
    if np.isnan(values).any() or (values < 0).any() or len(values) < 4:
        raise ValueError("counts must be complete, not negative, and cover at least 4 weeks")
    logs = np.log((values + 0.5) / people)
    shared = np.log(values.sum(1).clip(0.5) / people.sum())
    deviation = logs - logs.mean(1, keepdims=True)
    unit = deviation.mean(0)
    rest = deviation - unit
    sampling = np.mean(1 / (values + 1))
    total = (rest**2).sum() / ((len(values) - 1) * (values.shape[1] - 1))
    noise = max(total - sampling, 1e-6)
    lagged = (rest[1:] * rest[:-1]).mean() * len(values) / (len(values) - 1)
    between = max(unit.var(ddof=1) - total / len(values), 0.0)
    # Deviations from a mean of T weeks are pulled towards −1/(T − 1): Marriott & Pope (1954).
    autocorrelation = float(np.clip(lagged / noise + 1 / len(values), 0, 0.95))
    return Process(shared, math.sqrt(between), math.sqrt(noise), autocorrelation)


def draw_rates(process: Process, population: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One panel of expected counts without a programme.

    Parameters
    ----------
    process : Process
    population : array of float, shape (units,)
    rng : numpy.random.Generator

    Returns
    -------
    rates : array of float32, shape (units, weeks)
        Expected counts. Deviations are centred so that their mean on the natural scale is one.
    unit : array of float32, shape (units,)
        The units' lasting log differences, which a placement may follow.
    """
    units, weeks = len(population), len(process.week_log_rate)
    unit = rng.standard_normal(units, dtype=np.float32) * np.float32(process.sd_unit)
    noise = rng.standard_normal((weeks, units), dtype=np.float32)
    rho = np.float32(process.autocorrelation)
    fresh = np.float32(math.sqrt(1 - process.autocorrelation**2))
    for week in range(1, weeks):
        noise[week] *= fresh
        noise[week] += rho * noise[week - 1]
    noise *= np.float32(process.sd_noise)
    centre = (process.sd_unit**2 + process.sd_noise**2) / 2
    noise += (process.week_log_rate - centre).astype(np.float32)[:, None]
    noise += unit + np.log(population).astype(np.float32)
    return np.exp(noise, out=noise).T, unit


def place(
    kind: str, early: np.ndarray, *, starts: np.ndarray, rng: np.random.Generator, never: float = 0.0
) -> np.ndarray:
    """Assign start weeks to units.

    Parameters
    ----------
    kind : {"worst_first", "random"}
        Highest early outcome first, or a random order.
    early : array, shape (units,)
        Outcome before any start.
    starts : array of int
        Start weeks of the waves in order; units are split evenly.
    rng : numpy.random.Generator
        Orders units at random, and breaks ties among equal outcomes.
    never : float
        Share of the units that never start, last in the order.

    Returns
    -------
    array of float, shape (units,)
        Start week per unit, NaN where never.
    """
    if kind not in ("worst_first", "random"):
        raise ValueError(f"placement is {kind!r}; choose 'worst_first' or 'random'")
    if not 0 <= never < 1:
        raise ValueError(f"never is {never}; give the share of units without the programme, 0 to below 1")
    shuffled = rng.permutation(len(early))
    order = shuffled if kind == "random" else shuffled[np.argsort(-early[shuffled], kind="stable")]
    treated = order[: len(early) - round(never * len(early))]
    cohorts = np.full(len(early), np.nan)
    for start, members in zip(starts, np.array_split(treated, len(starts)), strict=True):
        cohorts[members] = start
    return cohorts
