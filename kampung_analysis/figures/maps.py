"""Where? A tile for every district, an outline for every province; the value is printed, not left to the colour."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from kampung_analysis.figures import marks, style

RAMP = LinearSegmentedColormap.from_list("kampung", ["#fbe9e0", style.TREATED])
NOTHING = {"en": "no data", "id": "tidak ada data"}
DASHED = {"en": "Dashed", "id": "Garis putus"}
BREAKS = {
    w.replace("-", ""): w
    for w in (
        "Bang-kalan Banyu-wangi Bojo-negoro Bondo-woso Lamo-ngan Luma-jang Mojo-kerto Pame-kasan Pono-rogo "
        "Probo-linggo Situ-bondo Treng-galek Tulung-agung"
    ).split()
}
"""Where a name too long for a tile is broken; a tile holds eight characters of 9 points."""


def _shades(values: pd.Series) -> pd.Series:
    """Colours of the places whose value is known."""
    known = values.dropna()
    if known.empty:
        raise ValueError("no place has a value; a map of nothing misleads, print a sentence instead")
    low, high = float(known.min()), float(known.max())
    scale = Normalize(low, high if high > low else low + 1)
    return known.map(lambda v: RAMP(scale(v)))


def _ink(colour) -> str:
    """Black or white words, whichever contrasts (relative luminance, WCAG 2)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3]]
    return "white" if np.dot([0.2126, 0.7152, 0.0722], linear) < 0.179 else "black"


def _broken(name: str) -> str:
    """A name in lines that fit a tile."""
    return "\n".join(BREAKS.get(word, word).replace("-", "-\n") for word in name.split())


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
        One row a district with its tile position (rows from the north, columns from the west) and names.
    value : str
        Numeric column that shades the tile; NaN leaves it white with a dashed edge.
    title, subtitle, alt, source, language
        As in :func:`kampung_analysis.figures.style.finish`.
    label : str
        Column of short names, printed in the tile; a space breaks the line, long names are hyphenated.
    text : str, optional
        Column printed under the name, such as the value with its unit; the value itself by default.
    row, column : str
        Columns of the tile's position.

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
    shades = _shades(frame[value])
    rows, columns = int(frame[row].max() - frame[row].min()) + 1, int(frame[column].max() - frame[column].min()) + 1
    fig = style.canvas(1.3 + rows * min((style.WIDTH - 0.3) / columns, 1.2))
    ax = fig.subplots()
    for index, entry in frame.iterrows():
        x, y = entry[column], entry[row]
        known = pd.notna(entry[value])
        face = shades[index] if known else (1.0, 1.0, 1.0, 1.0)
        edge = {"edgecolor": "white", "linewidth": 2} if known else {"edgecolor": style.MIDDLE, "linestyle": "--"}
        ax.add_patch(Rectangle((x - 0.48, y - 0.48), 0.96, 0.96, facecolor=face, **edge))
        shown = entry[text] if text else (f"{entry[value]:g}" if known else "–")
        look = {"ha": "center", "color": _ink(face), "fontsize": style.SIZES["small"]}
        ax.text(x, y - 0.14, _broken(str(entry[label])), va="center", linespacing=1.0, **look)
        ax.text(x, y + 0.34, str(shown), va="center", fontweight="bold", **look)
    ax.set_xlim(frame[column].min() - 0.55, frame[column].max() + 0.55)
    ax.set_ylim(frame[row].max() + 0.55, frame[row].min() - 0.55)
    ax.set_aspect("equal")
    ax.set_axis_off()
    if frame[value].isna().any():
        subtitle = f"{subtitle} {DASHED[language]}: {NOTHING[language]}."
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
    value : str
        Column that shades the provinces.
    title, subtitle, alt, source, language
        As in :func:`kampung_analysis.figures.style.finish`.
    text : str, optional
        Column of words for the province, set where they touch neither one another nor, if possible, land.

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
    shades = _shades(values.set_index("code")[value])
    west, east = outlines["longitude"].min() - 0.5, outlines["longitude"].max() + 0.5
    south, north = outlines["latitude"].min() - 3.2, outlines["latitude"].max() + 1.5
    fig = style.canvas(1.1 + (style.WIDTH - 0.3) * (north - south) / (east - west))
    ax = fig.subplots()
    for (code, _), ring in outlines.groupby(["code", "ring"], sort=True):
        face = shades.get(code, style.FAINT)
        ax.add_patch(
            Polygon(ring[["longitude", "latitude"]].to_numpy(), facecolor=face, edgecolor="white", linewidth=0.4)
        )
    if text:
        _labels(ax, outlines, values, text, (west, east, south, north))
    ax.set_xlim(west, east)
    ax.set_ylim(south, north)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return style.finish(fig, title=title, subtitle=subtitle, source=source, alt=alt, language=language)


