"""What does a design see? Event studies before permutations, doses, and how certain dates are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, FAINT, LIGHT, MIDDLE, NAMED, SIZES, TREATED, canvas, finish


def draw_event_study(
    frame: pd.DataFrame,
    *,
    x: str = "event_time",
    y: str = "att",
    low: str = "low",
    high: str = "high",
    band: str = "",
    xlabel: str = "Weeks since the recorded start",
    ylabel: str = "",
    height: float = 4.4,
    language: str = "en",
    **words,
) -> Figure:
    """Draw effects by time since adoption before the band in which chance would put them.

    Parameters
    ----------
    frame : DataFrame
        One row an event time; `low` and `high` bound the band, which need not hold the effect.
    x, y, low, high : str
        Columns.
    band : str
        What the band is, written inside the panel.
    xlabel, ylabel, height, language, **words
        As in :func:`kampung_analysis.figures.draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [x, y, low, high], "draw_event_study")
    fig = canvas(height)
    ax = fig.add_subplot()
    ax.fill_between(frame[x], frame[low], frame[high], color=FAINT, linewidth=0, zorder=1)
    after = frame[x] >= 0
    ax.plot(frame[x], frame[y], color=TREATED, linewidth=1.2, zorder=3)
    ax.plot(frame[x][~after], frame[y][~after], "o", color="white", markeredgecolor=TREATED, markersize=6, zorder=4)
    ax.plot(frame[x][after], frame[y][after], "o", color=TREATED, markersize=6.5, zorder=4)
    ax.set_ylabel(ylabel)
    ax.set_xlabel(xlabel)
    marks.value_axis(ax)
    marks.date_axis(ax, frame[x], language)
    marks.mark_launch(ax, -0.5, language, label="recorded start" if language == "en" else "mulai tercatat")
    if band:
        ax.annotate(
            band,
            (0.01, 0.02),
            xycoords="axes fraction",
            fontsize=SIZES["small"],
            color=MIDDLE,
            va="bottom",
            bbox=marks.behind(),
        )
    return finish(fig, language=language, **words)


def draw_scatter(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    label: str | None = None,
    named: Sequence[str] = (),
    slope: tuple[float, float, float] | None = None,
    band: str = "",
    xlabel: str = "",
    ylabel: str = "",
    height: float = 4.8,
    language: str = "en",
    **words,
) -> Figure:
    """Draw one dot a place and, where given, a slope through their middle with the slopes that cannot be excluded.

    Parameters
    ----------
    frame : DataFrame
    x, y, label : str
        Columns; `label` names the places.
    named : sequence of str
        Labels written beside their dots.
    slope : (value, low, high), optional
        In units of `y` per unit of `x`.
    band : str
        What the shade between the outer slopes is.
    xlabel, ylabel, height, language, **words
        As in :func:`kampung_analysis.figures.draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [x, y, label], "draw_scatter")
    fig = canvas(height)
    ax = fig.add_subplot()
    ax.plot(frame[x], frame[y], "o", color=NAMED, markeredgecolor="white", markersize=7, zorder=3)
    if slope is not None:
        ends, middle = np.array([frame[x].min(), frame[x].max()], float), (frame[x].mean(), frame[y].mean())
        lines = [middle[1] + s * (ends - middle[0]) for s in slope]
        grid = np.array([ends[0], middle[0], ends[1]])
        bounds = [middle[1] + s * (grid - middle[0]) for s in slope[1:]]
        ax.fill_between(grid, np.minimum(*bounds), np.maximum(*bounds), color=FAINT, linewidth=0, zorder=1)
        ax.plot(ends, lines[0], color=TREATED, linewidth=2.2, zorder=2)
    right = frame[x].quantile(0.75)
    for row in frame[frame[label].isin(named)].to_dict("records") if label else ():
        side = (-8, "right") if row[x] > right else (8, "left")
        look = {"fontsize": SIZES["small"], "va": "center", "ha": side[1], "color": DARK, "bbox": marks.behind()}
        ax.annotate(row[label], (row[x], row[y]), xytext=(side[0], 0), textcoords="offset points", zorder=2.5, **look)
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    marks.value_axis(ax)
    if band:
        place = {"xycoords": "axes fraction", "fontsize": SIZES["small"], "color": MIDDLE, "va": "bottom"}
        ax.annotate(band, (0.01, 0.02), bbox=marks.behind(), **place)
    return finish(fig, language=language, **words)


def draw_certainty(
    frame: pd.DataFrame,
    *,
    x: str = "label",
    parts: Sequence[str],
    ylabel: str = "",
    height: float = 4.6,
    language: str = "en",
    **words,
) -> Figure:
    """Draw stacked columns of what is surely so, surely not so, and unknown, the counts written inside.

    Parameters
    ----------
    frame : DataFrame
        One row a column, the parts as counts.
    x : str
        Column with the words under the columns.
    parts : sequence of str
        Columns from bottom to top, at most four: strong colour, dark, shade, lighter shade. Their names are written
        beside the last column.
    ylabel, height, language, **words
        As in :func:`kampung_analysis.figures.draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [x, *parts], "draw_certainty")
    fig = canvas(height)
    ax = fig.add_subplot()
    look = ((TREATED, "white"), (DARK, "white"), (LIGHT, DARK), (FAINT, MIDDLE))
    floor, at, ends = np.zeros(len(frame)), np.arange(len(frame)), []
    whole = float(frame[list(parts)].sum(axis=1).max())
    for part, (colour, ink) in zip(parts, look, strict=False):
        size = frame[part].to_numpy(float)
        ax.bar(at, size, bottom=floor, width=0.8, color=colour, edgecolor="white", linewidth=0.8)
        for i, value in enumerate(size):
            if value > 0.04 * whole:
                place = (i, floor[i] + value / 2)
                ax.text(*place, marks.written(value), ha="center", va="center", color=ink, fontsize=SIZES["small"])
        ends.append((at[-1] + 0.42, floor[-1] + size[-1] / 2, part, colour if colour == TREATED else DARK, "bold"))
        floor += size
    ax.set_xticks(at, frame[x])
    ax.set_ylim(0, floor.max())
    ax.set_ylabel(ylabel)
    ax.tick_params(axis="both", length=0)
    ax.spines["left"].set_visible(False)
    marks.label_ends(ax, ends, height_in=height - 1.6)
    return finish(fig, language=language, **words)
