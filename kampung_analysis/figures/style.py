"""What do all figures share? One strong colour for the treated, greys for the rest, headline, source, description.

Figures are 7 inches wide at 110 dots an inch, in DejaVu Sans, which ships with matplotlib: the same pixels everywhere
under one matplotlib. No text is smaller than 9 points, so that a figure survives a telephone.
"""

from __future__ import annotations

import re

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from kampung_analysis import figspec
from kampung_analysis.figspec_artists import HEADER

TREATED = "#b5360a"
"""The programme, the treated unit, the estimate in question: vermilion, dark enough for paper in grey."""
FITTED = "#0072b2"
"""What a model says: fitted values and counterfactuals (Okabe & Ito 2008)."""
DARK, MIDDLE, LIGHT, FAINT = "#333333", "#767676", "#b8b8b8", "#e6e6e6"
"""Words and axes; secondary words; other units; shades and grids."""
NAMED = "#8c8c8c"
"""Other units that are named: darker than the rest, lighter than the treated even in grey."""
WIDTH = 7.0
"""Inches."""
DPI = 110
SIZES = {"title": 13.0, "text": 10.0, "small": 9.0}
ALT_LENGTH = (40, 600)
"""Characters that an alternative text must have and must not exceed."""

STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": MIDDLE,
    "axes.labelcolor": DARK,
    "axes.labelsize": SIZES["text"],
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": SIZES["text"],
    "axes.unicode_minus": True,
    "figure.dpi": DPI,
    "figure.facecolor": "white",
    "figure.figsize": (WIDTH, 4.6),
    "font.family": ["DejaVu Sans"],
    "font.size": SIZES["text"],
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "legend.frameon": False,
    "lines.solid_capstyle": "round",
    "savefig.bbox": None,
    "savefig.dpi": DPI,
    "svg.hashsalt": "kampung",
    "text.color": DARK,
    "xtick.color": DARK,
    "ytick.color": DARK,
    "xtick.labelsize": SIZES["small"] + 0.5,
    "ytick.labelsize": SIZES["small"] + 0.5,
}
"""Settings on top of matplotlib's own defaults; a reader's matplotlibrc has no say."""

WORDS = {
    "en": {
        "source": "Source",
        "launch": "launch",
        "zero": "no effect",
        "unchanged": "no change",
        "worth": "smallest effect worth claiming",
    },
    "id": {
        "source": "Sumber",
        "launch": "peluncuran",
        "zero": "tanpa efek",
        "unchanged": "tidak berubah",
        "worth": "efek terkecil yang berarti",
    },
}
WORDS["en"] |= {
    "others": "others",
    "observed": "observed",
    "fitted": "fitted",
    "counterfactual": "without the programme",
}
WORDS["id"] |= {"others": "lainnya", "observed": "teramati", "fitted": "model", "counterfactual": "tanpa program"}
WORDS["en"] |= {"placebo": "placebos", "band": "interval", "gap": "gap", "share": "per cent", "of": "of"}
WORDS["id"] |= {"placebo": "plasebo", "band": "interval", "gap": "selisih", "share": "persen", "of": "dari"}


def word(key: str, language: str = "en") -> str:
    """A fixed word of a figure in English ("en") or Indonesian ("id")."""
    if language not in WORDS:
        raise ValueError(f"language is {language!r}; figures speak {sorted(WORDS)}")
    return WORDS[language][key]


def start() -> None:
    """Prepare a notebook: the house style, a fingerprint with every figure shown. The first code cell calls it."""
    apply()
    figspec.activate()


def apply() -> None:
    """Reset matplotlib to its own defaults and put the house style on top; the backend stays."""
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)


def canvas(height: float = 4.6, *, width: float = WIDTH) -> Figure:
    """An empty figure in the house style, `width` by `height` inches, outside pyplot so that nothing shows it twice."""
    apply()
    fig = Figure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(fig)
    return fig


