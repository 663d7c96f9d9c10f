"""What is there, and what is not? Counts in a matrix, a funnel whose unit may change, events on a line of time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, FAINT, LIGHT, MIDDLE, SIZES, TREATED, canvas, finish

GREYS = LinearSegmentedColormap.from_list("kampung_greys", ["#f2f2f2", "#4d4d4d"])


def _wrapped(text: str, width: int) -> str:
    lines = [""]
    for token in str(text).split():
        if lines[-1] and len(lines[-1]) + 1 + len(token) > width:
            lines.append(token)
        else:
            lines[-1] = f"{lines[-1]} {token}".strip()
    return "\n".join(lines)


def draw_matrix(
    frame: pd.DataFrame,
    *,
    highlight: Sequence[str] = (),
    totals: bool = False,
    digits: int = 6,
    xlabel: str = "",
    ylabel: str = "",
    language: str = "en",
    **text,
) -> Figure:
    """Draw a table of counts as shaded cells with their numbers; empty cells are outlined and crossed.

    Parameters
    ----------
    frame : pandas.DataFrame
        Wide: rows by index, columns by column, numbers (0 or NaN is empty).
    highlight : sequence of str
        Rows or columns whose name is in the strong colour.
    totals : bool
        Sums at the right of the rows.
    digits : int
        Significant digits in the cells.
    xlabel, ylabel : str
        What columns and rows are.
    language : {"en", "id"}
        Language of the fixed words.
    **text
        `title`, `subtitle`, `source`, `alt` of :func:`kampung_analysis.figures.finish`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.
    """
    marks.require(frame, [], "draw_matrix")
    values = frame.to_numpy(dtype=float)
    empty = ~np.isfinite(values) | (values == 0)
    fig = canvas(1.9 + 0.36 * len(frame))
    ax = fig.add_subplot()
    top = np.nanmax(np.where(empty, np.nan, values)) if (~empty).any() else 1.0
    shown = np.ma.masked_array(values, mask=empty)
    edges = np.arange(values.shape[1] + 1) - 0.5, np.arange(values.shape[0] + 1) - 0.5
    ax.pcolormesh(*edges, shown, cmap=GREYS, vmin=0, vmax=top, edgecolors="white", linewidth=1.5)
    for (i, j), value in np.ndenumerate(values):
        if empty[i, j]:
            ax.plot([j], [i], marker="x", color=TREATED, markersize=6, markeredgewidth=1.3, linestyle="none")
        else:
            colour = "white" if value > 0.5 * top else DARK
            ax.text(j, i, marks.written(value, digits), ha="center", va="center", color=colour)
    if totals:
        for i, total in enumerate(np.nansum(values, axis=1)):
            place = {"ha": "left", "va": "center", "color": MIDDLE, "fontweight": "bold"}
            ax.text(values.shape[1] - 0.4, i, marks.written(total, digits), **place)
    width = max(6, int(48 / values.shape[1]))
    ax.set_xticks(range(values.shape[1]), [_wrapped(c, width) for c in frame.columns])
    ax.set_yticks(range(values.shape[0]), [str(r) for r in frame.index])
    ax.tick_params(axis="both", length=0, labeltop=True, labelbottom=False)
    names = [*map(str, frame.columns), *map(str, frame.index)]
    for tick, name in zip([*ax.get_xticklabels(), *ax.get_yticklabels()], names, strict=True):
        if name in highlight:
            tick.set(color=TREATED, fontweight="bold")
    ax.invert_yaxis()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(xlabel, color=MIDDLE)
    ax.set_ylabel(ylabel, color=MIDDLE)
    ax.spines[["left", "bottom"]].set_visible(False)
    return finish(fig, language=language, **text)


def draw_funnel(
    frame: pd.DataFrame,
    *,
    stage: str = "stage",
    count: str = "count",
    unit: str = "unit",
    highlight: Sequence[str] = (),
    language: str = "en",
    **text,
) -> Figure:
    """Draw stages of a selection as bars; a share of the stage before stands only where the unit stays the same.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per stage, first stage first.
    stage, count, unit : str
        Columns: name, number and what is counted.
    highlight : sequence of str
        Stages in the strong colour.
    language, **text
        As in :func:`draw_matrix`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.
    """
    marks.require(frame, [stage, count, unit], "draw_funnel")
    counts, units = frame[count].to_numpy(dtype=float), frame[unit].astype(str).tolist()
    spots, at = [], 0.0
    for i, what in enumerate(units):
        at += 0.7 if i and what != units[i - 1] else 0
        spots.append(at)
        at += 1
    fig = canvas(1.3 + 0.44 * at)
    ax = fig.add_subplot()
    marked = [name in highlight for name in frame[stage]]
    shades = [TREATED if m else (LIGHT if units.index(u) == 0 else MIDDLE) for m, u in zip(marked, units, strict=True)]
    ax.barh(spots, counts, color=shades, height=0.72)
    for i, (spot, n, what) in enumerate(zip(spots, counts, units, strict=True)):
        same = i and what == units[i - 1]
        share = f"  ({n / counts[i - 1]:.0%})" if same and counts[i - 1] else ""
        look = {"va": "center", "color": TREATED if marked[i] else DARK}
        ax.annotate(f"{marks.written(n)} {what}{share}", (n, spot), xytext=(5, 0), textcoords="offset points", **look)
        if i and not same:
            ax.axhline(spot - 0.85, color=DARK, linewidth=1, linestyle=(0, (2, 2)))
    ax.set_yticks(spots, [_wrapped(name, 30) for name in frame[stage]])
    ax.set_ylim(at - 0.3, -0.6)
    ax.set_xlim(0, counts.max() * 1.02)
    ax.tick_params(axis="both", length=0, labelbottom=False)
    ax.spines["bottom"].set_visible(False)
    return finish(fig, language=language, **text)


def draw_timeline(
    frame: pd.DataFrame,
    *,
    date: str = "date",
    label: str = "label",
    end: str | None = None,
    highlight: Sequence[str] = (),
    launch=None,
    windows: Sequence = (),
    language: str = "en",
    **text,
) -> Figure:
    """Draw events as dots and spells as bars, each with its name beside it, earliest at the top.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per event.
    date, label : str
        Columns: when it happened or began; its name.
    end : str, optional
        Column: when it ended; missing for an event of one day.
    highlight : sequence of str
        Labels in the strong colour.
    launch : date-like, optional
        Marked once.
    windows : sequence of (start, end, label)
        Shaded.
    language, **text
        As in :func:`draw_matrix`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.
    """
    marks.require(frame, [date, label, end], "draw_timeline")
    rows = frame.sort_values([date, label], kind="stable")
    begin = pd.to_datetime(rows[date])
    stop = (pd.to_datetime(rows[end]) if end else begin).fillna(begin)
    first, last = begin.min(), stop.max()
    fig = canvas(1.7 + 0.27 * len(rows))
    ax = fig.add_subplot()
    middle = first + (last - first) / 2
    for i, (a, b, name) in enumerate(zip(begin, stop, rows[label], strict=True)):
        colour = TREATED if name in highlight else DARK
        ax.plot([a, b], [i, i], color=colour, linewidth=5 if b > a else 1, solid_capstyle="butt", label=str(name))
        if b == a:
            ax.plot([a], [i], "o", color=colour, markersize=6)
        right = a <= middle
        look = {"ha": "left" if right else "right", "va": "center", "color": colour, "fontsize": SIZES["small"] + 0.5}
        look["bbox"] = marks.behind()
        said = (
            f"{marks.day(a, language, year=False)}  {name}"
            if right
            else f"{name}  {marks.day(a, language, year=False)}"
        )
        ax.annotate(said, (b if right else a, i), xytext=(8 if right else -8, 0), textcoords="offset points", **look)
    pad = (last - first) * 0.03
    ax.set_xlim(first - pad, last + pad)
    ax.set_ylim(len(rows) - 0.3, -0.9 if not windows else -1.5)
    for start, close, name in windows:
        ax.axvspan(pd.Timestamp(start), pd.Timestamp(close), color=FAINT, alpha=0.7, linewidth=0, zorder=0.5)
        ax.text(pd.Timestamp(start), -1.1, f" {name}", va="center", fontsize=SIZES["small"], color=MIDDLE)
    marks.date_axis(ax, pd.concat([begin, stop]), language)
    marks.mark_launch(ax, launch, language)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return finish(fig, language=language, **text)
