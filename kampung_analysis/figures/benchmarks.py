"""How long does it take, here and elsewhere? Time and memory against rows, and times side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, MIDDLE, SIZES, TREATED, canvas, finish

PATTERNS = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (5, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("s", "^", "D", "v", "P")


def _decades(axis, low: float, high: float, per: float = 1) -> None:
    """Ticks at powers of ten, and at 2 and 5 between where the axis spans less than two of them, in units of `per`."""
    short = np.log10(high / low) < 2
    axis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5) if short else (1,), numticks=20))
    axis.set_major_formatter(FuncFormatter(lambda value, _: marks.written(value / per, 6)))
    axis.set_minor_formatter(NullFormatter())
    axis.set_tick_params(which="minor", length=0)


def draw_speed(
    frame: pd.DataFrame,
    *,
    x: str = "rows",
    panels: Sequence[tuple[str, str]] = (("seconds", "seconds"), ("peak_mb", "megabytes at most")),
    line: str = "library",
    ours: str = "ours",
    xlabel: str = "rows of the table, millions",
    height: float = 7.2,
    language: str = "en",
    **words,
) -> Figure:
    """Draw cost against size, a panel a cost, both axes logarithmic, every line named at its end.

    Parameters
    ----------
    frame : DataFrame
        One row a measurement; columns positive, NaN where a cost was not measured.
    x, line : str
        Columns: size, in single units and shown in millions, and name of the line. Lines whose name begins with `ours`
        are drawn in the strong colour, the second of them dashed; the others are grey and differ by pattern and marker.
    panels : sequence of (str, str)
        Column and words for its axis, from the top.
    ours : str
        What the names of our own lines begin with.
    xlabel, height, language, **words
        As in :func:`kampung_analysis.figures.draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        Without rows or columns, or when a size or cost is not positive.
    """
    marks.require(frame, [x, line, *(column for column, _ in panels)], "draw_speed")
    costs = frame[[x, *(column for column, _ in panels)]]
    if (costs <= 0).any(axis=None):
        raise ValueError("draw_speed has logarithmic axes; a size or cost in the frame is zero or negative")
    fig = canvas(height)
    own = [name for name in frame[line].unique() if str(name).startswith(ours)]
    peers = [name for name in frame[line].unique() if name not in own]
    low, high = frame[x].min(), frame[x].max()
    for ax, (column, label) in zip(np.ravel(fig.subplots(len(panels), 1, sharex=True)), panels, strict=True):
        ends = []
        for name in [*peers, *own]:
            rows = frame[frame[line] == name].dropna(subset=[column]).sort_values(x)
            if rows.empty:
                continue
            at = (own if name in own else peers).index(name)
            look = {"color": MIDDLE, "linewidth": 1.6, "linestyle": PATTERNS[at % 5], "marker": MARKERS[at % 5]}
            if name in own:
                look = {"color": TREATED, "linewidth": 2.6, "linestyle": PATTERNS[at % 5], "marker": "o"}
            ax.plot(rows[x], rows[column], markersize=5, **look)
            weight = "bold" if name in own else "normal"
            ends.append((rows[x].iloc[-1], rows[column].iloc[-1], name, look["color"], weight))
        ax.set_xscale("log")
        ax.set_xlim(low / 1.3, high * max(high / low, 10) ** 0.3)
        marks.value_axis(ax, log=True)
        bottom, top = ax.get_ylim()
        room = max(1.25, (10 / (top / bottom)) ** 0.5)
        ax.set_ylim(bottom / room, top * room)
        _decades(ax.yaxis, *ax.get_ylim())
        _decades(ax.xaxis, low, high, per=1e6)
        ax.set_title(label, color=DARK)
        for place in sorted({end[0] for end in ends}):
            together = [end for end in ends if end[0] == place]
            marks.label_ends(ax, together, height_in=(height - 2.2) / len(panels))
        for text in ax.texts:
            text.set(bbox=marks.behind(), zorder=3)
    ax.set_xlabel(xlabel)
    return finish(fig, language=language, **words)


def draw_times(
    frame: pd.DataFrame,
    *,
    task: str = "task",
    package: str = "package",
    seconds: str = "median_s",
    ours: str = "kampung-analysis",
    xlabel: str = "seconds, median",
    language: str = "en",
    **words,
) -> Figure:
    """Draw how long each package takes for each task, one row a package below the name of its task.

    Parameters
    ----------
    frame : DataFrame
        One row a package and task, drawn in this order; seconds positive.
    task, package, seconds : str
        Columns.
    ours : str
        The package in the strong colour.
    xlabel, language, **words
        As in :func:`kampung_analysis.figures.draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [task, package, seconds], "draw_times")
    tasks = list(frame[task].unique())
    height = 1.9 + 0.3 * (len(frame) + 1.2 * len(tasks))
    fig = canvas(height)
    ax = fig.add_subplot()
    y, ticks, names = 0.0, [], []
    for name in tasks:
        ax.annotate(name, (0, y), xycoords=("axes fraction", "data"), va="center", bbox=marks.behind(), zorder=3)
        for row in frame[frame[task] == name].to_dict("records"):
            y += 1
            colour = TREATED if row[package] == ours else MIDDLE
            ax.plot([row[seconds]], [y], "o" if row[package] == ours else "s", color=colour, markersize=7)
            place = {"xytext": (8, 0), "textcoords": "offset points", "va": "center", "color": colour}
            ax.annotate(f"{marks.written(row[seconds], 2)} s", (row[seconds], y), fontsize=SIZES["small"], **place)
            ticks.append(y)
            names.append(row[package])
        y += 1.2
    ax.set_xscale("log")
    low, high = frame[seconds].min(), frame[seconds].max()
    ax.set_xlim(low / 1.6, high * 1.6 * (high / low) ** 0.12)
    _decades(ax.xaxis, *ax.get_xlim())
    ax.set_ylim(y - 0.5, -0.7)
    ax.set_yticks(ticks, names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(xlabel)
    ax.grid(axis="x")
    return finish(fig, language=language, **words)
