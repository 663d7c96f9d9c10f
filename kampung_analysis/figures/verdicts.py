"""Which claim met which verdict in which notebook? Marks by shape, with the word beside, never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from kampung_analysis import claims
from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, FAINT, LIGHT, MIDDLE, SIZES, TREATED, canvas, finish

SHAPES = {"supported": "o", "ruled out": "X", "inconclusive": "o", "cannot tell": "_"}
"""One shape per verdict; inconclusive is hollow. Colour never carries the difference alone."""


def draw_verdicts(
    frame: pd.DataFrame,
    *,
    claim: str = "claim",
    design: str = "design",
    verdict: str = "verdict",
    claims_order: Sequence[str] | None = None,
    designs_order: Sequence[str] | None = None,
    language: str = "en",
    **text,
) -> Figure:
    """Draw claims by designs, the verdict as a shape with its word beside it, never by colour alone.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per claim and design that judged it; other cells stay empty.
    claim, design, verdict : str
        Columns; verdicts are "supported", "ruled out", "inconclusive" and "cannot tell".
    claims_order, designs_order : sequence of str, optional
        Rows and columns; as they come in the frame when None.
    language, **text
        As in :func:`draw_forest`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.

    Raises
    ------
    ValueError
        For a verdict that is not one of the four, or a cell judged twice.
    """
    marks.require(frame, [claim, design, verdict], "draw_verdicts")
    unknown = sorted(set(frame[verdict]) - set(SHAPES))
    if unknown:
        raise ValueError(f"draw_verdicts does not know the verdicts {unknown}; they are {sorted(SHAPES)}")
    if frame.duplicated([claim, design]).any():
        first = frame[frame.duplicated([claim, design])].iloc[0]
        raise ValueError(f"{first[claim]} is judged twice by {first[design]}; keep one row for each claim and design")
    across = list(designs_order if designs_order is not None else pd.unique(frame[design]))
    down = list(claims_order if claims_order is not None else pd.unique(frame[claim]))
    fig = canvas(1.7 + 0.3 * len(down))
    ax = fig.add_subplot()
    for row in frame.itertuples(index=False):
        judged = getattr(row, verdict)
        x, y = across.index(getattr(row, design)), down.index(getattr(row, claim))
        firm = judged in ("supported", "ruled out")
        colour = TREATED if judged == "supported" else DARK if firm else MIDDLE
        fill = colour if firm else "white"
        look = {"markersize": 8, "markeredgewidth": 1.6, "color": colour, "markerfacecolor": fill, "linestyle": "none"}
        ax.plot([x - 0.4], [y], marker=SHAPES[judged], **look)
        said = claims.WORDS[language][judged]
        ax.text(x - 0.3, y, said, ha="left", va="center", fontsize=SIZES["small"], color=colour)
    ax.set_xticks(range(len(across)), [str(d).replace(" ", "\n", 1) for d in across])
    ax.set_yticks(range(len(down)), down)
    ax.set_xlim(-0.5, len(across) - 0.5)
    ax.set_ylim(len(down) - 0.5, -0.5)
    ax.tick_params(axis="both", length=0, labeltop=True, labelbottom=False)
    ax.spines[["left", "bottom"]].set_visible(False)
    for edge in range(len(down) + 1):
        ax.axhline(edge - 0.5, color=LIGHT if edge in (0, len(down)) else FAINT, linewidth=0.9, zorder=0.5)
    return finish(fig, language=language, **text)
