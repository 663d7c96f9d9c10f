"""Placebo sets, permuted doses and permuted starts keep what they promise: benchmarks/validity_growth.py, made small.

Bounds are three Monte Carlo standard errors of the replications that were run.
"""

import json
import math

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.staggered_randomised import fit_starts

REPLICATIONS = 40
SLACK = 3 * math.sqrt(0.05 * 0.95 / REPLICATIONS)


@pytest.fixture(scope="module")
def validity(script):
    return script("validity_growth")


@pytest.fixture(scope="module")
def rows(validity):
    names, found = ("none", "worst-first placement", "starts known to four weeks only"), []
    for study, faults in validity.STUDIES.items():
        if study is not validity.study_spans:
            found += study(REPLICATIONS, faults={name: faults[name] for name in names if name in faults})
    return pd.DataFrame(found).set_index(["fault", "estimator"])


def test_permutations_find_the_effect_and_nothing_where_nothing_is(rows):
    sound = rows.loc["none"]
    assert (sound["false_positive_rate"] <= 0.05 + SLACK).all()
    measured = sound.dropna(subset="coverage")
    assert (measured["bias"].abs() <= 3 * measured["bias_monte_carlo_error"]).all()
    assert (measured["coverage"] >= 0.95 - SLACK).all()


def test_worst_first_placement_looks_like_a_fall(rows):
    worst = rows.loc["worst-first placement"]
    assert (worst["bias"] < -3 * worst["bias_monte_carlo_error"]).all()
    assert (worst["false_positive_rate"] > 0.05 + SLACK).all()


def test_starts_known_to_four_weeks_only_shrink_the_effect(rows):
    row = rows.loc[("starts known to four weeks only", "average of group-time effects, permuted starts")]
    assert row["bias"] < -3 * row["bias_monte_carlo_error"]


def test_a_span_over_possible_dates_is_no_interval(validity):
    (row,) = validity.study_spans(REPLICATIONS, faults={"none": validity.BLURRED["none"]})
    assert row["coverage"] < 0.95 - SLACK


def test_effects_before_their_recorded_start_are_named_in_the_printed_estimate(validity):
    rng, said = np.random.default_rng(1), []
    for late in (2, 0):
        panels = [validity.simulate_starts(rng, effect=3.0, late=late)[:2] for _ in range(20)]
        found = [str(fit_starts(*panel, draws=199, rng=rng).overall("starts", unit="units")) for panel in panels]
        said.append(sum("averages before adoption differ from zero" in text for text in found))
    assert said[0] >= 18 and said[1] <= 20 * (0.05 + 3 * math.sqrt(0.05 * 0.95 / 20))


def test_one_unit_with_too_few_weeks_rejects_nothing(validity):
    (row,) = validity.study_alone(REPLICATIONS, faults={"short series": validity.ALONE["short series"]})
    assert row["false_positive_rate"] == 0


def test_the_committed_table_holds_every_fault_and_honest_tests(root, validity):
    file = root / "benchmarks" / "results" / "validity_growth.json"
    found = pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))["rows"])
    assert set(found["fault"]) >= {fault for faults in validity.STUDIES.values() for fault in faults}
    sound = found[(found["fault"] == "none") & found["false_positive_rate"].notna()]
    assert len(sound) == len(validity.STUDIES) - 1, "a span over dates is no test"
    assert (sound["false_positive_rate"] <= 0.05 + 3 * sound["monte_carlo_error"]).all()
