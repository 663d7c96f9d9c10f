"""How do weekly counts in villages or districts behave? A process to calibrate on real weeks and to draw panels from.

Counts are Poisson around a log-linear rate: weeks that all units share, lasting differences between units, and noise
that lasts from week to week. Units of one district can share a part of both, as villages do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

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
    own : (float, float, float)
        The same three for what a unit has to itself when the ones above belong to its district: standard deviation of
        lasting differences, of weekly noise, and its autocorrelation. None by default.
    """

    week_log_rate: np.ndarray
    sd_unit: float
    sd_noise: float
    autocorrelation: float
    own: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def sd_lasting(self) -> float:
        """Standard deviation of the lasting differences between units of different districts."""
        return math.hypot(self.sd_unit, self.own[0])

    def __str__(self) -> str:
        own = "; of their own {:.2f}, {:.2f} and {:.2f}".format(*self.own) if any(self.own) else ""
        return (
            f"{len(self.week_log_rate)} weeks; units differ by {self.sd_unit:.2f} log points, weekly noise "
            f"{self.sd_noise:.2f} with autocorrelation {self.autocorrelation:.2f}{own}."
        )


def inside(shared: Process, *, sd_unit: float, sd_noise: float, autocorrelation: float) -> Process:
    """A process for units inside districts: the course of `shared` by district, and a part of each unit's own.

    Parameters
    ----------
    shared : Process
        Calibrated on districts.
    sd_unit, sd_noise, autocorrelation : float
        Of the unit's own part, as in :class:`Process`, about the course of its district.

    Raises
    ------
    ValueError
        For a negative deviation, or an autocorrelation of one or more.
    """
    if min(sd_unit, sd_noise) < 0 or not -1 < autocorrelation < 1:
        raise ValueError(f"own part {sd_unit}, {sd_noise}, {autocorrelation}: give two deviations and a correlation")
    return replace(shared, own=(sd_unit, sd_noise, autocorrelation))


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
        Log rates use count + 1/2, unit and week means are removed, the variance that Poisson sampling adds is
        subtracted, and what lasting noise loses by the removal of unit means is put back. Rare counts make these
        moments rough: look at the simulated panel beside the real one.

    Raises
    ------
    ValueError
        For a unit without population, counts that are missing, negative or all zero, or fewer than 4 weeks.
    """
    if not counts.columns.equals(population.reindex(counts.columns).dropna().index):
        raise ValueError("every unit of the counts needs a population; align the two by their codes")
    values, people = counts.to_numpy(float), population.reindex(counts.columns).to_numpy(float)
    if not np.isfinite(values).all() or (values < 0).any() or len(values) < 4 or not values.any():
        raise ValueError("counts must be complete, not negative, not all zero, and cover at least 4 weeks")
    if not (np.isfinite(people) & (people > 0)).all():
        unit = counts.columns[np.argmin(np.isfinite(people) & (people > 0))]
        raise ValueError(f"the population of {unit!r} is {population[unit]}; give one above 0, or leave the unit out")
    logs = np.log((values + 0.5) / people)
    shared = np.log(values.sum(1).clip(0.5) / people.sum())
    deviation = logs - logs.mean(1, keepdims=True)
    unit = deviation.mean(0)
    rest = deviation - unit
    sampling = np.mean(1 / (values + 1))
    weeks, share = len(values), values.shape[1] / (values.shape[1] - 1)
    around = share * (rest**2).mean() - sampling * (weeks - 1) / weeks
    lagged = share * (rest[1:] * rest[:-1]).mean() + sampling / weeks
    again, lost = 0.0, 1 / weeks
    for _ in range(100):
        noise = max(around / (1 - lost), 1e-6)
        again = float(np.clip(lagged / noise + lost, 0, 0.95))
        lost = mean_variance(again, weeks)
    between = max(unit.var(ddof=1) - noise * lost - sampling / weeks, 0.0)
    return Process(shared, math.sqrt(between), math.sqrt(noise), again)


def mean_variance(autocorrelation: float, weeks: int) -> float:
    """Variance of a mean over `weeks` of noise with unit variance and geometric autocorrelation.

    What deviations from a unit's own mean lose: Marriott & Pope (1954, doi:10.1093/biomet/41.3-4.390).
    """
    lags = np.arange(1, weeks)
    return float((weeks + 2 * ((weeks - lags) * autocorrelation**lags).sum()) / weeks**2)


def draw_rates(
    process: Process, population: np.ndarray, rng: np.random.Generator, district: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """One panel of expected counts without a programme.

    Parameters
    ----------
    process : Process
    population : array of float, shape (units,)
    rng : numpy.random.Generator
    district : array of int, shape (units,), optional
        District of each unit, from 0; its units share all but `process.own`. Each unit is a district by default.

    Returns
    -------
    rates : array of float32, shape (units, weeks)
        Expected counts. Deviations are centred so that their mean on the natural scale is one.
    unit : array of float32, shape (units,)
        The units' lasting log differences, which a placement may follow.

    Raises
    ------
    ValueError
        When not every unit has a district.
    """
    units = len(population)
    if district is not None and len(district) != units:
        raise ValueError(f"{len(district)} districts for {units} units; name the district of every unit")
    weeks, groups = len(process.week_log_rate), units if district is None else int(district.max()) + 1
    unit, noise = _deviations(weeks, groups, process.sd_unit, process.sd_noise, process.autocorrelation, rng)
    if district is not None:
        unit, noise = unit[district], noise[:, district]
    if any(process.own):
        own_unit, own_noise = _deviations(weeks, units, *process.own, rng)
        unit, noise = unit + own_unit, np.add(noise, own_noise, out=own_noise)
    centre = (process.sd_lasting**2 + process.sd_noise**2 + process.own[1] ** 2) / 2
    noise += (process.week_log_rate - centre).astype(np.float32)[:, None]
    noise += unit + np.log(population).astype(np.float32)
    return np.exp(noise, out=noise).T, unit


def _deviations(weeks, units, sd_unit, sd_noise, autocorrelation, rng):
    """Lasting differences (units,) and weekly noise (weeks, units) in log points."""
    unit = rng.standard_normal(units, dtype=np.float32) * np.float32(sd_unit)
    noise = rng.standard_normal((weeks, units), dtype=np.float32)
    rho, fresh = np.float32(autocorrelation), np.float32(math.sqrt(1 - autocorrelation**2))
    for week in range(1, weeks):
        noise[week] *= fresh
        noise[week] += rho * noise[week - 1]
    noise *= np.float32(sd_noise)
    return unit, noise


def draw_counts(rates: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Poisson counts, drawn quickly where most are zero.

    The first case of a week comes after an exponential wait; where it comes before the week ends, the rest of the week
    is Poisson. Half the time of a Poisson draw for every cell when five of six cells are empty.

    Parameters
    ----------
    rates : array of float32
        Expected counts, of any shape.
    rng : numpy.random.Generator

    Returns
    -------
    array of float32
        Whole numbers.
    """
    left = np.ascontiguousarray(rates) - rng.standard_exponential(rates.shape, dtype=np.float32)
    counts = np.zeros(rates.shape, np.float32)
    some = np.flatnonzero(left > 0)
    counts.reshape(-1)[some] = 1 + rng.poisson(left.reshape(-1)[some])
    return counts


