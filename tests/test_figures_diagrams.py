"""Diagrams refuse what they cannot draw truly, and put arrows and lines where the frame says."""

from __future__ import annotations

import figure_examples as examples
import pandas as pd
import pytest
from matplotlib.patches import FancyArrowPatch, Rectangle

from kampung_analysis import figures

WORDS = examples.text("A made-up diagram")


def test_a_logic_model_draws_one_box_a_row_and_one_arrow_a_gap():
    patches = examples.logic_model().axes[0].patches
    assert sum(isinstance(p, Rectangle) for p in patches) == 4
    assert sum(isinstance(p, FancyArrowPatch) for p in patches) == 2


def test_a_box_of_unknown_state_is_refused_by_name():
    boxes = pd.DataFrame({"stage": ["Inputs"], "box": ["officers"], "state": ["likely"]})
    with pytest.raises(ValueError, match="'officers' is 'likely'"):
        figures.draw_logic_model(boxes, **WORDS)


def test_five_boxes_in_a_stage_are_too_many():
    boxes = pd.DataFrame({"stage": "Inputs", "box": list("abcde"), "state": "claimed"})
    with pytest.raises(ValueError, match="'Inputs' has 5 boxes"):
        figures.draw_logic_model(boxes, **WORDS)


def test_links_must_fit_the_gaps_between_stages():
    boxes = pd.DataFrame({"stage": ["Inputs", "Outputs"], "box": ["a", "b"], "state": "claimed"})
    with pytest.raises(ValueError, match="2 links were given"):
        figures.draw_logic_model(boxes, [("if", "claimed"), ("if", "claimed")], **WORDS)


def test_an_actor_that_is_never_named_is_an_empty_ring_and_says_so():
    axes = examples.network().axes[0]
    assert any(t.get_text() == "media\nnever named" for t in axes.texts)
    assert axes.collections[-1].get_facecolor()[0].tolist() == [1, 1, 1, 1]


def test_an_edge_to_nobody_is_refused():
    nodes = pd.DataFrame({"actor": ["police"], "places": [3]})
    edges = pd.DataFrame({"a": ["army"], "b": ["police"], "together": [1]})
    with pytest.raises(ValueError, match="'army', which is no node"):
        figures.draw_network(nodes, edges, **WORDS)


def test_a_causal_diagram_has_no_circles():
    nodes = {"a": (1, 1), "b": (3, 1), "c": (5, 1)}
    with pytest.raises(ValueError, match="among a, b, c some arrows close a circle"):
        figures.draw_dag(nodes, [("a", "b"), ("b", "a"), ("b", "c")], **WORDS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"edges": [("a", "z")]}, "'z' is no box"),
        ({"edges": [("a", "b")], "unseen": ["y"]}, "'y' is no box"),
        ({"edges": [("a", "b")], "highlight": [("b", "a")]}, "not among the arrows"),
    ],
)
def test_a_causal_diagram_names_what_has_no_counterpart(options, message):
    with pytest.raises(ValueError, match=message):
        figures.draw_dag({"a": (1, 1), "b": (3, 1)}, **options, **WORDS)
