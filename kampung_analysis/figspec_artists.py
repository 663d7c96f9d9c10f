"""What does one drawn thing say? Numbers, colours and words of a matplotlib artist as short, stable text.

Numbers are rounded to six digits of the spread of their array, x and y apart, so that a change of 0.1 % shows while the
last bits of a sum do not. Every artist becomes a flat dictionary; a kind that is not known says `unsupported`.
"""

from __future__ import annotations

import hashlib
import math

import matplotlib.collections as mcollections
import matplotlib.image as mimage
import matplotlib.lines as mlines
import matplotlib.patches as mpatches
import matplotlib.quiver as mquiver
import matplotlib.table as mtable
import matplotlib.text as mtext
import numpy as np
from matplotlib.colors import to_hex

SIGNIFICANT = 6
"""Digits kept, counted from the spread of an array."""
HEADER = "header"
"""Group id of text whose place follows from how lines wrap, which is a matter of fonts: its place is not told."""
INLINE = 64
"""Longer arrays are told by count, minimum, maximum, mean and a digest."""


def _exponent(values: np.ndarray) -> int:
    """Power of ten of the rounding step; a spread of 0.9999999 and one of 1 fall in the same decade."""
    finite = values[np.isfinite(values)]
    size = float(np.max(np.abs(finite))) if finite.size else 0.0
    if size < 1e-12:
        return -SIGNIFICANT
    spread = float(np.ptp(finite))
    decade = math.floor(math.log10(size) + 1e-6)
    if spread <= 1e-9 * size:
        return decade - SIGNIFICANT + 1
    return max(math.floor(math.log10(spread) + 1e-6) - SIGNIFICANT + 1, decade - 10)


def _written(value: float, exponent: int) -> str:
    if not math.isfinite(value):
        return str(float(value))
    # The bias keeps exact halves from flipping on noise of 1e-16.
    steps = math.floor(value / 10.0**exponent + 0.5 + 1e-3)
    if steps == 0:
        return "0"
    if exponent < -12 or exponent > 6:
        return f"{steps}e{exponent}"
    if exponent >= 0:
        return str(steps * 10**exponent)
    return f"{steps / 10**-exponent:.{-exponent}f}".rstrip("0").rstrip(".")


def _digest(texts: list[str]) -> str:
    return hashlib.sha256(" ".join(texts).encode()).hexdigest()[:16]


def numbers(values) -> str:
    """Write an array of numbers or dates (as days since 1970) as stable text.

    Parameters
    ----------
    values : array-like, any shape
        Numbers, datetimes or a masked array; masked entries read as nan.

    Returns
    -------
    str
        The rounded values, or a summary with digest beyond :data:`INLINE` values; "[]" when empty.
    """
    if np.ma.isMaskedArray(values):
        values = np.ma.filled(values.astype(float), np.nan)
    array = np.asarray(values)
    if array.dtype.kind == "M":
        array = array.astype("datetime64[us]").astype("int64") / 86400e6
    array = np.asarray(array, dtype=float).ravel()
    if array.size == 0:
        return "[]"
    exponent = _exponent(array)
    texts = [_written(v, exponent) for v in array]
    if array.size <= INLINE:
        return " ".join(texts)
    finite = array[np.isfinite(array)]
    parts = [f"n={array.size}", f"nan={array.size - finite.size}"]
    if finite.size:
        parts += [
            f"{k}={_written(f(finite), exponent)}" for k, f in (("min", np.min), ("max", np.max), ("mean", np.mean))
        ]
    return " ".join([*parts, f"sha256={_digest(texts)}"])


def points(vertices) -> dict[str, str]:
    """x and y of an (n, 2) array, rounded apart: a date axis must not swallow the digits of a share."""
    vertices = np.ma.asarray(vertices).reshape(-1, 2)
    return {"x": numbers(vertices[:, 0]), "y": numbers(vertices[:, 1])}


def words(text: str) -> str:
    """Text on one line: where it wraps is a matter of fonts."""
    return " ".join(str(text).split())


def colour(value) -> str:
    """A colour as #rrggbbaa; "none" stays."""
    try:
        return to_hex(value, keep_alpha=True)
    except (ValueError, TypeError):
        return str(value)


def colours(values) -> str:
    """Several colours: one when all agree, a digest when there are many."""
    if len(values) == 0:
        return "none"
    texts = [colour(v) for v in np.atleast_2d(values)]
    if len(set(texts)) == 1:
        return texts[0]
    return " ".join(texts) if len(texts) <= INLINE else f"n={len(texts)} sha256={_digest(texts)}"


def _coordinates(artist, ax) -> str:
    """Which axes of the artist follow the data: "xy", "x", "y" or "" (placed on the page)."""
    if ax is None:
        return ""
    follows = artist.get_transform().contains_branch_seperately(ax.transData)
    return "".join(name for name, yes in zip("xy", follows, strict=True) if yes)


def _line(line) -> dict:
    x, y = line.get_data(orig=False)
    style = f"{line.get_linestyle()} {line.get_linewidth():g} {line.get_drawstyle()}"
    told = {"x": numbers(x), "y": numbers(y), "colour": colour(line.get_color()), "style": style}
    if str(line.get_marker()) not in ("None", "", " "):
        fill, edge = colour(line.get_markerfacecolor()), colour(line.get_markeredgecolor())
        told["marker"] = f"{line.get_marker()} {line.get_markersize():g} {fill} {edge}"
    return told