def with_effect(counts: np.ndarray, rates: np.ndarray, effect: float, rng: np.random.Generator) -> np.ndarray:
    """Counts under a programme: each case stays with probability 1 + effect, or further cases come.

    Parameters
    ----------
    counts : array
        Poisson counts about `rates`, whole numbers; what comes back is Poisson about rates · (1 + effect).
    rates : array, of the shape of `counts`
    effect : float
        Relative, −1 or more.
    rng : numpy.random.Generator
    """
    seen = counts.astype(np.int64)
    return rng.binomial(seen, 1 + effect) if effect <= 0 else seen + rng.poisson(rates * effect)


def less_district_weeks(rates: np.ndarray, district: np.ndarray) -> np.ndarray:
    """Rates less the mean of their district in each week: what is left to compare inside districts.

    Parameters
    ----------
    rates : array, shape (units, weeks)
    district : array of int, shape (units,)
        District of each unit; units of a district need not stand together.

    Returns
    -------
    array, shape (units, weeks)
        As many degrees of freedom a week are used as there are districts.
    """
    order = np.argsort(district, kind="stable")
    sorted_districts = np.asarray(district)[order]
    _, first, at, count = np.unique(sorted_districts, return_index=True, return_inverse=True, return_counts=True)
    means = np.add.reduceat(rates[order], first, axis=0) / count[:, None].astype(rates.dtype)
    place = np.empty(len(order), np.intp)
    place[order] = at
    return rates - means[place]
