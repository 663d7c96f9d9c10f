"""Which periods does a panel have, and in which of them does a unit adopt? Regular steps, or a refusal.

Times become whole numbers ("ticks"): the number itself, the instant of a date on its own clock, or the ordinal of a
pandas Period. Everything downstream works on ticks and positions; labels return only in printed results and frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

NEVER = np.iinfo(np.int64).max
"""Tick of a unit that never adopts."""

_NAT = np.iinfo(np.int64).min


def _row(row: int) -> str:
    return f"row {row}"


@dataclass(frozen=True)
class Clock:
    """How a column of times turns into ticks and back.

    Parameters
    ----------
    kind : {"number", "date", "period"}
    unit : str
        Resolution of dates ("ns", "us" …), frequency of pandas Periods, empty for numbers.
    zone : str or None
        Time zone of dates; ticks are wall-clock instants, so a week stays a week across a change to summer time.
    """

    kind: str
    unit: str = ""
    zone: str | None = None

    def label(self, tick: int):
        """The period as its user wrote it: int, Timestamp or Period; "never" for units that never adopt."""
        if tick == NEVER:
            return "never"
        if self.kind == "number":
            return int(tick)
        if self.kind == "period":
            return pd.Period(ordinal=int(tick), freq=self.unit)
        stamp = pd.Timestamp(np.datetime64(int(tick), self.unit))
        return stamp.tz_localize(self.zone, ambiguous=True, nonexistent="shift_forward") if self.zone else stamp

    def labels(self, ticks, zone: bool = True) -> pd.Index:
        """Labels of many ticks as an index of the right type; dates without their time zone when `zone` is false."""
        ticks = np.asarray(ticks, dtype=np.int64)
        if self.kind == "number":
            return pd.Index(ticks)
        if self.kind == "period":
            return pd.PeriodIndex.from_ordinals(ticks, freq=self.unit)
        return pd.DatetimeIndex(ticks.view(f"M8[{self.unit}]")).tz_localize(self.zone if zone else None)

    def text(self, tick: int) -> str:
        """The period for a sentence; midnights are written as days."""
        label = self.label(tick)
        if isinstance(label, pd.Timestamp) and label == label.normalize():
            return f"{label:%Y-%m-%d}"
        return str(label)


def canonical(clock: Clock, *ticks: np.ndarray) -> tuple:
    """Dates in microseconds whatever the column's resolution, so that moments from different files merge."""
    if clock.kind != "date" or clock.unit == "us":
        return clock, *ticks
    found = [np.where(t == NEVER, 0, t).view(f"M8[{clock.unit}]").astype("M8[us]").view(np.int64) for t in ticks]
    found = [np.where(t == NEVER, NEVER, f) for t, f in zip(ticks, found, strict=True)]
    return Clock("date", "us", clock.zone), *found


def read_times(column: pd.Series, name: str, named=_row) -> tuple[np.ndarray, Clock]:
    """Turn a column of times into int64 ticks, without a copy where the column already holds them.

    Raises
    ------
    TypeError
        For text, booleans and mixtures: the message names the first value and the conversion.
    ValueError
        For missing times and for numbers that are not whole.
    """
    column = _plain(column)
    if isinstance(column.dtype, pd.PeriodDtype):
        ticks, clock = column.array.asi8, Clock("period", _frequency(column))
    elif _is_date(column):
        zone = getattr(column.dtype, "tz", None)
        local = column.dt.tz_localize(None) if zone is not None else column
        values = local.to_numpy()
        clock = Clock("date", np.datetime_data(values.dtype)[0], str(zone) if zone is not None else None)
        ticks = values.view(np.int64)
    elif pd.api.types.is_bool_dtype(column.dtype) or not pd.api.types.is_numeric_dtype(column.dtype):
        first = column.iloc[0] if len(column) else None
        raise TypeError(
            f"times in {name!r} must be whole numbers, dates or pandas Periods; the first is {first!r} "
            f"({column.dtype}). Convert the column, e.g. with pandas.to_datetime"
        )
    else:
        ticks, clock = _whole(column, name, named), Clock("number")
    if clock.kind != "number" and len(ticks) and ticks.min() == _NAT:
        raise ValueError(f"{named(int(np.argmin(ticks)))} has no time in {name!r}; drop the row or fill in its period")
    return ticks, clock


