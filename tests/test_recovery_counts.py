"""Counts, posteriors and curves keep what their intervals promise: benchmarks/validity_counts.py, made small.

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
    return script("validity_counts")


@pytest.fixture(scope="module")
def changes(validity):
    names = ("none", "overdispersion", "places differ in their change", "few places")
    return table(validity.study_changes(REPLICATIONS, faults=only(validity.CHANGES, *names)))


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


def test_a_posterior_covers_when_its_prior_holds_and_not_when_it_is_off(validity):
    names = ("none", "prior off by two standard deviations")
    rows = table(validity.study_updates(400, faults=only(validity.UPDATES, *names)))["coverage"].droplevel("estimator")
    slack = 3 * math.sqrt(0.05 * 0.95 / 400)
    assert rows["none"] >= 0.95 - slack > rows["prior off by two standard deviations"]


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
