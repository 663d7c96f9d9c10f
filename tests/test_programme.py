"""Programme: matrices that keep their empty cells."""

import pandas as pd
import pytest

from kampung_analysis import programme


@pytest.fixture
def facts():
    return pd.DataFrame(
        {
            "document": ["D1", "D1", "D1", "D2"],
            "locator": ["p1", "p1", "p2", "p1"],
            "stage": ["response", "response;scanning", None, "analysis"],
            "actor": ["government", "community; government", "media", None],
        }
    )


@pytest.fixture
def matrix(facts):
    return programme.coding(
        facts, rows="stage", columns="actor", row_order=programme.SARA, column_order=programme.PENTAHELIX
    )


def test_empty_categories_stay_in_the_matrix(matrix):
    assert matrix.counts.shape == (4, 5)
    assert matrix.empty_rows == ["analysis", "assessment"]
    assert ("assessment", "media") in matrix.empty and ("response", "government") not in matrix.empty
    assert matrix.coverage == 4 / 20
    assert "nothing is coded as analysis, assessment" in str(matrix)


def test_a_fact_with_two_codes_counts_in_each_and_half_coded_facts_are_counted_apart(matrix):
    assert matrix.counts.loc["response", "government"] == 2
    assert matrix.counts.loc["scanning", "community"] == 1
    assert matrix.uncoded == 2


def test_a_code_outside_the_system_is_named(facts):
    facts.loc[0, "stage"] = "evaluation"
    with pytest.raises(ValueError, match="'evaluation'.*assessment"):
        programme.coding(
            facts, rows="stage", columns="actor", row_order=programme.SARA, column_order=programme.PENTAHELIX
        )


def test_overlap_is_the_share_of_common_items():
    frame = programme.overlap({"a": {"x", "y"}, "b": {"y", "z"}, "c": {"q"}})
    assert frame.loc["a", "b"] == frame.loc["b", "a"] == 1 / 3
    assert frame.loc["a", "c"] == 0 and frame.loc["c", "c"] == 1
    with pytest.raises(ValueError, match="'d' lists nothing"):
        programme.overlap({"d": set()})


def test_actors_are_joined_by_the_paragraph_that_names_both(facts):
    edges, nodes = programme.co_mentions(facts)
    assert edges.to_dict("records") == [{"a": "community", "b": "government", "together": 1}]
    assert nodes.set_index("actor").loc["government"].tolist() == [1, 1]
    assert nodes.set_index("actor").loc["media"].tolist() == [1, 0]
