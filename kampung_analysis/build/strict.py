"""What does a raw file say, exactly? Rows, numbers and dates read strictly, nothing guessed.

Every refusal ends in the same kind of message: file, line, column, value and what was expected there.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

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
                f"{file}: not in {path.parent.name}/; fetch it with 'python -m kampung_analysis data fetch --raw DIR', "
                "which says of files that were derived or coded by hand how they came about, or point --raw to the "
                "folder that holds it. 'data build TABLE --raw DIR' builds single tables from what is there"
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


def read_text(raw: Raw, file: str) -> str:
    """Text of a raw file; anything but UTF-8 is an error that names the byte."""
    content = raw.path(file).read_bytes().removeprefix(BOM_UTF8)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise fail(file, "not UTF-8; save the file as UTF-8", line=line, value=content[error.start]) from error


def whole_lines(raw: Raw, file: str) -> str:
    """Text of a raw file whose last line is ended, as in every file of the card; ValueError for one that is cut."""
    content = read_text(raw, file)
    if not content.endswith("\n"):
        number, last = content.count("\n") + 1, content.rpartition("\n")[2]
        raise fail(file, "the last line does not end; is the file truncated?", line=number, value=last[-80:])
    return content


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
    content = whole_lines(raw, file)
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    header = [name.strip() for name in next(reader, [])]
    absent = [name for name in columns if name not in header]
    if absent or (exact and header != list(columns)):
        wrong = absent[0] if absent else next((h for h in header if h not in columns), header[0])
        raise fail(file, f"the header should hold {', '.join(columns)}", line=1, column=wrong, value=",".join(header))
    doubled = [name for name in columns if header.count(name) > 1]
    if doubled:
        raise fail(file, "the header names this column more than once", line=1, column=doubled[0])
    rows, lines = [], []
    chosen = [header.index(name) for name in columns]
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
            rows.append([row[position].strip() for position in chosen])
            lines.append(reader.line_num)
    except csv.Error as error:
        raise fail(file, f"not a CSV file: {error}", line=reader.line_num) from error
    frame = pd.DataFrame(rows, columns=list(columns), index=pd.Index(lines, name="line"), dtype="str")
    frame.attrs["file"] = file
    return frame


def _parse(frame: pd.DataFrame, column: str, pattern: re.Pattern, kind, what: str, minimum, missing) -> pd.Series:
    file, parsed = frame.attrs["file"], []
    for line, value in zip(frame.index.to_list(), frame[column].to_list(), strict=True):
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
    """Dates of a column in one `form` of :func:`time.strptime`, such as ``"%d/%m/%Y"``; ValueError for any other."""
    file, known = frame.attrs["file"], {}
    for value in frame[column].unique():
        try:
            known[value] = datetime.strptime(value, form)
        except ValueError:
            why = f"not a date of the form {form}; are day and month swapped?"
            line = frame.index[frame[column] == value][0]
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
