"""Scores, chosen places and shares keep what their intervals promise: benchmarks/validity_selection.py, made small.

Bounds are three Monte Carlo standard errors of the replications that were run.
"""

import json
import math

import pandas as pd
import pytest
from recovery import only, table

REPLICATIONS = 40
SLACK = 3 * math.sqrt(0.05 * 0.95 / REPLICATIONS)


@pytest.fixture(scope="module")
def validity(script):
    return script("validity_selection")


@pytest.fixture(scope="module")
def scores(validity):
    names = ("none", "worst-first placement", "baseline taken after half of the work")
    return table(validity.study_scores(REPLICATIONS, faults=only(validity.SCORES, *names)))


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
    rows = table(validity.study_chosen(400, faults=only(validity.CHOSEN, "none", "overdispersion")))["coverage"]
    slack = 3 * math.sqrt(0.05 * 0.95 / 400)
    name = "count that selection alone predicts"
    assert rows[name, "none"] >= 0.95 - slack
    assert rows[name, "overdispersion"] < 0.95 - slack


def test_shares_that_pass_a_stage_are_covered_unless_neighbours_pass_alike(validity):
    faults = only(validity.AWARDS, "none", "neighbours alike", "few places")
    rows = table(validity.study_shares(300, faults=faults))["coverage"].droplevel("estimator")
    slack = 3 * math.sqrt(0.05 * 0.95 / 300)
    assert min(rows["none"], rows["few places"]) >= 0.95 - slack > rows["neighbours alike"]


def test_differences_of_chosen_places_are_covered_and_permutations_do_not_cry_wolf(validity):
    names = ("none", "neighbours alike")
    rows = table(validity.study_baselines(REPLICATIONS, faults=only(validity.BASELINES, *names)))
    sound = rows.xs("none", level="fault")
    assert (sound["coverage"].dropna() >= 0.95 - SLACK).all()
    assert (sound["false_positive_rate"] <= 0.05 + SLACK).all()
    alike = rows.loc[("difference of baselines, permutation", "neighbours alike"), "false_positive_rate"]
    assert alike > 0.05 + SLACK, "permutations deal places out one by one, and neighbours go together"


def test_a_rank_correlation_is_covered_when_nothing_is_wrong_and_shrinks_when_starts_are_blurred(validity):
    names = ("none", "starts known to four weeks only")
    rows = table(validity.study_ranks(100, faults=only(validity.RANKS, *names))).droplevel("estimator")
    assert rows.loc["none", "coverage"] >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 100)
    blurred = rows.loc["starts known to four weeks only"]
    assert blurred["bias"] < -3 * blurred["bias_monte_carlo_error"]


def test_the_committed_table_holds_every_fault_with_its_simulation_error(root, validity):
    file = root / "benchmarks" / "results" / "validity_selection.json"
    rows = pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))["rows"])
    assert set(rows["fault"]) >= {fault for faults in validity.STUDIES.values() for fault in faults}
    assert (rows["monte_carlo_error"] > 0).all()
