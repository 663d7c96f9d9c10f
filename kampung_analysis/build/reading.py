"""What do the readers of the core lack? Worksheets, closed vocabularies, ranges, and texts without personal names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build import needed
from kampung_analysis.build.core import Raw, fail

ROLES = {
    "4929f8ceb4f0b532": "governor of East Java",
    "f8e6d372f2c244ec": "police chief of East Java",
    "e378432fc68f9b70": "",
    "da914174118a4716": "university initiator",
    "be9a8bfb7b16e695": "",
    "b43c8e16fa1eff08": "acting mayor",
    "5a0bf18aec5911f3": "president",
    "c6ad6a2e07871c91": "mayor",
}
"""First 16 digits of the SHA-256 of a lower-case name -> role that replaces it; names are not spelt in the project."""


def read_sheet(raw: Raw, file: str, sheet: str, header: Sequence[str]) -> pd.DataFrame:
    """Read one worksheet as text, in the form :func:`kampung_analysis.build.core.read_rows` gives.

    Parameters
    ----------
    raw : Raw
    file : str
        Name used in the card.
    sheet : str
        Name of the worksheet.
    header : sequence of str
        The first row, exactly.

    Returns
    -------
    pandas.DataFrame
        Strings, stripped, indexed by row number in the sheet; wholly empty rows are dropped.

    Raises
    ------
    ValueError
        For a file that is no workbook, a missing sheet or another header.
    RuntimeError
        Without openpyxl.
    """
    from xml.etree.ElementTree import ParseError
    from zipfile import BadZipFile
    from zlib import error as BadDeflate

    openpyxl = needed("openpyxl", f"{file}, a workbook,")
    path = raw.path(file)
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except (BadZipFile, BadDeflate, ParseError, KeyError, ValueError, EOFError, OSError) as error:
        raise fail(file, f"not a readable xlsx workbook ({error}); is the file truncated?") from error
    if sheet not in book.sheetnames:
        raise fail(file, f"no sheet '{sheet}'; the sheets are {', '.join(book.sheetnames)}", column=sheet)
    rows = [[_text(cell) for cell in row] for row in book[sheet].iter_rows(values_only=True)]
    found = rows[0] if rows else []
    if found != list(header):
        odd = next((f for f, h in zip(found, header, strict=False) if f != h), ",".join(found))
        raise fail(file, f"the header should be {', '.join(header)}", line=1, value=odd)
    kept = {line: row for line, row in enumerate(rows[1:], 2) if any(row)}
    frame = pd.DataFrame(list(kept.values()), columns=list(header), index=pd.Index(kept, name="line"), dtype="str")
    frame.attrs["file"] = file
    return frame


def _text(cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()


def known(frame: pd.DataFrame, column: str, names: Mapping) -> pd.Series:
    """Translate a column by a closed list; an unknown spelling stops the build and names the nearest known ones."""
    for value in frame[column].unique():
        if value not in names:
            line = frame.index[frame[column] == value][0]
            holds = [name for name in names if value and value.lower() in name.lower()]
            near = holds[:8] or get_close_matches(value, list(names), 3) or sorted(names)[:5]
            why = f"not a known name; nearest: {', '.join(near)}"
            raise fail(frame.attrs["file"], why, line=line, column=column, value=value)
    return frame[column].map(names)


def coded(frame: pd.DataFrame, column: str, *, level: str | None = None) -> pd.Series:
    """Translate a column of place names into codes; an unknown or ambiguous name stops the build."""
    found = {}
    for name in frame[column].unique():
        try:
            found[name] = places.resolve(name, level=level)
        except ValueError as error:
            line = frame.index[frame[column] == name][0]
            raise fail(frame.attrs["file"], str(error), line=line, column=column, value=name) from error
    return frame[column].map(found)


def all_coded(codes: Iterable[str], named: Mapping[str, str], file: str, column: str | None = None) -> None:
    """Stop unless `codes` hold every place of `named` (code -> name)."""
    gone = sorted(set(named) - set(codes))
    if gone:
        why = f"no row for {named[gone[0]]} ({gone[0]}); places without a row: {len(gone)}"
        raise fail(file, why, column=column, value=named[gone[0]])


def within(frame: pd.DataFrame, column: str, values: pd.Series, low: float, high: float) -> pd.Series:
    """Pass `values` through, or stop at the first one outside `low` to `high`."""
    odd = values[(values < low) | (values > high)]
    if len(odd):
        line = odd.index[0]
        raise fail(frame.attrs["file"], f"outside {low:g} to {high:g}", line=line, column=column,
                   value=frame.loc[line, column])  # fmt: skip
    return values


def complete(
    frame: pd.DataFrame, rows: int | None = None, column: str | None = None, names: Iterable[str] = ()
) -> pd.DataFrame:
    """Pass `frame` through, or stop where a name of a closed list is absent or there are not as many rows as expected.

    Parameters
    ----------
    frame : pandas.DataFrame
    rows : int, optional
        Rows that there must be; any number by default.
    column : str, optional
        Column of names.
    names : iterable of str, or mapping of str to str
        The closed list. An absent name is reported, with its text where the list is a mapping; but a name that is not
        on the list is taken for its misspelling and reported instead.

    Returns
    -------
    pandas.DataFrame
    """
    few = f"{len(frame)} rows instead of {rows}; " if rows is not None and len(frame) != rows else ""
    held = set() if column is None else set(frame[column])
    gone = [name for name in names if name not in held]
    if gone:
        known(frame, column, {name: name for name in names})
        meant = names[gone[0]] if isinstance(names, Mapping) else None
        which = f"{gone[0]} ({meant})" if isinstance(meant, str) else gone[0]
        why = f"{few}no row for {which}; names without a row: {len(gone)}; is the file truncated?"
        raise fail(frame.attrs["file"], why, column=column, value=gone[0])
    if few:
        raise fail(frame.attrs["file"], f"{few}is the file truncated?", line=int(frame.index[-1]) if len(frame) else 1)
    return frame


def by_role(text: str) -> str | None:
    """Replace personal names in a text by the role of the person, in brackets; an empty text becomes None."""

    def swap(match: re.Match) -> str:
        role = ROLES.get(hashlib.sha256(match[0].lower().encode()).hexdigest()[:16])
        return match[0] if role is None else f"[{role}]" * bool(role)

    found = re.sub(r"[^\W\d_]+", swap, text)
    return (text if found == text else re.sub(r" +(?=[ ,;.:)]|$)", "", found)).strip() or None
