"""What is marked on a panel? The launch, windows, zero, names at the ends of lines, and plain axes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.dates import MonthLocator, num2date
from matplotlib.ticker import FuncFormatter, MaxNLocator

from kampung_analysis.figures.style import DARK, FAINT, MIDDLE, SIZES, word

MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
}


def written(value: float, digits: int = 10) -> str:
    """A number for a tick or a cell: thousands separated, a real minus sign."""
    text = f"{value:,.{digits}g}" if abs(value) < 1e15 else f"{value:g}"
    return text.replace("-", "−")


def day(value, language: str = "en", *, year: bool = True) -> str:
    """A date in words: "25 May 2020" or "25 Mei 2020"."""
    stamp = pd.Timestamp(value)
    return f"{stamp.day} {MONTHS[language][stamp.month - 1]}" + (f" {stamp.year}" if year else "")


def require(frame: pd.DataFrame, columns, what: str) -> None:
    """Stop when a frame is empty or lacks columns, naming them and what there is."""
    missing = [c for c in columns if c is not None and c not in frame.columns]
    if missing:
        raise ValueError(f"{what} needs the columns {missing}; the frame has {list(frame.columns)}")
    if frame.empty:
        raise ValueError(f"{what} has no rows to draw; which filter emptied the frame?")


def date_axis(ax, values, language: str = "en", *, few: bool = False) -> None:
    """Months as ticks where `values` are dates; the year stands under the first month and every January."""
    values = pd.Series(np.asarray(values))
    if not pd.api.types.is_datetime64_any_dtype(values):
        ax.xaxis.set_major_locator(MaxNLocator(nbins=4 if few else 8, integer=True))
        return
    months = max(1, round((values.max() - values.min()).days / 30.4))
    every = next((step for step in (1, 2, 3, 6, 12, 24) if months / step <= (3 if few else 9)), 60)
    ax.xaxis.set_major_locator(MonthLocator(bymonth=range(1, 13, min(every, 12)), interval=1))

    def name(position, order):
        moment = num2date(position)
        month = MONTHS[language][moment.month - 1]
        return f"{month}\n{moment.year}" if order == 0 or moment.month == 1 else month

    ax.xaxis.set_major_formatter(FuncFormatter(name))


def value_axis(ax, *, log: bool = False, zero: bool = True, few: bool = False) -> None:
    """Faint horizontal lines and readable numbers; zero is part of a linear axis and drawn."""
    if log:
        ax.set_yscale("log")
    elif zero:
        low, high = ax.get_ylim()
        ax.set_ylim(min(low, 0), max(high, 0))
        ax.axhline(0, color=MIDDLE, linewidth=0.9, zorder=1.5)
    if not log:
        ax.yaxis.set_major_locator(MaxNLocator(nbins=4 if few else 6))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: written(value, 6)))
    ax.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    ax.grid(axis="y")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def behind(colour: str = "white") -> dict:
    """A ground for text, so that lines do not cross its letters."""
    return {"facecolor": colour, "edgecolor": "none", "pad": 1.0}


def mark_launch(ax, launch, language: str = "en", *, label: str | None = None, named: bool = True) -> None:
    """A dashed vertical line at the launch, named above the panel; nothing when `launch` is None."""
    if launch is None:
        return
    at = pd.Timestamp(launch) if isinstance(launch, str) else launch
    ax.axvline(at, color=DARK, linewidth=1, linestyle=(0, (4, 3)), zorder=1.8)
    if named:
        dated = isinstance(at, pd.Timestamp | np.datetime64)
        text = label or (f"{word('launch', language)}, {day(at, language)}" if dated else word("launch", language))
        place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        ax.annotate(text, (at, 1), xytext=(0, 2), ha="center", va="bottom", fontsize=SIZES["small"], **place)


def mark_windows(ax, windows) -> None:
    """Faint shades behind the data, `(start, end, label)` each, the label inside at the top."""
    for start, end, label in windows:
        ax.axvspan(pd.Timestamp(start), pd.Timestamp(end), color=FAINT, alpha=0.7, linewidth=0, zorder=0.5)
        place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        look = {"ha": "left", "va": "top", "fontsize": SIZES["small"], "color": MIDDLE, "bbox": behind(FAINT)}
        ax.annotate(label, (pd.Timestamp(start), 1), xytext=(3, -3), **place, **look)
    if windows:
        low, high = ax.get_ylim()
        linear = ax.get_yscale() == "linear"
        ax.set_ylim(low, high + 0.12 * (high - low) if linear else high * (high / low) ** 0.12)


def label_ends(ax, ends, *, size: float = SIZES["text"], height_in: float = 3.0) -> None:
    """Write names at the right ends of lines, pushed apart where they would overlap.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        With its limits final.
    ends : list of (x, y, text, colour, weight)
        One per line.
    size : float
        Points.
    height_in : float
        Approximate height of the panel in inches, for the spacing.
    """
    if not ends:
        return
    to_axes = ax.transData + ax.transAxes.inverted()
    ends = sorted(ends, key=lambda end: end[1])
    wanted = [to_axes.transform((0, float(end[1])))[1] * height_in * 72 for end in ends]
    step, placed = size * 1.2, []
    for at in wanted:
        placed.append(at if not placed else max(at, placed[-1] + step))
    overshoot = np.mean(placed) - np.mean(wanted)
    for (x, y, text, colour, weight), at, spot in zip(ends, wanted, placed, strict=True):
        look = {"color": colour, "fontsize": size, "fontweight": weight, "ha": "left", "va": "center"}
        ax.annotate(text, (x, y), xytext=(5, spot - at - overshoot), textcoords="offset points", **look)
