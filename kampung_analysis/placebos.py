"""How remarkable is the treated unit among placebos? Ranks over donors, and residuals shifted in time.

A rank p-value counts the treated unit among the units it is compared with, so it never falls below 1 / (donors + 1);
where that is above the wanted level the interval is infinite rather than optimistic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .donors import DonorPanel, UnitFit, fit_unit
from .results import number


@dataclass(frozen=True, repr=False)
class Placebos:
    """Every donor treated in turn.

    Attributes
    ----------
    treated : label
        The truly treated unit: first row of `frame`.
    frame : pandas.DataFrame
        unit, att, pre_rmspe, post_rmspe (outcome units), ratio (post over pre; infinite for a perfect fit, 1
        where the gap is zero throughout).
    gaps : pandas.DataFrame
        Gap paths of the donors, periods × donors.
    """

    treated: object
    frame: pd.DataFrame
    gaps: pd.DataFrame

    @property
    def floor(self) -> float:
        """Smallest p-value the number of donors allows: 1 / (donors + 1)."""
        return 1 / len(self.frame)

    @property
    def p_value(self) -> float:
        """Rank p-value of the post/pre RMSPE ratio (Abadie et al. 2010): two-sided, ties count against."""
        return rank_p(self.frame["ratio"])

    @property
    def p_att(self) -> float:
        """Rank p-value of the size of the mean gap."""
        return rank_p(self.frame["att"].abs())

    @property
    def p_studentised(self) -> float:
        """Rank p-value of the size of the mean gap divided by the pre-launch RMSPE."""
        return rank_p(self.frame["att"].abs() / np.maximum(self.frame["pre_rmspe"], 1e-300))

    @property
    def se(self) -> float:
        """Spread of the donors' effects, in outcome units."""
        return float(np.std(self.frame["att"].iloc[1:]))

    def __str__(self) -> str:
        n = len(self.frame) - 1
        beyond = round(self.p_value * (n + 1)) - 1
        return (
            f"{self.treated} against {n} placebos: {beyond} show a post/pre RMSPE ratio as large or larger, "
            f"p = {number(self.p_value, 2)} (smallest possible {number(self.floor, 2)}); by size of the mean gap "
            f"p = {number(self.p_att, 2)}."
        )

    __repr__ = __str__


def rank_p(statistic) -> float:
    """Share of units whose statistic is at least that of the first one, itself included; ties count against it."""
    values = np.asarray(statistic, dtype=float)
    return float(np.mean(values >= values[0] * (1 - 1e-9)))


def placebo_interval(value: float, sizes, level: float) -> tuple[float, float]:
    """Every constant effect that a rank test over placebo sizes does not reject.

    Parameters
    ----------
    value : float
        Effect on the treated unit.
    sizes : sequence of float
        Absolute effects of the placebos, in the unit of `value`.
    level : float
        Nominal coverage. With fewer than ``level / (1 - level)`` placebos nothing can be rejected: infinite bounds.
    """
    ordered = np.sort(np.asarray(sizes, dtype=float))[::-1]
    rank = math.floor((1 - level) * (len(ordered) + 1) + 1e-9)
    if rank < 1:
        return -math.inf, math.inf
    return value - float(ordered[rank - 1]), value + float(ordered[rank - 1])


def conformal_p(panel: DonorPanel, effect: float = 0.0, *, method: str, noise: float) -> float:
    """p-value of a constant effect from residuals refitted on every period as if that effect were true.

    Mean absolute residuals over as many periods as were treated are compared over all cyclic shifts of time
    (Chernozhukov, Wüthrich & Zhu 2021, doi:10.1080/01621459.2021.1920957, moving block permutations); never below
    1 / periods.

    Raises
    ------
    ValueError
        For "sdid", whose time weights break the symmetry the argument needs.
    """
    if method == "sdid":
        raise ValueError(
            "conformal inference refits symmetrically in time, which sdid does not; use sc, demeaned or did"
        )
    values = panel.values.copy()
    values[panel.pre :, panel.treated] -= effect
    refit = fit_unit(values, panel.treated, panel.donors, len(values), method=method, noise=noise)
    loss = np.abs(refit.gap)
    periods, post = len(loss), len(loss) - panel.pre
    total = np.concatenate([[0.0], np.cumsum(np.concatenate([loss, loss]))])
    shifted = total[post : post + periods] - total[:periods]
    return float(np.mean(shifted >= shifted[panel.pre] - 1e-9 * loss.max()))


def conformal_interval(
    panel: DonorPanel, fit: UnitFit, level: float, *, method: str, noise: float
) -> tuple[float, float]:
    """Hull of the constant effects with :func:`conformal_p` above ``1 - level``.

    Searched in steps of a quarter of the gap's spread out to twelve spreads either side of the estimate, ends refined
    by halving; a side that is still kept at twelve spreads is infinite.
    """
    alpha = 1 - level
    if 1 / len(panel.times) > alpha + 1e-12:
        return -math.inf, math.inf

    def kept(effect):
        return conformal_p(panel, effect, method=method, noise=noise) > alpha

    spread = max(float(np.std(fit.gap)), 1e-12)
    return tuple(_edge(fit.att, side * spread, kept) for side in (-1, 1))


def _edge(start, step, kept):
    grid = np.arange(0, 12.01, 0.25)
    inside = [k for k in grid if kept(start + k * step)]
    if not inside:
        return float(start)
    if inside[-1] >= grid[-1]:
        return math.copysign(math.inf, step)
    low, high = inside[-1], inside[-1] + 0.25
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if kept(start + middle * step) else (low, middle)
    return float(start + low * step)
