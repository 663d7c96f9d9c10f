"""What do the sources allow? Ranges from a lower to an upper bound, and counts by what kind of number they are.

Bounds are no estimates with an error: they are drawn as bars without a dot in the middle, so that nobody reads one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, FAINT, FITTED, LIGHT, MIDDLE, SIZES, TREATED, canvas, finish

KINDS = {"stock": ("o", TREATED, TREATED), "target": ("D", "white", MIDDLE), "launch": ("^", DARK, DARK)}
KINDS["coverage"] = ("s", "white", DARK)
"""Marker, face and edge of each kind of count; kinds that are not listed are drawn as squares."""


def draw_bounds(
    frame: pd.DataFrame,
    *,
    label: str = "label",
    low: str = "low",
    high: str = "high",
    value: str | None = None,
    text: str | None = None,
    highlight=(),
    mark: float | None = None,
    marked: str = "",
    xlabel: str = "",
    limits: tuple[float, float] | None = None,
    percent: bool = False,
    language: str = "en",
    **words,
) -> Figure:
    """Draw one bar from a lower to an upper bound per row, first row on top.

    Parameters
    ----------
    frame : DataFrame
        One row per question with its name and two finite bounds; equal bounds are drawn as a short stroke.
    label, low, high : str
        Columns.
    value : str, optional
        Column of estimates, drawn as a dot on the bar; only where the bar is an interval and not a pair of bounds.
    text : str, optional
        Column of words printed behind the bar instead of its bounds.
    highlight : sequence of str
        Labels in the strong colour.
    mark : float, optional
        Where a dashed line stands, such as what is claimed.
    marked : str
        Words at that line.
    xlabel : str
        Words at the horizontal axis.
    limits : tuple of float, optional
        Ends of the horizontal axis; from zero to beyond the largest bound otherwise.
    percent : bool
        Print shares as per cent.
    language, **words
        As in :func:`kampung_analysis.figures.style.finish`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When a lower bound exceeds its upper bound or one is not finite.
    """
    marks.require(frame, [label, low, high, text], "draw_bounds")
    wrong = ~np.isfinite(frame[[low, high]].astype(float)).all(axis=1) | (frame[low] > frame[high])
    if wrong.any():
        raise ValueError(f"{frame.loc[wrong, label].iloc[0]!r} has no finite bounds in order; leave it out and say so")
    fig = canvas(1.7 + 0.62 * len(frame))
    ax = fig.add_subplot()
    first, last = limits or (0.0, float(frame[high].max()) * 1.02)
    write = (lambda v: f"{v:.0%}") if percent else (lambda v: marks.written(round(v, 3), 6))
    for i, row in enumerate(frame.to_dict("records")):
        colour = TREATED if row[label] in highlight else MIDDLE
        least = (last - first) * 0.006
        ax.barh(i, max(row[high] - row[low], least), left=row[low], height=0.34, color=colour)
        said = write(row[low]) if write(row[low]) == write(row[high]) else f"{write(row[low])} to {write(row[high])}"
        said = row[text] if text else said
        if value:
            ax.plot([row[value]], [i], "o", color="white", markeredgecolor=DARK, markersize=7, zorder=3)
        ax.text(first, i - 0.42, f"{row[label]}", va="center", color=DARK, fontsize=SIZES["text"])
        inside = row[high] < first + 0.62 * (last - first)
        look = {"va": "center", "color": colour, "fontsize": SIZES["small"] + 0.5, "fontweight": "bold"}
        look["bbox"] = marks.behind()
        place = (max(row[high], row[low] + least), i) if inside else (row[high], i + 0.34)
        ax.annotate(
            said,
            place,
            xytext=(6 if inside else 0, 0),
            textcoords="offset points",
            ha="left" if inside else "right",
            **look,
        )
    if mark is not None:
        ax.axvline(mark, color=DARK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=0.8)
        ax.annotate(
            marked,
            (mark, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="right" if mark > first + 0.6 * (last - first) else "center",
            va="bottom",
            fontsize=SIZES["small"],
        )
    ax.set_xlim(first, last)
    ax.set_ylim(len(frame) - 0.4, -0.75)
    ax.set_yticks([])
    ax.set_xlabel(xlabel)
    if percent:
        ax.xaxis.set_major_formatter(lambda v, _: f"{v:.0%}")
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return finish(fig, language=language, **words)


def draw_counts(
    frame: pd.DataFrame,
    *,
    panels,
    start: str = "date_from",
    end: str = "date_to",
    count: str = "count",
    kind: str = "kind",
    text: str | None = None,
    left: Sequence[str] = (),
    curves: pd.DataFrame | None = None,
    top: float | None = None,
    ylabel: str = "",
    height: float = 4.8,
    language: str = "en",
    **words,
) -> Figure:
    """Draw counts as dated dots, a bar where the date is a spell, the marker saying what kind of number it is.

    Parameters
    ----------
    frame : DataFrame
        One row per count with first and last possible day, the number and its kind (`KINDS`).
    panels : sequence of (str, str)
        First and last day of each panel; a gap between panels is left out of the drawing.
    start, end, count, kind : str
        Columns.
    text : str, optional
        Column of words beside the dot; an empty string leaves the dot without.
    left : sequence of str
        Words that stand left of their dot; the others stand right.
    curves : DataFrame, optional
        `date`, `count` and `curve`: lines drawn behind the dots, one per curve, named at their ends.
    top : float, optional
        Upper end of the vertical axis.
    ylabel : str
        Words at the vertical axis.
    height : float
        Height of the figure, inches.
    language, **words
        As in :func:`kampung_analysis.figures.style.finish`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [start, end, count, kind, text], "draw_counts")
    spans = [(pd.Timestamp(a), pd.Timestamp(b)) for a, b in panels]
    fig = canvas(height)
    axes = fig.subplots(1, len(spans), sharey=True, squeeze=False, width_ratios=[(b - a).days for a, b in spans])[0]
    for ax, (first, last) in zip(axes, spans, strict=True):
        for _, line in curves.groupby("curve", sort=False) if curves is not None else ():
            ax.plot(line["date"], line["count"], color=FITTED, linewidth=1.3, zorder=1)
        _dots(ax, frame[frame[end].between(first, last)], (start, end, count, kind, text), left)
        ax.set_xlim(first, last)
        ax.set_ylim(0, top or float(frame[count].max()) * 1.12)
        marks.value_axis(ax)
        marks.date_axis(ax, pd.Series([first, last]), language, few=(last - first).days < 40)
    if curves is not None:
        seen = curves[(curves["date"] <= spans[-1][1]) & (curves["count"] <= axes[-1].get_ylim()[1])]
        last = seen.groupby("curve", sort=False).last().reset_index()
        ends = [(r["date"], r["count"], r["curve"], FITTED, "normal") for r in last.to_dict("records")]
        marks.label_ends(axes[-1], ends, size=SIZES["small"], height_in=height - 1.7)
    axes[0].set_ylabel(ylabel)
    for name, (marker, face, edge) in KINDS.items():
        if frame[kind].eq(name).any():
            axes[0].plot([], [], marker, markerfacecolor=face, markeredgecolor=edge, label=name, markersize=7)
    axes[0].legend(loc="upper left", handletextpad=0.2, fontsize=SIZES["text"])
    return finish(fig, language=language, **words)