def _image(image) -> dict:
    array = image.get_array()
    told = {
        "shape": "x".join(map(str, np.shape(array))),
        "values": numbers(array),
        "extent": numbers(image.get_extent()),
    }
    return told | {"cmap": image.get_cmap().name, "clim": numbers([v for v in image.get_clim() if v is not None])}


def _collection(collection) -> dict:
    told = {}
    if np.size(collection.get_offsets()):
        told |= {f"offset_{k}": v for k, v in points(collection.get_offsets()).items()}
    if isinstance(collection, mquiver.Quiver):
        told |= {"u": numbers(collection.U), "v": numbers(collection.V)}
    elif isinstance(collection, mcollections.QuadMesh):
        told |= points(collection.get_coordinates())
    else:
        paths = [p.vertices for p in collection.get_paths()]
        told["paths"] = len(paths)
        if paths:
            told |= points(np.concatenate(paths))
    if hasattr(collection, "get_sizes"):
        told["sizes"] = numbers(collection.get_sizes())
    told["widths"] = numbers(collection.get_linewidth())
    told["edge"] = colours(collection.get_edgecolor())
    if collection.get_hatch():
        told["hatch"] = collection.get_hatch()
    dashes = [str(pattern) for _, pattern in collection.get_linestyle() if pattern is not None]
    if dashes:
        told["dashes"] = " ".join(sorted(set(dashes)))
    if collection.get_array() is None:
        return told | {"face": colours(collection.get_facecolor())}
    limits = [v for v in collection.get_clim() if v is not None]
    return told | {
        "values": numbers(collection.get_array()),
        "cmap": collection.get_cmap().name,
        "clim": numbers(limits),
    }


def _patch(patch) -> dict:
    if isinstance(patch, mpatches.Rectangle):
        corner = {k: numbers(getattr(patch, f"get_{k}")()) for k in ("x", "y", "width", "height")}
    elif isinstance(patch, mpatches.FancyArrowPatch) and patch._posA_posB is not None:
        corner = points(np.array(patch._posA_posB, dtype=float))
    else:
        corner = points(patch.get_patch_transform().transform(patch.get_path().vertices))
    told = corner | {"face": colour(patch.get_facecolor()), "edge": colour(patch.get_edgecolor())}
    told["line"] = f"{patch.get_linestyle()} {patch.get_linewidth():g}"
    return told | ({"hatch": patch.get_hatch()} if patch.get_hatch() else {})


def _text(text, ax) -> dict:
    x, y = text.get_unitless_position() if ax is None or _coordinates(text, ax) else text.get_position()
    told = {"text": words(text.get_text()), "colour": colour(text.get_color())}
    if text.get_gid() != HEADER:
        told["at"] = f"{numbers(x)} {numbers(y)}"
    told["style"] = f"{text.get_fontsize():g} {text.get_fontweight()} {text.get_ha()} {text.get_va()}"
    if text.get_rotation():
        told["rotation"] = f"{text.get_rotation():g}"
    if text.get_bbox_patch() is not None:
        box = text.get_bbox_patch()
        told["box"] = f"{colour(box.get_facecolor())} {colour(box.get_edgecolor())}"
    if isinstance(text, mtext.Annotation):
        x, y = (
            (text.xy[0], text.xy[1]) if ax is None else (ax.convert_xunits(text.xy[0]), ax.convert_yunits(text.xy[1]))
        )
        told["points_to"] = (
            f"{numbers(x)} {numbers(y)} in {text.xycoords if isinstance(text.xycoords, str) else 'mixed'}"
        )
        if text.arrow_patch is not None:
            told["arrow"] = colour(text.arrow_patch.get_edgecolor())
    return told


def _table(table) -> dict:
    cells = sorted(table.get_celld().items())
    return {f"{r},{c}": f"{words(x.get_text().get_text())} {colour(x.get_facecolor())}" for (r, c), x in cells}


def artist(thing, ax=None) -> dict:
    """Tell one artist as a dictionary of short texts.

    Parameters
    ----------
    thing : matplotlib.artist.Artist
        Line, image, collection, patch, text or table.
    ax : matplotlib.axes.Axes, optional
        The axes it lives in; None for an artist of the figure.

    Returns
    -------
    dict
        Type, label, visibility, order, then data and colours; `unsupported` where the kind is not known.
    """
    name = type(thing).__name__
    told = {"type": "PolyCollection" if name == "FillBetweenPolyCollection" else name}
    label = words(thing.get_label() or "")
    if label and not label.startswith("_"):
        told["label"] = label
    if not thing.get_visible():
        told["visible"] = "no"
    if thing.get_alpha() is not None:
        told["alpha"] = numbers(thing.get_alpha())
    told["order"] = f"{thing.get_zorder():g}"
    told["follows"] = _coordinates(thing, ax)
    if isinstance(thing, mtext.Text):
        return told | _text(thing, ax)
    kinds = ((mlines.Line2D, _line), (mimage._ImageBase, _image), (mcollections.Collection, _collection))
    for kind, tell in (*kinds, (mpatches.Patch, _patch), (mtable.Table, _table)):
        if isinstance(thing, kind):
            return told | tell(thing)
    return told | {"unsupported": "yes"}
