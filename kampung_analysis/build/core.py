"""What makes a build stop? Raw files that moved on, corrections that expired, tables that do not fit their card.

The strict readers of :mod:`kampung_analysis.build.strict` are handed on, so that a builder imports from one place.
"""

from __future__ import annotations

import hashlib
import math

import pandas as pd

from kampung_analysis.build.strict import (
    Raw,
    dates,
    fail,
    integers,
    numbers,
    read_rows,
    read_text,
    unique,
)
from kampung_analysis.loaders.core import TYPES, Card

__all__ = [
    "Raw",
    "check_sources",
    "correct",
    "dates",
    "fail",
    "integers",
    "numbers",
    "read_rows",
    "read_text",
    "to_bytes",
    "unique",
    "validate",
]


def check_sources(raw: Raw, card: Card) -> None:
    """Compare each raw file with the SHA-256 of the card.

    Raises
    ------
    ValueError
        Names file, expected and found hash, and says what to do where the source is meant to change.
    """
    for file, expected in card.files.items():
        found = hashlib.sha256(raw.path(file).read_bytes()).hexdigest()
        if found != expected:
            raise ValueError(
                f"{file}: not the file the card of '{card.table}' names: expected SHA-256 {expected}, found {found}; "
                f"fetch it again, or, if the source has moved on, review data/{card.table}/source.yml and put the new "
                "hash there"
            )


def correct(frame: pd.DataFrame, card: Card) -> pd.DataFrame:
    """Apply the corrections of a card to the text of one raw file.

    Parameters
    ----------
    frame : pandas.DataFrame
        From :func:`read_rows`.
    card : Card
        Corrections of other files are passed over.

    Returns
    -------
    pandas.DataFrame
        A corrected copy; rows inserted for absent ones get a line number of -1, -2, …

    Raises
    ------
    ValueError
        If the source no longer says what the correction was written for: the correction has expired.
    """
    file, inserted, added = frame.attrs["file"], [], 0
    frame = frame.copy()
    for entry in card.corrections:
        if entry.file != file:
            continue
        place = ", ".join(f"{column} {value}" for column, value in entry.where.items())
        unknown = [column for column in (*entry.where, entry.column) if column not in (*frame.columns, "*")]
        if unknown:
            raise fail(file, f"correction {entry.id} names a column that is not read", column=unknown[0])
        match = pd.Series(True, index=frame.index)
        for column, value in entry.where.items():
            match &= frame[column] == value
        lines = frame.index[match]
        if entry.was is None:
            if len(lines):
                why = f"correction {entry.id} inserts this row, but the source now holds it; remove the correction"
                raise fail(file, why, line=lines[0], column=entry.column, value=place)
            added -= 1
            row = {**dict.fromkeys(frame.columns, ""), **entry.where, **entry.becomes}
            inserted.append(pd.DataFrame([row], index=[added], columns=frame.columns, dtype="str"))
            continue
        if len(lines) != 1:
            raise fail(file, f"correction {entry.id} fits {len(lines)} rows instead of one", value=place)
        found = frame.loc[lines[0], entry.column]
        if found != entry.was:
            why = (
                f"correction {entry.id} ({place}) was written for {entry.was!r}; the source has changed: check "
                "whether the correction is still needed"
            )
            raise fail(file, why, line=lines[0], column=entry.column, value=found)
        frame.loc[lines[0], entry.column] = entry.becomes
    result = pd.concat([frame, *inserted]) if inserted else frame
    result.index.name = "line"
    result.attrs["file"] = file
    return result


def validate(frame: pd.DataFrame, card: Card) -> pd.DataFrame:
    """Hold a built table against its card: columns, types, missing values, keys, order.

    Returns
    -------
    pandas.DataFrame
        The table with the dtypes of the card, sorted by its keys, index 0, 1, …

    Raises
    ------
    ValueError
        Names table, row, column and value.
    """
    name = f"{card.table}.csv"
    if list(frame.columns) != card.names:
        absent = [column for column in card.names if column not in frame.columns]
        extra = [column for column in frame.columns if column not in card.names]
        raise ValueError(
            f"{name}: the columns are not those of the card; missing: {', '.join(absent) or 'none'}, "
            f"not in the card: {', '.join(map(str, extra)) or 'none'}, expected order: {', '.join(card.names)}"
        )
    for column in card.columns:
        values = frame[column.name]
        if column.missing == "never" and values.isna().any():
            row = values.index[values.isna()][0]
            raise fail(name, "missing, and the card allows none", line=row, column=column.name)
        present = values.dropna()
        if column.type == "string" and not present.map(lambda value: isinstance(value, str)).all():
            bad = present[~present.map(lambda value: isinstance(value, str))]
            why = "not text; codes are strings such as '35.07'"
            raise fail(name, why, line=bad.index[0], column=column.name, value=bad.iloc[0])
        if column.type == "number" and present.map(math.isinf).any():
            raise fail(name, "not finite", line=present.index[present.map(math.isinf)][0], column=column.name)
        try:
            frame = frame.astype({column.name: column.dtype if column.type != "date" else TYPES["date"]})
        except (TypeError, ValueError) as error:
            raise fail(name, f"does not fit type {column.type}: {error}", column=column.name) from error
    keys = list(card.keys)
    doubled = frame[frame.duplicated(keys)]
    if len(doubled):
        value = ", ".join(map(str, doubled.iloc[0][keys]))
        raise fail(name, "the key is not unique", line=doubled.index[0], column=", ".join(keys), value=value)
    return frame.sort_values(keys, kind="stable").reset_index(drop=True)


def to_bytes(frame: pd.DataFrame) -> bytes:
    """A table as it is committed: UTF-8, comma, ``\\n``, ISO dates, empty cells for missing values."""
    return frame.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d").encode("utf-8")
