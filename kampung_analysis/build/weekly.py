"""When is a week a week? Monday to Sunday with seven days in every unit, or the build stops."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import fail

DAY = pd.Timedelta(days=1)


def monday(days: pd.Series) -> pd.Series:
    """Monday of the week of each day."""
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")


def every_day(daily: pd.DataFrame, *, unit: str, day: str, first: str, last: str) -> None:
    """Stop unless every unit has one row for every day from `first` to `last`.

    Parameters
    ----------
    daily : pandas.DataFrame
        Indexed by line of the raw file, ``attrs["file"]`` its name.
    unit, day : str
        Columns; `day` is datetime64.
    first, last : str
        ISO dates.

    Raises
    ------
    ValueError
        Names file, line, unit and the first day that is missing, and how many days its week has.
    """
    file, expected = daily.attrs["file"], pd.date_range(first, last)
    known = places.PROVINCES | places.DISTRICTS
    for name, rows in daily.groupby(unit, sort=True):
        strange = rows[day][~rows[day].between(expected[0], expected[-1])]
        if len(strange):
            why = f"outside {first} to {last}; are day and month swapped, or has the source moved on?"
            raise fail(file, why, line=strange.index[0], column=day, value=f"{name} {strange.iloc[0].date()}")
        if rows[day].duplicated().any():
            line = rows.index[rows[day].duplicated()][0]
            before = rows.index[rows[day] == rows.at[line, day]][0]
            why = f"this day comes twice (line {before}, line {line}); are day and month swapped?"
            raise fail(file, why, line=line, column=day, value=f"{name} {rows.at[line, day].date()}")
        gone = expected.difference(pd.DatetimeIndex(rows[day]))
        if len(gone):
            start = gone[0] - DAY * gone[0].weekday()
            held = int(rows[day].between(start, start + 6 * DAY).sum())
            later = rows.index[rows[day] > gone[0]]
            label = f"{known.get(name, name)} ({name})"
            why = (
                f"{label} has no row for {gone[0].date()}: the week of {start.date()} has {held} days; "
                f"{len(gone)} days of this unit are missing"
            )
            line = later[0] if len(later) else rows.index[-1]
            raise fail(file, why, line=line, column=day, value=f"{name} {gone[0].date()}")


def in_order(daily: pd.Series, file: str) -> None:
    """Stop at a date that breaks the order of the rows: earlier than the row above, or later than all that follow.

    Parameters
    ----------
    daily : pandas.Series
        Dates in the order of the raw file, indexed by line, named as the column.
    file : str
    """
    for number in range(1, len(daily)):
        if daily.iloc[number] < daily.iloc[number - 1]:
            late = number == 1 or daily.iloc[number] >= daily.iloc[number - 2]
            odd = number - 1 if late else number
            why = f"the rows are in the order of time and this one is too {'late' if late else 'early'}"
            day = str(daily.iloc[odd].date())
            raise fail(file, f"{why}; are day and month swapped?", line=daily.index[odd], column=daily.name, value=day)


def full_weeks(daily: pd.DataFrame, *, unit: str, day: str, values: Sequence[str]) -> pd.DataFrame:
    """Sum daily values over full weeks; a first or last week with fewer than seven days is dropped.

    Parameters
    ----------
    daily : pandas.DataFrame
        One row per unit and day without gaps (:func:`every_day`).
    unit, day : str
    values : sequence of str
        Columns to sum.

    Returns
    -------
    pandas.DataFrame
        Columns ``week`` (Monday), `unit` and `values`.
    """
    weeks = daily.assign(week=monday(daily[day])).groupby(["week", unit], sort=True)
    sums = weeks[list(values)].sum()
    return sums[weeks.size() == 7].reset_index()
