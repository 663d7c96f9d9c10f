"""Every chart says what it is, stays legible and keeps its words apart."""

from __future__ import annotations

import figure_examples
import matplotlib
import numpy as np
import pandas as pd
import pytest
from figure_examples import ALT, EXAMPLES
from matplotlib.text import Text

from kampung_analysis import datasets, figspec, figures
from kampung_analysis.figures import marks, style


@pytest.fixture(scope="module", params=EXAMPLES)
def figure(request):
    fig = EXAMPLES[request.param]()
    fig.canvas.draw()
    return fig


def words(fig) -> list[Text]:
    """All texts that are drawn, ticks outside the view left out."""
    texts = [t for t in fig.findobj(Text) if t.get_visible() and t.get_text().strip()]
    hidden = set()
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for minor in (False, True):
                ticks = axis.get_minor_ticks() if minor else axis.get_major_ticks()
                hidden |= {t for k in ticks if not low <= k.get_loc() <= high for t in (k.label1, k.label2)}
                hidden |= {k.label2 for k in ticks if not k.label2.get_visible()}
    return [t for t in texts if t not in hidden]


def test_the_headline_stands_left_and_in_bold(figure):
    (title,) = (t for t in figure.texts if t.get_fontweight() == "bold")
    assert title.get_ha() == "left" and title.get_position()[0] < 0.02


def test_the_source_stands_below(figure):
    assert any(t.get_text().startswith("Source: ") for t in figure.texts)


def test_no_text_is_smaller_than_nine_points(figure):
    assert min(t.get_fontsize() for t in words(figure)) >= 9
    assert figure.get_size_inches()[0] == 7


def test_no_text_runs_over_the_edge(figure):
    width, height = figure.canvas.get_width_height()
    for text in words(figure):
        box = text.get_window_extent()
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, (text.get_text(), box)


def test_no_two_texts_overlap(figure):
    boxes = [(t.get_text(), t.get_window_extent()) for t in words(figure)]
    for i, (first, a) in enumerate(boxes):
        for second, b in boxes[i + 1 :]:
            across = min(a.x1, b.x1) - max(a.x0, b.x0)
            down = min(a.y1, b.y1) - max(a.y0, b.y0)
            assert not (across > 2 and down > 3), (first, second)


def test_the_launch_is_named_at_most_once(figure):
    assert sum(t.get_text().startswith("launch") for t in words(figure)) <= 1


def test_a_linear_scale_of_values_shows_zero():
    for name in ("lines", "gap", "counterfactual", "small_multiples"):
        low, high = EXAMPLES[name]().axes[0].get_ylim()
        assert low <= 0 <= high


def test_the_treated_are_the_only_strong_line():
    fig = figure_examples.lines(band=None)
    strong = [line.get_label() for line in fig.axes[0].lines if line.get_color() == style.TREATED]
    assert strong == ["Jawa Timur"]


def test_indonesian_words_reach_the_figure():
    fig = figure_examples.lines(language="id")
    texts = [t.get_text() for t in words(fig)]
    assert "peluncuran, 25 Mei 2020" in texts
    assert any(t.startswith("Sumber: ") for t in texts)


def test_every_fixed_word_exists_in_both_languages():
    assert set(style.WORDS["en"]) == set(style.WORDS["id"])


def test_a_language_that_is_not_spoken_is_named():
    with pytest.raises(ValueError, match="'fr'"):
        style.word("source", "fr")


@pytest.mark.parametrize("alt", ["", "too short", "x" * 601])
def test_an_alternative_text_that_says_nothing_or_too_much_is_refused(alt):
    with pytest.raises(ValueError, match="alternative text has"):
        figure_examples.lines(alt=alt)


def test_a_figure_without_headline_is_refused():
    fig = style.canvas()
    with pytest.raises(ValueError, match="no title"):
        figures.finish(fig, title=" ", alt=ALT)


def test_words_that_leave_no_room_for_the_panel_are_refused():
    with pytest.raises(ValueError, match="raise height"):
        figures.finish(style.canvas(1.5), title="long " * 60, alt=ALT)


def test_the_source_line_comes_from_the_source_cards(monkeypatch):
    monkeypatch.setattr(
        datasets, "source_line", lambda names: f"Source: cards of {' and '.join(names)}.", raising=False
    )
    line = figures.source_line(["covid_provinces", "A report, 2020"])
    assert line == "Source: cards of covid_provinces; A report, 2020."


def test_without_sources_there_is_no_source_line():
    assert figures.source_line(()) == ""


def test_a_readers_settings_do_not_reach_the_figures():
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red"}):
        changed = figspec.fingerprint(figure_examples.lines())
    assert changed == figspec.fingerprint(figure_examples.lines())


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda p: figures.draw_lines(p, y="deaths", unit="province", treated="Bali"), r"\['deaths'\]"),
        (lambda p: figures.draw_lines(p, y="cases", unit="province", treated="Bally"), r"\['Bally'\]"),
        (lambda p: figures.draw_lines(p[:0], y="cases", unit="province", treated="Bali"), "no rows"),
        (lambda p: figures.draw_small_multiples(p, y="cases", unit="province", order=["Aceh"]), r"\['Aceh'\]"),
        (lambda p: figures.draw_forest(p), "'label'"),
    ],
)
def test_a_chart_names_what_its_frame_lacks(draw, message):
    with pytest.raises(ValueError, match=message):
        draw(figure_examples.panel())


def test_a_verdict_that_does_not_exist_is_named():
    frame = pd.DataFrame({"claim": ["C01"], "design": ["count"], "verdict": ["maybe"]})
    with pytest.raises(ValueError, match=r"\['maybe'\]"):
        figures.draw_verdicts(frame, title="t", alt=ALT)


def test_a_cell_judged_twice_is_named():
    frame = pd.DataFrame({"claim": ["C01"] * 2, "design": ["count"] * 2, "verdict": ["supported", "ruled out"]})
    with pytest.raises(ValueError, match="C01 is judged twice by count"):
        figures.draw_verdicts(frame, title="t", alt=ALT)


def test_each_verdict_differs_by_shape_or_fill_not_only_by_colour():
    fig = figure_examples.verdicts()
    shapes = {
        (line.get_marker(), line.get_markerfacecolor() == "white")
        for line in fig.axes[0].lines
        if line.get_marker() != "None"
    }
    assert len(shapes) == 4


def test_a_funnel_gives_no_share_across_a_change_of_unit():
    texts = [t.get_text() for t in words(figure_examples.funnel())]
    assert "248 innovations" in texts and "175 places  (34%)" in texts


def test_an_empty_cell_of_a_matrix_is_crossed():
    fig = figure_examples.matrix()
    assert sum(line.get_marker() == "x" for line in fig.axes[0].lines) == 9


def test_the_specification_curve_states_its_shares():
    subtitle = " ".join(figure_examples.spec_curve().texts[1].get_text().split())
    assert subtitle == (
        "Mean weekly gap. 64 specifications: 50% below zero, 50% above; 48% outside their placebo band (grey)."
    )


def test_an_interval_without_end_runs_to_the_edge():
    ax = figure_examples.forest().axes[0]
    assert min(line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2) == ax.get_xlim()[0]


def test_labels_at_the_ends_are_pushed_apart():
    fig = style.canvas()
    ax = fig.add_subplot(xlim=(0, 1), ylim=(0, 1))
    marks.label_ends(ax, [(1, 0.5, name, style.DARK, "normal") for name in "abc"])
    offsets = np.diff([t.xyann[1] for t in ax.texts])
    assert offsets.min() >= style.SIZES["text"]
