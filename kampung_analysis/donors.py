"""One treated unit, a pool of donors and a launch: is the panel fit for use, and what gap does it show?

The first half refuses panels from which no gap can be computed and says what to repair. The second half is the
arithmetic shared by every estimator built on donor weights, for one unit at a time, on plain arrays: fast enough to be
repeated for every donor, every launch and every specification.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple

import numpy as np
import pandas as pd

from .inputs import check_number
from .simplex import frank_wolfe_weights, simplex_weights
from .timeline import check_periods, find_period, label

METHODS = {
    "sc": "synthetic control on outcomes (Abadie, Diamond & Hainmueller 2010, doi:10.1198/jasa.2009.ap08746)",
    "demeaned": "synthetic control with intercept (Ferman & Pinto 2021, doi:10.3982/QE1596)",
    "sdid": "synthetic difference in differences (Arkhangelsky et al. 2021, doi:10.1257/aer.20190159)",
    "did": "difference in differences, equal donor weights",
}
SOLVERS = ("exact", "frank_wolfe")
MINIMUM_PRE = 4
MINIMUM_FIT = 2
MINIMUM_DONORS = 2
SMALLEST = 1e-100


@dataclass(frozen=True)
class DonorPanel:
    """A checked panel.

    Attributes
    ----------
    values : numpy.ndarray, shape (periods, units)
        Outcomes, finite.
    times : pandas.Index
        Increasing, without repetition.
    units : tuple
        Column labels.
    treated : int
        Position of the treated unit in `units`.
    pre : int
        Number of periods before the launch.
    """

    values: np.ndarray
    times: pd.Index
    units: tuple
    treated: int
    pre: int

    @property
    def donors(self) -> list[int]:
        """Positions of the donors."""
        return [i for i in range(len(self.units)) if i != self.treated]

    @property
    def noise(self) -> float:
        """Standard deviation of the donors' first differences before the launch (Arkhangelsky et al. 2021, eq. 5)."""
        return float(np.diff(self.values[: self.pre, self.donors], axis=0).std(ddof=1))


def check_panel(wide: pd.DataFrame, *, treated, launch, minimum_pre: int = MINIMUM_PRE) -> DonorPanel:
    """Turn a time × unit frame into a :class:`DonorPanel`, or say what is wrong with it.

    Parameters
    ----------
    wide : pandas.DataFrame
        Index: periods, increasing and evenly spaced. Columns: units. Cells: finite outcomes.
    treated : label
        Column of the treated unit; every other column is a donor.
    launch : label
        First treated period; a date may be given as text.
    minimum_pre : int
        Fewest periods before the launch.

    Raises
    ------
    TypeError
        When `wide` is not a frame or a column is not numeric.
    KeyError
        When the treated unit or the launch is not in the panel; names the nearest.
    ValueError
        For missing, infinite, repeated or unsorted cells, too few periods or donors, or an outcome that never varies.
    """
    if not isinstance(wide, pd.DataFrame):
        raise TypeError(
            f"the panel is a {type(wide).__name__}; hand over a DataFrame with periods as rows, units as columns"
        )
    check_number("minimum_pre", minimum_pre, least=MINIMUM_FIT, whole=True)
    if wide.empty:
        raise ValueError(f"the panel has shape {wide.shape}; it needs periods as rows and units as columns")
    times = _check_axes(wide, treated)
    pre = times.get_loc(find_period(times, launch))
    text = [c for c in wide.columns if not is_real(wide[c].dtype)]
    if text:
        raise TypeError(
            f"column {text[0]!r} has type {wide[text[0]].dtype}; outcomes must be numbers: "
            "convert the panel with wide.apply(pd.to_numeric), or drop the column"
        )
    values = wide.to_numpy(dtype=float, na_value=np.nan)
    column = wide.columns.get_loc(treated)
    _check_cells(values, times, wide.columns, column)
    inexact = (np.abs(values) > 2**53) & [pd.api.types.is_integer_dtype(d) for d in wide.dtypes]
    if inexact.any():
        row, unit = np.argwhere(inexact)[0]
        raise ValueError(
            f"{wide.columns[unit]!r} is {wide.iloc[row, unit]} in {label(times[row])}; beyond 2**53 whole numbers are "
            "not exact: divide the panel"
        )
    if pre < minimum_pre:
        raise ValueError(
            f"{pre} periods before the launch {label(times[pre])}; at least {minimum_pre} are needed. "
            f"Start the panel {minimum_pre - pre} periods earlier or launch later"
        )
    return check_pool(DonorPanel(values, times, tuple(wide.columns), column, pre))


