"""Does the design find nothing where there is nothing, and does the result survive what should not matter?

Every check takes a fit function, asks one question and hands back a :class:`~kampung_analysis.results.Check` that
passed, failed or could not be run. A fit may return an Estimate, a number, or a result with ``estimate()``,
``effect()`` or ``att``. A ``ValueError`` of a fit means that the design refuses: the check counts it and says why. Any
other exception is a mistake and is raised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import binom

from .results import Check, Estimate, number
from .timeline import before_launch, label


def check_placebo_in_time(
    fit: Callable, launches: Sequence, *, null: float = 0.0, worth: float | None = None, alpha: float = 0.05
) -> Check:
    """Does a pretended launch show no effect?

    Parameters
    ----------
    fit : callable
        ``fit(launch)``; it must use periods before the true launch only.
    launches : sequence
        Pretended launches.
    null : float
        Value of no effect: 0 for differences, 1 for ratios.
    worth : float, optional
        Smallest effect worth claiming, as a distance from `null`. Needed where the fit gives no finite interval: a
        placebo then counts as an effect when it is at least that far from `null`.
    alpha : float
        Share of placebos that may show an effect by chance.

    Returns
    -------
    Check
        Failed when more placebos show an effect than a binomial with `alpha` explains in 95 of 100 cases. Pretended
        launches share periods, so this is a yardstick, not an exact test.
    """
    return _placebos("Does a pretended launch show nothing?", "launch", fit, launches, null, worth, alpha)


def check_placebo_in_space(
    fit: Callable, units: Sequence, *, null: float = 0.0, worth: float | None = None, alpha: float = 0.05
) -> Check:
    """Do units without the programme show no effect? ``fit(unit)``; otherwise as :func:`check_placebo_in_time`."""
    return _placebos("Do untreated units show nothing?", "unit", fit, units, null, worth, alpha)


def check_leave_one_out(
    fit: Callable, names: Sequence, *, full, tolerance: float | None = None, what: str = "donor"
) -> Check:
    """Does the result hang on a single unit?

    Parameters
    ----------
    fit : callable
        ``fit(name)``: the result without that unit.
    names : sequence
        Units to leave out in turn.
    full : Estimate, number or fitted result
        The result with all of them.
    tolerance : float, optional
        Largest shift allowed, in units of the estimate; half the width of `full`'s interval when not given. A deviant
        unit widens that interval and then passes (benchmarks/validity_choices.py): give the effect worth claiming.
    what : str
        Word for one unit.
    """
    name = f"Does the result survive without any one {what}?"
    results, refused = _run(fit, names)
    if not results:
        return Check(name, None, _no_run(what, names, refused))
    full = as_estimate(full)
    tolerance = (full.high - full.low) / 2 if tolerance is None else tolerance
    if not math.isfinite(tolerance):
        return Check(name, None, "the full result has no finite interval and no tolerance was given")
    shifts = {k: r.value - full.value for k, r in results.items()}
    worst = max(shifts, key=lambda k: abs(shifts[k]))
    why = (
        f"Leaving out {label(worst)} moves {number(full.value)} to {number(results[worst].value)}, the largest of "
        f"{len(results)} shifts; {number(tolerance)} is allowed."
    )
    return Check(name, abs(shifts[worst]) <= tolerance, why + _refusals(refused), abs(shifts[worst]), tolerance)


def check_pre_trend(
    gap: pd.Series, launch, *, worth: float | None = None, alpha: float = 0.05, minimum: int = 6
) -> Check:
    """Was the gap flat before the launch?

    Parameters
    ----------
    gap : pandas.Series
        Treated minus comparison by period, in outcome units.
    launch : label
        First treated period.
    worth : float, optional
        Smallest effect worth claiming. The trend, continued to the middle of the treated periods, must stay below it: a
        trend too uncertain to be rejected is no proof of flatness.
    alpha : float
        Level of the test of a zero slope, with Newey–West errors.
    minimum : int
        Fewest periods before the launch.
    """
    name = "Was the gap flat before the launch?"
    pre = len(y := before_launch(gap, launch))
    if pre < minimum:
        return Check(name, None, f"{pre} periods before the launch; {minimum} are needed to see a trend.")
    if np.ptp(y) == 0:
        return Check(name, True, "The gap is constant before the launch.", 0.0, worth)
    terms = sm.add_constant(np.arange(pre, dtype=float))
    lags = int(4 * (pre / 100) ** (2 / 9))
    options = {"maxlags": lags, "use_correction": True}
    fit = sm.OLS(y, terms).fit(cov_type="HAC", cov_kwds=options, use_t=True)
    slope, p = float(fit.params[1]), float(fit.pvalues[1])
    drift = slope * len(gap) / 2
    why = f"Slope {number(slope)} a period (p = {number(p, 2)})"
    short = " Of simulated flat gaps this short 12% fail too, of lasting ones 40%." if p <= alpha and pre < 40 else ""
    if worth is None:
        return Check(name, p > alpha, f"{why}; the level of the test is {alpha:g}.{short}", p, alpha)
    why += (
        f"; continued to the middle of the treated periods {number(drift)}, worth claiming is {number(worth)}.{short}"
    )
    return Check(name, p > alpha and abs(drift) < abs(worth), why, abs(drift), abs(worth))


def check_pre_fit(gap: pd.Series, launch, *, limit: float | None = None, observed: pd.Series | None = None) -> Check:
    """Is the gap before the launch small?

    Parameters
    ----------
    gap : pandas.Series
        Treated minus counterfactual by period.
    launch : label
        First treated period.
    limit : float, optional
        Largest root mean squared gap, usually the smallest effect worth claiming.
    observed : pandas.Series, optional
        Outcome of the treated unit; without `limit`, its standard deviation before the launch is the limit: the donors
        must do better than the unit's own mean.

    Raises
    ------
    ValueError
        When neither `limit` nor `observed` is given.
    """
    name = "Do the donors reproduce the treated unit before the launch?"
    pre = len(y := before_launch(gap, launch))
    if pre < 2:
        return Check(name, None, f"{pre} period before the launch; 2 are needed.")
    if limit is None:
        if observed is None:
            raise ValueError("give limit (outcome units) or observed; a gap is small only against something")
        limit = float(np.std(observed.to_numpy(dtype=float)[:pre]))
    rmspe = float(np.sqrt(np.mean(y**2)))
    why = f"Root mean squared gap {number(rmspe)} over {pre} periods; {number(abs(limit))} is allowed."
    return Check(name, rmspe <= abs(limit), why, rmspe, abs(limit))


def check_fit_rank(errors: pd.Series, *, share: float = 0.5, what: str = "placebo unit") -> Check:
    """Does the treated unit fit before the launch as well as placebo units do?

    Parameters
    ----------
    errors : pandas.Series
        Root mean squared gap before the launch, the treated unit first, then the placebo units.
    share : float
        Share of placebo units that must fit no better.
    what : str
        Word for one placebo unit.
    """
    half = "half" if share == 0.5 else f"{share:.0%}"
    name = f"Is the fit before the launch at least as good as that of {half} the {what}s?"
    own, others = float(errors.iloc[0]), errors.iloc[1:]
    if others.empty:
        return Check(name, None, f"no {what} was fitted.")
    worse = float((others >= own).mean())
    return Check(name, worse >= share, f"{worse:.0%} of {len(others)} {what}s fit no better before.", worse, share)


def check_vintage(fit: Callable, vintages: Sequence, *, tolerance: float | None = None) -> Check:
    """Does the result survive the revision of the data?

    Parameters
    ----------
    fit : callable
        ``fit(vintage)``.
    vintages : sequence
        Editions of the same data, the one in use first.
    tolerance : float, optional
        Largest shift allowed; half the width of the first edition's interval when not given.
    """
    name = "Do the editions of the data agree?"
    results, refused = _run(fit, vintages)
    if len(results) < 2:
        return Check(name, None, f"{len(results)} edition could be fitted, 2 are needed.{_refusals(refused)}")
    (first, base), *others = results.items()
    tolerance = (base.high - base.low) / 2 if tolerance is None else tolerance
    if not math.isfinite(tolerance):
        return Check(name, None, f"edition {first} gives no finite interval and no tolerance was given.")
    worst, value = max(others, key=lambda item: abs(item[1].value - base.value))
    shift = abs(value.value - base.value)
    why = (
        f"{first} gives {number(base.value)}, {worst} {number(value.value)}; a shift of {number(tolerance)} is allowed."
    )
    return Check(name, shift <= tolerance, why + _refusals(refused), shift, tolerance)


def check_agreement(values, *, null: float = 0.0, share: float = 0.9) -> Check:
    """Do defensible specifications agree on the direction?

    Parameters
    ----------
    values : sequence of float
        One effect per specification.
    null : float
        Value of no effect.
    share : float
        Share of specifications that must lie on one side.
    """
    name = "Do the specifications agree on the direction?"
    values = (given := np.asarray(values, dtype=float))[np.isfinite(given)]
    if len(values) < 2:
        return Check(name, None, f"{len(values)} specification could be fitted; 2 are needed to agree.")
    below, above = int((values < null).sum()), int((values > null).sum())
    most = max(below, above) / len(values)
    why = f"Of {len(values)} specifications {below} lie below and {above} above {null:g}; {share:.0%} must agree."
    why += f" Without a finite value: {len(given) - len(values)}." if len(given) > len(values) else ""
    return Check(name, most >= share, why, most, share)


def as_estimate(result) -> Estimate:
    """Turn what a fit returned into an Estimate; a bare number gets no interval, anything else a TypeError."""
    if isinstance(result, Estimate):
        return result
    for maker in ("estimate", "effect"):
        if callable(getattr(result, maker, None)):
            return getattr(result, maker)()
    value = getattr(result, "att", result)
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        raise TypeError(f"the fit returned a {type(result).__name__}; return an Estimate, a number or a fitted result")
    return Estimate(name="effect", value=float(value))


def _run(fit, names):
    results, refused = {}, {}
    for name in names:
        try:
            found = as_estimate(fit(name))
            if math.isnan(found.value):
                raise ValueError("the fit gives no number")
            results[name] = found
        except np.linalg.LinAlgError:
            raise
        except ValueError as error:
            refused[name] = str(error)
    return results, refused


def _refusals(refused):
    if not refused:
        return ""
    first = next(iter(refused))
    return f" Not run: {len(refused)}, first {label(first)}: {refused[first]}"


def _no_run(what, names, refused):
    return _refusals(refused).strip() if refused else f"no {what} was given ({len(names)})."


def _placebos(question, what, fit, names, null, worth, alpha):
    names = list(names)
    results, refused = _run(fit, names)
    decided = {}
    for name, r in results.items():
        if r.finite:
            decided[name] = not r.low <= null <= r.high
        elif worth is not None:
            decided[name] = not abs(r.value - null) < abs(worth)
    if not decided:
        if results:
            return Check(question, None, "no placebo has a finite interval, and no effect worth claiming was given.")
        return Check(question, None, _no_run(what, names, refused))
    found = [n for n, hit in decided.items() if hit]
    allowed = int(binom.ppf(0.95, len(decided), alpha))
    why = f"{len(found)} of {len(decided)} placebos show an effect; chance allows {allowed}."
    if found:
        extreme = max(found, key=lambda n: abs(results[n].value - null))
        why += f" Largest: {label(extreme)}, {number(results[extreme].value)}."
    undecided = len(results) - len(decided)
    why += f" Without finite interval: {undecided}." if undecided else ""
    return Check(question, len(found) <= allowed, why + _refusals(refused), len(found), allowed)
