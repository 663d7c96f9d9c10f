"""How is a frame printed? A table with a caption, named headers and aligned numerals, the same bytes on every run.

No ids, no styles, no truncation: what a notebook shows is what nbval compares and what a screen reader reads.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from kampung_analysis.figures.style import source_line

MISSING = "–"
YES_NO = {"en": ("yes", "no"), "id": ("ya", "tidak")}


def _decimals(values: np.ndarray) -> int:
    """Three significant digits at the largest value, two at the smallest, four decimals at most."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    if sizes.size == 0 or np.all(np.round(sizes, 9) % 1 == 0):
        return 0
    wanted = max(2 - math.floor(math.log10(sizes.max())), 1 - math.floor(math.log10(sizes.min())))
    return min(max(wanted, 0), 4)


def _number(value: float, decimals: int, *, grouped: bool) -> str:
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:,.{decimals}f}" if grouped else f"{value:.{decimals}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def _text(value, language: str) -> str:
    if isinstance(value, bool | np.bool_):
        return YES_NO[language][0 if value else 1]
    if value is pd.NaT or value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _column(values: pd.Series, digits: int | None, language: str) -> tuple[list[str], bool]:
    """Cells as text, and whether they are numerals."""
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if not numeric:
        return [_text(v, language) for v in values], False
    floats = pd.to_numeric(values).astype("float64").to_numpy(na_value=np.nan)
    decimals = _decimals(floats) if digits is None else digits
    grouped = str(values.name).lower().split("_")[-1] not in ("year", "tahun")
    return [MISSING if math.isnan(v) else _number(v, decimals, grouped=grouped) for v in floats], True


@dataclass(frozen=True)
class Table:
    """A finished table: cells as text, ready for HTML and for plain text.

    Parameters
    ----------
    caption : str
        What the table shows.
    headers : tuple of str
        One per column, none empty.
    rows : tuple of tuple of str
        Cells, top to bottom.
    numerals : tuple of bool
        Which columns are aligned to the right.
    source : str
        The source line, or nothing.
    """

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numerals: tuple[bool, ...]
    source: str = ""

    def _repr_html_(self) -> str:
        kinds = ["tabular" if n else "text" for n in self.numerals]
        align = ["right" if n else "left" for n in self.numerals]
        lines = ['<table class="kampung">', f"<caption>{escape(self.caption)}</caption>", "<thead>", "<tr>"]
        for head, kind, side in zip(self.headers, kinds, align, strict=True):
            lines.append(f'<th scope="col" class="{kind}" style="text-align: {side}">{escape(head)}</th>')
        lines += ["</tr>", "</thead>", "<tbody>"]
        for row in self.rows:
            lines.append("<tr>")
            for i, (cell, kind, side) in enumerate(zip(row, kinds, align, strict=True)):
                tag, scope = ("th", ' scope="row"') if i == 0 else ("td", "")
                lines.append(f'<{tag}{scope} class="{kind}" style="text-align: {side}">{escape(cell)}</{tag}>')
            lines.append("</tr>")
        lines.append("</tbody>")
        if self.source:
            lines += ["<tfoot>", f'<tr><td colspan="{len(self.headers)}">{escape(self.source)}</td></tr>', "</tfoot>"]
        return "\n".join([*lines, "</table>"])

    def __repr__(self) -> str:
        grid = [self.headers, *self.rows]
        widths = [max(len(row[i]) for row in grid) for i in range(len(self.headers))]
        lines = [
            "  ".join(
                c.rjust(w) if n else c.ljust(w) for c, w, n in zip(row, widths, self.numerals, strict=True)
            ).rstrip()
            for row in grid
        ]
        return "\n".join(filter(None, [self.caption, *lines, self.source]))


def show(
    frame: pd.DataFrame, *, caption: str, source=(), digits=None, index=False, labels=None, language="en"
) -> Table:
    """Print a frame as a table that reads the same on every run and aloud.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows in reading order; the first column names the row.
    caption : str
        What the table shows; never empty.
    source : str or sequence of str
        Tables or plain text, as for a figure.
    digits : int or dict, optional
        Decimals, for all numbers or by column; by default three significant digits.
    index : bool
        Whether to print the index; each of its levels must have a name.
    labels : dict, optional
        Headers by column; otherwise the column with its underscores as spaces.
    language : {"en", "id"}
        Language of the fixed words.

    Returns
    -------
    Table
        Shown as HTML by a notebook and as aligned text by print.

    Raises
    ------
    TypeError
        When `frame` is not a DataFrame.
    ValueError
        Without a caption, or with a header that is empty, unknown or used twice.
    """
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(f"show() prints a DataFrame, not a {type(frame).__name__}; call .to_frame() on it first")
    if not caption.strip():
        raise ValueError("the table has no caption; say what it shows")
    if index:
        if any(name is None for name in frame.index.names):
            raise ValueError("the index has no name and its header would be empty; name it, or leave index=False")
        frame = frame.reset_index()
    labels = dict(labels or {})
    unknown = sorted(set(labels) - set(frame.columns), key=str)
    if unknown:
        raise ValueError(f"labels for columns that the frame lacks: {unknown}; it has {list(frame.columns)}")
    headers = [str(labels.get(c, str(c).replace("_", " "))).strip() for c in frame.columns]
    if not all(headers) or len(set(headers)) < len(headers):
        raise ValueError(f"headers must be filled in and different: {headers}; give labels={{column: header}}")
    places = digits if isinstance(digits, dict) else dict.fromkeys(frame.columns, digits)
    columns = [_column(frame.iloc[:, i], places.get(c), language) for i, c in enumerate(frame.columns)]
    rows = tuple(zip(*(cells for cells, _ in columns), strict=True))
    numerals = tuple(numeric for _, numeric in columns)
    return Table(caption.strip(), tuple(headers), rows, numerals, source_line(source, language=language))
