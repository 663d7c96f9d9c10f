"""How is a raw file read so that nothing odd slips through? Strict readers whose errors name file, row, column, value.

Row numbers are those a reader sees in an editor or a spreadsheet: the header is row 1.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import NoReturn

ROLES = {
    "79c77e3c6a4fe6e6": "governor",
    "b4d8e6b5b5c2f1d1": "police chief",
}


def fail(path: Path, row: int | None, column: str, value, why: str) -> NoReturn:
    """Stop the build with a message that names file, row, column and value.

    Raises
    ------
    ValueError
        Always.
    """
    where = f"{path.name}, row {row}" if row else path.name
    raise ValueError(f"{where}, column {column!r}: {value!r} {why}")


def read_rows(path: Path, header: list[str]) -> list[dict[str, str]]:
    """Read a comma-separated UTF-8 file whose header must be exactly `header`.

    Parameters
    ----------
    path : Path
        The file; a byte-order mark is accepted.
    header : list of str
        Column names in the order of the file.

    Returns
    -------
    list of dict
        One dict a row, texts as they stand; key ``"#"`` holds the row number.

    Raises
    ------
    ValueError
        For another header, another encoding, a row with missing or surplus cells, or a repeated row.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        fail(path, line, "(bytes)", error.object[error.start : error.end], "is not UTF-8; save the file as UTF-8")
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        first = next(lines, [])
        if first != header:
            odd = next((f for f, h in zip(first, header, strict=False) if f != h), first[-1] if first else "")
            fail(path, 1, "(header)", odd, f"does not belong there; expected {header}")
        found, seen = [], {}
        for cells in lines:
            row = lines.line_num
            if len(cells) != len(header):
                fail(path, row, "(row)", cells[-1] if cells else "", f"ends {len(cells)} cells, not {len(header)}")
            if tuple(cells) in seen:
                fail(path, row, header[0], cells[0], f"repeats row {seen[tuple(cells)]} cell by cell")
            seen[tuple(cells)] = row
            found.append(dict(zip(header, cells, strict=True)) | {"#": row})
    except csv.Error as error:
        fail(path, lines.line_num, "(quotes)", "", f"cannot be split into cells ({error}); is the file cut off?")
    if text and not text.endswith("\n"):
        fail(path, lines.line_num, header[-1], found[-1][header[-1]] if found else "", "has no line end; file cut off?")
    return found


def read_sheet(path: Path, sheet: str, header: list[str]) -> list[dict]:
    """Read one worksheet whose first row must be exactly `header`.

    Returns
    -------
    list of dict
        One dict a row, cell values as stored; key ``"#"`` holds the row number. Wholly empty rows are skipped.

    Raises
    ------
    ValueError
        For a missing sheet or another header, or a file that is no workbook.
    """
    from zipfile import BadZipFile

    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=False, data_only=True)
    except (BadZipFile, KeyError, OSError) as error:
        fail(path, None, "(file)", type(error).__name__, "says this is no readable xlsx workbook; is it cut off?")
    if sheet not in book.sheetnames:
        fail(path, None, "(sheet)", ", ".join(book.sheetnames), f"holds no sheet {sheet!r}")
    rows = list(book[sheet].iter_rows(values_only=True))
    first = [str(c) for c in rows[0]] if rows else []
    if first != header:
        odd = next((f for f, h in zip(first, header, strict=False) if f != h), first[-1] if first else "")
        fail(path, 1, "(header)", odd, f"does not belong there; expected {header}")
    kept = [(i, r) for i, r in enumerate(rows[1:], 2) if any(c is not None for c in r)]
    return [dict(zip(header, r, strict=True)) | {"#": i} for i, r in kept]


def number(path: Path, row: dict, column: str, *, low: float = 0, high: float = float("inf"), whole: bool = False):
    """Turn one cell into a number between `low` and `high`; decimals take a point.

    Returns
    -------
    int or float
        int where `whole`.

    Raises
    ------
    ValueError
        For text, a decimal comma, a fraction where `whole`, or a value outside the bounds.
    """
    value = row[column]
    pattern = r"-?\d+" if whole else r"-?\d+(\.\d+)?"
    if isinstance(value, float) and whole and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not re.fullmatch(pattern, str(value).strip()):
        kind = "whole number" if whole else "number with a decimal point"
        fail(path, row["#"], column, value, f"is no {kind}")
    result = int(str(value)) if whole else float(str(value))
    if not low <= result <= high:
        fail(path, row["#"], column, value, f"lies outside {low} to {high}")
    return result


def day(path: Path, row: dict, column: str, form: str = "%Y-%m-%d") -> dt.date:
    """Turn one cell into a date written exactly as `form` says.

    Raises
    ------
    ValueError
        For any other spelling, day and month exchanged included where the month exceeds 12.
    """
    try:
        found = dt.datetime.strptime(row[column], form).date()
    except ValueError:
        fail(path, row["#"], column, row[column], f"is no date of the form {form}")
    return found


def known(path: Path, row: dict, column: str, names: dict):
    """Look one cell up in `names`; an unknown spelling stops the build and lists close ones.

    Raises
    ------
    ValueError
        When the cell is not a key of `names`.
    """
    if row[column] not in names:
        from difflib import get_close_matches

        near = get_close_matches(str(row[column]), [str(n) for n in names], 3) or sorted(map(str, names))[:5]
        fail(path, row["#"], column, row[column], f"is not known here; nearest: {near}")
    return names[row[column]]


def by_role(text: str) -> str:
    """Replace personal names in a text by the role of the person, in brackets.

    Names are held as digests, so that the project does not spell them.
    """

    def swap(match: re.Match) -> str:
        token = hashlib.sha256(match[0].lower().encode()).hexdigest()[:16]
        return f"[{ROLES[token]}]" if token in ROLES else match[0]

    return re.sub(r"[^\W\d_]+", swap, text)
