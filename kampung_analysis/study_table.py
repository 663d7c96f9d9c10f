"""Is a reader's own table fit for a study? Read it, and turn it into periods × places, or say what to mend.

Nothing is dropped, filled or guessed: a place that lacks a period, a cell that is text, a total that runs on, each
stops the study with the place, the period and the way out.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from kampung_analysis.timeline import check_periods, label

RUNNING = 8
"""From so many periods on, an outcome that falls in no place at all is taken for a running total."""


def load_table(path: str | os.PathLike, *, place: str, time: str, dayfirst: bool | None = None) -> pd.DataFrame:
    """Read a CSV of your own: one row per place and period, one column per quantity.

    Parameters
    ----------
    path : path
        Text in UTF-8, columns parted by comma, semicolon or tab, decimals written with a point. Columns: `place`
        (name or code of the place), `time` (first day of the period as 2020-06-01, or a year), the outcome (new cases
        of that period, not running totals; 0 where nothing happened), perhaps the exposure (residents). Others are
        kept as they are.
    place : str
        This column stays text, so that the code 35.10 does not become the number 35.1.
    time : str
        This column becomes dates, or whole numbers where it holds years.
    dayfirst : bool, optional
        How to read 01/06/2020: True for 1 June, False for 6 January. Without it such dates are refused.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    FileNotFoundError, KeyError, ValueError
        For a file that is not there, a column that is not there, a period that is no date.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path.name!r} in {path.parent.resolve()}; give its path from here")
    try:
        head = next(iter(path.read_text("utf-8-sig").splitlines()), "")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not text in UTF-8; save it as 'CSV UTF-8'") from None
    parted = max(",;\t", key=head.count)
    frame = pd.read_csv(path, sep=parted, dtype={place: str, time: str}, encoding="utf-8-sig")
    check_columns(frame, [place, time])
    return frame.assign(**{time: read_times(frame[time], time, dayfirst)})