def _labels(ax, outlines: pd.DataFrame, values: pd.DataFrame, text: str, frame: tuple) -> None:
    """Words in the nearest free water, tied to the middle of the largest ring; the first row chooses first."""
    west, east, south, north = frame
    degree = (style.WIDTH - 0.3) * 72 / (east - west)
    size = style.SIZES["small"]
    # Land with a value weighs more: a label must not hide the small islands that it or another label speaks of.
    land = pd.concat([outlines, *[outlines[outlines["code"].isin(values["code"])]] * 9])
    land = land[["longitude", "latitude"]].to_numpy()
    ways = [(0.0, 0.0)] + [
        (r * np.cos(a), r * np.sin(a)) for r in np.arange(1.5, 9, 0.5) for a in np.arange(0, 2 * np.pi, np.pi / 8)
    ]
    taken: list[tuple[float, float, float, float]] = []
    ties = np.empty((0, 2))
    for entry in values.to_dict("records"):
        own = outlines[outlines["code"] == entry["code"]]
        ring = own[own["ring"] == own["ring"].value_counts().index[0]]
        x, y, words = ring["longitude"].mean(), ring["latitude"].mean(), str(entry[text]).split("\n")
        half_wide = 0.31 * size * max(map(len, words)) / degree + 0.2
        half_high = 0.62 * size * len(words) / degree + 0.15

        def cost(way, x=x, y=y, half_wide=half_wide, half_high=half_high, ties=ties):
            cx, cy = x + way[0], y + way[1]
            inside = west < cx - half_wide and cx + half_wide < east and south < cy - half_high < cy + half_high < north
            touch = any(abs(cx - a) < half_wide + b and abs(cy - c) < half_high + d for a, b, c, d in taken)
            covered, crossed = (
                ((abs(points[:, 0] - cx) < half_wide) & (abs(points[:, 1] - cy) < half_high)).sum()
                for points in (land, ties)
            )
            line = np.linspace((x, y), (cx, cy), 40)
            crossed += sum(((abs(line - (a, c)) < (b, d)).all(axis=1)).sum() for a, b, c, d in taken)
            if len(ties):
                crossed += (np.hypot(*(line[:, None] - ties[None]).transpose(2, 0, 1)) < 0.2).sum()
            return 1000 * (not inside) + 1000 * touch + 100 * crossed + covered + 4 * np.hypot(*way)

        dx, dy = min(ways, key=cost)
        taken.append((x + dx, half_wide, y + dy, half_high))
        ties = np.vstack([ties, np.linspace((x, y), (x + dx, y + dy), 40)])
        if dx or dy:
            reach = 1 - min(half_wide / max(abs(dx), 1e-9), half_high / max(abs(dy), 1e-9), 1)
            ax.plot([x, x + reach * dx], [y, y + reach * dy], color=style.DARK, linewidth=0.7)
        look = {"ha": "center", "va": "center", "fontsize": size, "color": style.DARK, "bbox": marks.behind()}
        ax.text(x + dx, y + dy, "\n".join(words), **look)