def read_adoption(column: pd.Series, clock: Clock, name: str, named=_row) -> np.ndarray:
    """Turn first treated periods into int64 ticks; 0, NaN, NaT, None and infinity mean never treated.

    Raises
    ------
    TypeError
        When adoption and time are of different kinds (number, date, Period; with and without time zone).
    """
    column = _plain(column, zero_is_missing=clock.kind != "number")
    never = column.isna().to_numpy()
    if never.all():
        return np.full(len(column), NEVER)
    if clock.kind == "number":
        if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
            raise TypeError(
                f"{name!r} holds {column.dtype} while time holds whole numbers; use the first treated period"
            )
        values = column.to_numpy(dtype=np.float64, na_value=np.nan) if never.any() else column.to_numpy()
        never = never | (values == 0) | (values == np.inf)
        ticks, given = np.full(len(column), NEVER), np.flatnonzero(~never)
        ticks[given] = _whole(pd.Series(values[given]), name, lambda row: named(given[row]))
        return ticks
    if pd.api.types.is_numeric_dtype(column.dtype) and (column.fillna(0) == 0).all():
        return np.full(len(column), NEVER)
    if clock.kind == "period":
        if not isinstance(column.dtype, pd.PeriodDtype) or _frequency(column) != clock.unit:
            raise TypeError(f"{name!r} holds {column.dtype} while time holds Periods of {clock.unit}; use the same")
        ticks = column.array.asi8.copy()
    else:
        if not _is_date(column):
            raise TypeError(f"{name!r} holds {column.dtype} while time holds dates; convert it with pandas.to_datetime")
        zone = getattr(column.dtype, "tz", None)
        if (zone is None) != (clock.zone is None):
            raise TypeError(
                f"{name!r} has time zone {zone} and the times have {clock.zone}; give both the same with dt.tz_localize"
            )
        local = column.dt.tz_convert(clock.zone).dt.tz_localize(None) if zone is not None else column
        ticks = local.dt.as_unit(clock.unit).to_numpy().view(np.int64).copy()
    ticks[never] = NEVER
    return ticks


def check_steps(ticks: np.ndarray, clock: Clock) -> None:
    """Refuse a calendar with holes: the gap between two periods must be the same throughout.

    Dates may also step by whole months. At least two periods are needed.
    """
    if len(ticks) < 2:
        found = f"only {clock.text(ticks[0])}" if len(ticks) else "none"
        raise ValueError(f"a change needs two periods and the table holds {found}; add the periods before adoption")
    steps = np.diff(ticks)
    if clock.zone:
        local = clock.labels(ticks, zone=False)
        lost = local.tz_localize(clock.zone, ambiguous="NaT", nonexistent="NaT").isna()
        if lost.any():
            raise ValueError(
                f"{local[lost][0]} occurs twice or never in {clock.zone}, where clocks change; convert the times with "
                "dt.tz_convert('UTC')"
            )
    if (steps == steps[0]).all():
        return
    if clock.kind == "date":
        days = clock.labels(ticks, zone=False)
        months = np.diff(_months(days))
        same_day = (days.day == days[0].day).all() or days.is_month_end.all()
        if same_day and (months == months[0]).all() and (days.normalize() == days).all():
            return
        written = [str(pd.Timedelta(int(s), unit=clock.unit)).replace(" 00:00:00", "") for s in steps]
    else:
        written = [str(s) for s in steps]
    usual = pd.Series(written).mode()[0]
    at = next(i for i, step in enumerate(written) if step != usual) if len(set(written)) > 1 else 0
    zone = (
        f". If clocks change there in {clock.zone}, convert the times with dt.tz_convert('UTC')" if clock.zone else ""
    )
    raise ValueError(
        f"periods must follow in equal steps: {clock.text(ticks[at + 1])} comes {written[at]} after "
        f"{clock.text(ticks[at])} for every unit, where the usual step is {usual}. Add the missing period for all, "
        f"or number the periods 1, 2, 3 … if the calendar is meant to be uneven{zone}"
    )


