"""Is this a sequence of evenly spaced periods, which of them is the launch, does an option exist? One answer each."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pandas as pd


def check_periods(times: pd.Index) -> pd.Index:
    """Return `times` as an index that can be searched, if they increase in even steps without gaps or repetition.

    Dates stored as Python objects or by Arrow become a DatetimeIndex, categories and objects become what they hold.
    Text stays text but must be dates in the ISO order (2020-07-27, 2020-07), whose steps are then those of the dates.

    Raises
    ------
    TypeError
        For periods whose spacing cannot be known: several levels, mixed kinds, text that is no date.
    ValueError
        Names the first period that is missing, repeated, out of order or unevenly spaced.
    """
    times = _plain(times)
    if times.hasnans:
        raise ValueError("a period has no label; name every period")
    if times.has_duplicates:
        raise ValueError(f"period {label(times[times.duplicated()][0])} stands twice; aggregate or drop one of the two")
    scale = _scale(times)
    if not scale.is_monotonic_increasing:
        late = next(i for i in range(1, len(times)) if scale[i] < scale[i - 1])
        raise ValueError(f"period {label(times[late])} follows {label(times[late - 1])}; sort by period first")
    dated = isinstance(scale, pd.DatetimeIndex)
    if len(times) > 2:
        steps = np.diff(scale.to_numpy(dtype=float) if pd.api.types.is_numeric_dtype(scale.dtype) else scale.asi8)
        odd = np.flatnonzero(~(np.abs(steps / np.median(steps) - 1) <= 1e-9))
        if len(odd) and not (dated and _calendar(scale)):
            first = f"{label(times[odd[0]])} to {label(times[odd[0] + 1])}"
            raise ValueError(
                f"the step from {first} differs from the usual step; periods must be evenly spaced: "
                "add the missing ones or aggregate"
            )
    return times


def _plain(times: pd.Index) -> pd.Index:
    if isinstance(times, pd.MultiIndex):
        names = ", ".join(str(n) for n in times.names)
        raise TypeError(f"the periods have {times.nlevels} levels ({names}); keep one, for example with droplevel")
    if isinstance(times, pd.CategoricalIndex):
        times = times.astype(times.categories.dtype)
    if times.dtype == object:
        times = times.infer_objects()
    kind = pd.api.types.infer_dtype(times)
    if kind in ("datetime64", "datetime", "date") and not isinstance(times, pd.DatetimeIndex):
        return pd.DatetimeIndex(times, name=times.name)
    return times


def _scale(times: pd.Index) -> pd.Index:
    """What the steps are measured on: the periods themselves, or the dates that text stands for."""
    if isinstance(times, pd.DatetimeIndex):
        return _months(times)
    if isinstance(times, pd.PeriodIndex | pd.TimedeltaIndex):
        return times
    if pd.api.types.is_numeric_dtype(times.dtype) and not pd.api.types.is_complex_dtype(times.dtype):
        return times
    kind = pd.api.types.infer_dtype(times)
    if kind == "string":
        try:
            return _months(pd.DatetimeIndex(pd.to_datetime(times, format="ISO8601")))
        except ValueError:
            kind = f"text such as {times[0]!r}"
    raise TypeError(f"the periods are {kind}, whose spacing is unknown; hand over dates, pandas Periods or numbers")


def _months(dates: pd.DatetimeIndex) -> pd.Index:
    """Months where every date is the first of one, so that their unequal days do not count."""
    whole = (dates == dates.normalize()).all() and dates.is_month_start.all()
    return dates.tz_localize(None).to_period("M") if whole and len(dates) > 2 else dates


def _calendar(dates: pd.DatetimeIndex) -> bool:
    """True for steps of a calendar that differ in days, such as ends of months and business days."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # pandas will hand over an offset instead of its name
        return pd.infer_freq(dates) is not None


def find_period(times: pd.Index, period):
    """The entry of `times` that `period` names; dates may be given as text.

    Raises
    ------
    KeyError
        When it is not among them; names the nearest.
    TypeError
        When it is several periods or cannot be read as one.
    ValueError
        When only one of the two has a time zone.
    """
    if not pd.api.types.is_scalar(period) or pd.isna(period):
        raise TypeError(f"{period!r} is no single period; name one, such as {label(times[-1])}")
    if isinstance(times, pd.DatetimeIndex):
        period = _stamp(period, times)
        if (period.tz is None) != (times.tz is None):
            raise ValueError(f"{period} and the periods do not share a time zone; give both with one or both without")
    elif isinstance(times, pd.PeriodIndex):
        period = _period(period, times)
    elif isinstance(period, dt.date) and label(pd.Timestamp(period)) in times:
        return label(pd.Timestamp(period))
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


def _stamp(period, times):
    try:
        return period.start_time if isinstance(period, pd.Period) else pd.Timestamp(period)
    except (TypeError, ValueError):
        raise TypeError(f"{period!r} cannot be read as a date; name a period such as {label(times[-1])}") from None


def _period(period, times):
    """The period that begins on the day named; a day inside a period would split it."""
    if isinstance(period, pd.Period):
        if period.freqstr != times.freqstr:
            raise TypeError(f"{period} lasts a {period.freqstr}, the periods of the data a {times.freqstr}; give one")
        return period
    named = {str(t): t for t in times}
    if period in named:
        return named[period]
    day = _stamp(period, times)
    if day.tz is not None:
        raise ValueError(f"{day} has a time zone, the periods have none; give it without one")
    found = pd.Period(day, freq=times.freq)
    if found.start_time != day:
        raise KeyError(
            f"{label(day)} lies inside the period {found}; name {found} or {found + 1}, which it would split"
        )
    return found


def before_launch(series: pd.Series, launch) -> np.ndarray:
    """Values of the periods before the launch, if periods are even and values finite; else ValueError by period."""
    times = check_periods(series.index)
    values = series.to_numpy(dtype=float, na_value=np.nan)[: times.get_loc(find_period(times, launch))]
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        what = "the series" if series.name is None else repr(series.name)
        raise ValueError(f"{what} is {values[bad[0]]} in {label(times[bad[0]])}; fill the period or start after it")
    return values


def label(period) -> str:
    """A period in words: a date without a clock time where there is none."""
    midnight = isinstance(period, pd.Timestamp) and period == period.normalize()
    return str(period.date()) if midnight else str(period)


def check_choice(what: str, value, allowed) -> None:
    """Refuse a choice that does not exist, naming those that do."""
    if value not in allowed:
        raise ValueError(f"{what} {value!r} is not known; choose one of {', '.join(allowed)}")
