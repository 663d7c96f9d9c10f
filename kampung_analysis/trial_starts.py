"""Which units start when? Placements as programmes make them, worst first, or as trials do, by lot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def placed(kind: str, **options) -> Callable[[np.ndarray, np.random.Generator], np.ndarray]:
    """A placement for :class:`kampung_analysis.trial.Design`: :func:`place` of this kind with these options."""
    return lambda early, rng: place(kind, early, rng=rng, **options)


def place(
    kind: str,
    early: np.ndarray,
    *,
    starts: np.ndarray,
    rng: np.random.Generator,
    never: float = 0.0,
    district: np.ndarray | None = None,
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
    district : array of int, shape (units,), optional
        Draw lots inside districts: every district gets its share of every wave, up to rounding, which chance decides.

    Returns
    -------
    array of float, shape (units,)
        Start week per unit, NaN where never.

    Raises
    ------
    ValueError
        For an unknown kind, a share outside 0 to 1, or districts with an order that is not random.
    """
    if kind not in ("worst_first", "random"):
        raise ValueError(f"placement is {kind!r}; choose 'worst_first' or 'random'")
    if not 0 <= never < 1:
        raise ValueError(f"never is {never}; give the share of units without the programme, 0 to below 1")
    if district is not None and kind != "random":
        raise ValueError("lots inside districts need a random order; 'worst_first' takes no district")
    shuffled = rng.permutation(len(early))
    if district is not None:
        return _lots(shuffled, district, np.asarray(starts, float), round(never * len(early)), rng)
    order = shuffled if kind == "random" else shuffled[np.argsort(-early[shuffled], kind="stable")]
    treated = order[: len(early) - round(never * len(early))]
    cohorts = np.full(len(early), np.nan)
    for start, members in zip(starts, np.array_split(treated, len(starts)), strict=True):
        cohorts[members] = start
    return cohorts


def _lots(shuffled, district, starts, never, rng):
    """Deal evenly spaced waves along the districts, in random order inside and among them."""
    sizes = [len(part) for part in np.array_split(np.arange(len(shuffled) - never), len(starts))] + [never]
    waves = np.repeat([*starts, np.nan], sizes)
    spaced = np.concatenate([(np.arange(n) + rng.random()) / max(n, 1) for n in sizes])
    groups = rng.permutation(int(district.max()) + 1)[district]
    cohorts = np.full(len(shuffled), np.nan)
    cohorts[shuffled[np.argsort(groups[shuffled], kind="stable")]] = waves[np.argsort(spaced, kind="stable")]
    return cohorts
