"""What makes a build stop? Strict reading of raw files, corrections that expire, validation against the card.

Every check ends in the same kind of message: file, line, column, value and what was expected there.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from kampung_analysis.loaders.core import TYPES, Card

INTEGER = re.compile(r"-?\d+")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Raw:
    """Folders of the raw files and of the coded facts.

    ``raw.path("mobility/x.csv")`` looks in `folder`, ``raw.path("facts/x.csv")`` in `facts`.
    """

    folder: Path
    facts: Path | None = None

    def path(self, file: str) -> Path:
        """Path of a file by the name its card uses; FileNotFoundError says what to do."""
        head, _, tail = file.partition("/")
        facts = self.facts or Path(self.folder).parent / "facts"
        path = Path(facts, tail) if head == "facts" else Path(self.folder, file)
        if not path.is_file():
            raise FileNotFoundError(
                f"{file}: not in {path.parent.name}/; fetch it with 'python -m kampung_analysis data fetch --raw DIR' "
                "or point --raw to the folder that holds it"
            )
        return path


def fail(file: str, why: str, *, line=None, column: str | None = None, value=None) -> ValueError:
    """Error of a build: file, line, column, value, and why. Use ``raise fail(…)``."""
    place = [file]
    if line is not None:
        place.append(f"line {line}")
    if column is not None:
        place.append(f"column '{column}'")
    if value is not None:
        place.append(f"value {value.item() if hasattr(value, 'item') else value!r}")
    return ValueError(f"{', '.join(place)}: {why}")


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


def read_text(raw: Raw, file: str) -> str:
    """Text of a raw file; anything but UTF-8 is an error that names the byte."""
    content = raw.path(file).read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise fail(file, "not UTF-8; save the file as UTF-8", line=line, value=content[error.start]) from error


def read_rows(raw: Raw, file: str, columns: Sequence[str], *, exact: bool = False) -> pd.DataFrame:
    """Read a raw CSV file as text, nothing guessed.

    Parameters
    ----------
    raw : Raw
    file : str
        Name used in the card.
    columns : sequence of str
        Columns needed; others are dropped.
    exact : bool
        Whether the header must hold these columns only, in this order.

    Returns
    -------
    pandas.DataFrame
        Strings, stripped, indexed by line number in the file; ``attrs["file"]`` is `file`.

    Raises
    ------
    ValueError
        For another encoding, a wrong header, or a line with too few or too many fields (a truncated file).
    """
    reader = csv.reader(io.StringIO(read_text(raw, file), newline=""), strict=True)
    header = [name.strip() for name in next(reader, [])]
    absent = [name for name in columns if name not in header]
    if absent or (exact and header != list(columns)):
        wrong = absent[0] if absent else next((h for h in header if h not in columns), header[0])
        raise fail(file, f"the header should hold {', '.join(columns)}", line=1, column=wrong, value=",".join(header))
    doubled = [name for name in columns if header.count(name) > 1]
    if doubled:
        raise fail(file, "the header names this column more than once", line=1, column=doubled[0])
    rows, lines = [], []
    try:
        for row in reader:
            if len(row) != len(header):
                raise fail(
                    file,
                    f"{len(row)} fields where the header has {len(header)}; is the file truncated, or does a number "
                    "use a decimal comma?",
                    line=reader.line_num,
                    column=header[min(len(row), len(header)) - 1] if row else header[0],
                    value=",".join(row)[:80],
                )
            rows.append([value.strip() for value in row])
            lines.append(reader.line_num)
    except csv.Error as error:
        raise fail(file, f"not a CSV file: {error}", line=reader.line_num) from error
    frame = pd.DataFrame(rows, columns=header, index=pd.Index(lines, name="line"), dtype="str")[list(columns)]
    frame.attrs["file"] = file
    return frame


def _parse(frame: pd.DataFrame, column: str, pattern: re.Pattern, kind, what: str, minimum, missing) -> pd.Series:
    file, parsed = frame.attrs["file"], []
    for line, value in frame[column].items():
        if value == "" and missing:
            parsed.append(None)
            continue
        if not pattern.fullmatch(value):
            raise fail(file, f"not {what}", line=line, column=column, value=value)
        number = kind(value)
        if minimum is not None and number < minimum:
            raise fail(file, f"below {minimum}", line=line, column=column, value=value)
        parsed.append(number)
    dtype = {int: "Int64" if missing else "int64", float: "float64"}[kind]
    return pd.Series(parsed, index=frame.index, name=column, dtype=dtype)


def integers(frame: pd.DataFrame, column: str, *, minimum: int | None = 0, missing: bool = False) -> pd.Series:
    """Whole numbers of a column; `minimum` None allows any, `missing` allows empty cells (dtype Int64)."""
    return _parse(frame, column, INTEGER, int, "a whole number", minimum, missing)


def numbers(frame: pd.DataFrame, column: str, *, minimum: float | None = None, missing: bool = False) -> pd.Series:
    """Numbers with a decimal point; a decimal comma is an error. `missing` allows empty cells (NaN)."""
    return _parse(frame, column, NUMBER, float, "a number with a decimal point", minimum, missing)


def dates(frame: pd.DataFrame, column: str, form: str) -> pd.Series:
    """Dates of a column in one `form` of :func:`time.strptime`, such as ``"%d/%m/%Y"``."""
    file, known = frame.attrs["file"], {}
    for line, value in frame[column].items():
        if value not in known:
            try:
                known[value] = datetime.strptime(value, form)
            except ValueError:
                why = f"not a date of the form {form}; are day and month swapped?"
                raise fail(file, why, line=line, column=column, value=value) from None
    return frame[column].map(known).astype("datetime64[us]")


def unique(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Stop if two lines of a raw file hold the same key; the message names both lines."""
    repeated = frame.index[frame.duplicated(list(columns))]
    if len(repeated):
        line, key = repeated[0], frame.loc[repeated[0], list(columns)]
        first = frame.index[(frame[list(columns)] == key).all(axis=1)][0]
        raise fail(
            frame.attrs["file"],
            f"the row repeats line {first}",
            line=line,
            column=", ".join(columns),
            value=", ".join(map(str, key)),
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


def text_rows(rows: Sequence[Mapping], columns: Sequence[str]) -> pd.DataFrame:
    """Frame of coded rows (dicts) in the order of `columns`; a missing value is None."""
    return pd.DataFrame([[row.get(column) for column in columns] for row in rows], columns=list(columns))
