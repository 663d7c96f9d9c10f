"""The fingerprint finds every change that a reader could see, and only those."""

from __future__ import annotations

import base64
import subprocess
import sys

import figure_examples
import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.offsetbox import AnchoredText

from kampung_analysis import figspec
from kampung_analysis.figspec_artists import artist, numbers, points
from kampung_analysis.figures import style


def drawn():
    """A figure with every kind of artist that ours use: lines, bands, bars, dots, meshes, words, inset, table."""
    fig = style.canvas(6)
    top, below = fig.subplots(2, 1)
    top.plot([1, 2, 3], [1.0, 2.0, 4.0], color=style.TREATED, label="treated")
    top.plot([1, 2, 3], [3.0, 1.0, 2.0], color=style.LIGHT, label="others", marker="s")
    top.fill_between([1, 2, 3], [0, 1, 3], [2, 3, 5], color=style.FITTED, alpha=0.2)
    top.axvline(2, color=style.DARK)
    top.annotate("launch", (2, 1), xytext=(3, 3), textcoords="offset points")
    top.set(xlabel="week", ylabel="cases", title="above")
    top.legend(title="who")
    below.bar([0, 1, 2], [3.0, 2.0, 1.0], color=style.MIDDLE, label="bars")
    below.scatter([0.5, 1.5], [1.0, 2.0], s=[20, 40], c=[1.0, 2.0], cmap="Greys")
    below.pcolormesh([3, 4, 5], [0, 1], np.array([[1.0, 2.0]]), cmap="Greys")
    below.imshow([[1.0, 2.0]], extent=(5, 6, 0, 1), aspect="auto")
    below.errorbar([1], [2.5], yerr=[0.5], color=style.DARK)
    below.hlines([1.5], 0, 2, color=style.FAINT)
    below.table([["a", "b"]])
    below.set_xlim(-1, 7)
    below.set_ylim(0, 4)
    inset = top.inset_axes((0.7, 0.7, 0.2, 0.2))
    inset.plot([0, 1], [1, 0])
    return style.finish(fig, title="All kinds", source="made up here", alt=figure_examples.ALT)


def _top(fig):
    return fig.axes[0]


def _below(fig):
    return fig.axes[1]


def _swap(fig):
    first, second = _top(fig).lines[:2]
    a, b = first.get_ydata(), second.get_ydata()
    first.set_ydata(b)
    second.set_ydata(a)


def _drop_last_point(fig):
    line = _top(fig).lines[0]
    line.set_data(line.get_xdata()[:-1], line.get_ydata()[:-1])


def _raise_by_a_thousandth(fig):
    line = _top(fig).lines[0]
    line.set_ydata(np.asarray(line.get_ydata()) * [1, 1, 1.001])


