"""How does a long table become cohort moments? In one pass, without a sort, checked to the last cell.

A table sorted by unit and time is reshaped where it stands. Any other is scattered: a cell's place is its unit's code
times the number of periods plus its period's code, so that counting the places finds every gap and every duplicate.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd

from .matrix import check_adoption, from_matrix
from .moments import CohortMoments
from .periods import check_steps, read_adoption, read_times
from .processors import each

SLICE = 1 << 18
"""Rows scattered at once: indices of a slice stay in the processor's cache."""


def moments_from(data, *, unit: str, time: str, outcome: str, adopted: str) -> CohortMoments:
    """Reduce a balanced panel to the moments of its adoption cohorts.

    Parameters
    ----------
    data : pandas.DataFrame, path or Dask DataFrame
        One row per unit and period. A path names a Parquet file or a folder of them, sorted by unit and time; it is
        read in batches with bounded memory. A Dask DataFrame is reduced on the cluster it lives on.
    unit, time, outcome, adopted : str
        Columns: an identifier; whole numbers, dates or pandas Periods in equal steps; a number; the first treated
        period in the terms of `time`, the same in all rows of a unit, and 0, NaN, NaT or None for a unit never treated.

    Returns
    -------
    CohortMoments

    Raises
    ------
    KeyError
        When a column is missing.
    TypeError, ValueError
        When the table cannot be right: gaps, duplicates, changing adoption, uneven steps, missing or infinite outcomes.
        The message names unit, period and the way out.
    """
    columns = [unit, time, outcome, adopted]
    if isinstance(data, str | os.PathLike):
        from .batches import moments_of_parquet

        return moments_of_parquet(data, columns)
    if hasattr(data, "dask") and hasattr(data, "to_delayed"):
        from .batches import moments_of_dask

        return moments_of_dask(data, columns)
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"data is a {type(data).__name__}; give a DataFrame, a Parquet path or a Dask DataFrame")
    return moments_of_frame(data, columns)


def moments_of_frame(frame: pd.DataFrame, columns, ticks=None, known_clock=None) -> CohortMoments:
    """Moments of a DataFrame; `ticks` are the periods when they are known from elsewhere."""
    unit, time, outcome, adopted = columns
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        where = ". It is in the index: use reset_index" if absent[0] in frame.index.names else ""
        raise KeyError(
            f"the table has no column {absent[0]!r}; it has {', '.join(map(str, frame.columns[:12]))}{where}"
        )
    if not len(frame):
        raise ValueError(f"the table has no rows; expected one per {unit!r} and {time!r}")
    units = frame[unit]
    if any(getattr(frame[name], "ndim", 1) != 1 for name in columns):
        raise ValueError("a column name occurs twice; rename the columns so that each is unique")

    def row_of(row):
        return f"{unit} {units.iloc[row]!s}, row {row},"

    at, clock = read_times(frame[time], time, row_of)
    if known_clock is not None and clock != known_clock:
        raise TypeError(f"{time!r} holds {clock} here and {known_clock} elsewhere; store it with one type throughout")
    values = _outcome(frame[outcome], outcome, row_of)
    adoption = _raw(frame[adopted])
    matrix, firsts, seen = _reshaped(_raw(units), at, values, adoption, ticks)
    if matrix is None:
        matrix, firsts, seen = _scattered(units, at, values, adoption, frame[adopted], ticks, clock, columns)
    ticks = seen

    def named(row):
        return f"{unit} {units.iloc[firsts[row]]!s}"

    check_steps(ticks, clock)
    chosen = frame[adopted].iloc[firsts]
    cohorts = read_adoption(chosen.reset_index(drop=True), clock, adopted, named)
    check_adoption(cohorts, ticks, clock, named)
    return from_matrix(matrix, cohorts, ticks, clock, named)


def _raw(column: pd.Series) -> np.ndarray:
    """A column as numbers that compare equal when its values do; without a copy where NumPy already holds it."""
    if column.dtype.kind in "iuf" and isinstance(column.dtype, np.dtype):
        return column.to_numpy()
    if column.dtype.kind == "M" and not isinstance(column.dtype, pd.ArrowDtype):
        return column.array.asi8
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.array.asi8
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy()
    return pd.factorize(column)[0]