def _dots(ax, rows: pd.DataFrame, columns, left) -> None:
    start, end, count, kind, text = columns
    for row in rows.to_dict("records"):
        marker, face, edge = KINDS.get(row[kind], ("s", "white", DARK))
        if row[start] < row[end]:
            ax.plot([row[start], row[end]], [row[count]] * 2, color=LIGHT, linewidth=4, zorder=2, solid_capstyle="butt")
        middle = row[start] + (row[end] - row[start]) / 2
        ax.plot([middle], [row[count]], marker, color=face, markeredgecolor=edge, markersize=7, zorder=3)
        if text and row[text]:
            side, gap = ("right", -8) if row[text] in left else ("left", 8)
            look = {"fontsize": SIZES["small"] + 0.5, "color": edge if face != "white" else DARK, "zorder": 2.5}
            place = {"xytext": (gap, 0), "textcoords": "offset points", "ha": side, "va": "center"}
            ax.annotate(row[text], (middle, row[count]), bbox=marks.behind(), **look, **place)


def draw_share(
    frame: pd.DataFrame,
    *,
    date: str = "date",
    low: str = "low",
    high: str = "high",
    launch=None,
    names: tuple[str, str] = ("surely", "possibly"),
    ylabel: str = "",
    height: float = 4.2,
    language: str = "en",
    **words,
) -> Figure:
    """Draw the region between two step curves: the share that has surely and the share that has possibly adopted.

    Parameters
    ----------
    frame : DataFrame
        One row a date with both bounds as shares, as from :func:`kampung_analysis.rollout.adoption_bounds`.
    date, low, high : str
        Columns.
    launch : date-like, optional
        Marked once.
    names : tuple of str
        Words at the lower and at the upper curve.
    ylabel : str
        Words at the vertical axis.
    height : float
        Height of the figure, inches.
    language, **words
        As in :func:`kampung_analysis.figures.style.finish`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    marks.require(frame, [date, low, high], "draw_share")
    fig = canvas(height)
    ax = fig.add_subplot()
    ax.fill_between(frame[date], frame[low], frame[high], step="post", color=FAINT, linewidth=0)
    ax.step(frame[date], frame[low], where="post", color=TREATED, linewidth=2)
    ax.step(frame[date], frame[high], where="post", color=MIDDLE, linewidth=2)
    ax.set_ylim(0, 1.02)
    marks.value_axis(ax)
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:.0%}")
    marks.date_axis(ax, frame[date], language)
    marks.mark_launch(ax, launch, language)
    ends = [
        (frame[date].iloc[-1], frame[low].iloc[-1], names[0], TREATED, "bold"),
        (frame[date].iloc[-1], frame[high].iloc[-1], names[1], MIDDLE, "bold"),
    ]
    marks.label_ends(ax, ends, height_in=height - 1.6)
    ax.set_ylabel(ylabel)
    return finish(fig, language=language, **words)
