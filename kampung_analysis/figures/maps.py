"""Where? A tile for every district, an outline for every province; the value is printed, not left to the colour."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from kampung_analysis.figures import style

RAMP = LinearSegmentedColormap.from_list("kampung", ["#fbe9e0", style.TREATED])
NOTHING = {"en": "no data", "id": "tidak ada data"}


def _shades(values: pd.Series) -> tuple[Normalize, pd.Series]:
    known = values.dropna()
    if known.empty:
        raise ValueError("no place has a value; a map of nothing misleads, print a sentence instead")
    low, high = float(known.min()), float(known.max())
    scale = Normalize(low, high if high > low else low + 1)
    return scale, known.map(lambda v: RAMP(scale(v)))


def _ink(colour) -> str:
    """Black or white words, whichever contrasts (relative luminance, WCAG 2)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return "white" if np.dot([0.2126, 0.7152, 0.0722], linear) < 0.25 else style.DARK


def draw_tiles(
    frame: pd.DataFrame,
    *,
    value: str,
    title: str,
    alt: str,
    subtitle: str = "",
    source=(),
    label: str = "label",
    text: str | None = None,
    row: str = "tile_row",
    column: str = "tile_col",
    language: str = "en",
) -> Figure:
    """Draw a tile-grid map: one square of equal size per district, roughly where the district lies.

    Parameters
    ----------
    frame : DataFrame
        One row a district with its tile position (`row` from the north, `column` from the west) and names.
    value : str
        Numeric column that shades the tile; NaN leaves it white with a dashed edge.
    title, subtitle, alt, source, language
        As in :func:`kampung_analysis.figures.style.finish`.
    label : str
        Column of short names, printed in the tile; a space breaks the line.
    text : str, optional
        Column printed under the name, such as the value with its unit; the value itself by default.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When two districts share a tile or none has a value.
    """
    twice = frame[frame.duplicated([row, column], keep=False)]
    if len(twice):
        raise ValueError(
            f"{', '.join(twice[label])} share tile {tuple(twice[[row, column]].iloc[0])}; give each its own"
        )
    scale, shades = _shades(frame[value])
    rows, columns = int(frame[row].max() - frame[row].min()) + 1, int(frame[column].max() - frame[column].min()) + 1
    fig = style.canvas(1.3 + rows * (style.WIDTH - 0.3) / columns)
    ax = fig.subplots()
    for index, entry in frame.iterrows():
        x, y = entry[column], entry[row]
        known = pd.notna(entry[value])
        face = shades[index] if known else (1.0, 1.0, 1.0, 1.0)
        edge = {"edgecolor": "white", "linewidth": 2} if known else {"edgecolor": style.LIGHT, "linestyle": "--"}
        ax.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=face, **edge))
        shown = entry[text] if text else (f"{entry[value]:g}" if known else "–")
        ink = _ink(face)
        ax.text(x, y - 0.12, str(entry[label]).replace(" ", "\n"), ha="center", va="center", color=ink, fontsize=7.5)
        ax.text(x, y + 0.32, str(shown), ha="center", va="center", color=ink, fontsize=9, fontweight="bold")
    ax.set_xlim(frame[column].min() - 0.55, frame[column].max() + 0.55)
    ax.set_ylim(frame[row].max() + 0.55, frame[row].min() - 0.55)
    ax.set_aspect("equal")
    ax.set_axis_off()
    if frame[value].isna().any():
        subtitle = (
            f"{subtitle} Dashed: {NOTHING[language]}."
            if language == "en"
            else f"{subtitle} Garis putus: {NOTHING[language]}."
        )
    return style.finish(fig, title=title, subtitle=subtitle.strip(), source=source, alt=alt, language=language)


def draw_provinces(
    outlines: pd.DataFrame,
    values: pd.DataFrame,
    *,
    value: str,
    title: str,
    alt: str,
    subtitle: str = "",
    source=(),
    text: str | None = None,
    language: str = "en",
) -> Figure:
    """Draw a map of provinces with a value, and its text beside those that have one.

    Parameters
    ----------
    outlines : DataFrame
        `code`, `ring`, `longitude`, `latitude` in degrees: the points of each ring in order.
    values : DataFrame
        `code` and the numeric column `value`; provinces that do not appear stay grey.
    text : str, optional
        Column of words printed at the province; labels that would overlap are moved apart vertically.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        When a value belongs to a province without an outline.
    """
    lost = sorted(set(values["code"]) - set(outlines["code"]))
    if lost:
        raise ValueError(
            f"no outline for province {lost[0]}; codes run {outlines['code'].min()} to {outlines['code'].max()}"
        )
    _, shades = _shades(values.set_index("code")[value])
    fig = style.canvas(3.9)
    ax = fig.subplots()
    for (code, _), ring in outlines.groupby(["code", "ring"], sort=True):
        face = shades.get(code, style.FAINT)
        ax.add_patch(
            Polygon(ring[["longitude", "latitude"]].to_numpy(), facecolor=face, edgecolor="white", linewidth=0.4)
        )
    if text:
        _labels(ax, outlines, values, text)
    ax.set_xlim(outlines["longitude"].min() - 0.5, outlines["longitude"].max() + 0.5)
    ax.set_ylim(outlines["latitude"].min() - 3.2, outlines["latitude"].max() + 0.5)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return style.finish(fig, title=title, subtitle=subtitle, source=source, alt=alt, language=language)


def _labels(ax, outlines: pd.DataFrame, values: pd.DataFrame, text: str) -> None:
    """Words at the middle of the largest ring, pushed down until they no longer touch one above."""
    places = []
    for entry in values.itertuples(index=False):
        own = outlines[outlines["code"] == entry.code]
        ring = own[own["ring"] == own["ring"].value_counts().index[0]]
        words = getattr(entry, text)
        places.append([float(ring["longitude"].mean()), float(ring["latitude"].mean()), words])
    placed: list[tuple[float, float, float]] = []
    for x, y, words in sorted(places, key=lambda p: (-p[1], p[0])):
        width, at = 0.42 * len(words), y
        while any(abs(x - px) < (width + pw) / 2 and abs(at - py) < 1.1 for px, py, pw in placed):
            at -= 0.2
        placed.append((x, at, width))
        if abs(at - y) > 0.5:
            ax.plot([x, x], [y, at + 0.45], color=style.MIDDLE, linewidth=0.6)
        ax.text(x, at, words, ha="center", va="center", fontsize=7.5, color=style.DARK)
