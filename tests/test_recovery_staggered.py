"""Event studies keep what their intervals and bands promise: benchmarks/validity_staggered.py, made small.

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
    return script("validity_staggered")


@pytest.fixture(scope="module")
def rows(validity):
    faults = {name: validity.FAULTS[name] for name in ("none", "worst-first placement", "dates one period late")}
    return pd.DataFrame(validity.study(REPLICATIONS, faults=faults)).set_index(["fault", "estimator"])


def test_every_average_covers_and_does_not_cry_wolf_when_nothing_is_wrong(rows):
    sound = rows.loc["none"]
    measured = sound.dropna(subset="bias")
    assert (measured["bias"].abs() <= 3 * measured["bias_monte_carlo_error"]).all()
    assert (sound["coverage"] >= 0.95 - SLACK).all()
    assert (measured["false_positive_rate"] <= 0.05 + SLACK).all()


def test_worst_first_placement_and_late_dates_shrink_every_average(rows):
    for fault in ("worst-first placement", "dates one period late"):
        wrong = rows.loc[fault].dropna(subset="bias")
        assert (wrong["bias"] < -3 * wrong["bias_monte_carlo_error"]).all()


def test_every_average_warns_of_worst_first_placement_and_late_dates_and_rarely_without_a_fault(rows):
    warned = rows["warned"].dropna()
    assert (warned[["worst-first placement", "dates one period late"]] >= 0.8).all()
    assert (warned["none"] <= 0.05 + SLACK).all()


def test_comparisons_inside_districts_cover_where_whole_districts_do_not_start_together(validity):
    faults = {name: validity.INSIDE[name] for name in ("none", "autocorrelation")}
    inside = pd.DataFrame(validity.study_inside(REPLICATIONS, faults=faults))
    assert (inside["coverage"] >= 0.95 - SLACK).all() and (inside["false_positive_rate"] <= 0.05 + SLACK).all()
    together = {"whole districts start together": validity.FAULTS["whole districts start together"]}
    assert (pd.DataFrame(validity.study(REPLICATIONS, faults=together))["coverage"] < 0.95 - SLACK).all()


def test_the_committed_table_holds_every_fault_and_covers_with_many_units(root, validity):
    file = root / "benchmarks" / "results" / "validity_staggered.json"
    found = pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))["rows"])
    assert set(found["fault"]) == {*validity.FAULTS, *validity.INSIDE}
    found = found[found["estimator"].str.startswith("event study")]
    many = found[found["fault"].isin(["none", "autocorrelation", "overdispersion", "unequal noise between cohorts"])]
    assert (many["coverage"] >= 0.95 - 3 * many["monte_carlo_error"]).all()