def _outcome(column: pd.Series, name: str, row_of) -> np.ndarray:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        values = column.to_numpy()
    elif pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_complex_dtype(column.dtype):
        if pd.api.types.is_integer_dtype(column.dtype) and column.notna().any():
            _check_exact(column, name, row_of)
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        found = pd.api.types.infer_dtype(column, skipna=True)
        try:
            if column.dtype != object or found in ("string", "boolean", "mixed"):
                raise TypeError
            values = column.where(column.notna(), np.nan).to_numpy(dtype=np.float64)
        except (TypeError, ValueError):
            raise TypeError(
                f"outcome {name!r} holds {column.dtype}, first {column.iloc[0]!r}; convert it with pandas.to_numeric"
            ) from None
        if found == "integer":
            _check_exact(pd.Series(values), name, row_of)
    if values.dtype.kind in "iu" and values.dtype.itemsize == 8:
        _check_exact(values, name, row_of)
    return values


def _check_exact(values, name: str, row_of) -> None:
    low, high = int(values.min()), int(values.max())
    if max(-low, high) > 2**53:
        value, row = (high, values.argmax()) if high > 2**53 else (low, values.argmin())
        raise ValueError(
            f"{row_of(int(row))} holds {value}: {name!r} exceeds 2**53, beyond which counts are not exact; "
            "divide it first"
        )


