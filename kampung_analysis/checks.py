"""Does the design find nothing where there is nothing, and does the result survive what should not matter?

A check asks one question and hands back a :class:`~kampung_analysis.results.Check` that passed, failed or could not be
run. Those written here take a fit function, which may return an Estimate, a number, or a result with ``estimate()``,
``effect()`` or ``att``. A ``ValueError`` of a fit means that the design refuses: the check counts it and says why. Any
other exception is a mistake and is raised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import binom

from .checks_before import check_fit_rank, check_pre_fit, check_pre_trend
from .results import Check, Estimate, number
from .timeline import label

__all__ = [
    "as_estimate",
    "check_agreement",
    "check_fit_rank",
    "check_leave_one_out",
    "check_placebo_in_space",
    "check_placebo_in_time",
    "check_pre_fit",
    "check_pre_trend",
    "check_vintage",
]


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
