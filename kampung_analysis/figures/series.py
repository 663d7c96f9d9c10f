"""How does it move in time? Lines, gaps, counterfactuals and small multiples, the launch marked once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import (
    FITTED,
    LIGHT,
    MIDDLE,
    NAMED,
    TREATED,
    canvas,
    finish,
    word,
)


def _several(names) -> list:
    return [names] if isinstance(names, str) else list(names or ())


def _lines_of(frame: pd.DataFrame, x: str, y: str, unit: str):
    for name, rows in frame.sort_values([unit, x]).groupby(unit, sort=True):
        yield name, rows[x].to_numpy(), rows[y].to_numpy(dtype=float)


def _last(xs, ys):
    seen = np.flatnonzero(np.isfinite(ys))
    return (xs[seen[-1]], float(ys[seen[-1]])) if seen.size else None


def draw_lines(
    frame: pd.DataFrame,
    *,
    x: str = "week",
    y: str,
    unit: str,
    treated,
    named: Sequence[str] = (),
    band: pd.DataFrame | None = None,
    launch=None,
    windows: Sequence = (),
    ylabel: str = "",
    log: bool = False,
    height: float = 4.6,
    language: str = "en",
    **text,
) -> Figure:
    """Draw one line per unit: the treated strong, the others grey, names at the ends.

    Parameters
    ----------
    frame : pandas.DataFrame
        Long, one row per `unit` and `x`.
    x, y, unit : str
        Columns: time (dates or numbers), value, name of the unit.
    treated : str or sequence of str
        Units in the strong colour; a second one is dashed, a third dotted.
    named : sequence of str
        Other units to name at the end of their line.
    band : pandas.DataFrame, optional
        Interval around the treated: columns `x`, `low`, `high`.
    launch : date-like or number, optional
        Marked once, with its date.
    windows : sequence of (start, end, label)
        Shaded.
    ylabel : str
        What the axis measures, with its unit.
    log : bool
        Logarithmic axis; zero and negative values are then left out.
    height : float
        Inches.
    language : {"en", "id"}
        Language of the fixed words.
    **text
        `title`, `subtitle`, `source`, `alt` of :func:`kampung_analysis.figures.finish`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.

    Raises
    ------
    ValueError
        For a missing column, an empty frame, or a unit to be named that has no line.
    """
    marks.require(frame, [x, y, unit], "draw_lines")
    strong = _several(treated)
    absent = [n for n in [*strong, *named] if n not in set(frame[unit])]
    if absent:
        raise ValueError(f"draw_lines has no line for {absent}; column {unit!r} holds {sorted(set(frame[unit]))[:8]} …")
    fig = canvas(height)
    ax = fig.add_subplot()
    styles, ends = ["-", (0, (5, 2)), (0, (1.5, 1.5))], []
    for name, xs, ys in _lines_of(frame, x, y, unit):
        if log:
            ys = np.where(ys > 0, ys, np.nan)
        if name in strong:
            look = {"color": TREATED, "linewidth": 2.6, "zorder": 4, "linestyle": styles[strong.index(name) % 3]}
        else:
            look = {"color": NAMED if name in named else LIGHT, "linewidth": 1.4 if name in named else 0.9}
        ax.plot(xs, ys, label=str(name), **look)
        end = _last(xs, ys)
        if end and (name in strong or name in named):
            ends.append((*end, str(name), *((TREATED, "bold") if name in strong else (MIDDLE, "normal"))))
    if band is not None:
        marks.require(band, [x, "low", "high"], "the band of draw_lines")
        ax.fill_between(band[x], band["low"], band["high"], color=TREATED, alpha=0.18, linewidth=0, zorder=1)
    ax.margins(x=0.01)
    ax.set_ylabel(ylabel)
    marks.value_axis(ax, log=log)
    marks.mark_windows(ax, windows)
    marks.date_axis(ax, frame[x], language)
    marks.mark_launch(ax, launch, language)
    marks.label_ends(ax, ends, height_in=height - 1.6)
    return finish(fig, language=language, **text)


def draw_gap(
    gap: pd.DataFrame,
    *,
    x: str = "week",
    y: str = "gap",
    low: str | None = None,
    high: str | None = None,
    placebos: pd.DataFrame | None = None,
    unit: str = "unit",
    name: str | None = None,
    launch=None,
    windows: Sequence = (),
    ylabel: str = "",
    height: float = 4.4,
    language: str = "en",
    **text,
) -> Figure:
    """Draw the gap between treated and counterfactual, with its interval, before a cloud of placebo gaps.

    Parameters
    ----------
    gap : pandas.DataFrame
        One row per `x`.
    x, y : str
        Columns: time and gap, in the unit of `ylabel`.
    low, high : str, optional
        Columns with the bounds of an interval.
    placebos : pandas.DataFrame, optional
        Long: columns `x`, `y` and `unit`, one grey line per unit.
    unit : str
        Column of `placebos` that names the placebo.
    name : str, optional
        Written at the end of the line; the word "gap" by default.
    launch, windows, ylabel, height, language, **text
        As in :func:`draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.
    """
    marks.require(gap, [x, y, low, high], "draw_gap")
    fig = canvas(height)
    ax = fig.add_subplot()
    ends = []
    if placebos is not None:
        marks.require(placebos, [x, y, unit], "the placebos of draw_gap")
        count = placebos[unit].nunique()
        for placebo, xs, ys in _lines_of(placebos, x, y, unit):
            ax.plot(xs, ys, color=LIGHT, linewidth=0.8, zorder=2, label=str(placebo))
        last = placebos.groupby(unit)[y].last()
        ends.append((placebos[x].max(), float(last.median()), f"{count} {word('placebo', language)}", MIDDLE, "normal"))
    if low and high:
        ax.fill_between(gap[x], gap[low], gap[high], color=TREATED, alpha=0.18, linewidth=0, zorder=3)
    ys = gap[y].to_numpy(dtype=float)
    ax.plot(gap[x], ys, color=TREATED, linewidth=2.6, zorder=4, label=name or word("gap", language))
    end = _last(gap[x].to_numpy(), ys)
    if end:
        ends.append((*end, name or word("gap", language), TREATED, "bold"))
    ax.margins(x=0.01)
    ax.set_ylabel(ylabel)
    marks.value_axis(ax)
    marks.mark_windows(ax, windows)
    marks.date_axis(ax, gap[x], language)
    marks.mark_launch(ax, launch, language)
    marks.label_ends(ax, ends, height_in=height - 1.6)
    return finish(fig, language=language, **text)


def draw_counterfactual(
    frame: pd.DataFrame,
    *,
    x: str = "week",
    observed: str = "observed",
    fitted: str = "fitted",
    low: str | None = None,
    high: str | None = None,
    launch,
    windows: Sequence = (),
    ylabel: str = "",
    log: bool = False,
    height: float = 4.6,
    language: str = "en",
    **text,
) -> Figure:
    """Draw what was observed against what the model fits before the launch and expects without the programme after it.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per `x`.
    observed, fitted : str
        Columns: the treated series; the model, a fit before `launch` and a counterfactual from it on.
    low, high : str, optional
        Columns with the bounds of the model's interval.
    launch : date-like or number
        Where fit turns into counterfactual.
    x, windows, ylabel, log, height, language, **text
        As in :func:`draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.
    """
    marks.require(frame, [x, observed, fitted, low, high], "draw_counterfactual")
    frame = frame.sort_values(x)
    at = pd.Timestamp(launch) if isinstance(launch, str) else launch
    before, after = frame[frame[x] <= at], frame[frame[x] >= at]
    fig = canvas(height)
    ax = fig.add_subplot()
    if low and high:
        ax.fill_between(frame[x], frame[low], frame[high], color=FITTED, alpha=0.15, linewidth=0, zorder=1)
    ax.plot(before[x], before[fitted], color=FITTED, linewidth=1.6, label=word("fitted", language))
    dashed = {"color": FITTED, "linewidth": 2, "linestyle": (0, (5, 2)), "label": word("counterfactual", language)}
    ax.plot(after[x], after[fitted], **dashed)
    dots = {"marker": "o", "markersize": 3, "linewidth": 2.2, "zorder": 4}
    ax.plot(frame[x], frame[observed], color=TREATED, label=word("observed", language), **dots)
    ends = []
    series = ((frame, observed, "observed", TREATED), (after, fitted, "counterfactual", FITTED))
    for rows, column, key, colour in series:
        end = _last(rows[x].to_numpy(), rows[column].to_numpy(dtype=float))
        if end:
            ends.append((*end, word(key, language).replace("without the ", "without\nthe "), colour, "bold"))
    ax.margins(x=0.01)
    ax.set_ylabel(ylabel)
    marks.value_axis(ax, log=log)
    marks.mark_windows(ax, windows)
    marks.date_axis(ax, frame[x], language)
    marks.mark_launch(ax, at, language)
    marks.label_ends(ax, ends, height_in=height - 1.6)
    return finish(fig, language=language, **text)