def _months(days: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(days.year * 12 + days.month)


def positions(cohorts: np.ndarray, ticks: np.ndarray, clock: Clock) -> np.ndarray:
    """Position of each adoption among the periods: 0 for the first or earlier, beyond the last extrapolated.

    Never treated becomes the largest integer. Adoptions inside the window are periods (checked on reading). Dates in
    steps of months are extrapolated by months, whose lengths differ.
    """
    where = np.searchsorted(ticks, cohorts)
    beyond = (cohorts > ticks[-1]) & (cohorts != NEVER)
    if beyond.any():
        seen, later, steps = ticks, cohorts[beyond], np.diff(ticks)
        if (steps != steps[0]).any():
            seen, later = (_months(clock.labels(t, zone=False)) for t in (seen, later))
        where[beyond] = len(ticks) - 1 + -((seen[-1] - later) // (seen[1] - seen[0]))
    where[cohorts == NEVER] = NEVER
    return where


def _frequency(column: pd.Series) -> str:
    """Alias of a Period column that makes Periods again: 2M, where its offset is called 2ME."""
    return column.dtype.name.removeprefix("period[").removesuffix("]")


def _plain(column: pd.Series, zero_is_missing: bool = False) -> pd.Series:
    """Undo categories, Arrow backing and object columns as far as pandas can tell what they hold."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        held = column.cat.categories.dtype
        column = column.astype("float64" if held.kind in "iu" and column.isna().any() else held)
    if isinstance(column.dtype, pd.ArrowDtype):
        kind = column.dtype.kind
        if kind == "M":
            zone = getattr(column.dtype.pyarrow_dtype, "tz", None)
            unit = getattr(column.dtype.pyarrow_dtype, "unit", "s")
            column = column.astype(f"datetime64[{unit}, {zone}]" if zone else f"datetime64[{unit}]")
        elif column.dtype.pyarrow_dtype in _arrow_days():
            column = pd.to_datetime(column)
    if column.dtype == object:
        column = column.where(column.notna(), None)
        if zero_is_missing:
            column = column.where(column.map(lambda value: not (isinstance(value, int | float) and value == 0)), None)
        found = pd.api.types.infer_dtype(column, skipna=True)
        if found in ("date", "datetime", "datetime64"):
            try:
                column = pd.to_datetime(column)
            except ValueError as error:
                raise ValueError(
                    f"{column.name!r} holds dates that do not fit together ({error}); convert it with "
                    "pandas.to_datetime, with utc=True where time zones differ"
                ) from None
        elif found in ("integer", "floating", "mixed-integer-float", "empty"):
            column = pd.to_numeric(column.astype("Float64").astype("float64"))
        elif found == "period":
            column = pd.Series(pd.PeriodIndex(column), index=column.index)
    return column


def _arrow_days() -> tuple:
    import pyarrow as pa

    return pa.date32(), pa.date64()


def _is_date(column: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column.dtype)


def _whole(column: pd.Series, name: str, named) -> np.ndarray:
    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        values = column.to_numpy()
        if values.dtype.kind == "u" and len(values) and values.max() > NEVER - 1:
            raise ValueError(f"{name!r} holds {values.max()}, beyond 64-bit integers; renumber the periods")
        return values if values.dtype == np.int64 else values.astype(np.int64)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~np.isfinite(values) | (values != np.floor(values)) | (np.abs(values) > 2**53)
    if bad.any():
        row = int(np.argmax(bad))
        if np.isnan(values[row]):
            raise ValueError(f"{named(row)} has no time in {name!r}; drop the row or fill in its period")
        raise ValueError(f"{named(row)} holds {values[row]} in {name!r}; periods are whole numbers: renumber them")
    return values.astype(np.int64)
