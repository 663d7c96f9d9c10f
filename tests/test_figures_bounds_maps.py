"""Bounds are drawn as bounds, maps name every place where the reader looks for it."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from figure_examples import ALT, EXAMPLES

from kampung_analysis import datasets, figures

TEXT = {"title": "A title that says what is seen", "source": ["a made-up source, 2020"], "alt": ALT}


def words(fig) -> list[str]:
    return [t.get_text() for ax in fig.axes for t in ax.texts]


def test_bounds_in_the_wrong_order_are_refused_by_name():
    frame = pd.DataFrame({"label": ["Villages"], "low": [0.4], "high": [0.2]})
    with pytest.raises(ValueError, match="Villages"):
        figures.draw_bounds(frame, **TEXT)


@pytest.mark.parametrize("side", ["low", "high"])
def test_a_bound_that_is_not_finite_is_refused(side):
    frame = pd.DataFrame({"label": ["Villages"], "low": [0.1], "high": [0.2]}).assign(**{side: np.inf})
    with pytest.raises(ValueError, match="no finite bounds"):
        figures.draw_bounds(frame, **TEXT)


def test_equal_bounds_are_printed_once_and_still_seen():
    frame = pd.DataFrame({"label": ["Stated"], "low": [0.32], "high": [0.32]})
    fig = figures.draw_bounds(frame, percent=True, limits=(0, 1), **TEXT)
    assert "32%" in words(fig)
    assert fig.axes[0].patches[0].get_width() > 0


def test_bars_of_bounds_carry_no_dot_unless_an_estimate_is_named():
    frame = pd.DataFrame({"label": ["Active"], "low": [0.1], "high": [0.4], "value": [0.2]})
    assert not figures.draw_bounds(frame, **TEXT).axes[0].lines
    assert len(figures.draw_bounds(frame, value="value", **TEXT).axes[0].lines) == 1


def test_a_count_outside_every_panel_is_not_drawn_inside_one():
    marks = [
        x
        for ax in EXAMPLES["counts"]().axes
        for line in ax.lines
        for x in line.get_xdata()
        if len(line.get_xdata()) == 1
    ]
    assert len(marks) == 4


def test_two_districts_on_one_tile_are_refused_by_name():
    frame = pd.DataFrame({"label": ["A", "B"], "tile_row": [0, 0], "tile_col": [1, 1], "value": [1.0, 2.0]})
    with pytest.raises(ValueError, match="A, B share tile"):
        figures.draw_tiles(frame, value="value", **TEXT)


def test_a_map_without_a_single_value_is_refused():
    frame = pd.DataFrame({"label": ["A"], "tile_row": [0], "tile_col": [1], "value": [np.nan]})
    with pytest.raises(ValueError, match="no place has a value"):
        figures.draw_tiles(frame, value="value", **TEXT)


def test_a_province_without_outline_is_named():
    values = pd.DataFrame({"code": ["99"], "value": [1.0]})
    with pytest.raises(ValueError, match="99"):
        figures.draw_provinces(datasets.load_places_outlines(), values, value="value", **TEXT)


def test_names_of_all_38_districts_stay_inside_their_tiles():
    places = datasets.load_places().query("level == 'district' and parent == '35'").assign(value=1.0)
    fig = figures.draw_tiles(places, value="value", **TEXT)
    fig.canvas.draw()
    ax = fig.axes[0]
    tile = ax.transData.transform((1, 0))[0] - ax.transData.transform((0, 0))[0]
    widths = {t.get_text(): t.get_window_extent().width for t in ax.texts}
    assert len(places) == 38
    assert {name: width for name, width in widths.items() if width > tile} == {}


def test_labels_of_provinces_do_not_touch_one_another():
    codes = ["21", "17", "31", "18", "36", "35", "33", "52"]
    values = pd.DataFrame({"code": codes, "value": range(8), "text": [f"Province {c}\n25 May 2020" for c in codes]})
    fig = figures.draw_provinces(datasets.load_places_outlines(), values, value="value", text="text", **TEXT)
    fig.canvas.draw()
    boxes = [t.get_window_extent() for t in fig.axes[0].texts]
    assert len(boxes) == 8
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


@pytest.mark.parametrize("name", ["bounds", "counts", "share", "tiles", "provinces"])
def test_no_word_is_smaller_than_nine_points(name):
    fig = EXAMPLES[name]()
    texts = [*fig.texts, *(t for ax in fig.axes for t in ax.texts)]
    assert texts and min(t.get_fontsize() for t in texts) >= 9