def source_line(source, *, language: str = "en") -> str:
    """The line under a figure or table: where its data come from.

    Parameters
    ----------
    source : str or sequence of str
        Names of tables, looked up in their source cards, or plain text (anything with a space or a capital letter).
    language : {"en", "id"}
        Language of the word "Source".

    Returns
    -------
    str
        "Source: …", or an empty string without sources.
    """
    entries = [source] if isinstance(source, str) else list(source)
    tables = [s for s in entries if re.fullmatch(r"[a-z][a-z0-9_]*", s)]
    parts = [s for s in entries if s not in tables]
    if tables:
        from kampung_analysis import datasets

        parts.insert(0, re.sub(r"^(Sources?|Sumber):\s*", "", datasets.source_line(tables)))
    text = "; ".join(p.strip().rstrip(".;") for p in parts if p.strip())
    return f"{word('source', language)}: {text}." if text else ""


def _checked_alt(alt: str) -> str:
    text = " ".join((alt or "").split())
    low, high = ALT_LENGTH
    if not low <= len(text) <= high:
        raise ValueError(
            f"the alternative text has {len(text)} characters ({text[:60]!r}); say in {low} to {high} what a reader "
            "who cannot see the figure needs: what is drawn, over what range, and what stands out"
        )
    return text


def _wrapped(fig: Figure, text: str, width_px: float, **font) -> list[str]:
    """Break a text into lines that fit, measured with the font itself."""
    probe = fig.text(0, 0, "", **font)
    renderer = fig.canvas.get_renderer()
    lines = [""]
    for token in text.split():
        longer = f"{lines[-1]} {token}".strip()
        probe.set_text(longer)
        if lines[-1] and probe.get_window_extent(renderer).width > width_px:
            lines.append(token)
        else:
            lines[-1] = longer
    probe.remove()
    return lines


def finish(fig: Figure, *, title: str, subtitle: str = "", source=(), alt: str, language: str = "en") -> Figure:
    """Put headline, subtitle and source line around the panels and fix the alternative text.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        From :func:`canvas`, with its panels drawn.
    title : str
        The headline: what the figure shows, as a sentence.
    subtitle : str
        What is plotted, in which unit.
    source : str or sequence of str
        Tables or plain text; see :func:`source_line`.
    alt : str
        Alternative text, 40 to 600 characters, written by hand.
    language : {"en", "id"}
        Language of the fixed words.

    Returns
    -------
    matplotlib.figure.Figure
        The same figure, with `fig.alt`.

    Raises
    ------
    ValueError
        Without a title, or when the alternative text is too short or too long.
    """
    if not title.strip():
        raise ValueError("the figure has no title; say in one sentence what it shows")
    fig.alt = _checked_alt(alt)
    width, height = fig.get_size_inches()
    margin, inner = 0.12, (width - 0.24) * fig.dpi
    y = height - margin
    blocks = ((title, SIZES["title"], "bold", DARK), (subtitle, SIZES["text"], "normal", DARK))
    for text, size, weight, colour in blocks:
        if text:
            lines = _wrapped(fig, text, inner, fontsize=size, fontweight=weight)
            place = {"ha": "left", "va": "top", "linespacing": 1.2, "in_layout": False, "gid": HEADER}
            fig.text(
                margin / width, y / height, "\n".join(lines), fontsize=size, fontweight=weight, color=colour, **place
            )
            y -= len(lines) * size * 1.4 / 72 + 0.03
    top, bottom = y - 0.06, 0.06
    line = source_line(source, language=language)
    if line:
        lines = _wrapped(fig, line, inner, fontsize=SIZES["small"])
        place = {"ha": "left", "va": "bottom", "linespacing": 1.2, "in_layout": False, "gid": HEADER}
        fig.text(margin / width, 0.06 / height, "\n".join(lines), fontsize=SIZES["small"], color=MIDDLE, **place)
        bottom += len(lines) * SIZES["small"] * 1.4 / 72 + 0.06
    if top - bottom < 0.8:
        raise ValueError(
            f"title, subtitle and source leave {top - bottom:.1f} in for the panels; shorten them or raise height"
        )
    fig.set_layout_engine(
        "constrained", rect=(0.01, bottom / height, 0.98, (top - bottom) / height), w_pad=0.06, h_pad=0.04
    )
    return fig