MUTATIONS = {
    "a plotted value moves by 0.1 %": _raise_by_a_thousandth,
    "two series are swapped": _swap,
    "a point is left out": _drop_last_point,
    "a line is removed": lambda f: _top(f).lines[0].remove(),
    "a line is hidden": lambda f: _top(f).lines[0].set_visible(False),
    "a colour of meaning changes": lambda f: _top(f).lines[0].set_color(style.FITTED),
    "a line is dashed": lambda f: _top(f).lines[0].set_linestyle("--"),
    "a line is thinner": lambda f: _top(f).lines[0].set_linewidth(0.5),
    "a marker changes": lambda f: _top(f).lines[1].set_marker("o"),
    "the order of drawing changes": lambda f: _top(f).lines[0].set_zorder(0),
    "the launch moves by a week": lambda f: _top(f).lines[2].set_xdata([2.1, 2.1]),
    "a band becomes opaque": lambda f: _top(f).collections[0].set_alpha(0.9),
    "a band gets another colour": lambda f: _top(f).collections[0].set_facecolor("red"),
    "an axis label changes": lambda f: _top(f).set_ylabel("deaths"),
    "a panel title changes": lambda f: _top(f).set_title("below"),
    "the headline changes": lambda f: f.texts[0].set_text("No kinds"),
    "the source line changes": lambda f: f.texts[-1].set_text("Source: elsewhere."),
    "a scale becomes logarithmic": lambda f: _top(f).set_yscale("log"),
    "an axis is cut": lambda f: _top(f).set_ylim(1, 5),
    "an axis is turned round": lambda f: _top(f).invert_yaxis(),
    "a tick gets another word": lambda f: _below(f).set_xticks([0, 1, 2], ["a", "b", "z"]),
    "ticks are taken away": lambda f: _below(f).set_xticks([]),
    "a legend entry changes": lambda f: _top(f).get_legend().get_texts()[0].set_text("control"),
    "the legend goes": lambda f: _top(f).get_legend().remove(),
    "a legend handle changes colour": lambda f: _top(f).get_legend().legend_handles[0].set_color("black"),
    "an annotation says something else": lambda f: _top(f).texts[0].set_text("end"),
    "an annotation points elsewhere": lambda f: setattr(_top(f).texts[0], "xy", (2.5, 1)),
    "a box appears behind words": lambda f: _top(f).texts[0].set_bbox({"facecolor": "black"}),
    "a bar grows by 0.1 %": lambda f: _below(f).patches[0].set_height(3.003),
    "a bar changes colour": lambda f: _below(f).patches[1].set_facecolor(style.TREATED),
    "a bar is hatched": lambda f: _below(f).patches[1].set_hatch("//"),
    "a dot moves": lambda f: _below(f).collections[0].set_offsets([[0.5, 1.0], [1.5, 2.002]]),
    "a dot grows": lambda f: _below(f).collections[0].set_sizes([20, 44]),
    "a dot's value changes": lambda f: _below(f).collections[0].set_array(np.array([1.0, 1.5])),
    "a colour map changes": lambda f: _below(f).collections[0].set_cmap("Reds"),
    "a cell of a mesh changes": lambda f: _below(f).collections[1].set_array(np.array([[1.0, 2.1]])),
    "a pixel changes": lambda f: _below(f).images[0].set_data([[1.0, 2.5]]),
    "an error bar is longer": lambda f: _below(f).collections[2].set_segments([[[1, 2.0], [1, 3.1]]]),
    "a cell of a table changes": lambda f: _below(f).tables[0][0, 0].get_text().set_text("z"),
    "a line of the inset moves": lambda f: _top(f).child_axes[0].lines[0].set_ydata([1, 0.1]),
    "a panel is hidden": lambda f: _below(f).set_visible(False),
    "a panel is removed": lambda f: _below(f).remove(),
    "the ground changes": lambda f: f.set_facecolor("#eeeeee"),
    "a grid appears": lambda f: _top(f).grid(True),
    "a spine appears": lambda f: _top(f).spines["top"].set_visible(True),
    "the figure is wider": lambda f: f.set_size_inches(8, 6),
    "the alternative text changes": lambda f: setattr(f, "alt", f.alt + " And more."),
}