def read_times(column: pd.Series, name: str, dayfirst: bool | None = None) -> pd.Series:
    """Periods as dates or whole numbers; text must be in the ISO order unless `dayfirst` says how to read 01/06/2020.

    Raises
    ------
    ValueError
        Names the first row that is neither.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    empty = np.flatnonzero(column.isna())
    if len(empty):
        raise ValueError(f"{name!r} is empty in row {empty[0]}; name the period, or take the row out yourself")
    if pd.api.types.infer_dtype(column) != "string":
        return column
    text = column.str.strip()
    if text.str.fullmatch(r"\d{4}").all():
        return text.astype(int)
    if dayfirst is None:
        dates = pd.to_datetime(text, format="ISO8601", errors="coerce")
    else:
        order = "%d/%m/%Y" if dayfirst else "%m/%d/%Y"
        dates = pd.to_datetime(text.str.replace(r"[.-]", "/", regex=True), format=order, errors="coerce")
    odd = np.flatnonzero(dates.isna())
    if len(odd):
        raise ValueError(
            f"{name!r} holds {column.iloc[odd[0]]!r} in row {odd[0]}, no date that can be read in one "
            "way only; write the first day of each period as 2020-06-01, or read the file with dayfirst=True or False"
        )
    return dates


def check_columns(frame: pd.DataFrame, columns) -> None:
    """Refuse a table without one of `columns`, or with one of them twice, naming the nearest."""
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"the table is a {type(frame).__name__}; hand over a DataFrame, for example from load_table")
    for name in columns:
        if name not in frame.columns:
            near = get_close_matches(str(name), map(str, frame.columns), n=3, cutoff=0.4) or list(frame.columns)[:8]
            turned = ". It is the index: use frame.reset_index()" if name in frame.index.names else ""
            raise KeyError(f"the table has no column {name!r}; nearest: {', '.join(map(str, near))}{turned}")
        if (frame.columns == name).sum() > 1:
            raise ValueError(f"the column {name!r} stands {(frame.columns == name).sum()} times; rename or drop one")
    if len(set(columns)) < len(columns):
        raise ValueError(
            f"place, time, outcome and exposure are {', '.join(columns)}; name a different column for each"
        )


def read_panel(frame: pd.DataFrame, *, place: str, time: str, outcome: str, exposure: str | None = None):
    """Turn a long table into outcomes and exposures, periods × places, or say what is wrong with it.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per place and period, in any order.
    place, time, outcome : str
        Columns.
    exposure : str, optional
        Column with residents or person-time, above zero.

    Returns
    -------
    outcomes, exposures : pandas.DataFrame, shape (periods, places)
        The second is None without an `exposure`.

    Raises
    ------
    KeyError, TypeError, ValueError
        For columns, cells, periods or places that cannot be right. The message names the first and counts them.
    """
    columns = [place, time, outcome, *([exposure] if exposure else [])]
    check_columns(frame, columns)
    if frame.empty:
        raise ValueError("the table has no rows; which filter emptied it?")
    frame = frame[columns].reset_index(drop=True)
    frame[time] = read_times(frame[time], time)
    if isinstance(frame[place].dtype, pd.CategoricalDtype):
        frame[place] = frame[place].astype(frame[place].cat.categories.dtype)
    unnamed = np.flatnonzero(frame[place].isna())
    if len(unnamed):
        raise ValueError(f"{place!r} is empty in row {unnamed[0]}; name the place, or take the row out yourself")
    twice = frame.duplicated([place, time])
    if twice.any():
        first = frame[twice].iloc[0]
        raise ValueError(
            f"{first[place]} has more than one row for {label(first[time])} (rows too many: {int(twice.sum())}); "
            f"drop the copies, or add parts up: frame.groupby([{place!r}, {time!r}], as_index=False).sum()"
        )
    tables = [_wide(frame, place, time, column) for column in columns[2:]]
    if exposure and not (tables[1] > 0).all(axis=None):
        (when, where), *_ = tables[1].stack()[lambda cells: ~(cells > 0)].index
        raise ValueError(
            f"{exposure!r} of {where} is {tables[1].loc[when, where]:g} in {label(when)}; it must be above 0"
        )
    _refuse_totals(tables[0], outcome, place)
    return tables[0], tables[1] if exposure else None


def _wide(frame, place, time, column) -> pd.DataFrame:
    values = frame[column]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        odd = values[pd.to_numeric(values, errors="coerce").isna() & values.notna()]
        first = f"first {odd.iloc[0]!r} for {frame[place][odd.index[0]]}" if len(odd) else f"as {values.dtype}"
        raise TypeError(
            f"{column!r} holds text, {first}; write plain numbers with a point for decimals and without thousands "
            "separators, then pd.to_numeric"
        )
    empty = values.isna()
    if empty.any():
        first = frame[empty].iloc[0]
        raise ValueError(
            f"{column!r} of {first[place]} is empty in {label(first[time])} (empty cells: {int(empty.sum())}); "
            "write 0 where nothing happened, leave the place out by name where nobody knows"
        )
    wide = frame.assign(**{column: values.astype(float)}).pivot(index=time, columns=place, values=column)
    wide = wide.set_axis(check_periods(wide.index))
    absent = wide.isna()
    if absent.any(axis=None):
        row, at = np.argwhere(absent.to_numpy())[0]
        raise ValueError(
            f"{wide.columns[at]} has no row for {label(wide.index[row])} (missing cells: "
            f"{int(absent.sum().sum())} of {wide.size}); every place needs every period: "
            "add the rows, or leave the place out by name"
        )
    if not np.isfinite(wide).all(axis=None):
        row, at = np.argwhere(~np.isfinite(wide.to_numpy()))[0]
        raise ValueError(f"{column!r} of {wide.columns[at]} is infinite in {label(wide.index[row])}; repair the cell")
    return wide


def _refuse_totals(wide: pd.DataFrame, outcome: str, place: str) -> None:
    steps = wide.diff().iloc[1:]
    if len(wide) >= RUNNING and wide.shape[1] > 1 and (steps >= 0).all(axis=None) and steps.any(axis=None):
        raise ValueError(
            f"{outcome!r} falls in no period and in none of {wide.shape[1]} places: are these running totals? Give "
            f"what is new in each period: frame.groupby({place!r})[{outcome!r}].diff(), without the first period"
        )
