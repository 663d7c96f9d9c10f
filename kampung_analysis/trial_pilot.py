"""What can a pilot in one place show? Its power and its detectable effect, by simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kampung_analysis.simulation import Process, draw_counts, draw_rates, with_effect
from kampung_analysis.trial_formulas import one_unit


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


def simulate_pilot(process: Process, *, effect: float, **options) -> pd.DataFrame:
    """Pilots under one true effect; `options` as in :func:`simulate_pilots`, which also says what comes back."""
    return simulate_pilots(process, effects=(effect,), **options)[effect]


def simulate_pilots(
    process: Process,
    *,
    population: float,
    peers: int,
    weeks_after: int,
    effects: Sequence[float],
    replications: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
    together: bool = False,
) -> dict[float, pd.DataFrame]:
    """Pilots in one unit, compared with the mean of its peers, judged by its own weeks before or by its peers.

    All effects meet the same epidemics; see :func:`kampung_analysis.simulation.with_effect`.

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
    effects : sequence of float
        True relative effects on the expected count; −0.338 is a fall of 33.8 %.
    replications : int
    rng : numpy.random.Generator
    alpha : float
    together : bool
        Whether the unit and its peers lie in one district and share its part of the process.

    Returns
    -------
    dict of effect to DataFrame
        One row a pilot: `truth` (what the programme changed after the start, per 100,000 a week), `change` (mean gap
        after minus before, in the same unit), `detectable` (magnitude it must exceed, infinite where no result can),
        `found` (whether a reduction is reported), `relative` (detectable over the unit's own expected rate),
        `found_among` and `found_one_sided` (whether the change of the unit is lowest among its peers' own, a rank of at
        most alpha/2 and of at most alpha, ties counted against it).

    Raises
    ------
    ValueError
        When fewer than two weeks lie before the start.
    """
    size = len(process.week_log_rate)
    before = size - weeks_after
    if before < 2:
        raise ValueError(f"{size} weeks less {weeks_after} after leave {before} before; a pilot needs at least 2")
    units, scale = replications * (1 + peers), 1e5 / population
    district = np.repeat(np.arange(replications), 1 + peers) if together else None
    rates, unit = draw_rates(process, np.full(units, population), rng, district)
    counts = draw_counts(rates.T, rng).T.reshape(replications, 1 + peers, size)
    after_rates, own = rates.reshape(counts.shape)[:, 0, before:], counts[:, 0].astype(float)
    others = counts[:, 1:].mean(axis=1, dtype=float)
    limits = [one_unit(g[:before], weeks_after=weeks_after, alpha=alpha)["detectable"] for g in (own - others) * scale]
    limit = np.array(limits)
    level = np.exp(unit.reshape(replications, -1)[:, 0] - process.sd_lasting**2 / 2)
    relative = limit / (np.exp(process.week_log_rate).mean() * level * 1e5)

    def change(x):
        return x[..., before:].mean(axis=-1, dtype=float) - x[..., :before].mean(axis=-1, dtype=float)

    moved, found = change(counts[:, 1:]), {}
    for effect in effects:
        own[:, before:] = with_effect(counts[:, 0, before:], after_rates, effect, rng)
        shift = change((own - others) * scale)
        rank = (1 + (moved <= change(own)[:, None]).sum(axis=1)) / (1 + peers)
        judged = {"found": shift < -limit, "found_among": rank <= alpha / 2, "found_one_sided": rank <= alpha}
        truth = effect * after_rates.mean(axis=-1, dtype=float) * scale
        found[effect] = pd.DataFrame(
            {"truth": truth, "change": shift, "detectable": limit, **judged, "relative": relative}
        )
    return found


def summarise_pilots(pilots: pd.DataFrame) -> pd.Series:
    """Bias, coverage and reports of pilots judged by their own weeks, named as in a power study.

    Parameters
    ----------
    pilots : DataFrame
        From :func:`simulate_pilot`.

    Returns
    -------
    Series
        `replications`, `truth`, `bias`, `bias_error`, `coverage`, `rejected` (a reduction is reported). The interval
        of a pilot is its change plus and minus `detectable`, the effects that its test does not reject; it is
        infinite, and always covers, where the weeks before allow no test.
    """
    error = pilots["change"] - pilots["truth"]
    return pd.Series(
        {
            "replications": len(pilots),
            "truth": pilots["truth"].mean(),
            "bias": error.mean(),
            "bias_error": error.std(ddof=1) / np.sqrt(len(pilots)),
            "coverage": (error.abs() <= pilots["detectable"]).mean(),
            "rejected": pilots["found"].mean(),
        }
    )
