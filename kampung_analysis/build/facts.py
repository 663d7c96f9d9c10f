"""How does a coded fact become a row? What all tables of the facts folder share: sources, places, dates, wording."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

import pandas as pd

from kampung_analysis.build.core import Raw, fail, read_rows, unique
from kampung_analysis.build.reading import by_role, complete, known
from kampung_analysis.places import DISTRICTS, PROVINCES

ACCESS = {
    "address known": "address known",
    "stub (id or folder only; tail lost in notes)": "address shortened",
    "no address": "no address",
    "seed document": "seed document",
}
"""State of an address in the facts folder -> in the tables."""
NATION = "00"
WRITTEN = re.compile(r"\d{4}-\d\d-\d\d|\d{4}-(0[1-9]|1[0-2])(?!\d)|\d{4}(?!\d)")
"""How a date that can be compared begins."""
FAR = 21
"""Days between a date and that of its source beyond which one of them is taken to be misread."""

CODES = {**{name: code for code, name in PROVINCES.items()}, **{name: code for code, name in DISTRICTS.items()}}
"""Official name -> code: 34 provinces and the 38 districts of East Java."""


def read_facts(
    raw: Raw, file: str, columns: list[str], rows: int, expected: Mapping[str, Iterable[str]] | None = None
) -> pd.DataFrame:
    """Read one facts file that holds exactly `rows` rows, none of them twice.

    Parameters
    ----------
    raw : Raw
    file : str
        Name used in the card.
    columns : list of str
        Columns needed; others are dropped.
    rows : int
        Rows that the file holds.
    expected : mapping of str to iterable of str, optional
        Column -> names that must each have a row.

    Returns
    -------
    pandas.DataFrame
        Text, indexed by line number.

    Raises
    ------
    ValueError
        For a row that is there twice (also with one other value), an absent name, another number of rows, and a date
        that is far from that of its source.
    """
    frame = read_rows(raw, file, columns)
    unique(frame, columns)
    if len(frame) > rows:
        twins(frame, rows)
    for column, names in (expected or {}).items():
        complete(frame, column=column, names=names)
    complete(frame, rows)
    if {"date", "source_date"} <= set(columns):
        agree(frame)
    return frame


def twins(frame: pd.DataFrame, rows: int) -> None:
    """Stop at a row that repeats an earlier one but for one cell."""
    cells = frame.to_numpy()
    for number in range(1, len(cells)):
        differing = (cells[:number] != cells[number]).sum(axis=1)
        if (differing == 1).any():
            first = int((differing == 1).argmax())
            position = int((cells[first] != cells[number]).argmax())
            why = f"the row repeats line {frame.index[first]} but for this cell; {len(frame)} rows instead of {rows}"
            raise fail(frame.attrs["file"], why, line=frame.index[number], column=frame.columns[position],
                       value=cells[number][position])  # fmt: skip


def agree(frame: pd.DataFrame) -> None:
    """Stop at a row whose date and whose source's date are over `FAR` days apart, as they are after a swap.

    A text that is no date is left to those who read it.
    """
    for line, stated, printed in zip(frame.index, frame["date"], frame["source_date"], strict=True):
        found = [WRITTEN.match(value) for value in (stated, printed)]
        if not all(found):
            continue
        try:
            (first, last), (early, late) = (span(match[0]) for match in found)
        except ValueError:
            continue
        if max((early - last).days, (first - late).days) > FAR:
            why = f"over {FAR} days from the date of its source, {printed}; are day and month swapped?"
            raise fail(frame.attrs["file"], why, line=line, column="date", value=stated)


def text(frame: pd.DataFrame, column: str, wording: Mapping[int, str] | None = None) -> pd.Series:
    """A column of our own paraphrases: names replaced by roles, chosen rows (by position) in other words.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from :func:`read_facts`.
    column : str
    wording : mapping of int to str, optional
        Position of a row (1 for the first) -> text used instead.
    """
    words = dict(wording or {})
    out = [words.pop(n, value) for n, value in enumerate(frame[column], start=1)]
    if words:
        raise fail(frame.attrs["file"], f"no row {min(words)} to put in other words", column=column)
    return pd.Series([by_role(value) for value in out], index=frame.index, dtype="str")


def sources(frame: pd.DataFrame, address: str = "source_url") -> pd.DataFrame:
    """The four source columns of a table; bare DOIs become addresses, seed documents have none."""
    for line, value in frame["source_date"].items():
        if re.match(r"\d{4}-\d\d-\d\d", value):
            try:
                date.fromisoformat(value[:10])
            except ValueError as error:
                why = f"no date ({error}); are day and month swapped?"
                raise fail(frame.attrs["file"], why, line=line, column="source_date", value=value) from None
    doi = r"(?<![\w./-])(10\.\d{4,}/[^\s;]+)"
    links = frame[address].str.replace(doi, r"https://doi.org/\1", regex=True)
    return pd.DataFrame(
        {
            "source_title": text(frame, "source_title"),
            "source_date": frame["source_date"].where(frame["source_date"] != "n/a", "").replace("", None),
            "source_address": links.where(links.str.contains("//"), None),
            "source_access": known(frame, "source_access", ACCESS),
        },
        index=frame.index,
    )


def span(value: str) -> tuple[date, date]:
    """First and last day of ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ValueError for anything else."""
    if not re.fullmatch(r"\d{4}(-\d\d){0,2}", value):
        raise ValueError(f"'{value}' is not YYYY, YYYY-MM or YYYY-MM-DD")
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        return date(*parts), date(*parts)
    year, first, last = parts[0], parts[1] if len(parts) > 1 else 1, parts[1] if len(parts) > 1 else 12
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def spans(
    frame: pd.DataFrame, column: str, rules: Mapping[str, Callable] | None = None, by: str | None = None
) -> tuple[pd.Series, pd.Series]:
    """Two date columns from a column of dates of any precision.

    Parameters
    ----------
    frame : pandas.DataFrame
        As from :func:`read_facts`.
    column : str
    rules : mapping of str to callable, optional
        Value of the column `by` -> function of (first day, last day) that narrows or widens the span.
    by : str, optional
        Needed with `rules`.

    Returns
    -------
    tuple of pandas.Series
        First and last possible day.

    Raises
    ------
    ValueError
        For a text that is no date, or a value of `by` without a rule.
    """
    first, last = [], []
    for line, value in frame[column].items():
        try:
            days = span(value)
        except ValueError as error:
            why = f"no date of known precision ({error}); are day and month swapped?"
            raise fail(frame.attrs["file"], why, line=line, column=column, value=value) from None
        if rules is not None:
            rule = frame.loc[line, by]
            if rule not in rules:
                why = f"not a known precision: {', '.join(rules)}"
                raise fail(frame.attrs["file"], why, line=line, column=by, value=rule)
            days = rules[rule](*days)
        first.append(days[0])
        last.append(days[1])
    return tuple(pd.Series(days, index=frame.index).astype("datetime64[us]") for days in (first, last))


def around(days: int) -> Callable:
    """Rule that widens a span by `days` on both sides."""
    return lambda first, last: (first - timedelta(days=days), last + timedelta(days=days))


def numbered(frame: pd.DataFrame, letter: str, digits: int = 3) -> list[str]:
    """Identifiers by the order of the rows: ``"R001"``."""
    return [f"{letter}{n:0{digits}d}" for n in range(1, len(frame) + 1)]