def check_pool(panel: DonorPanel) -> DonorPanel:
    """Return `panel` if its treated unit and at least two donors can be compared before the launch.

    Raises
    ------
    ValueError
        For fewer donors, or a treated unit or donors that do not vary before the launch.
    """
    unit, donors = panel.units[panel.treated], panel.donors
    if len(donors) < MINIMUM_DONORS:
        raise ValueError(f"{len(donors)} donor besides {unit!r}; at least {MINIMUM_DONORS} are needed")
    size = float(np.abs(panel.values).max())
    if size and not SMALLEST < size < 1 / SMALLEST:
        raise ValueError(f"the largest outcome is {size:g}, whose square leaves the range of numbers; change the unit")
    before = panel.values[: panel.pre]
    if np.ptp(before[:, panel.treated]) == 0:
        raise ValueError(
            f"{unit!r} is constant at {before[0, panel.treated]:g} before the launch; nothing can be matched. "
            "Choose another outcome, a longer period or wider time steps"
        )
    if not np.ptp(before[:, donors], axis=0).any():
        raise ValueError(
            f"none of the {len(donors)} donors varies before the launch, first {panel.units[donors[0]]!r} at "
            f"{before[0, donors[0]]:g}; they say nothing of {unit!r}. Choose other donors, another outcome or longer "
            "periods"
        )
    return panel


def drop_donors(panel: DonorPanel, names) -> DonorPanel:
    """The panel with donors removed by name; refuses names that are no donors and what :func:`check_pool` refuses."""
    donors = [panel.units[i] for i in panel.donors]
    unknown = [d for d in names if d not in donors]
    if unknown:
        raise KeyError(f"no donor {unknown[0]!r}; donors are {', '.join(map(str, donors))}")
    keep = [i for i, u in enumerate(panel.units) if u not in names]
    units = tuple(panel.units[i] for i in keep)
    return check_pool(replace(panel, values=panel.values[:, keep], units=units, treated=keep.index(panel.treated)))


def is_real(dtype) -> bool:
    """True for a column of real numbers."""
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype)


def _check_axes(wide, treated):
    units = wide.columns
    if isinstance(units, pd.MultiIndex):
        names = ", ".join(str(n) for n in units.names)
        raise TypeError(f"the columns have {units.nlevels} levels ({names}); keep one: wide.columns.droplevel(0)")
    if not pd.api.types.is_scalar(treated):
        raise TypeError(f"treated is {treated!r}, a {type(treated).__name__}; name one column of the panel")
    if units.hasnans or units.has_duplicates:
        what = "a unit has no name" if units.hasnans else f"unit {units[units.duplicated()][0]!r} stands twice"
        raise ValueError(f"{what}; every column of the panel is one named unit")
    if treated not in wide.columns:
        labels = {str(c): c for c in wide.columns}
        near = get_close_matches(str(treated), labels, n=3, cutoff=0.4) or list(labels)[:3]
        turned = " It is among the rows: transpose the panel." if treated in wide.index else ""
        raise KeyError(f"no unit {treated!r} in the panel; nearest: {', '.join(near)}.{turned}")
    return check_periods(wide.index)


