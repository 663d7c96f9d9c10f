"""What could a design see? Power, false alarms and detectable effects of simulated trials."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, LIGHT, MIDDLE, SIZES, TREATED, canvas, finish

SHADES = (TREATED, MIDDLE, DARK, LIGHT)
PATTERNS = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (5, 2, 1, 2)))


def draw_curves(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    curve: str,
    low: str | None = None,
    high: str | None = None,
    mark: float | None = None,
    marked: str = "",
    log: tuple[bool, bool] = (False, False),
    percent: bool = False,
    ticks: Sequence[float] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    limits: tuple[float, float] | None = None,
    height: float = 4.6,
    language: str = "en",
    **words,
) -> Figure:
    """Draw curves of a design's properties, first curve in the strong colour, named at their ends.

    Parameters
    ----------
    frame : DataFrame
        Long: one row a point.
    x, y, curve, low, high : str
        Columns; the bounds are simulation error.
    mark : float, optional
        Height of a dashed line.
    marked : str
        Words at that line.
    log : (bool, bool)
        Logarithmic axes, x and y.
    percent : bool
        Write shares as per cent.
    ticks : sequence of float, optional
        Where the horizontal axis is marked; at the points otherwise.
    limits : (float, float), optional
        Ends of the vertical axis.
    xlabel, ylabel, height, language, **words
        As in :func:`kampung_analysis.figures.draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [x, y, curve, low, high], "draw_curves")
    fig = canvas(height)
    ax = fig.add_subplot()
    ends = []
    for (name, rows), colour, pattern in zip(frame.groupby(curve, sort=False), SHADES, PATTERNS, strict=False):
        if low and high:
            ax.fill_between(rows[x], rows[low], rows[high], color=colour, alpha=0.15, linewidth=0)
        width = 2.6 if colour == TREATED else 1.8
        ax.plot(
            rows[x], rows[y], color=colour, linestyle=pattern, linewidth=width, marker="o", markersize=4, label=name
        )
        ends.append((rows[x].iloc[-1], rows[y].iloc[-1], name, colour if colour != LIGHT else MIDDLE, "bold"))
    if log[0]:
        ax.set_xscale("log")
    ax.set_xticks(sorted(frame[x].unique()) if ticks is None else ticks)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: marks.written(v, 6)))
    ax.xaxis.set_minor_formatter(NullFormatter())
    if limits:
        ax.set_ylim(*limits)
    marks.value_axis(ax, log=log[1])
    if limits:
        ax.set_ylim(*limits)
    if log[1]:
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    if percent:
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v * 100:,.6g} %"))
    if mark is not None:
        ax.axhline(mark, color=DARK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1.6)
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "bottom"}
        ax.annotate(
            marked, (0.01, mark), xytext=(0, 3), fontsize=SIZES["small"], bbox=marks.behind(), zorder=1.7, **place
        )
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    marks.label_ends(ax, ends, height_in=height - 1.6)
    return finish(fig, language=language, **words)


def draw_alarms(
    frame: pd.DataFrame,
    *,
    label: str = "label",
    false: str = "false",
    power: str = "power",
    alpha: float = 0.05,
    names: tuple[str, str] = ("when nothing works", "when it cuts cases by a third"),
    language: str = "en",
    **words,
) -> Figure:
    """Draw how often each design reports an effect: when there is none, and when there is one.

    Parameters
    ----------
    frame : DataFrame
        One row a design, first on top; shares between 0 and 1. NaN where a design gives no test.
    label, false, power : str
        Columns. Where the frame has `false_low`, `false_high` and so on, that simulation error is drawn.
    alpha : float
        False alarms that a test of this size allows, a dashed line.
    names : (str, str)
        Words for the two marks.
    language, **words
        As in :func:`kampung_analysis.figures.style.finish`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [label, false, power], "draw_alarms")
    fig = canvas(2.2 + 0.62 * len(frame))
    ax = fig.add_subplot()
    for i, row in enumerate(frame.to_dict("records")):
        ax.text(0, i - 0.4, row[label], fontsize=SIZES["text"], va="center", bbox=marks.behind())
        kinds = ((false, -0.09, TREATED, "o", TREATED), (power, 0.11, "white", "D", DARK))
        for column, shift, face, marker, edge in kinds:
            if not np.isfinite(row[column]):
                continue
            bounds = [row.get(f"{column}_low", row[column]), row.get(f"{column}_high", row[column])]
            ax.plot(bounds, [i + shift] * 2, color=edge, linewidth=1.4)
            look = {"color": face, "markeredgecolor": edge, "markersize": 7.5, "clip_on": False}
            ax.plot([row[column]], [i + shift], marker, **look)
        if not (np.isfinite(row[false]) or np.isfinite(row[power])):
            ax.text(0, i, "no test possible", color=MIDDLE, fontsize=SIZES["small"], va="center", bbox=marks.behind())
    ax.axvline(alpha, color=DARK, linewidth=1.1, linestyle=(0, (4, 3)), zorder=0.8)
    ax.plot([], [], "o", color=TREATED, label=names[0])
    ax.plot([], [], "D", color="white", markeredgecolor=DARK, label=names[1])
    ax.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=2, handletextpad=0.2, fontsize=SIZES["text"])
    ax.set_xlim(0, 1)
    ax.set_ylim(len(frame) - 0.4, -0.75)
    ax.set_yticks([])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0%}"))
    ax.set_xlabel(f"Share of simulated programmes (dashed: {alpha:.0%}, what chance allows)")
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return finish(fig, language=language, **words)
