"""What did adoption do to each cohort in each period? Group-time effects from cohort moments.

Callaway & Sant'Anna (2021, doi:10.1016/j.jeconom.2020.12.001), no covariates, with the conventions of the R package
``did``: standard errors from influence functions, clustered by unit, without the n/(n-1) correction.

Every estimator here is a sum over units of a'(Y - m) + b, with one vector a and one number b per cohort; its variance
is the sum over cohorts of a'Sa + n b². No influence function is ever stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .moments import CohortMoments, standard_errors
from .periods import NEVER
from .processors import one_blas_thread

FEW = 20
"""Below this number of units, normal intervals are visibly too short."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The (cohort, period) pairs behind the effects, one entry each.

    Parameters
    ----------
    cohort, time, base : (K,) int arrays
        Row of the cohort, column of the period and of its base period in the moments.
    pool : (K, G) bool array
        Cohorts whose units are the controls.
    controls : (K,) int array
        Units among the controls.
    post : (K,) bool array
        Whether the cohort has adopted.
    known : (K,) bool array
        Whether a control is left.
    """

    cohort: np.ndarray
    time: np.ndarray
    base: np.ndarray
    pool: np.ndarray
    controls: np.ndarray
    post: np.ndarray
    known: np.ndarray


@dataclass(frozen=True, eq=False)
class GroupTimeEffects:
    """Effects of adoption by cohort and period; print it, tabulate it, aggregate it.

    Parameters
    ----------
    moments : CohortMoments
    cells : Cells
    att, se : (K,) arrays
        Effects and standard errors in the outcome's unit. NaN where the design gives none; `cautions` say why.
    control, base : str
    anticipation : int
        Periods before adoption in which units may already react.
    level : float
        Coverage of intervals and bands.
    cautions : tuple of str
    """

    moments: CohortMoments
    cells: Cells
    att: np.ndarray
    se: np.ndarray
    control: str
    base: str
    anticipation: int
    level: float
    cautions: tuple[str, ...]

    @property
    def estimand(self) -> str:
        """The quantity in words."""
        against = "never-treated units" if self.control == "never" else "units not yet treated by then"
        base = "the last period before it" if not self.anticipation else f"{self.anticipation + 1} periods before it"
        before = "the period before each" if self.base == "varying" else "that same period"
        return (
            "average effect of adoption on the units that adopted in period g, in period t: their change since "
            f"{base}, less the change of {against}; before adoption, changes are taken since {before}"
        )

    def to_frame(self, *, simultaneous: bool = False, rng=None) -> pd.DataFrame:
        """One row a cell: cohort, time, att, se, low, high.

        Parameters
        ----------
        simultaneous : bool
            Bounds that cover all cells at once (see :func:`critical_value`) instead of each for itself.
        rng : numpy.random.Generator, optional
            Source of the draws behind simultaneous bounds; a fixed seed unless given.
        """
        from .aggregate import critical_value, pointwise

        z = critical_value(self.covariance(), self.level, rng=rng) if simultaneous else pointwise(self.level)
        clock, c = self.moments.clock, self.cells
        return pd.DataFrame(
            {
                "cohort": clock.labels(self.moments.cohorts[c.cohort]),
                "time": clock.labels(self.moments.ticks[c.time]),
                "att": self.att,
                "se": self.se,
                "low": self.att - z * self.se,
                "high": self.att + z * self.se,
            }
        )

    def aggregate(self, kind: str = "dynamic", **options):
        """Average the cells; see :func:`kampung_analysis.staggered.aggregate.aggregate`."""
        from .aggregate import aggregate

        return aggregate(self, kind, **options)

    @one_blas_thread()
    def covariance(self, weights=None, shift=None) -> np.ndarray:
        """Covariance of weighted sums of the cells, outcome's unit squared.

        Parameters
        ----------
        weights : (E, K) array, optional
            One row an aggregate; the identity if left out. Rows must give unknown cells no weight.
        shift : (E, G) array, optional
            What one more unit in each cohort adds to each aggregate, from weights that are themselves estimated.

        Raises
        ------
        ValueError
            When the table is too large to hold: aggregate first.
        """
        m, c = self.moments, self.cells
        groups, size = m.mean.shape
        if weights is None:
            weights = np.diag(c.known.astype(float))
        if len(weights) * groups * size > 2e7:
            raise ValueError(f"{len(weights):,} effects at once need too much memory; aggregate them first")
        path = np.zeros((len(weights), groups, size))
        constant = np.zeros((len(weights), groups)) if shift is None else np.array(shift, dtype=float)
        rows, cells = np.nonzero(weights)
        value = weights[rows, cells]
        own = value / m.n[c.cohort[cells]]
        _spread(path, rows, c.cohort[cells], c.time[cells], c.base[cells], own)
        change = m.mean[:, c.time].T - m.mean[:, c.base].T
        counts = c.pool * m.n
        away = change - (counts * change).sum(axis=1, keepdims=True) / np.maximum(c.controls, 1)[:, None]
        entry, group = np.nonzero(c.pool[cells])
        part = -value[entry] / c.controls[cells[entry]]
        _spread(path, rows[entry], group, c.time[cells[entry]], c.base[cells[entry]], part)
        flat = rows[entry] * groups + group
        constant += np.bincount(flat, part * away[cells[entry], group], constant.size).reshape(constant.shape)
        total = (constant * m.n) @ constant.T
        for g in range(groups):
            used = path[:, g].any(axis=1)
            a = path[used, g]
            total[np.ix_(used, used)] += a @ m.cross[g] @ a.T
        return total

    def __str__(self) -> str:
        known, cells = int(self.cells.known.sum()), len(self.att)
        lines = [f"Group-time effects: {self.estimand}.", f"{known} of {cells} cells have controls. {self.moments}"]
        return "\n".join(lines + [f"  Caution: {text}" for text in self.cautions])


def _spread(path, rows, group, time, base, value):
    size = path.shape[2]
    flat = (rows * path.shape[1] + group) * size
    path += np.bincount(flat + time, value, path.size).reshape(path.shape)
    path -= np.bincount(flat + base, value, path.size).reshape(path.shape)


def att_gt(moments, *, control="never", base="varying", anticipation=0, level=0.95) -> GroupTimeEffects:
    """Estimate the effect of adoption on every cohort in every period.

    Parameters
    ----------
    moments : CohortMoments
    control : {"never", "not_yet"}
        Compare with never-treated units, or with those that adopt after the later of period and base period (plus
        `anticipation`), the never-treated among them.
    base : {"varying", "universal"}
        Before adoption, changes since the period before, or since the last period before adoption throughout.
    anticipation : int
        Periods before adoption in which units may already react.
    level : float
        Coverage of intervals and bands, between 0 and 1.

    Returns
    -------
    GroupTimeEffects
        Units treated from the first period on have no period before and are left out with a caution, as in ``did``.
        Without never-treated units, the last cohort serves as control only, and cells from its adoption on are NaN.

    Raises
    ------
    ValueError
        For unknown options, no adopting cohort, or no control at all.
    """
    if not isinstance(moments, CohortMoments):
        raise TypeError(f"moments is a {type(moments).__name__}; make cohort moments of it with moments_from first")
    if control not in ("never", "not_yet"):
        raise ValueError(f"control is {control!r}; choose 'never' or 'not_yet'")
    if base not in ("varying", "universal"):
        raise ValueError(f"base is {base!r}; choose 'varying' or 'universal'")
    if isinstance(anticipation, bool) or not isinstance(anticipation, int | np.integer) or anticipation < 0:
        raise ValueError(f"anticipation is {anticipation!r}; give a whole number of periods, 0 or more")
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; give a share between 0 and 1")
    place, size = moments.positions, len(moments.ticks)
    never, early = place > size - 1 + anticipation, place <= anticipation
    cells, cautions = _design(moments, place, never, early, control, base, anticipation)
    n, mean, cross = moments.n, moments.mean, moments.cross
    g, t, b = cells.cohort, cells.time, cells.base
    change = mean[:, t] - mean[:, b]
    spread = cross[:, t, t] + cross[:, b, b] - 2 * cross[:, t, b]
    entry = np.arange(len(g))
    share = np.where(cells.pool, n, 0).T / np.maximum(cells.controls, 1)
    against = (share * change).sum(axis=0)
    att = change[g, entry] - against
    between = np.where(cells.pool.T, spread + n[:, None] * (change - against) ** 2, 0).sum(axis=0)
    variance = spread[g, entry] / n[g].astype(float) ** 2 + between / np.maximum(cells.controls, 1).astype(float) ** 2
    att[~cells.known] = np.nan
    se = standard_errors(variance, moments)
    se[~cells.known | (t == b) | (n[g] == 1) | (cells.controls == 1)] = np.nan
    flat = np.isnan(se) & cells.known & (t != b) & (n[g] > 1) & (cells.controls > 1)
    if flat.any():
        cautions.append(f"the outcome does not vary in {flat.sum()} of {len(flat)} cells: no standard error there")
    return GroupTimeEffects(moments, cells, att, se, control, base, int(anticipation), level, tuple(cautions))


def _design(moments, place, never, early, control, base, anticipation):
    """Which cells, which controls, and what the reader must be told."""
    n, size, clock = moments.n, len(moments.ticks), moments.clock
    cautions = []
    late = never & (moments.cohorts != NEVER)
    if late.any():
        cautions.append(f"{n[late].sum():,} units adopt after the last period and count as never treated here")
    if early.any():
        why = "the first period" if not anticipation else f"the first {anticipation + 1} periods (with anticipation)"
        cautions.append(f"{n[early].sum():,} units treated from {why} on have no period before and are left out")
    adopting = ~never & ~early
    if not adopting.any():
        raise ValueError(
            f"no cohort adopts in the window {clock.text(moments.ticks[0])} to {clock.text(moments.ticks[-1])} with a "
            "period before; check the adoption column, or add earlier periods"
        )
    last, cutoff = -1, size
    if not never.any():
        if control == "never":
            raise ValueError("no unit is never treated; use control='not_yet', or add units outside the programme")
        last = int(np.flatnonzero(adopting)[-1])
        if adopting.sum() == 1:
            raise ValueError(
                f"all units adopt in {clock.text(moments.cohorts[last])}: no control is left in any period; add units "
                "that adopt later or never"
            )
        cutoff = place[last] - anticipation
        cautions.append(
            f"no unit is never treated: the last cohort ({clock.text(moments.cohorts[last])}) is control only, and "
            f"from {clock.text(moments.ticks[cutoff])} on no control is left (NaN)"
        )
    first = 1 if base == "varying" else 0
    g = np.repeat(np.flatnonzero(adopting), size - first)
    t = np.tile(np.arange(first, size), int(adopting.sum()))
    post, reference = place[g] <= t, place[g] - 1 - anticipation
    b = np.where(post, reference, t - 1) if base == "varying" else reference
    if control == "never":
        pool = np.broadcast_to(never, (len(g), len(n)))
    else:
        pool = never | ((place > (np.maximum(t, b) + anticipation)[:, None]) & ~early)
        pool[np.arange(len(g)), g] = False
    controls = pool @ n
    known = (controls > 0) & (t < cutoff) & (g != last)
    single = adopting & (n == 1) & (np.arange(len(n)) != last)
    if single.any():
        named = ", ".join(clock.text(c) for c in moments.cohorts[single][:5])
        cautions.append(
            f"cohorts of one unit ({named}{' …' if single.sum() > 5 else ''}) have no standard error, nor "
            "have averages over them; group adoption dates more coarsely"
        )
    if (known & (controls == 1)).any():
        cautions.append(f"one unit is the only control in {(known & (controls == 1)).sum()} cells: no standard error")
    few, thin = adopting & (n > 1) & (n < FEW), known & (controls > 1) & (controls < FEW)
    short = "intervals there are too short, bands more so"
    if few.any():
        cautions.append(f"{few.sum()} cohorts have fewer than {FEW} units (smallest {n[few].min()}): {short}")
    elif thin.any():
        cautions.append(f"{thin.sum()} cells have fewer than {FEW} controls (fewest {controls[thin].min()}): {short}")
    return Cells(g, t, b, pool, controls, post, known), cautions
