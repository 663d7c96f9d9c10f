"""How remarkable is the treated unit among placebos? Ranks over donors, and residuals shifted in time.

A rank p-value counts the treated unit among the units it is compared with, so it never falls below 1 / (donors + 1);
where that is above the wanted level the interval is infinite rather than optimistic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .donors import MINIMUM_FIT, DonorPanel, UnitFit, fit_unit
from .inputs import check_number
from .results import number
from .timeline import find_period, label

MINIMUM_PLACEBOS = 3


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
    zero : float
        Gaps up to this size, in outcome units, are rounding.
    """

    treated: object
    frame: pd.DataFrame
    gaps: pd.DataFrame
    zero: float = 0.0

    @property
    def floor(self) -> float:
        """Smallest p-value the number of donors allows: 1 / (donors + 1)."""
        return 1 / len(self.frame)

    @property
    def se(self) -> float:
        """Spread of the donors' mean gaps, in outcome units."""
        return float(np.std(self.frame["att"].iloc[1:]))

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
        return rank_p(self._studentised)

    @property
    def _studentised(self) -> pd.Series:
        sizes, errors = self.frame["att"].abs(), self.frame["pre_rmspe"]
        return (sizes / errors.where(errors > self.zero)).fillna(math.inf).where(sizes > self.zero, 0.0)

    def interval(self, level: float = 0.95, *, studentised: bool = False) -> tuple[float, float]:
        """Every constant effect that the rank test of :attr:`p_att` (or :attr:`p_studentised`) does not reject.

        Infinite with too few donors for `level`, when studentised by a perfect fit, its own or a decisive placebo's,
        which leaves no yardstick, and where the placebos show no gap at all: an interval without width would claim to
        know the effect exactly.
        """
        first, others = self.frame.iloc[0], self.frame.iloc[1:]
        sizes = others["att"].abs().to_numpy()
        if studentised:
            if math.isinf(first["ratio"]):
                return -math.inf, math.inf
            sizes = self._studentised.to_numpy()[1:] * first["pre_rmspe"]
        low, high = placebo_interval(float(first["att"]), sizes, level)
        return (low, high) if high - low > 2 * self.zero else (-math.inf, math.inf)

    def __str__(self) -> str:
        n = len(self.frame) - 1
        beyond = round(self.p_value * (n + 1)) - 1
        return (
            f"{self.treated} against {n} placebos: {beyond} show a post/pre RMSPE ratio as large or larger, "
            f"p = {number(self.p_value, 2)} (smallest possible {number(self.floor, 2)}); by size of the mean gap "
            f"p = {number(self.p_att, 2)}."
        )

    __repr__ = __str__


def tabulate_placebos(panel: DonorPanel, fit: UnitFit, others: Sequence[UnitFit]) -> Placebos:
    """Gather the fit of the treated unit and those of its donors, in the order of `panel.donors`."""
    donors = pd.Index([panel.units[i] for i in panel.donors], name="donor")
    rows = [(f.att, *f.rmspe(panel.pre)) for f in (fit, *others)]
    frame = pd.DataFrame(rows, columns=["att", "pre_rmspe", "post_rmspe"])
    frame.insert(0, "unit", [panel.units[panel.treated], *donors])
    zero = 1e-9 * float(np.abs(panel.values).max() or 1.0)
    perfect = frame["pre_rmspe"] <= zero
    ratio = frame["post_rmspe"] / frame["pre_rmspe"].where(~perfect)
    frame["ratio"] = ratio.where(~perfect, np.where(frame["post_rmspe"] <= zero, 1.0, np.inf))
    gaps = pd.DataFrame(np.column_stack([f.gap for f in others]), index=panel.times, columns=donors)
    return Placebos(treated=panel.units[panel.treated], frame=frame, gaps=gaps, zero=zero)


def refit_donors(panel: DonorPanel, **options) -> list[UnitFit]:
    """Treat every donor in turn, mixing it from the other donors.

    Raises
    ------
    ValueError
        With two donors: each would have a single one of its own.
    """
    donors = panel.donors
    if len(donors) < MINIMUM_PLACEBOS:
        raise ValueError(
            f"{len(donors)} donors; placebos in space need at least {MINIMUM_PLACEBOS}, so that each has 2 donors of "
            "its own. Add donors, or ask for the conformal interval, which compares periods"
        )
    return [fit_unit(panel.values, j, [i for i in donors if i != j], panel.pre, **options) for j in donors]


def refit_earlier(panel: DonorPanel, launches, minimum_pre: int, *, method: str, solver: str) -> pd.DataFrame:
    """Pretend earlier launches on the periods before the true one: launch, att, pre_rmspe, post_rmspe, periods."""
    check_number("minimum_pre", minimum_pre, least=MINIMUM_FIT, whole=True)
    times, pre = panel.times[: panel.pre], panel.pre
    launches = list(times[minimum_pre:]) if launches is None else list(launches)
    if not launches:
        raise ValueError(f"{pre} periods before the launch; a placebo in time needs {minimum_pre + 1} or more")
    rows = []
    for launch in launches:
        spot = times.get_loc(find_period(times, launch))
        if spot < minimum_pre:
            raise ValueError(f"{spot} periods before the pretended launch {label(times[spot])}; give {minimum_pre}")
        early = replace(panel, values=panel.values[:pre], times=times, pre=spot)
        fit = fit_unit(early.values, early.treated, early.donors, spot, method=method, noise=early.noise, solver=solver)
        rows.append((times[spot], fit.att, *fit.rmspe(spot), pre - spot))
    return pd.DataFrame(rows, columns=["launch", "att", "pre_rmspe", "post_rmspe", "periods"])


