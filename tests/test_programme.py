"""Programme: matrices that keep their empty cells."""

from itertools import combinations

import numpy as np
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


def test_the_distance_of_lists_is_the_mean_over_pairs_and_its_error_the_jackknife_over_lists():
    lists = {"a": {"x", "y"}, "b": {"y", "z"}, "c": {"q"}, "d": {"x", "q", "z"}}
    found = programme.distance(programme.overlap(lists), name="distance", estimand="distance")

    def gap(names):
        return np.mean([1 - len(lists[p] & lists[q]) / len(lists[p] | lists[q]) for p, q in combinations(names, 2)])

    left = np.array([gap([k for k in lists if k != out]) for out in lists])
    assert found.value == pytest.approx(gap(lists))
    assert found.se == pytest.approx(np.sqrt(3 / 4 * ((left - left.mean()) ** 2).sum()))
    assert found.high - found.value == pytest.approx(1.96 * found.se)


def test_the_distance_of_two_lists_has_no_error():
    with pytest.raises(ValueError, match="distance: 2 lists leave nothing to leave out"):
        programme.distance(programme.overlap({"a": {"x"}, "b": {"y"}}), name="distance", estimand="")


def test_actors_are_joined_by_the_paragraph_that_names_both(facts):
    edges, nodes = programme.co_mentions(facts)
    assert edges.to_dict("records") == [{"a": "community", "b": "government", "together": 1}]
    assert nodes.set_index("actor").loc["government"].tolist() == [1, 1]
    assert nodes.set_index("actor").loc["media"].tolist() == [1, 0]


CONTEXT = pd.DataFrame(
    {
        "date_from": pd.to_datetime(["2020-04-28", "2020-05-24", "2020-05-17", "2020-06-01"]),
        "date_to": pd.to_datetime(["2020-06-08", "2020-05-25", "2020-05-30", "2020-06-30"]),
        "scope": ["Surabaya Raya", "Indonesia", "Malang Raya", "Surabaya Raya"],
        "codes": ["35.15 35.25 35.78", "00", "35.07 35.73", "35.78"],
        "kind": ["restriction", "holiday", "restriction", "survey"],
        "event": ["PSBB", "Eid", "PSBB", "survey"],
    }
)


def test_events_inside_a_window_are_listed_by_date_and_those_elsewhere_left_out():
    windows = {"May": ("2020-05-25", "2020-05-31"), "July": ("2020-07-01", "2020-07-31")}
    found = programme.in_window(CONTEXT, windows, codes=["35.07"], also={"KTN": "2020-07-09"})
    assert found[["estimate", "event", "from", "to"]].to_numpy().tolist() == [
        ["May", "PSBB", "2020-05-17", "2020-05-30"],
        ["May", "Eid", "2020-05-24", "2020-05-25"],
        ["July", "KTN", "2020-07-09", "open"],
    ]
    assert programme.in_window(CONTEXT, windows, codes=["35"]).event.tolist() == [
        "PSBB",
        "PSBB",
        "Eid",
        "nothing on the list",
    ]


def test_a_further_event_has_the_nation_as_its_scope_unless_another_is_named():
    also = {"launch": ("2020-07-02", "Jawa Timur"), "KTN": "2020-07-09"}
    found = programme.in_window(CONTEXT, {"July": ("2020-07-01", "2020-07-31")}, also=also)
    assert found[["event", "scope"]].to_numpy().tolist() == [["launch", "Jawa Timur"], ["KTN", "Indonesia"]]


def test_both_days_of_a_window_count():
    edges = {
        "first": ("2020-06-08", "2020-06-09"),
        "last": ("2020-04-27", "2020-04-28"),
        "not": ("2020-06-09", "2021-01-01"),
    }
    assert programme.in_window(CONTEXT, edges).event.tolist() == ["PSBB", "PSBB", "nothing on the list"]


def test_a_window_that_ends_before_it_begins_and_an_unknown_kind_are_refused():
    with pytest.raises(ValueError, match="'x' ends on 2020-05-01, before it begins on 2020-05-02"):
        programme.in_window(CONTEXT, {"x": ("2020-05-02", "2020-05-01")})
    with pytest.raises(ValueError, match="no event is of kind 'weather'"):
        programme.in_window(CONTEXT, {"x": ("2020-05-01", "2020-05-02")}, kinds=["weather"])


def test_a_code_written_twice_in_one_cell_counts_once():
    facts = pd.DataFrame({"stage": ["response; response"], "actor": ["media"]})
    found = programme.coding(
        facts, rows="stage", columns="actor", row_order=programme.SARA, column_order=programme.PENTAHELIX
    )
    assert found.counts.to_numpy().sum() == 1


def test_similarities_that_leave_a_pair_out_have_no_distance():
    near = programme.overlap({"a": {1, 2}, "b": {2}, "c": {1, 2, 3}})
    for partial in (near.iloc[:, :2], near.where(near < 1)):
        with pytest.raises(ValueError, match="give every pair of lists one"):
            programme.distance(partial, name="lists", estimand="")
