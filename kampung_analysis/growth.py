"""Did some places grow slower after a date than others did? Contrasts of growth, judged by exchanging places.

No model: a group of places is pooled, its weekly log growth before and after a date is compared with that of the other
places, and the same is done for every other group of that size. Doses are judged by dealing them out anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from kampung_analysis.results import Estimate

DISJOINT = 10
"""Below this number of placebo sets without a place in common, simulated 95 % intervals cover 92 to 94 %."""
SEED = 20200525


@dataclass(frozen=True)
class GrowthChange:
    """Change of weekly log growth at a date, a group of places minus the others.

    Parameters
    ----------
    value : float
        Log points a week.
    placebos : array, shape (sets,)
        The same for every other set of as many places.
    units : int
        Places in the group.
    pool : int
        Places from which the other sets are taken.
    above : float
        Share of the other sets that stood lower than the group in the week before the date, each over its own mean of
        the weeks before.
    """

    value: float
    placebos: np.ndarray
    units: int
    pool: int
    above: float = 0.5

    @property
    def p(self) -> float:
        """Two-sided rank among the placebo sets."""
        return float((1 + (np.abs(self.placebos) >= abs(self.value)).sum()) / (1 + len(self.placebos)))

    def estimate(self, name: str, *, level: float = 0.95) -> Estimate:
        """With an interval from the spread of the placebo sets about zero; without bounds where they are too few."""
        low, high = -math.inf, math.inf
        if len(self.placebos) >= self.needed(level):
            low, high = np.quantile(self.placebos, [(1 - level) / 2, (1 + level) / 2])
        return Estimate(
            name,
            self.value,
            float(self.value - high),
            float(self.value - low),
            unit="log points",
            level=level,
            estimand="change of weekly log growth of new cases at the date, pooled places minus the other places",
            method="difference of mean weekly log growth; interval from all other sets of as many places",
            p=self.p,
            n=len(self.placebos),
            warnings=self.cautions(level),
        )

    def needed(self, level: float) -> int:
        """Fewest placebo sets that can bound an interval of this level."""
        return math.ceil(2 / (1 - level) - 1 - 1e-9)

    def cautions(self, level: float = 0.95) -> tuple[str, ...]:
        """What a reader must know before using the change."""
        sets, apart = len(self.placebos), self.pool // self.units
        if sets < self.needed(level):
            return (f"{sets} other sets cannot give a {level:.0%} interval; {self.needed(level)} are needed",)
        found = ()
        if apart < DISJOINT:
            found = (f"only {apart} other sets share no place: simulated 95% intervals cover 92 to 94%",)
        if self.above >= 0.95:
            stood = f"the group stood higher over its own weeks before than {self.above:.0%} of other sets"
            found += (f"{stood}: it may fall back on its own",)
        return found


def growth_change(
    counts: pd.DataFrame, group, *, launch, before: int = 3, after: int = 3, against=None, sets: int = 20_000
) -> GrowthChange:
    """Mean weekly log growth in the weeks from a launch on, less that in the weeks before, group minus others.

    Parameters
    ----------
    counts : DataFrame, shape (weeks, places)
        New cases; Mondays as index.
    group : sequence
        Columns that are pooled.
    launch : date-like
        First week after; its growth is counted from the week before it.
    before, after : int
        Weeks of growth on either side.
    against : sequence, optional
        Columns of the comparison, pooled; all others by default. Placebo sets are compared with the same columns.
    sets : int
        Most placebo sets; where there are more, as many are drawn, always the same ones.

    Raises
    ------
    ValueError
        When the table does not hold the weeks needed.
    """
    group = list(group)
    pool = [c for c in counts.columns if c not in group]
    fixed = None if against is None else counts[list(against)].to_numpy(float).sum(axis=1)
    if against is not None:
        pool = [c for c in pool if c not in set(against)]
    at = counts.index.get_loc(pd.Timestamp(launch))
    if at - 1 - before < 0 or at - 1 + after >= len(counts):
        raise ValueError(
            f"{before} weeks before and {after} after {launch} reach beyond the weeks {counts.index[0]:%Y-%m-%d} to "
            f"{counts.index[-1]:%Y-%m-%d}; shorten them or add weeks"
        )

    def change(series):
        """Change of growth, and how far the week before stands above the mean of all weeks before it."""
        logs = np.log(np.atleast_2d(series)[:, : at + after] + 0.5)
        start, last, end = logs[:, at - 1 - before], logs[:, at - 1], logs[:, at - 1 + after]
        return np.stack([(end - last) / after - (last - start) / before, last - logs[:, : at - 1].mean(axis=1)])

    values = counts[pool].to_numpy(float).T
    own = counts[group].to_numpy(float).sum(axis=1)
    rest = values.sum(axis=0)
    chosen = _sets(len(pool), len(group), sets)
    pooled = values[chosen].sum(axis=1)
    placebos, heights = change(pooled) - change(rest - pooled if fixed is None else fixed)
    (value,), (height,) = change(own) - change(rest if fixed is None else fixed)
    above = float((heights < height).mean()) if len(heights) else 0.5
    return GrowthChange(float(value), placebos, len(group), len(pool), above)


def _sets(pool: int, size: int, most: int) -> np.ndarray:
    """All sets of `size` among `pool` columns, or `most` of them drawn from a fixed seed."""
    if math.comb(pool, size) <= most:
        return np.array(list(combinations(range(pool), size)), dtype=int).reshape(-1, size)
    rng = np.random.default_rng(SEED)
    return rng.permuted(np.tile(np.arange(pool), (most, 1)), axis=1)[:, :size]


def log_total(counts: pd.DataFrame, start, end) -> pd.Series:
    """Log of the cases of each place between two weeks, both included, plus a half for places without any.

    Parameters
    ----------
    counts : DataFrame, shape (weeks, places)
        New cases; Mondays as index.
    start, end : date-like

    Raises
    ------
    ValueError
        When the table holds no week between them.
    """
    window = counts.loc[start:end]
    if window.empty:
        raise ValueError(
            f"no week lies between {start} and {end}; the table runs from {counts.index[0]:%Y-%m-%d} to "
            f"{counts.index[-1]:%Y-%m-%d}"
        )
    return np.log(window.sum() + 0.5)


def dose_slope(
    dose, outcome, *, also=None, unit: float = 1.0, draws: int = 4999, rng: np.random.Generator, name: str
) -> Estimate:
    """Slope of an outcome on a dose, with a test that deals the doses out anew.

    Parameters
    ----------
    dose, outcome : Series
        By place, same index.
    also : DataFrame, optional
        Columns whose linear part is taken out of both first (Frisch & Waugh 1933, doi:10.2307/1907330).
    unit : float
        The slope is given per this much dose.
    draws : int
        Permutations.
    rng : numpy.random.Generator
    name : str
        Name of the estimate.

    Returns
    -------
    Estimate
        In log points per `unit` of dose when the outcome is in logs. The interval holds the slopes that the
        permutation test does not reject.

    Raises
    ------
    ValueError
        For a place without a finite dose and outcome, and a dose that does not vary apart from `also`.
    """
    told = np.column_stack([dose.to_numpy(float), outcome.loc[dose.index].to_numpy(float)])
    if not np.isfinite(told).all():
        lost = dose.index[~np.isfinite(told).all(axis=1)]
        raise ValueError(f"{name}: {len(lost)} places lack a finite dose or outcome, first {lost[0]!r}; leave them out")
    base = np.column_stack([np.ones(len(dose)), *([] if also is None else also.loc[dose.index].to_numpy(float).T)])

    def clean(x):
        return x - base @ np.linalg.lstsq(base, x, rcond=None)[0]

    x, y = clean(told[:, 0] / unit), clean(told[:, 1])
    if not x @ x > 1e-20 * (told[:, 0] / unit) @ (told[:, 0] / unit):
        raise ValueError(f"{name}: the dose does not vary among {len(x)} places apart from what is taken out of it")
    value = x @ y / (x @ x)
    shuffled = rng.permuted(np.tile(x, (draws, 1)), axis=1)
    drawn, carried = shuffled @ y / (x @ x), shuffled @ x / (x @ x)
    tried = value + np.linspace(-8, 8, 3201) * max(np.abs(drawn).max(), 1e-12) / 4
    far = (np.abs(drawn[:, None] - carried[:, None] * tried) >= np.abs(value - tried) - 1e-12).sum(axis=0)
    kept = tried[(1 + far) / (1 + draws) > 0.05]
    return Estimate(
        name,
        float(value),
        float(kept.min()),
        float(kept.max()),
        unit="log points",
        estimand=f"difference of the outcome per {unit:g} more of the dose",
        method="least squares; interval from permuted doses",
        p=float((1 + (np.abs(drawn) >= abs(value) - 1e-12).sum()) / (1 + draws)),
        n=len(x),
    )
