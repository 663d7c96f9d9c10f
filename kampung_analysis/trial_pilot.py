"""What can a pilot in one place show? Its power and its detectable effect, by simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kampung_analysis.simulation import Process, draw_rates
from kampung_analysis.trial import one_unit


def steady(process: Process, *, weeks: int, per_100k: float | None = None) -> Process:
    """The same process with a shared rate that does not move: an epidemic that makes comparisons easy.

    Parameters
    ----------
    process : Process
    weeks : int
    per_100k : float, optional
        Cases per 100,000 a week; the mean of the process's weeks by default.
    """
    rate = np.exp(process.week_log_rate).mean() if per_100k is None else per_100k / 1e5
    return replace(process, week_log_rate=np.full(weeks, np.log(rate)))


def simulate_pilot(
    process: Process,
    *,
    population: float,
    peers: int,
    weeks_after: int,
    effect: float,
    replications: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Pilots in one unit, compared with the mean of its peers and judged by its own weeks before.

    Parameters
    ----------
    process : Process
        Its weeks are those before and after together.
    population : float
        Residents of the unit, and of each peer.
    peers : int
        Untreated units in the comparison.
    weeks_after : int
        Weeks with the programme; the mean gap over them is tested as in :func:`kampung_analysis.trial.one_unit`.
    effect : float
        True relative effect on the expected count; −0.338 is a fall of 33.8 %.
    replications : int
    rng : numpy.random.Generator
    alpha : float

    Returns
    -------
    DataFrame
        One row a pilot: `change` (mean gap after minus before, per 100,000 a week), `detectable` (magnitude it must
        exceed, infinite where no result can), `found` (whether a reduction is reported), `relative` (detectable over
        the unit's own expected rate).
    """
    size = len(process.week_log_rate)
    before = size - weeks_after
    if before < 2:
        raise ValueError(f"{size} weeks less {weeks_after} after leave {before} before; a pilot needs at least 2")
    units = replications * (1 + peers)
    rates, unit = draw_rates(process, np.full(units, population), rng)
    rates = rates.reshape(replications, 1 + peers, size)
    rates[:, 0, before:] *= 1 + effect
    counts = rng.poisson(rates) * (1e5 / population)
    gaps = counts[:, 0] - counts[:, 1:].mean(axis=1)
    limit = np.array([one_unit(g[:before], weeks_after=weeks_after, alpha=alpha)["detectable"] for g in gaps])
    change = gaps[:, before:].mean(axis=1) - gaps[:, :before].mean(axis=1)
    level = np.exp(unit.reshape(replications, -1)[:, 0] - process.sd_unit**2 / 2)
    own = np.exp(process.week_log_rate).mean() * level * 1e5
    return pd.DataFrame({"change": change, "detectable": limit, "found": change < -limit, "relative": limit / own})