def refit_without_each(panel: DonorPanel, fit: UnitFit, **options) -> pd.DataFrame:
    """Refit without each donor that carries weight: dropped, weight, att, pre_rmspe; heaviest first."""
    rows, used = [], np.flatnonzero(fit.weights > 1e-6)
    for k in used[np.argsort(-fit.weights[used], kind="stable")]:
        pool = [d for i, d in enumerate(panel.donors) if i != k]
        again = fit_unit(panel.values, panel.treated, pool, panel.pre, **options)
        rows.append((panel.units[panel.donors[k]], fit.weights[k], again.att, again.rmspe(panel.pre)[0]))
    return pd.DataFrame(rows, columns=["dropped", "weight", "att", "pre_rmspe"])


def cautions(panel: DonorPanel, fit: UnitFit, placebos: Placebos | None, *, method, interval, level) -> tuple[str, ...]:
    """What limits the inference on this panel, in sentences for a printed estimate."""
    donors, periods, found = len(panel.donors), len(panel.times), []
    needed = math.ceil(1 / (1 - level) - 1 - 1e-9)
    if interval in ("placebo", "studentised") and donors < needed:
        found.append(f"{donors} donors cannot give a {level:.0%} placebo interval; {needed} are needed")
    elif interval in ("placebo", "studentised"):
        if math.isinf(placebos.interval(level, studentised=interval == "studentised")[1]):
            found.append("no interval: placebos without a gap, or a fit without error, give no measure of chance")
    if interval == "conformal" and periods <= needed:
        found.append(f"{periods} periods cannot give a {level:.0%} conformal interval; {needed + 1} are needed")
    elif interval == "conformal" and conformal_p(panel, fit.att, method=method, noise=panel.noise) <= 1 - level + 1e-12:
        found.append("a constant effect of the size estimated is rejected: the effect grows or fades with time")
    if interval == "normal":
        found.append(f"the standard error rests on {donors} placebos: simulated 95% intervals cover about 90%")
        if placebos is None or placebos.se <= placebos.zero:
            found.append("no interval: too few placebos, or placebos without a gap, give no measure of chance")
    if method in ("sc", "demeaned") and panel.pre < donors:
        found.append(f"{panel.pre} periods before the launch for {donors} donors: a close fit proves little")
    if placebos is not None:
        errors = placebos.frame["pre_rmspe"]
        worse = float((errors.iloc[1:] >= errors.iloc[0] * (1 - 1e-9)).mean())
        if worse < 0.1:
            found.append(f"only {worse:.0%} of donors are matched worse before the launch: bias is likely")
    last = panel.values[panel.pre - 2 : panel.pre].mean(axis=0)
    if method in ("sc", "did") and last[panel.treated] >= last.max():
        found.append("the treated unit is the highest of all just before the launch: it may fall back on its own")
    if fit.kkt_gap > 1e-8:
        found.append(f"the weights are not optimal (KKT gap {fit.kkt_gap:.1e})")
    return tuple(found)


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

    Searched in steps of a quarter of the gap's spread out to twelve spreads either side of the estimate, then in
    doubled steps until an effect is rejected or is 10,000 times the range of all outcomes; only then is the side
    infinite. Ends are refined by halving. Infinite on both sides when no effect is kept: none is constant. Where
    effects are kept on one side of the estimate only, the interval reaches to the estimate all the same: it is wider.
    """
    alpha = 1 - level + 1e-12
    if 1 / len(panel.times) > alpha:
        return -math.inf, math.inf

    def kept(effect):
        return conformal_p(panel, effect, method=method, noise=noise) > alpha

    spread = max(float(np.std(fit.gap)), 1e-12)
    far = 1e4 * (float(np.ptp(panel.values)) + abs(fit.att)) / spread
    low, high = (_edge(fit.att, side * spread, far, kept) for side in (-1, 1))
    return (low, high) if low < high else (-math.inf, math.inf)


def _edge(start, step, far, kept):
    grid = np.arange(0, 12.01, 0.25)
    inside = [k for k in grid if kept(start + k * step)]
    if not inside:
        return float(start)
    low, high = inside[-1], inside[-1] + 0.25
    if low >= grid[-1]:
        high = 2 * low
        while kept(start + high * step):
            low, high = high, 2 * high
            if high > far:
                return math.copysign(math.inf, step)
    while high - low > max(1.0, low / 12) * 2.0**-22:
        middle = (low + high) / 2
        low, high = (middle, high) if kept(start + middle * step) else (low, middle)
    return float(start + low * step)
