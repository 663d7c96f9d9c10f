"""How does it hang together? Logic models, networks and causal diagrams as boxes, dots and arrows.

Positions are given or follow from the order of the rows: nothing is laid out by chance. Everything drawn is a
rectangle, a line, a dot, an arrow or a text, so that the fingerprint of a figure tells all of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, FAINT, LIGHT, MIDDLE, SIZES, TREATED, canvas, finish

STATES = {
    "documented": {"facecolor": FAINT, "edgecolor": MIDDLE, "linestyle": "-"},
    "claimed": {"facecolor": "white", "edgecolor": MIDDLE, "linestyle": "--"},
    "missing": {"facecolor": "white", "edgecolor": TREATED, "linestyle": "--"},
}
"""How a box looks: grey where something is documented, dashed where it is only said, red where nothing is there."""


def _wrapped(text: str, width: int) -> str:
    lines = [""]
    for token in str(text).split():
        if lines[-1] and len(lines[-1]) + 1 + len(token) > width:
            lines.append(token)
        else:
            lines[-1] = f"{lines[-1]} {token}".strip()
    return "\n".join(lines)


def _box(ax, x: float, y: float, width: float, height: float, text: str, state: str, **look) -> Rectangle:
    """A rectangle around its centre with words in it, red where its state is "missing"."""
    if state not in STATES:
        raise ValueError(f"{text!r} is {state!r}; a box is one of {', '.join(STATES)}")
    box = Rectangle((x - width / 2, y - height / 2), width, height, linewidth=1.2, zorder=2, **STATES[state])
    ax.add_patch(box)
    colour = TREATED if state == "missing" else DARK
    ax.text(x, y, text, ha="center", va="center", color=colour, zorder=3, linespacing=1.1, **look)
    return box


def _arrow(ax, a, b, colour: str, *, dashed: bool = False, patches=(None, None), width: float = 1.3) -> None:
    style = {"arrowstyle": "-|>", "mutation_scale": 12, "linewidth": width, "color": colour, "zorder": 1.5}
    style |= {"patchA": patches[0], "patchB": patches[1], "shrinkA": 1, "shrinkB": 1}
    ax.add_patch(FancyArrowPatch(a, b, linestyle="--" if dashed else "-", **style))


def _page(height: float, xlim: tuple[float, float], ylim: tuple[float, float]):
    fig = canvas(height)
    ax = fig.add_subplot()
    ax.set(xlim=xlim, ylim=ylim, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return fig, ax


def draw_logic_model(
    boxes: pd.DataFrame,
    links: Sequence[tuple[str, str]] = (),
    *,
    stage: str = "stage",
    box: str = "box",
    state: str = "state",
    language: str = "en",
    **text,
) -> Figure:
    """Draw stages of a programme as rows of boxes, with what must hold between one row and the next.

    Parameters
    ----------
    boxes : pandas.DataFrame
        One row per box: its stage (stages from top to bottom in order of appearance, at most four boxes each), its
        words and its state, "documented", "claimed" or "missing".
    links : sequence of (str, str)
        One per gap between stages: the condition in words, and its state.
    stage, box, state : str
        Columns of `boxes`.
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
        For an unknown state, a stage of more than four boxes, or links that do not fit the stages.
    """
    marks.require(boxes, [stage, box, state], "draw_logic_model")
    rows = [(name, part) for name, part in boxes.groupby(stage, sort=False)]
    wide = max(rows, key=lambda row: len(row[1]))
    if len(wide[1]) > 4:
        raise ValueError(f"stage {wide[0]!r} has {len(wide[1])} boxes; at most 4 stay legible, join or drop some")
    if links and len(links) != len(rows) - 1:
        raise ValueError(f"{len(rows)} stages have {len(rows) - 1} gaps between them; {len(links)} links were given")
    pitch = 1.62
    fig, ax = _page(1.2 + 1.08 * len(rows), (0, 10), (-(len(rows) - 1) * pitch - 0.55, 0.55))
    for i, (name, part) in enumerate(rows):
        y, width = -i * pitch, 8.35 / len(part)
        ax.text(0, y, _wrapped(name, 11), ha="left", va="center", fontweight="bold", color=DARK)
        for j, (words, kind) in enumerate(zip(part[box], part[state], strict=True)):
            said = _wrapped(words, int(width * 8.1))
            _box(ax, 1.65 + width * (j + 0.5), y, width - 0.18, 0.98, said, kind, fontsize=SIZES["small"])
        if i < len(rows) - 1:
            condition, kind = links[i] if links else ("", "documented")
            colour = TREATED if kind == "missing" else MIDDLE
            _arrow(ax, (1.95, y - 0.51), (1.95, y - pitch + 0.51), colour, dashed=kind != "documented", width=1.8)
            ax.text(2.2, y - pitch / 2, condition, ha="left", va="center", color=colour, fontsize=SIZES["small"])
    return finish(fig, language=language, **text)


def draw_network(
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    name: str = "actor",
    size: str = "places",
    a: str = "a",
    b: str = "b",
    weight: str = "together",
    highlight: Sequence[str] = (),
    missing: str = "never named",
    language: str = "en",
    **text,
) -> Figure:
    """Draw who is named with whom: dots on a circle, lines as thick as the number of places that name both.

    Parameters
    ----------
    nodes : pandas.DataFrame
        One row per actor, clockwise from the top: its name and the number of places that name it (the area of its
        dot; zero is a red ring).
    edges : pandas.DataFrame
        Pairs of names and a positive weight, written on the line.
    name, size, a, b, weight : str
        Columns.
    highlight : sequence of str
        Actors in the strong colour, and the lines between them.
    missing : str
        Words beside an actor of size zero.
    language, **text
        As in :func:`draw_logic_model`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.

    Raises
    ------
    ValueError
        When an edge names an actor that is not among the nodes.
    """
    marks.require(nodes, [name, size], "draw_network")
    unknown = sorted((set(edges[a]) | set(edges[b])) - set(nodes[name]))
    if unknown:
        raise ValueError(f"an edge names {unknown[0]!r}, which is no node; nodes are {', '.join(nodes[name])}")
    angle = np.pi / 2 - 2 * np.pi * np.arange(len(nodes)) / len(nodes)
    place = dict(zip(nodes[name], np.column_stack([np.cos(angle), np.sin(angle)]), strict=True))
    fig, ax = _page(5.2, (-2.05, 2.05), (-1.3, 1.3))
    strongest = edges[weight].max() if len(edges) else 1
    for p, q, n in edges[[a, b, weight]].sort_values(weight, kind="stable").itertuples(index=False):
        strong = p in highlight and q in highlight
        (x0, y0), (x1, y1) = place[p], place[q]
        colour = TREATED if strong else LIGHT
        ax.plot([x0, x1], [y0, y1], color=colour, linewidth=0.8 + 9 * n / strongest, zorder=1.2 + strong / 10)
        spot = {"ha": "center", "va": "center", "fontsize": SIZES["small"], "zorder": 2, "bbox": marks.behind()}
        at = 0.42 if p < q else 0.58
        ax.text(x0 + at * (x1 - x0), y0 + at * (y1 - y0), f"{n:g}", color=DARK, **spot)
    largest = max(nodes[size].max(), 1)
    for who, n in zip(nodes[name], nodes[size], strict=True):
        x, y = place[who]
        colour = TREATED if who in highlight or not n else MIDDLE
        area = 60 + 900 * n / largest
        ax.scatter([x], [y], s=area, color=colour if n else "white", edgecolor=colour, linewidth=1.5, zorder=3)
        said = f"{who}\n{marks.written(n)}" if n else f"{who}\n{missing}"
        align = "center" if abs(x) < 0.3 else ("left" if x > 0 else "right")
        gap = 8 + np.sqrt(area) / 2
        shift = (0, gap * np.sign(y)) if align == "center" else (gap if x > 0 else -gap, 0)
        up = {1: "bottom", -1: "top"}[int(np.sign(y))] if align == "center" else "center"
        look = {"ha": align, "va": up, "color": colour if n == 0 or who in highlight else DARK, "zorder": 4}
        ax.annotate(said, (x, y), xytext=shift, textcoords="offset points", **look)
    return finish(fig, language=language, **text)


def draw_dag(
    nodes: Mapping[str, tuple[float, float]],
    edges: Sequence[tuple[str, str]],
    *,
    highlight: Sequence[tuple[str, str]] = (),
    unseen: Sequence[str] = (),
    notes: Mapping[str, tuple[float, float]] | None = None,
    height: float = 4.4,
    language: str = "en",
    **text,
) -> Figure:
    """Draw a causal diagram: what acts on what, which arrows carry bias, what nobody measured.

    Parameters
    ----------
    nodes : mapping of str to (float, float)
        Words of each box and its place; x from 0 to 10 to the right, y from 0 to 5 upwards.
    edges : sequence of (str, str)
        Arrows from the first to the second.
    highlight : sequence of (str, str)
        Those of the arrows that are in the strong colour.
    unseen : sequence of str
        Boxes that nobody measured: red and dashed.
    notes : mapping of str to (float, float), optional
        Words beside arrows and their places.
    height : float
        Inches.
    language, **text
        As in :func:`draw_logic_model`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.

    Raises
    ------
    ValueError
        When an arrow, a highlight or an unseen box has no counterpart, or an arrow closes a circle.
    """
    stray = sorted({n for e in edges for n in e} | set(unseen), key=lambda n: (n in nodes, n))
    if stray and stray[0] not in nodes:
        raise ValueError(f"{stray[0]!r} is no box; the boxes are {', '.join(nodes)}")
    lost = [e for e in highlight if e not in edges]
    if lost:
        raise ValueError(f"the highlighted arrow {lost[0]} is not among the arrows")
    left = set(nodes)
    while free := {n for n in left if not any(b == n and a in left for a, b in edges)}:
        left -= free
    if left:
        raise ValueError(f"among {', '.join(sorted(left))} some arrows close a circle; a causal diagram has none")
    fig, ax = _page(height, (0, 10), (0, 5))
    boxes = {}
    for words, (x, y) in nodes.items():
        said = _wrapped(words, 17)
        lines = said.split("\n")
        width, tall = 0.13 * max(map(len, lines)) + 0.35, 0.36 * len(lines) + 0.3
        state = "missing" if words in unseen else "documented"
        boxes[words] = _box(ax, x, y, width, tall, said, state, fontsize=SIZES["text"])
    for edge in edges:
        colour = TREATED if edge in highlight else MIDDLE
        ends = [nodes[n] for n in edge]
        _arrow(ax, *ends, colour, patches=[boxes[n] for n in edge], width=2.0 if edge in highlight else 1.3)
    for words, (x, y) in (notes or {}).items():
        look = {"ha": "center", "va": "center", "fontsize": SIZES["small"], "bbox": marks.behind(), "zorder": 4}
        ax.text(x, y, _wrapped(words, 24), color=MIDDLE, **look)
    return finish(fig, language=language, **text)
