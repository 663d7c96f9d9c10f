"""What do group-time effects say when few units adopt? Randomisation inference from their weights.

An average of group-time effects is a weighted sum of outcomes. With its weights at
hand a permutation of start weeks is a permutation of rows, and thousands cost no more than one fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kampung_analysis.results import Estimate, number
from kampung_analysis.staggered import GroupTimeEffects, att_gt, moments_of


def effect_weights(effects: GroupTimeEffects) -> tuple[pd.Index, np.ndarray]:
    """Weights of cohort mean paths in the averages of group-time effects.

    Parameters
    ----------
    effects : GroupTimeEffects

    Returns
    -------
    index : Index
        "simple" (all cells after adoption, weighted by cohort size; Callaway & Sant'Anna 2021,
        doi:10.1016/j.jeconom.2020.12.001, equation 3.10) and every event time in periods.
    weights : array, shape (len(index), cohorts, periods)
        Multiplied with the mean paths and summed, they give the averages.
    """
    m, c = effects.moments, effects.cells
    event = c.time - m.positions[c.cohort]
    times = np.unique(event[c.known])
    member = np.vstack([c.post & c.known, *[(event == e) & c.known for e in times]]) * m.n[c.cohort]
    share = member / member.sum(axis=1, keepdims=True)
    control = c.pool * m.n / np.maximum(c.controls, 1)[:, None]
    each = np.zeros((len(c.cohort), *m.mean.shape))
    cell = np.arange(len(c.cohort))
    each[cell, c.cohort, c.time] += 1
    each[cell, c.cohort, c.base] -= 1
    each[cell, :, c.time] -= control
    each[cell, :, c.base] += control
    return pd.Index(["simple", *(int(e) for e in times)]), np.einsum("ek,kgt->egt", share, each)


@dataclass(frozen=True)
class RandomisedEffects:
    """Averages of group-time effects with their distribution when start weeks are dealt out anew.

    Parameters
    ----------
    index : Index
        "simple" and event times.
    value : array, shape (E,)
        Averages at the recorded starts, in the outcome's unit.
    draws : array, shape (R, E)
        The same under permuted starts.
    carried : array, shape (R, E)
        What a constant effect of one at the recorded starts adds to each draw.
    effects : GroupTimeEffects
    """

    index: pd.Index
    value: np.ndarray
    draws: np.ndarray
    carried: np.ndarray
    effects: GroupTimeEffects

    def to_frame(self) -> pd.DataFrame:
        """One row an average: `event_time`, `att`, and `low`, `high`: the central 95 % of the permutations."""
        low, high = np.quantile(self.draws, [0.025, 0.975], axis=0)
        frame = pd.DataFrame({"att": self.value, "low": low, "high": high}).iloc[1:]
        frame.insert(0, "event_time", self.index[1:].to_numpy(dtype=int))
        return frame

    def overall(self, name: str, *, unit: str, level: float = 0.95) -> Estimate:
        """The average over all cells with the interval of effects that the permutations do not reject."""
        low, high = invert(self.value[0], self.draws[:, 0], self.carried[:, 0], level=level)
        return Estimate(
            name,
            float(self.value[0]),
            low,
            high,
            unit=unit,
            level=level,
            estimand=self.effects.estimand,
            method="Callaway & Sant'Anna (2021); interval from permuted start weeks",
            p=rank_p(self.value[0], self.draws[:, 0]),
            n=self.effects.moments.units,
            warnings=self.effects.cautions + self._before(1 - level),
        )

    def _before(self, alpha: float) -> tuple[str, ...]:
        """A caution where the largest standardised average before adoption is larger than permuted starts make it."""
        event = np.array([-1 if e == "simple" else e for e in self.index], dtype=int)
        early = np.flatnonzero((event < 0) & (self.index != "simple") & (self.draws.std(axis=0) > 0))
        if not len(early):
            return ()
        spread = self.draws[:, early].std(axis=0)
        own = np.abs(self.value[early]) / spread
        p = rank_p(own.max(), (np.abs(self.draws[:, early]) / spread).max(axis=1))
        if p > alpha:
            return ()
        worst = early[own.argmax()]
        return (
            f"averages before adoption differ from zero (p = {number(p, 2)} from permuted starts), most at event time "
            f"{event[worst]} ({number(self.value[worst])}): units were on their way, so the effect may be what follows "
            "by itself",
        )


def rank_p(value: float, draws: np.ndarray) -> float:
    """Two-sided rank p: (1 + draws at least as far from zero as the value) / (1 + draws)."""
    return float((1 + (np.abs(draws) >= abs(value) - 1e-12).sum()) / (1 + len(draws)))


def invert(value: float, draws: np.ndarray, carried: np.ndarray, *, level: float = 0.95, points: int = 801):
    """Bounds of the constant effects that a permutation test does not reject.

    Parameters
    ----------
    value : float
        Observed statistic; an effect of one moves it by one.
    draws, carried : array, shape (R,)
        The statistic under permutations, and what an effect of one adds to it.
    level : float
    points : int
        Grid points on each side.

    Returns
    -------
    low, high : float
        Infinite where no effect on the grid, which reaches ten times the largest draw, is rejected.
    """
    reach = 10 * max(np.abs(draws).max(), abs(value), 1e-12)
    bounds = []
    for side in (-1, 1):
        tried = value + side * np.linspace(0, 1, points) ** 2 * reach
        far = np.abs(draws[None, :] - tried[:, None] * carried[None, :])
        p = (1 + (far >= np.abs(value - tried)[:, None] - 1e-12).sum(axis=1)) / (1 + len(draws))
        kept = np.flatnonzero(p > 1 - level)
        bounds.append(side * np.inf if kept[-1] == points - 1 else float(tried[kept[-1]]))
    return tuple(bounds)


def fit_starts(wide: pd.DataFrame, starts: pd.Series, *, anticipation: int = 0, draws: int = 1999, rng=None):
    """Group-time effects of dated units against units not yet started, with permuted start weeks for inference.

    Parameters
    ----------
    wide : DataFrame, shape (weeks, units)
        Outcome on the scale of the effect; Mondays as index.
    starts : Series of datetime
        First treated week (Monday) by unit; NaT for units that never start in the window. Units of `wide` without an
        entry are left out.
    anticipation : int
        Weeks before the start in which units may already react: the base moves back by as many.
    draws : int
        Permutations.
    rng : numpy.random.Generator

    Returns
    -------
    RandomisedEffects
        Permutations treat the starts as dealt out by lot among these units; nobody claims that they were.
    """
    units = starts.index
    matrix, place = wide[units].to_numpy(float).T, positions_of(starts, wide.index)
    effects, index, per_unit = unit_weights(matrix, place, anticipation=anticipation)
    paired, treated = per_unit @ matrix.T, per_unit @ on(place, len(wide)).T
    own = np.arange(len(units))
    rng = np.random.default_rng(0) if rng is None else rng
    order = rng.permuted(np.tile(own, (draws, 1)), axis=1)
    value, drawn, carried = (paired[:, own, own].sum(1), paired[:, own, order].sum(2), treated[:, own, order].sum(2))
    return RandomisedEffects(index, value, drawn.T, carried.T, effects)


def positions_of(starts: pd.Series, weeks: pd.DatetimeIndex) -> np.ndarray:
    """Position of each start week among `weeks`; ``len(weeks)`` for starts after them and for NaT."""
    place = np.searchsorted(weeks, starts.to_numpy().astype("datetime64[us]"))
    return np.where(starts.isna(), len(weeks), np.minimum(place, len(weeks)))


def on(place: np.ndarray, size: int) -> np.ndarray:
    """One in treated unit-weeks, else zero, (units, size), from positions of the first treated week."""
    return (np.arange(size)[None, :] >= place[:, None]).astype(float)


def unit_weights(matrix: np.ndarray, place: np.ndarray, *, anticipation: int = 0):
    """Group-time effects and the weight of each unit's outcome in their averages.

    Parameters
    ----------
    matrix : array, shape (units, weeks)
    place : array of int, shape (units,)
        Position of the first treated week; the number of weeks for units that do not start.
    anticipation : int

    Returns
    -------
    effects : GroupTimeEffects
    index : Index
    weights : array, shape (len(index), units, weeks)
    """
    size = matrix.shape[1]
    moments = moments_of(matrix, np.where(place < size, place + 1, 0), np.arange(1, size + 1))
    effects = att_gt(moments, control="not_yet", anticipation=anticipation)
    index, weights = effect_weights(effects)
    _, cohort = np.unique(place, return_inverse=True)
    return effects, index, weights[:, cohort] / moments.n[cohort][None, :, None]


def start_choices(
    wides: Mapping[str, pd.DataFrame],
    starts: Mapping[str, pd.Series],
    pools: Mapping[str, list],
    *,
    draws: int = 999,
    rng,
) -> Callable[..., tuple[float, pd.Series]]:
    """A fit by named choices, for a specification curve with permutations in the place of placebos.

    Parameters
    ----------
    wides : mapping of scale to DataFrame (weeks, units)
    starts : mapping of a reading of the dates to start weeks by unit
    pools : mapping of a name to the units that are compared; units without a start count as not yet started
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    callable
        ``fit(scale, dates, pool, anticipation, end)`` → (simple average, its values under permuted starts).
    """

    def fit(*, scale, dates, pool, anticipation, end):
        recorded = starts[dates].reindex(pools[pool])
        found = fit_starts(wides[scale].loc[:end], recorded, anticipation=anticipation, draws=draws, rng=rng)
        return float(found.value[0]), pd.Series(found.draws[:, 0])

    return fit
