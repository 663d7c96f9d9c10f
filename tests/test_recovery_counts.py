"""Counts, scores, shares and curves keep what their intervals promise: benchmarks/validity_counts.py, made small.

Bounds are three Monte Carlo standard errors of the replications that were run.
"""

import json
import math

import pandas as pd
import pytest

REPLICATIONS = 40
SLACK = 3 * math.sqrt(0.05 * 0.95 / REPLICATIONS)


@pytest.fixture(scope="module")
def validity(script):
    return script("validity_counts")


def table(rows) -> pd.DataFrame:
    return pd.DataFrame(rows).set_index(["estimator", "fault"])


def only(faults, *names):
    return {name: faults[name] for name in names}


@pytest.fixture(scope="module")
def changes(validity):
    names = ("none", "overdispersion", "places differ in their change", "few places")
    return table(validity.study_changes(REPLICATIONS, faults=only(validity.CHANGES, *names)))


@pytest.fixture(scope="module")
def scores(validity):
    names = ("none", "worst-first placement", "baseline taken after half of the work")
    return table(validity.study_scores(REPLICATIONS, faults=only(validity.SCORES, *names)))


def test_ratios_of_counts_cover_and_do_not_cry_wolf_when_nothing_is_wrong(changes):
    sound = changes.xs("none", level="fault")
    assert (sound["bias"].abs() <= 3 * sound["bias_monte_carlo_error"]).all()
    assert (sound["coverage"] >= 0.95 - SLACK).all()
    assert (sound["false_positive_rate"] <= 0.05 + SLACK).all()


def test_pooled_ratios_hold_when_places_differ_but_two_counts_alone_cannot(changes):
    for fault in ("overdispersion", "places differ in their change"):
        pooled = changes.loc[("pooled ratio, random effects", fault)]
        assert pooled["coverage"] >= 0.95 - SLACK
        assert changes.loc[("ratio of two counts, exact", fault), "coverage"] < 0.95 - SLACK


def test_scores_are_compared_without_bias_when_nothing_is_wrong(scores):
    sound = scores.xs("none", level="fault")
    assert (sound["bias"].abs() <= 3 * sound["bias_monte_carlo_error"]).all()
    assert (sound["coverage"] >= 0.95 - SLACK).all()


def test_worst_first_placement_biases_change_scores_and_not_ancova(scores):
    ancova, change = (scores.loc[(name, "worst-first placement")] for name in ("ANCOVA", "change scores"))
    assert abs(ancova["bias"]) <= 3 * ancova["bias_monte_carlo_error"]
    assert change["bias"] < -3 * change["bias_monte_carlo_error"]
    assert change["false_positive_rate"] > 0.05 + SLACK


def test_a_late_baseline_hides_its_share_of_the_effect_from_change_scores(scores):
    row = scores.loc[("change scores", "baseline taken after half of the work")]
    assert abs(row["bias"] + 0.5) <= 3 * row["bias_monte_carlo_error"]


def test_the_fall_of_the_worst_decile_is_covered(validity):
    rows = table(validity.study_followed(REPLICATIONS, faults=only(validity.FOLLOWED, "none"), others=500))
    assert rows["coverage"].iloc[0] >= 0.95 - SLACK


def test_the_count_that_selection_predicts_is_covered_unless_rates_move(validity):
    rows = table(validity.study_chosen(400))["coverage"]
    slack = 3 * math.sqrt(0.05 * 0.95 / 400)
    name = "count that selection alone predicts"
    assert rows[name, "none"] >= 0.95 - slack
    assert rows[name, "overdispersion"] < 0.95 - slack


def test_a_posterior_covers_when_its_prior_holds_and_not_when_it_is_off(validity):
    rows = table(validity.study_updates(400))["coverage"].droplevel("estimator")
    slack = 3 * math.sqrt(0.05 * 0.95 / 400)
    assert rows["none"] >= 0.95 - slack > rows["prior off by two standard deviations"]


def test_shares_that_pass_a_stage_are_covered(validity):
    rows = table(validity.study_shares(1_000))
    assert (rows["coverage"] >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 1_000)).all()


def test_the_set_of_ceilings_holds_the_true_one_and_stays_open_before_the_midpoint(validity):
    names = ("none", "counts end before the midpoint")
    rows = table(validity.study_curves(REPLICATIONS, faults=only(validity.CURVES, *names))).droplevel("estimator")
    assert (rows["coverage"] >= 0.95 - SLACK).all()
    assert rows.loc["counts end before the midpoint", "finite"] < rows.loc["none", "finite"]


def test_the_committed_table_holds_every_fault_with_its_simulation_error(root, validity):
    file = root / "benchmarks" / "results" / "validity_counts.json"
    rows = pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))["rows"])
    assert set(rows["fault"]) >= {fault for faults in validity.STUDIES.values() for fault in faults}
    assert (rows["monte_carlo_error"] > 0).all() and (rows["replications"] >= 200).all()
