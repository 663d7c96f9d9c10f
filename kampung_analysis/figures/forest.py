"""How sure is it? Estimates with intervals, all the choices that lead to them, and verdicts by design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import blended_transform_factory

from kampung_analysis.figures import marks
from kampung_analysis.figures.style import DARK, FAINT, FITTED, MIDDLE, SIZES, TREATED, canvas, finish, word


def _intervals(values, lows, highs) -> list[str]:
    """Estimates and bounds with the same decimals in all rows: three digits at the largest."""
    sizes = np.abs(np.concatenate([values, lows, highs]))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    decimals = int(np.clip(2 - np.floor(np.log10(sizes.max())), 0, 4)) if sizes.size else 0

    def said(value):
        if np.isinf(value):
            return "∞" if value > 0 else "−∞"
        return f"{value:,.{decimals}f}".replace("-", "−")

    rows = zip(values, lows, highs, strict=True)
    return [said(v) + ("" if np.isnan(lo) or np.isnan(hi) else f"  [{said(lo)}, {said(hi)}]") for v, lo, hi in rows]


def _reference_lines(ax, zero, worth, named: str, language: str) -> None:
    """Lines for `named` (such as no effect) and for the smallest effect worth claiming, with words above the panel."""
    place = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    if worth is not None:
        ax.axvline(worth, color=FITTED, linewidth=1.2, linestyle=(0, (5, 2)), zorder=1)
        left = worth < zero
        look = {"ha": "right" if left else "left", "va": "bottom", "fontsize": SIZES["small"], "color": FITTED}
        ax.annotate(word("worth", language), (worth, 1), xytext=(-2 if left else 2, 3), **place, **look)
    ax.axvline(zero, color=DARK, linewidth=1, zorder=1)
    look = {"ha": "left" if worth is not None and worth < zero else "right", "va": "bottom", "color": DARK}
    shift = 2 if look["ha"] == "left" else -2
    ax.annotate(named, (zero, 1), xytext=(shift, 3), fontsize=SIZES["small"], **place, **look)


def _ratio_ticks(low: float, high: float) -> list[float]:
    """Round ratios inside the view, at least three where the view has them."""
    inside = []
    for steps in ((1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 2, 2.5, 3, 4, 5, 6, 7, 8)):
        inside = [t for e in range(-4, 5) for b in steps if low <= (t := round(b * 10.0**e, 6)) <= high]
        if len(inside) >= 3:
            break
    return inside


def draw_forest(
    frame: pd.DataFrame,
    *,
    label: str = "label",
    value: str = "value",
    low: str = "low",
    high: str = "high",
    group: str | None = None,
    highlight: Sequence[str] = (),
    xlabel: str = "",
    zero: float | None = None,
    worth: float | None = None,
    reference: str = "",
    log: bool = False,
    language: str = "en",
    **text,
) -> Figure:
    """Draw estimates with their intervals, one row each, numbers at the right.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per estimate, drawn from the top in this order.
    label, value, low, high : str
        Columns: name of the row, estimate and bounds. A row without bounds is drawn as a hollow dot; an infinite bound
        runs to the edge.
    group : str, optional
        Column of headings; rows of a group must follow each other.
    highlight : sequence of str
        Labels in the strong colour.
    xlabel : str
        What is estimated, with its unit.
    zero : float, optional
        Where no effect is: 0, or 1 on a logarithmic scale, when None.
    worth : float, optional
        The smallest effect worth claiming, with its sign.
    reference : str
        What stands above the line at `zero`: "no effect", or "no change" on a logarithmic scale, when empty.
    log : bool
        Logarithmic scale, for ratios.
    language : {"en", "id"}
        Language of the fixed words.
    **text
        `title`, `subtitle`, `source`, `alt` of :func:`kampung_analysis.figures.finish`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown.
    """
    marks.require(frame, [label, value, low, high, group], "draw_forest")
    zero = (1.0 if log else 0.0) if zero is None else zero
    spots, headings, at = [], [], 0.0
    for name in frame[group] if group else [None] * len(frame):
        if group and (not headings or headings[-1][1] != name):
            at += 0.35 if headings else 0
            headings.append((at, str(name)))
            at += 1
        spots.append(at)
        at += 1
    fig = canvas(1.75 + 0.27 * at)
    ax = fig.add_subplot()
    if log:
        ax.set_xscale("log")
    values, lows, highs = (frame[c].to_numpy(dtype=float) for c in (value, low, high))
    shown = np.concatenate([values, lows, highs, [zero] if worth is None else [zero, worth]])
    shown = shown[np.isfinite(shown)]
    left, right = shown.min(), shown.max()
    pad = 0.06 * (np.log(right / left) if log else right - left) or 1.0
    ax.set_xlim((left / np.exp(pad), right * np.exp(pad)) if log else (left - pad, right + pad))
    beside = blended_transform_factory(ax.transAxes, ax.transData)
    told = _intervals(values, lows, highs)
    for spot, name, v, lo, hi, said in zip(spots, frame[label], values, lows, highs, told, strict=True):
        colour = TREATED if name in highlight else DARK
        bounded = not (np.isnan(lo) or np.isnan(hi))
        if bounded:
            edges = np.clip([lo, hi], *ax.get_xlim())
            ax.plot(edges, [spot, spot], color=colour, linewidth=1.8, solid_capstyle="butt", zorder=2)
        fill = colour if bounded else "white"
        ax.plot([v], [spot], "o", color=colour, markerfacecolor=fill, markersize=6.5, zorder=3, label=str(name))
        ax.text(1.02, spot, said, transform=beside, va="center", fontsize=SIZES["small"], color=colour)
    ticks = [*zip(spots, map(str, frame[label]), strict=True), *headings]
    ax.set_yticks([t[0] for t in ticks], [t[1] for t in ticks])
    bold = {name for _, name in headings}
    for tick, (spot, name) in zip(ax.get_yticklabels(), ticks, strict=True):
        tick.set_fontweight("bold" if (spot, name) in headings or name in highlight else "normal")
        tick.set_color(TREATED if name in highlight and name not in bold else DARK)
    ax.set_ylim(at - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    ax.set_xlabel(xlabel)
    if log:
        ax.xaxis.set_major_locator(FixedLocator(_ratio_ticks(*ax.get_xlim())))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda tick, _: marks.written(tick, 6))
    named = reference or word("unchanged" if log else "zero", language)
    _reference_lines(ax, zero, worth, named, language)
    return finish(fig, language=language, **text)


SHARES = {
    "en": "{n} specifications: {below:.0%} below zero, {above:.0%} above",
    "id": "{n} spesifikasi: {below:.0%} di bawah nol, {above:.0%} di atas",
}
OUTSIDE = {"en": "; {out:.0%} outside their placebo band (grey)", "id": "; {out:.0%} di luar pita plasebonya (abu-abu)"}


def draw_spec_curve(
    frame: pd.DataFrame,
    *,
    value: str = "value",
    choices: Sequence[str],
    low: str | None = None,
    high: str | None = None,
    preferred: str | None = None,
    names: Mapping[str, str] | None = None,
    ylabel: str = "",
    language: str = "en",
    subtitle: str = "",
    **text,
) -> Figure:
    """Draw all specifications sorted by their estimate, and below which choices each of them made.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per specification.
    value : str
        Column of estimates, in the unit of `ylabel`.
    choices : sequence of str
        Columns of choices; each of their values becomes a row of marks.
    low, high : str, optional
        Columns with the placebo band of each specification.
    preferred : str, optional
        Column of booleans: the pre-specified one, in the strong colour.
    names : mapping, optional
        Words for columns and for their values.
    ylabel : str
        What is estimated, with its unit.
    subtitle : str
        The shares on either side of zero, and outside the placebo band, are added to it.
    language : {"en", "id"}
        Language of the fixed words.
    **text
        `title`, `source`, `alt` of :func:`kampung_analysis.figures.finish`.

    Returns
    -------
    matplotlib.figure.Figure
        Finished, not shown. Simonsohn, Simmons & Nelson 2020, doi:10.1038/s41562-020-0912-z.
    """
    marks.require(frame, [value, *choices, low, high, preferred], "draw_spec_curve")
    names = dict(names or {})
    keep = [value, *choices, *filter(None, (low, high, preferred))]
    ranked = frame[keep].sort_values([value, *choices], kind="stable").reset_index(drop=True)
    rank, values = np.arange(1, len(ranked) + 1), ranked[value].to_numpy(dtype=float)
    main = ranked[preferred].to_numpy(dtype=bool) if preferred else np.zeros(len(ranked), dtype=bool)
    rows, spots, at = [], [], 0.0
    for choice in choices:
        for option in pd.unique(frame[choice].sort_values()):
            rows.append((choice, option))
            spots.append(at)
            at += 1
        at += 0.5
    fig = canvas(4.1 + 0.185 * at)
    top, below = fig.subplots(2, 1, sharex=True, height_ratios=[2.5, 0.185 * at])
    if low and high:
        band = (ranked[low].to_numpy(dtype=float), ranked[high].to_numpy(dtype=float))
        top.fill_between(rank, *band, color=FAINT, step="mid", linewidth=0, label=word("placebo", language), zorder=0.5)
    top.plot(rank[~main], values[~main], "o", color=MIDDLE, markersize=3, linestyle="none")
    top.plot(rank[main], values[main], "D", color=TREATED, markersize=7, linestyle="none", zorder=5)
    top.set_ylabel(ylabel)
    marks.value_axis(top)
    top.tick_params(axis="x", length=0)
    height = min(7.0, 900 / len(ranked) + 4)
    for spot, (choice, option) in zip(spots, rows, strict=True):
        chosen = (ranked[choice] == option).to_numpy()
        bar = {"marker": "|", "markersize": height, "linestyle": "none", "markeredgewidth": 0.8}
        below.plot(rank[chosen & ~main], np.full((chosen & ~main).sum(), spot), color=MIDDLE, **bar)
        diamond = {"marker": "D", "markersize": 5, "linestyle": "none", "color": TREATED}
        below.plot(rank[chosen & main], np.full((chosen & main).sum(), spot), **diamond)
    labels = [f"{names.get(c, c.replace('_', ' '))}: {names.get(o, o)}" for c, o in rows]
    below.set_yticks(spots, labels, fontsize=SIZES["small"])
    below.set_ylim(at - 0.8, -0.7)
    below.tick_params(axis="both", length=0, labelbottom=False)
    below.spines[["left", "bottom"]].set_visible(False)
    below.set_xlim(-0.01 * len(ranked), 1.01 * len(ranked) + 1)
    finite = values[np.isfinite(values)]
    share = SHARES[language].format(n=len(finite), below=np.mean(finite < 0), above=np.mean(finite > 0))
    if low and high:
        share += OUTSIDE[language].format(out=np.mean((values < band[0]) | (values > band[1])))
    subtitle = f"{subtitle.rstrip('.')}. {share}." if subtitle else f"{share}."
    return finish(fig, language=language, subtitle=subtitle, **text)