def _reshaped(units, at, values, adoption, ticks):
    """The table as a matrix where it is sorted and complete; None where it is not, for whatever reason."""
    rows, nothing = len(units), (None, None, None)
    probe = np.flatnonzero(units[:SLICE] != units[0])
    size = int(probe[0]) if len(probe) else (rows if rows <= SLICE else 0)
    if not size or rows % size or (ticks is not None and len(ticks) != size):
        return nothing
    ticks = at[:size].copy() if ticks is None else ticks
    if (np.diff(ticks) <= 0).any():
        return nothing
    stride = max(1, SLICE // size)
    grid = [x.reshape(-1, size) for x in (units, at, adoption)]

    def whole(start):
        u, t, a = (x[start : start + stride] for x in grid)
        same = (a == a[:, :1]).all() or ((a == a[:, :1]) | ((a != a) & (a != a)[:, :1])).all()
        return same and (u == u[:, :1]).all() and (t == ticks).all()

    if not all(each(whole, range(0, rows // size, stride), rows)):
        return nothing
    own = grid[0][:, 0]
    if (own[1:] <= own[:-1]).any() and len(np.unique(own)) != len(own):
        return nothing
    if units.dtype.kind == "f" and np.isnan(own).any():
        return nothing
    if units.dtype.kind == "i" and own.min() in (-1, np.iinfo(np.int64).min):
        return nothing
    return values.reshape(-1, size), np.arange(0, rows, size), ticks


def _codes(units: pd.Series, name: str) -> tuple[np.ndarray, int]:
    """Units numbered from 0, by counting where they are whole numbers of a moderate range, by hashing elsewhere."""
    if isinstance(units.dtype, np.dtype) and units.dtype.kind in "iu":
        values = units.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < 4 * len(values) + 1024 and high <= np.iinfo(np.int64).max:
            values = values.astype(np.int64, copy=False)
            held = np.zeros(high - low + 1, dtype=bool)
            for start in range(0, len(values), SLICE):
                held[values[start : start + SLICE] - low] = True
            if held.all():
                return (values if low == 0 else values - low), len(held)
            number = np.cumsum(held) - 1
            return number[values - low], int(held.sum())
    codes, found = pd.factorize(units)
    if (codes < 0).any():
        row = int(np.argmax(codes < 0))
        raise ValueError(f"row {row} names no unit in {name!r}; fill in the identifier or drop the row")
    return codes, len(found)


def _period_codes(at: np.ndarray, ticks, clock, named) -> tuple[np.ndarray, np.ndarray]:
    """Periods in order and the number of each row's period; by arithmetic when steps are even."""
    if ticks is None:
        some = np.unique(at[:SLICE])
        low, high = int(at.min()), int(at.max())
        step = int(np.diff(some).min()) if len(some) > 1 else 1
        if (high - low) % step == 0 and (high - low) // step < min(len(at), 1 << 20):
            codes = at - low if low else at
            if step > 1:
                codes = codes // step
            held = np.zeros((high - low) // step + 1, dtype=bool)
            held[codes] = True
            if held.all() and (step == 1 or np.array_equal(codes * step + low, at)):
                return low + step * np.arange(len(held)), codes
        ticks = np.sort(pd.unique(at))
    codes = np.searchsorted(ticks, at)
    inside = np.minimum(codes, len(ticks) - 1)
    if not np.array_equal(ticks[inside], at):
        row = int(np.argmax(ticks[inside] != at))
        raise ValueError(
            f"{named(row)} has a row in period {clock.text(at[row])}, which the first unit has not; every unit needs "
            "every period"
        )
    return ticks, inside


def _never(adoption: np.ndarray) -> np.ndarray:
    """Where raw adoption says never: NaN, zero or infinity of a number; dates and codes compare as they are."""
    if adoption.dtype.kind != "f":
        return np.zeros(len(adoption), dtype=bool)
    return np.isnan(adoption) | (adoption == 0) | (adoption == np.inf)


def _scattered(units, at, values, adoption, stated, ticks, clock, columns):
    unit, _, _, adopted = columns
    codes, count = _codes(units, unit)
    ticks, when = _period_codes(at, ticks, clock, lambda row: f"{unit} {units.iloc[row]!s}")
    size, rows = len(ticks), len(codes)
    if rows != count * size:
        _refuse_layout(units, at, codes, when, count, ticks, clock, columns)
    matrix, held = np.empty(rows, dtype=values.dtype), np.zeros(rows, dtype=bool)

    def place(start):
        part = slice(start, start + SLICE)
        cell = codes[part] * size + when[part]
        matrix[cell] = values[part]
        held[cell] = True

    each(place, range(0, rows, SLICE), rows)
    if not held.all():
        _refuse_layout(units, at, codes, when, count, ticks, clock, columns)
    starts, firsts = np.flatnonzero(when == 0), np.empty(count, dtype=np.int64)
    firsts[codes[starts]] = starts
    own = adoption[firsts]

    def contradiction(start):
        there, here = own[codes[start : start + SLICE]], adoption[start : start + SLICE]
        differs = (there != here) & ~(_never(there) & _never(here))
        return start + int(np.argmax(differs)) if differs.any() else rows

    row = min(each(contradiction, range(0, rows, SLICE), rows))
    if row < rows and (stated.dtype == object or not isinstance(stated.dtype, np.dtype)):
        adoption = read_adoption(
            stated.reset_index(drop=True), clock, adopted, lambda row: f"{unit} {units.iloc[row]!s}"
        )
        own = adoption[firsts]
        row = min(each(contradiction, range(0, rows, SLICE), rows))
    if row < rows:
        other = stated.iloc[firsts[codes[row]]]
        raise ValueError(
            f"{unit} {units.iloc[row]!s} states two adoptions in {adopted!r}: {stated.iloc[row]!s} in period "
            f"{clock.text(at[row])} and {other!s} elsewhere; repeat the first treated period in each of its rows"
        )
    return matrix.reshape(count, size), firsts, ticks


def _refuse_layout(units, at, codes, when, count, ticks, clock, columns):
    """Name the first duplicate, else the first gap."""
    unit, time = columns[:2]
    size = len(ticks)
    place = pd.Series(codes.astype(np.int64) * size + when)
    twice = place.duplicated().to_numpy()
    if twice.any():
        row = int(np.argmax(twice))
        clocks = "; where clocks change, convert the times with dt.tz_convert('UTC')" if clock.zone else ""
        raise ValueError(
            f"{unit} {units.iloc[row]!s} has more than one row in period {clock.text(at[row])} ({twice.sum()} surplus "
            f"rows in all); keep one row per {unit!r} and {time!r}, or sum them first if they are parts{clocks}"
        )
    per_unit = np.bincount(codes, minlength=count)
    short = int(np.argmax(per_unit < size))
    seen = np.zeros(size, dtype=bool)
    seen[when[codes == short]] = True
    row, gap = int(np.argmax(codes == short)), int(np.argmin(seen))
    raise ValueError(
        f"{unit} {units.iloc[row]!s} has no row in period {clock.text(ticks[gap])} ({count * size - len(codes):,} of "
        f"{count * size:,} cells are missing); add the rows, or keep only units seen in every period and say so"
    )
