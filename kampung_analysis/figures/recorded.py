"""What was recorded, by whom, and where did the recording change? Breaks, rival totals, units in groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, FAINT, FITTED, LIGHT, MIDDLE, SIZES, TREATED, canvas, finish


def draw_breaks(
    frame: pd.DataFrame,
    *,
    x: str = "year",
    y: str = "value",
    breaks: Sequence[tuple[float, str]] = (),
    rivals: pd.DataFrame | None = None,
    label: str = "label",
    marked: float | None = None,
    ylabel: str = "",
    height: float = 4.6,
    language: str = "en",
    **text,
) -> Figure:
    """Draw one series whose line is cut where the recording changed, with rival totals of a year beside it.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per `x`, in the strong colour from `marked` on.
    x, y : str
        Columns: time as a number, value.
    breaks : sequence of (position, name)
        Where the recording changed; the line is not drawn across.
    rivals : pandas.DataFrame, optional
        Totals by other publishers: columns `x`, `y` and `label`; drawn as hollow diamonds,
        named at the foot of the panel.
    label : str
        Column of `rivals`.
    marked : float, optional
        First point in the strong colour.
    ylabel : str
        What the axis measures.
    height : float
        Inches.
    language, **text
        `title`, `subtitle`, `source`, `alt` of :func:`kampung_analysis.figures.finish`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.
    """
    marks.require(frame, [x, y], "draw_breaks")
    rows = frame.sort_values(x)
    xs, ys = rows[x].to_numpy(float), rows[y].to_numpy(float)
    fig = canvas(height)
    ax = fig.add_subplot()
    edges = [-np.inf, *sorted(at for at, _ in breaks), np.inf]
    for low, high in zip(edges, edges[1:], strict=False):
        inside = (xs > low) & (xs < high)
        ax.plot(xs[inside], ys[inside], color=MIDDLE, linewidth=2, zorder=2)
    late = xs >= (np.inf if marked is None else marked)
    colours = np.where(late, TREATED, MIDDLE)
    ax.scatter(xs, ys, s=26, c=colours, zorder=3)
    top = max([ys.max(), *([] if rivals is None else rivals[y])])
    ax.set_ylim(0, 1.16 * top)
    ax.set_xlim(xs.min() - 0.6, xs.max() + 0.6)
    marks.value_axis(ax)
    marks.date_axis(ax, xs, language)
    place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    for at, name in breaks:
        ax.axvline(at, color=DARK, linewidth=1, linestyle=(0, (2, 2)), zorder=1)
        look = {"ha": "right", "va": "top", "fontsize": SIZES["small"], "bbox": marks.behind()}
        ax.annotate(name, (at, 1), xytext=(-4, -2), **place, **look)
    if rivals is not None:
        marks.require(rivals, [x, y, label], "draw_breaks")
        rows = rivals.sort_values(y)[[x, y, label]].itertuples(index=False)
        points = [(at, float(value), f"{name}: {marks.written(value)}") for at, value, name in rows]
        for at, value, _ in points:
            ax.plot([at], [value], "D", color="white", markeredgecolor=TREATED, markersize=6, zorder=4)
        _label_below(ax, points)
    ax.set_ylabel(ylabel)
    return finish(fig, language=language, **text)


def _label_below(ax, points) -> None:
    """Names stacked at the foot of the panel, left of their points, each joined to its point by a thin line."""
    first = min(at for at, *_ in points)
    floor, top = ax.get_ylim()
    for i, (at, value, name) in enumerate(points):
        spot = floor + (0.06 + 0.075 * i) * (top - floor)
        look = {"color": TREATED, "fontsize": SIZES["small"], "ha": "right", "va": "center"}
        ax.text(first - 0.9, spot, name, **look)
        ax.plot([first - 0.8, at], [spot, value], color=LIGHT, linewidth=0.8, zorder=2.5)


def draw_units(
    frame: pd.DataFrame,
    *,
    panel: str = "panel",
    kind: str = "kind",
    count: str = "count",
    kinds: Sequence[str],
    columns: int = 11,
    highlight: Sequence[str] = (),
    language: str = "en",
    **text,
) -> Figure:
    """Draw every unit as a square, group after group, one panel per reading of the same numbers.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per panel and kind with its count.
    panel, kind, count : str
        Columns.
    kinds : sequence of str
        Order of the kinds; those in `highlight` take the strong colours, the others greys.
    columns : int
        Squares in a row.
    highlight : sequence of str
        At most two kinds: the first vermilion, the second blue.
    language, **text
        As in :func:`draw_breaks`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.

    Raises
    ------
    ValueError
        For a kind that is not among `kinds`.
    """
    marks.require(frame, [panel, kind, count], "draw_units")
    unknown = sorted(set(frame[kind]) - set(kinds))
    if unknown:
        raise ValueError(f"draw_units: the kind {unknown[0]!r} is not in kinds {list(kinds)}")
    shades = dict(zip([k for k in kinds if k not in highlight], [MIDDLE, LIGHT, FAINT], strict=False))
    shades |= dict(zip(highlight, [TREATED, FITTED], strict=False))
    panels = list(dict.fromkeys(frame[panel]))
    rows = int(np.ceil(frame.groupby(panel)[count].sum().max() / columns))
    fig = canvas(1.2 + len(panels) * (0.4 + 0.33 * rows))
    axes = fig.subplots(len(panels), 1, squeeze=False)[:, 0]
    for ax, name in zip(axes, panels, strict=True):
        own = frame[frame[panel] == name].set_index(kind)[count]
        cells = [k for k in kinds for _ in range(int(own.get(k, 0)))]
        for i, k in enumerate(cells):
            row, column = divmod(i, columns)
            ax.add_patch(Rectangle((column, -row), 0.86, 0.86, facecolor=shades[k], edgecolor=DARK, linewidth=0.6))
        present = [k for k in kinds if own.get(k, 0) > 0]
        for j, k in enumerate(present):
            spot = 0.9 - j * (rows / max(3, len(present))) - 0.45
            ax.add_patch(
                Rectangle((columns + 0.5, spot - 0.2), 0.4, 0.4, facecolor=shades[k], edgecolor=DARK, linewidth=0.6)
            )
            ax.text(columns + 1.1, spot, f"{int(own[k])} {k}", va="center", ha="left", fontsize=SIZES["small"] + 0.5)
        ax.set_title(name, fontsize=SIZES["text"], loc="left")
        ax.set_xlim(0, columns * 1.95)
        ax.set_ylim(-rows + 0.9, 1.0)
        ax.set_aspect("equal")
        ax.set_xticks([])
        ax.set_yticks([])
        ax.axis("off")
    return finish(fig, language=language, **text)
