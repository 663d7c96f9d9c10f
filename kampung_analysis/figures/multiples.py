"""How does each unit move? One small panel a unit, all others behind it in grey."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from kampung_analysis.figures import marks
from kampung_analysis.figures.series import _lines_of, _several
from kampung_analysis.figures.style import (
    DARK,
    FAINT,
    SIZES,
    TREATED,
    canvas,
    finish,
)


def draw_small_multiples(
    frame: pd.DataFrame,
    *,
    x: str = "week",
    y: str,
    unit: str,
    treated=(),
    order: Sequence[str] | None = None,
    columns: int = 4,
    backdrop: bool = True,
    launch=None,
    shared: bool = True,
    ylabel: str = "",
    language: str = "en",
    **text,
) -> Figure:
    """Draw one small panel per unit, the treated in the strong colour, all others as a grey backdrop.

    Parameters
    ----------
    frame : pandas.DataFrame
        Long, one row per `unit` and `x`.
    treated : str or sequence of str
        Units in the strong colour; the others are dark grey.
    order : sequence of str, optional
        Units to draw, in this order; all by name when None.
    columns : int
        Panels in a row, four at most for a telephone.
    backdrop : bool
        Draw all units faintly behind each panel.
    launch : date-like or number, optional
        A dashed line in every panel; the subtitle says what it is.
    shared : bool
        One scale for all panels.
    ylabel : str
        Written once, at the left.
    x, y, unit, language, **text
        As in :func:`draw_lines`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.

    Raises
    ------
    ValueError
        For a unit to be drawn that has no row.
    """
    marks.require(frame, [x, y, unit], "draw_small_multiples")
    lines = {name: (xs, ys) for name, xs, ys in _lines_of(frame, x, y, unit)}
    chosen, strong = list(order or lines), _several(treated)
    absent = [name for name in [*chosen, *strong] if name not in lines]
    if absent:
        raise ValueError(f"draw_small_multiples has no unit {absent}; column {unit!r} holds {list(lines)[:8]} …")
    rows = -(-len(chosen) // columns)
    fig = canvas(1.3 + 1.35 * rows)
    grid = fig.subplots(rows, columns, sharex=True, sharey=shared, squeeze=False)
    for ax in grid.flat[len(chosen) :]:
        ax.set_axis_off()
    for i, (name, ax) in enumerate(zip(chosen, grid.flat, strict=False)):
        for xs, ys in lines.values() if backdrop else ():
            ax.plot(xs, ys, color=FAINT, linewidth=0.6, zorder=1)
        ax.plot(*lines[name], color=TREATED if name in strong else DARK, linewidth=1.8, zorder=4, label=str(name))
        weight, colour = ("bold", TREATED) if name in strong else ("normal", DARK)
        ax.set_title(str(name), fontsize=SIZES["small"], fontweight=weight, color=colour, pad=3)
        marks.value_axis(ax, few=True)
        marks.date_axis(ax, frame[x], language, few=True)
        marks.mark_launch(ax, launch, language, named=False)
        ax.tick_params(axis="x", labelsize=SIZES["small"], labelbottom=i + columns >= len(chosen))
    fig.supylabel(ylabel, fontsize=SIZES["small"]) if ylabel else None
    return finish(fig, language=language, **text)