def _check_cells(values, times, units, treated):
    bad = ~np.isfinite(values)
    if not bad.any():
        return
    rows = np.flatnonzero(bad.any(axis=1))
    only_treated = not np.delete(bad, treated, axis=1).any()
    only_donors = all(np.delete(bad, treated, axis=1)[r].all() and not bad[r, treated] for r in rows)
    if np.isnan(values[bad]).all() and (only_treated or only_donors):
        lacks = f"{units[treated]!r} is" if only_treated else "all donors are"
        raise ValueError(
            f"treated and donors must cover the same periods; {len(rows)} differ, first {label(times[rows[0]])}, where "
            f"{lacks} missing. Fill the cells, or cut the panel to the periods that both have"
        )
    row, column = np.argwhere(bad)[0]
    what = "missing" if np.isnan(values[row, column]) else "infinite"
    raise ValueError(
        f"{units[column]!r} is {what} in {label(times[row])} ({int(bad.sum())} such cells in all); "
        "repair the cell or drop the unit, naming it"
    )


class UnitFit(NamedTuple):
    """Weights, gap and effect of one unit.

    Attributes
    ----------
    att : float
        Mean gap from the launch on.
    weights : numpy.ndarray
        One per donor.
    time_weights : numpy.ndarray
        One per period before the launch: the baseline that is subtracted from the gap (zeros: none).
    gap : numpy.ndarray
        Outcome minus counterfactual, every period.
    kkt_gap : float
        Worst optimality gap of the weights; see :class:`~kampung_analysis.simplex.SimplexFit`.
    """

    att: float
    weights: np.ndarray
    time_weights: np.ndarray
    gap: np.ndarray
    kkt_gap: float

    def rmspe(self, pre: int) -> tuple[float, float]:
        """Root mean squared gap before and from the launch."""
        return float(np.sqrt(np.mean(self.gap[:pre] ** 2))), float(np.sqrt(np.mean(self.gap[pre:] ** 2)))


def fit_unit(values, unit: int, donors, pre: int, *, method: str, noise: float, solver: str = "exact") -> UnitFit:
    """Fit one unit against donors.

    Parameters
    ----------
    values : array, shape (periods, units)
    unit : int
        Column of the unit taken as treated.
    donors : sequence of int
        Columns it may be mixed from.
    pre : int
        Periods before the launch.
    method : {"sc", "demeaned", "sdid", "did"}
        Donor weights without intercept (Abadie, Diamond & Hainmueller 2010, outcomes only); with intercept
        (Doudchenko & Imbens 2016; Ferman & Pinto 2021); synthetic difference in differences (Arkhangelsky et al. 2021,
        algorithm 1); equal weights with intercept, which is difference in differences.
    noise : float
        Noise level that scales the penalties, in outcome units.
    solver : {"exact", "frank_wolfe"}
        See :mod:`kampung_analysis.simplex`.
    """
    pool = values[:, donors]
    before, outcome = pool[:pre], values[:, unit]
    post = len(values) - pre
    flat, worst = np.full(pre, 1 / pre), 0.0
    if method == "did":
        weights, baseline = np.full(len(donors), 1 / len(donors)), flat
    else:
        ridge = noise * (post**0.25 if method == "sdid" else 1e-6)
        found = _solve(before, outcome[:pre], ridge, method != "sc", noise, solver)
        weights, worst = found.weights, found.kkt_gap
        baseline = np.zeros(pre) if method == "sc" else flat
        if method == "sdid":
            found = _solve(before.T, pool[pre:].mean(axis=0), 1e-6 * noise, True, noise, solver)
            baseline, worst = found.weights, max(worst, found.kkt_gap)
    gap = outcome - pool @ weights
    gap = gap - baseline @ gap[:pre]
    return UnitFit(float(gap[pre:].mean()) if post else np.nan, weights, baseline, gap, worst)


def _solve(features, target, ridge, intercept, noise, solver):
    if solver == "frank_wolfe":
        return frank_wolfe_weights(features, target, ridge=ridge, intercept=intercept, tolerance=1e-5 * noise)
    return simplex_weights(features, target, ridge=ridge, intercept=intercept)