@pytest.mark.parametrize("mutate", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_visible_change_changes_the_fingerprint(mutate):
    fig = drawn()
    before = figspec.fingerprint(fig)
    mutate(fig)
    assert figspec.fingerprint(fig) != before


def test_a_figure_drawn_again_has_the_same_fingerprint():
    assert figspec.fingerprint(drawn()) == figspec.fingerprint(drawn())


def test_looking_at_a_figure_twice_changes_nothing():
    fig = drawn()
    first = figspec.bundle(fig)
    assert figspec.bundle(fig) == first


def test_noise_in_the_last_bit_changes_nothing():
    def noisy(noise):
        fig = style.canvas()
        fig.add_subplot().plot([0, 1, 2], np.array([0.1, 0.25, 0.3]) * (1 + noise))
        return figspec.fingerprint(fig)

    assert noisy(0) == noisy(4e-16) == noisy(-4e-16)


@pytest.mark.parametrize("name", figure_examples.EXAMPLES)
def test_every_kind_of_chart_is_told_completely_and_alike_when_redrawn(name):
    first, second = (figspec.fingerprint(figure_examples.EXAMPLES[name]()) for _ in range(2))
    assert first == second
    assert figspec.unsupported(first) == []


def test_a_kind_of_artist_that_is_not_known_is_reported():
    fig = drawn()
    fig.axes[0].add_artist(AnchoredText("hidden from the fingerprint", loc="center"))
    assert len(figspec.unsupported(figspec.fingerprint(fig))) == 1


def test_the_lines_name_what_moved():
    fig = drawn()
    before = figspec.fingerprint(fig).splitlines()
    _top(fig).set_ylabel("deaths")
    changed = [line for line in figspec.fingerprint(fig).splitlines() if line not in before]
    assert changed == ["axes[0].y.label: deaths"]


def test_where_a_headline_wraps_is_no_fact():
    def titled(title):
        fig = style.canvas()
        fig.add_subplot().plot([1, 2])
        return style.finish(fig, title=title, alt=figure_examples.ALT)

    text = figspec.fingerprint(
        titled("A headline so long that it must be broken over two lines, and then over three " * 2)
    )
    assert "over two lines, and then over three A headline" in text
    assert "artists[0].at" not in text


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([1.0, 2.0, 4.0], "1 2 4"),
        ([0.1 + 0.2], "0.3"),
        ([0, -1e-17], "0 0"),
        ([np.nan, np.inf, 1], "nan inf 1"),
        ([1e6, 1e6 + 1], "1000000 1000001"),
        ([], "[]"),
        (np.array(["2020-05-25"], dtype="datetime64[ns]"), "18407"),
        (np.ma.masked_array([1.0, 2.0], mask=[True, False]), "nan 2"),
    ],
)
def test_numbers_are_written_by_the_spread_of_their_array(values, told):
    assert numbers(values) == told


def test_a_long_array_is_told_by_a_digest_that_any_element_changes():
    values = np.linspace(0, 1, 500)
    changed = values.copy()
    changed[250] += 0.001
    assert numbers(values).startswith("n=500 nan=0 min=0 max=1")
    assert numbers(values) != numbers(changed)


def test_a_date_axis_does_not_swallow_the_digits_of_a_share():
    assert points([[18407, 0.5], [18414, 0.5005]])["y"] != points([[18407, 0.5], [18414, 0.5]])["y"]


def test_a_colour_is_told_with_its_transparency():
    fig = style.canvas()
    (line,) = fig.add_subplot().plot([1, 2], color=(*to_rgba("#000000")[:3], 0.5))
    assert artist(line, fig.axes[0])["colour"] == "#00000080"


def test_the_bundle_carries_image_fingerprint_and_alternative_text():
    data, metadata = figspec.bundle(drawn())
    assert sorted(data) == ["image/png", "text/plain", figspec.MIME]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert metadata == {"image/png": {"alt": figure_examples.ALT}}


def test_the_image_does_not_name_the_software_that_drew_it():
    data, _ = figspec.bundle(drawn())
    assert matplotlib.__version__.encode() not in base64.b64decode(data["image/png"])


def test_a_figure_without_hand_written_text_gets_no_alternative_text():
    fig = style.canvas()
    fig.add_subplot()
    assert figspec.bundle(fig)[1] == {}


SCRIPT = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
from kampung_analysis import figspec
assert figspec.activate()
from IPython.core.pylabtools import select_figure_formats
select_figure_formats(shell, {"png"})
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([1, 2])
data, _ = shell.display_formatter.format(fig)
print(sorted(data))
"""


def test_the_fingerprint_survives_what_the_inline_backend_does_to_formatters():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == str(["image/png", "text/plain", figspec.MIME])


def test_outside_a_notebook_there_is_nothing_to_activate():
    assert figspec.activate() is False
