"""What does a figure say, in words a test can compare? A textual fingerprint beside every image.

nbval skips images, so a figure of other data would pass. A matplotlib figure shown in a notebook therefore also emits
:data:`MIME`: one `path: value` line per fact, from the axes down to the colour of each artist. nbval compares that text
and its diff names what moved. The alternative text travels in the metadata of the image.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from kampung_analysis.figspec_artists import artist, colour, numbers, words

MIME = "text/vnd.kampung.figure"
SCHEMA = 1


def _ticks(axis, *, minor: bool = False) -> str:
    """Positions and labels inside the view; matplotlib versions differ in the invisible ones beyond it."""
    low, high = sorted(axis.get_view_interval())
    margin = 1e-9 * max(abs(low), abs(high), high - low)
    pairs = zip(axis.get_ticklocs(minor=minor), axis.get_ticklabels(minor=minor), strict=False)
    told = [(p, words(t.get_text()) if t.get_visible() else "") for p, t in pairs if low - margin <= p <= high + margin]
    labels = " | ".join(label for _, label in told)
    if minor:
        return labels if labels.strip(" |") else ""
    return f"{numbers([p for p, _ in told])} = {labels}"


def _axis(axis) -> dict:
    told = {"label": words(axis.get_label().get_text()), "scale": axis.get_scale()}
    if not axis.get_visible():
        return told | {"visible": "no", "view": numbers(axis.get_view_interval())}
    told |= {"view": numbers(axis.get_view_interval()), "ticks": _ticks(axis)}
    told["grid"] = "yes" if axis.get_tick_params().get("gridOn", False) else "no"
    minor = _ticks(axis, minor=True)
    return told | ({"minor": minor} if minor else {})


def _legend(legend) -> dict:
    told = {"texts": " | ".join(words(t.get_text()) for t in legend.get_texts())}
    told["handles"] = [
        {k: v for k, v in artist(h).items() if k not in ("x", "y", "at")} for h in legend.legend_handles if h
    ]
    told["place"] = str(getattr(legend, "_loc_real", ""))
    if not legend.get_visible():
        told["visible"] = "no"
    title = words(legend.get_title().get_text())
    return told | ({"title": title} if title else {})


def _axes(ax) -> dict:
    told = {"type": type(ax).__name__}
    for side in ("left", "center", "right"):
        title = words(ax.get_title(loc=side))
        if title:
            told["title" if side == "center" else f"title_{side}"] = title
    if not ax.get_visible():
        told["visible"] = "no"
    if not ax.axison:
        told["axis"] = "off"
    if ax.get_aspect() != "auto":
        told["aspect"] = numbers(ax.get_aspect())
    spot = ax.get_subplotspec()
    if spot is not None:
        told["cell"] = " ".join(map(str, spot.get_geometry()))
    told["face"] = colour(ax.get_facecolor())
    told["spines"] = " ".join(k for k, spine in ax.spines.items() if spine.get_visible())
    skip = {ax.patch, ax.title, ax._left_title, ax._right_title, ax.get_legend(), *ax.spines.values(), *ax.child_axes}
    for name, axis in ax._axis_map.items():
        told[name] = _axis(axis)
        skip.add(axis)
    told["artists"] = [artist(a, ax) for a in ax.get_children() if a not in skip and not _blank(a)]
    if ax.get_legend() is not None:
        told["legend"] = _legend(ax.get_legend())
    insets = [_axes(child) for child in ax.child_axes]
    return told | ({"insets": insets} if insets else {})


def _blank(thing) -> bool:
    return isinstance(thing, Text) and not thing.get_text().strip()


def _canvas(fig) -> dict:
    """A figure or subfigure: its axes and what stands beside them."""
    nested = {child for ax in fig.axes for child in ax.child_axes}
    own = [ax for ax in fig._localaxes if ax not in nested]
    told = {"axes": [_axes(ax) for ax in own]}
    skip = {fig.patch, *fig.axes, *fig.legends, *fig.subfigs}
    loose = [artist(a) for a in fig.get_children() if a not in skip and not _blank(a)]
    extra = {
        "artists": loose,
        "legends": [_legend(x) for x in fig.legends],
        "subfigures": [_canvas(s) for s in fig.subfigs],
    }
    return told | {k: v for k, v in extra.items() if v}


def describe(fig: Figure) -> dict:
    """Tell a figure as nested dictionaries and lists of short texts.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Any figure; it is laid out, not rendered, and stays as it is.

    Returns
    -------
    dict
        Schema, size in inches, colour, axes (titles, axes, ticks in view, artists, legend, insets), figure-level
        artists and subfigures.
    """
    fig.draw_without_rendering()
    width, height = fig.get_size_inches()
    return {"schema": SCHEMA, "size_in": f"{width:g}x{height:g}", "face": colour(fig.get_facecolor())} | _canvas(fig)


def _flat(told, path: str = "") -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield from _flat(value, f"{path}.{key}" if path else key)
    elif isinstance(told, list):
        for i, value in enumerate(told):
            yield from _flat(value, f"{path}[{i}]")
    else:
        yield f"{path}: {told}".rstrip()


def fingerprint(fig: Figure) -> str:
    """The figure as `path: value` lines, the text that nbval compares; the alternative text is the last line."""
    lines = [*_flat(describe(fig)), f"alt: {words(getattr(fig, 'alt', '') or '')}"]
    return "\n".join(lines)


def unsupported(text: str) -> list[str]:
    """Paths in a fingerprint whose artist could not be told; a notebook must have none."""
    return [line.removesuffix(".unsupported: yes") for line in text.splitlines() if line.endswith(".unsupported: yes")]


def png(fig: Figure) -> bytes:
    """The figure as a PNG of at most 256 colours, a third of the size of full colour and alike to the eye."""
    full, small = io.BytesIO(), io.BytesIO()
    fig.savefig(full, format="png", dpi=fig.dpi, facecolor="auto", metadata={"Software": None})
    picture = Image.open(full).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(small, format="PNG", optimize=True)
    return small.getvalue()


def bundle(fig: Figure, include=None, exclude=None) -> tuple[dict, dict]:
    """What a notebook stores of a figure: image, fingerprint and plain text, and the alternative text as metadata.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        A hand-written `fig.alt` becomes the alternative text; without one the metadata stays empty.
    include, exclude : ignored
        The signature that IPython asks for.

    Returns
    -------
    tuple of dict
        Data by MIME type, metadata by MIME type.
    """
    text = fingerprint(fig)
    image = base64.b64encode(png(fig)).decode("ascii")
    alt = words(getattr(fig, "alt", "") or "")
    plain = f"<Figure of {len(fig.axes)} panel{'s' if len(fig.axes) != 1 else ''}>"
    return {"image/png": image, MIME: text, "text/plain": plain}, ({"image/png": {"alt": alt}} if alt else {})


def activate(shell=None) -> bool:
    """Make every figure shown in this notebook carry its fingerprint.

    Parameters
    ----------
    shell : IPython shell, optional
        The running one when None.

    Returns
    -------
    bool
        False outside IPython, where there is nothing to show.

    Notes
    -----
    The inline backend removes formatters registered per MIME type when pyplot is imported; the mimebundle formatter of
    a type survives.
    """
    if shell is None:
        from IPython import get_ipython

        shell = get_ipython()
    if shell is None:
        return False
    shell.display_formatter.mimebundle_formatter.for_type(Figure, bundle)
    return True
