"""What did adoption do on average: by time since adoption, by cohort, by calendar, or overall?

Aggregations of Callaway & Sant'Anna (2021, section 3) as the R package ``did`` computes them. Cohort sizes serve as
weights and are estimated: their contribution to the variance is included wherever weights depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from ..results import Estimate, number
from .effects import FEW, GroupTimeEffects
from .moments import standard_errors
from .processors import each, one_blas_thread

KINDS = {
    "simple": "average effect over all cohorts and periods after adoption, weighted by cohort size",
    "dynamic": "average effect by time since adoption, cohorts weighted by size; overall, their mean from 0 on",
    "group": "average effect on each cohort over its periods after adoption; overall, cohorts weighted by size",
    "calendar": "average effect in each period on the units adopted by then, weighted by size; overall, their mean",
}
COLUMNS = {"simple": "effect", "dynamic": "event_time", "group": "cohort", "calendar": "time"}
SEED, DRAWS, AT_ONCE = 20200525, 10_000, 1_000


@dataclass(frozen=True, eq=False)
class Aggregation:
    """Averages of group-time effects, with one overall effect.

    Parameters
    ----------
    kind : {"simple", "dynamic", "group", "calendar"}
    index : pandas.Index
        Event times (in steps, or in the units of a numeric calendar), cohorts or periods.
    att, se : (E,) arrays
        In the outcome's unit.
    covariance : (E, E) array
    overall : Estimate
        With `value`, `se`, `low` and `high`.
    effects : GroupTimeEffects
        What was averaged.
    """

    kind: str
    index: pd.Index
    att: np.ndarray
    se: np.ndarray
    covariance: np.ndarray
    overall: Estimate
    effects: GroupTimeEffects

    def critical_value(self, rng=None) -> float:
        """Multiplier of the standard errors for bounds that hold for all rows at once."""
        return critical_value(self.covariance, self.effects.level, rng=rng, usable=np.isfinite(self.se))

    def to_frame(self, *, simultaneous: bool = False, rng=None) -> pd.DataFrame:
        """One row an average: its label (event_time, cohort, time or effect), att, se, low, high.

        Parameters
        ----------
        simultaneous : bool
            Bounds that hold for all rows at once instead of each for itself.
        rng : numpy.random.Generator, optional
            Source of the draws behind simultaneous bounds; a fixed seed unless given.
        """
        z = self.critical_value(rng) if simultaneous else pointwise(self.effects.level)
        bounds = {"low": self.att - z * self.se, "high": self.att + z * self.se}
        return pd.DataFrame({COLUMNS[self.kind]: self.index, "att": self.att, "se": self.se, **bounds})

    def __str__(self) -> str:
        controls = "never-treated units" if self.effects.control == "never" else "units not yet treated by then"
        rows = [f"{KINDS[self.kind][0].upper()}{KINDS[self.kind][1:]}. Controls: {controls}. {self.effects.moments}"]
        if self.kind != "simple":
            for label, att, se in zip(self.index, self.att, self.se, strict=True):
                day = label.date() if isinstance(label, pd.Timestamp) and label == label.normalize() else label
                rows.append(f"  {COLUMNS[self.kind].replace('_', ' ')} {day}: {number(att)} (se {number(se)})")
        return "\n".join([*rows, str(self.overall)])


def aggregate(effects: GroupTimeEffects, kind="dynamic", *, min_e=None, max_e=None, balance=None) -> Aggregation:
    """Average group-time effects.

    Parameters
    ----------
    effects : GroupTimeEffects
    kind : {"dynamic", "simple", "group", "calendar"}
    min_e, max_e : int, optional
        Dynamic only: first and last event time to report and to average over.
    balance : int, optional
        Dynamic only: keep the cohorts observed for at least this long after adoption, and the event times that all of
        them have.

    Returns
    -------
    Aggregation
        Cells without controls take no part (a caution says so). Averages that contain a cohort of one unit have no
        standard error.

    Raises
    ------
    ValueError
        For an unknown kind, options of another kind, or nothing left to average.
    """
    if kind not in KINDS:
        raise ValueError(f"cannot aggregate by {kind!r}; choose one of {', '.join(KINDS)}")
    if kind != "dynamic" and not (min_e is None and max_e is None and balance is None):
        raise ValueError(f"min_e, max_e and balance belong to 'dynamic', not to {kind!r}; leave them out")
    m, c = effects.moments, effects.cells
    post = c.post & c.known
    if not post.any():
        raise ValueError(
            "no period after adoption has both a treated and a control unit; add later periods or later adopters"
        )
    keys, used, index = _rows(effects, kind, post, min_e, max_e, balance)
    member = np.zeros((len(index), len(c.cohort)), dtype=bool)
    member[keys[used], np.flatnonzero(used)] = True
    size = member * m.n[c.cohort]
    if kind == "group":
        size = member.astype(float)
    weights = size / size.sum(axis=1, keepdims=True)
    att = np.where(c.known, effects.att, 0.0)
    value = weights @ att
    shift = np.zeros((len(index), len(m.n)))
    if kind != "group":
        rows, cells = np.nonzero(member)
        np.add.at(shift, (rows, c.cohort[cells]), (att[cells] - value[rows]) / size.sum(axis=1)[rows])
    top, top_shift = _overall(effects, kind, index, value)
    both = np.vstack([weights, top @ weights])
    covariance = effects.covariance(both, np.vstack([shift, top @ shift + top_shift]))
    value = np.append(value, top @ value)
    se = standard_errors(np.diag(covariance), m)
    lonely = np.isnan(effects.se) & (c.time != c.base) & ((m.n[c.cohort] == 1) | (c.controls == 1))
    se[(both[:, lonely] != 0).any(axis=1)] = np.nan
    z = pointwise(effects.level)
    cautions = list(effects.cautions)
    if (c.post & ~c.known).any():
        cautions.append(f"{(c.post & ~c.known).sum()} cells after adoption have no control and take no part")
    if kind == "dynamic":
        cautions += _before(effects, np.asarray(index), value[:-1], se[:-1])
    elif (c.known & ~c.post).any():
        cautions += [text for text in aggregate(effects, "dynamic").overall.warnings if text not in cautions]
    treated = int(m.n[np.unique(c.cohort[post])].sum())
    overall = Estimate(
        name=f"overall effect ({kind})",
        value=float(value[-1]),
        se=float(se[-1]),
        low=float(value[-1] - z * se[-1]),
        high=float(value[-1] + z * se[-1]),
        level=effects.level,
        estimand=f"{KINDS[kind]}; {effects.estimand}",
        method="Callaway & Sant'Anna (2021), cohort moments, influence-function standard errors",
        n=treated,
        warnings=tuple(cautions),
    )
    return Aggregation(kind, index, value[:-1], se[:-1], covariance[:-1, :-1], overall, effects)


def _rows(effects, kind, post, min_e, max_e, balance):
    """Row of each cell, the cells that count, and the labels of the rows."""
    m, c = effects.moments, effects.cells
    if kind == "simple":
        return np.zeros(len(c.cohort), dtype=int), post, pd.Index(["simple"])
    if kind != "dynamic":
        source = c.cohort if kind == "group" else c.time
        found, keys = np.unique(source[post], return_inverse=True)
        rows = np.zeros(len(source), dtype=int)
        rows[post] = keys
        return rows, post, m.clock.labels((m.cohorts if kind == "group" else m.ticks)[found])
    step = int(m.ticks[1] - m.ticks[0]) if m.clock.kind == "number" else 1
    place = m.positions
    event = (c.time - place[c.cohort]) * step
    used = c.known.copy()
    if balance is not None:
        if isinstance(balance, bool) or not isinstance(balance, int | np.integer) or balance < 0:
            raise ValueError(f"balance is {balance!r}; give the whole number of periods after adoption all must have")
        last = c.time[c.known].max(initial=0)
        used &= (last - place[c.cohort]) * step >= balance
        used &= (event <= balance) & (event >= balance - last * step)
    used &= event >= (-np.inf if min_e is None else min_e)
    used &= event <= (np.inf if max_e is None else max_e)
    if not (used & (event >= 0)).any():
        raise ValueError(
            f"no event time from 0 on is left by min_e={min_e}, max_e={max_e}, balance={balance}; widen them"
        )
    found, keys = np.unique(event[used], return_inverse=True)
    rows = np.zeros(len(event), dtype=int)
    rows[used] = keys
    return rows, used, pd.Index(found)


def _overall(effects, kind, index, value):
    """Weights of the rows in the overall effect, and what an extra unit of each cohort adds to it."""
    m = effects.moments
    none = np.zeros(len(m.n))
    if kind == "simple":
        return np.ones(1), none
    if kind == "dynamic":
        after = np.asarray(index) >= 0
        return after / after.sum(), none
    if kind == "calendar":
        return np.full(len(index), 1 / len(index)), none
    c = effects.cells
    which = np.unique(c.cohort[c.post & c.known])
    weights = m.n[which] / m.n[which].sum()
    none[which] = (value - weights @ value) / m.n[which].sum()
    return weights, none


def _before(effects, index, value, se) -> list[str]:
    """A caution where averages or cells before adoption are too far from zero for their number (Bonferroni bounds).

    Cells count in cohorts of `FEW` units or more, at half the share of false alarms: a single cohort that stood high
    before it was chosen hides in averages over all of them.
    """
    c, m = effects.cells, effects.moments
    step = int(m.ticks[1] - m.ticks[0]) if m.clock.kind == "number" else 1
    alpha, found = 1 - effects.level, []
    average = _far(value, se, (index < -effects.anticipation * step) & (se > 0), alpha)
    early = c.known & (c.time < m.positions[c.cohort] - effects.anticipation) & (c.time != c.base) & (effects.se > 0)
    cell = _far(effects.att, effects.se, early & (m.n[c.cohort] >= FEW) & (c.controls >= FEW), alpha / 2)
    if average:
        far, tested, worst = average
        found = [f"{far} of {tested} averages before adoption differ from zero, most at event time {index[worst]} "
                 f"({number(value[worst])})"]  # fmt: skip
    elif cell:
        far, tested, worst = cell
        cohort, time = m.cohorts[c.cohort[worst]], m.ticks[c.time[worst]]
        found = [f"{far} of {tested} cells before adoption differ from zero, most cohort {m.clock.text(cohort)} in "
                 f"{m.clock.text(time)} ({number(effects.att[worst])})"]  # fmt: skip
    return [f"{text}: units were on their way, so the effect may be what follows by itself" for text in found]


def _far(value, se, which, alpha):
    """How many of how many values lie beyond the bound, and the place of the farthest; None without any."""
    tested = np.flatnonzero(which)
    t = np.abs(value[tested]) / se[tested]
    far = int((t > norm.ppf(1 - alpha / 2 / max(len(tested), 1))).sum())
    return (far, len(tested), tested[t.argmax()]) if far else None


def pointwise(level: float) -> float:
    """Normal quantile of a two-sided interval."""
    return float(norm.ppf(0.5 + level / 2))


@one_blas_thread()
def critical_value(covariance, level=0.95, *, rng=None, draws: int = DRAWS, usable=None) -> float:
    """Quantile of the largest absolute t-statistic under a multivariate normal with this covariance.

    The R package ``did`` draws the same distribution with a multiplier bootstrap (Callaway & Sant'Anna 2021, algorithm
    1); here it is drawn directly, from a fixed seed unless `rng` is given, so that equal input gives equal bands.

    Parameters
    ----------
    covariance : (E, E) array
    level : float
    rng : numpy.random.Generator, optional
    draws : int
    usable : (E,) bool array, optional
        Rows that have a standard error; by default those with positive variance.

    Returns
    -------
    float
        At least the pointwise quantile; NaN when no row has a standard error.
    """
    scale = np.sqrt(np.diag(covariance))
    usable = scale > 0 if usable is None else usable & (scale > 0)
    if not usable.any():
        return float("nan")
    correlation = covariance[np.ix_(usable, usable)] / np.outer(scale[usable], scale[usable])
    jitter = 1e-8
    while True:
        try:
            root = np.linalg.cholesky(correlation + jitter * np.eye(len(correlation)))
            break
        except np.linalg.LinAlgError:
            jitter *= 10
    rng = np.random.default_rng(SEED) if rng is None else rng
    sizes = [min(AT_ONCE, draws - first) for first in range(0, draws, AT_ONCE)]
    drawn = (rng.standard_normal((size, len(root))) for size in sizes)
    largest = each(lambda z: np.abs(z @ root.T).max(axis=1), drawn, draws * len(root))
    return max(float(np.quantile(np.concatenate(largest), level)), pointwise(level))
