"""Simulated effects are found again and intervals hold what they promise: benchmarks/validity_synthetic.py, made small.

Bounds are three Monte Carlo standard errors of the stated number of replications, not chosen after the fact.
"""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.checks_before import SHORT
from kampung_analysis.synthetic import synthetic_control

REPLICATIONS = 30
SLACK = 3 * math.sqrt(0.05 * 0.95 / REPLICATIONS)


@pytest.fixture(scope="module")
def validity(script):
    return script("validity_synthetic")


@pytest.fixture(scope="module")
def committed(root):
    file = root / "benchmarks" / "results" / "validity_synthetic.json"
    if not file.is_file():
        pytest.skip(f"{file.name} has not been written; run benchmarks/validity_synthetic.py")
    return pd.DataFrame(json.loads(file.read_text())["rows"])


@pytest.mark.parametrize(
    ("method", "fault"), [("sc", "none"), ("sdid", "none"), ("demeaned", "overdispersion"), ("did", "autocorrelation")]
)
def test_placebo_intervals_cover_and_placebo_p_values_do_not_cry_wolf(validity, method, fault):
    options = {"methods": (method,), "faults": {fault: validity.PANELS[fault]}, "kinds": ("placebo",)}
    rows = pd.DataFrame(validity.study_panels(REPLICATIONS, **options))
    placebo = rows[rows["estimator"] == f"{method}, placebo interval"].iloc[0]
    assert abs(placebo["bias"]) <= 3 * placebo["bias_monte_carlo_error"]
    assert placebo["coverage"] >= 0.95 - SLACK
    assert placebo["false_positive_rate"] <= 0.05 + SLACK


def test_too_few_donors_give_infinite_intervals_instead_of_short_ones(validity):
    rows = pd.DataFrame(validity.study_panels(5, methods=("sc",), faults={"few donors": {"donors": 12}}))
    placebo = rows[rows["estimator"] == "sc, placebo interval"].iloc[0]
    assert placebo["finite"] == 0
    assert placebo["coverage"] == 1
    assert placebo["false_positive_rate"] == 0


def test_worst_first_placement_biases_weights_without_intercept(validity):
    rng = np.random.default_rng(validity.SEED)
    errors = []
    for _ in range(REPLICATIONS):
        wide, launch = validity.simulate_panel(rng, worst_first=True)
        errors.append(synthetic_control(wide, treated="treated", launch=launch).att)
    assert np.mean(errors) > 3 * np.std(errors) / math.sqrt(REPLICATIONS)


def test_the_check_of_the_trend_finds_a_planted_trend_more_often_than_it_fails_without_one(validity):
    faults = {name: validity.DRIFTS[name] for name in ("none", "planted trend")}
    rows = pd.DataFrame(validity.study_checks(20, faults=faults)).set_index(["estimator", "fault"])["failed"]
    assert rows["check_pre_trend", "planted trend"] > 0.8 > rows["check_pre_trend", "none"]


def test_the_check_of_a_short_trend_prints_how_often_it_failed_when_nothing_was_wrong(committed):
    failed = 100 * committed[committed["estimator"] == "check_pre_trend"].set_index("fault")["failed"]
    low, high, lasting = (int(word) for word in re.findall(r"\d+", SHORT))
    flat = failed.drop(["autocorrelation", "planted trend"])
    assert (round(flat.min()), round(flat.max()), round(failed["autocorrelation"])) == (low, high, lasting)


def test_the_committed_table_covers_every_fault_and_shows_honest_placebo_intervals(validity, committed):
    assert set(committed["fault"]) >= {*validity.PANELS, *validity.DRIFTS}
    sound = committed["estimator"].str.endswith("placebo interval") & (committed["fault"] != "worst-first placement")
    rows = committed[sound]
    assert (rows["coverage"] >= 0.95 - 3 * rows["monte_carlo_error"]).all()
    assert (rows["false_positive_rate"] <= 0.05 + 3 * rows["monte_carlo_error"]).all()
