"""Is this a sequence of evenly spaced periods, which of them is the launch, does an option exist? One answer each."""

from __future__ import annotations

import numpy as np
import pandas as pd


def check_periods(times: pd.Index) -> pd.Index:
    """Return `times` if they increase in even steps without gaps or repetition.

    Raises
    ------
    ValueError
        Names the first period that is missing, repeated, out of order or unevenly spaced.
    """
    if times.hasnans:
        raise ValueError("a period has no label; name every period")
    if times.has_duplicates:
        raise ValueError(f"period {label(times[times.duplicated()][0])} stands twice; aggregate or drop one of the two")
    if not times.is_monotonic_increasing:
        late = next(i for i in range(1, len(times)) if times[i] < times[i - 1])
        raise ValueError(f"period {label(times[late])} follows {label(times[late - 1])}; sort by period first")
    dated = isinstance(times, pd.DatetimeIndex)
    if len(times) > 2 and (dated or pd.api.types.is_numeric_dtype(times.dtype)):
        steps = np.diff(times.asi8 if dated else times.to_numpy(dtype=float))
        odd = np.flatnonzero(np.abs(steps / np.median(steps) - 1) > 1e-9)
        if len(odd) and not (dated and pd.infer_freq(times)):
            first = f"{label(times[odd[0]])} to {label(times[odd[0] + 1])}"
            raise ValueError(
                f"the step from {first} differs from the usual step; periods must be evenly spaced: "
                "add the missing ones or aggregate"
            )
    return times


def find_period(times: pd.Index, period):
    """The entry of `times` that `period` names; dates may be given as text.

    Raises
    ------
    KeyError
        When it is not among them; names the nearest.
    ValueError
        When only one of the two has a time zone.
    """
    if isinstance(times, pd.DatetimeIndex):
        period = pd.Timestamp(period)
        if (period.tz is None) != (times.tz is None):
            raise ValueError(f"{period} and the periods do not share a time zone; give both with one or both without")
    if period in times:
        return period
    try:
        spot = int(times.searchsorted(period))
    except TypeError:
        spot = 0
    near = ", ".join(label(t) for t in times[max(0, spot - 1) : spot + 1])
    raise KeyError(
        f"{label(period)} is not a period of the data; nearest: {near}. Name the first day or number of a period"
    )


def label(period) -> str:
    """A period in words: a date without a clock time where there is none."""
    midnight = isinstance(period, pd.Timestamp) and period == period.normalize()
    return str(period.date()) if midnight else str(period)


def check_choice(what: str, value, allowed) -> None:
    """Refuse a choice that does not exist, naming those that do."""
    if value not in allowed:
        raise ValueError(f"{what} {value!r} is not known; choose one of {', '.join(allowed)}")
