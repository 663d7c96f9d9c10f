"""Specification curves and checks are as wrong as they may be: benchmarks/validity_choices.py, made small.

Bounds are three Monte Carlo standard errors of the replications that were run.
"""

import json
import math

import pandas as pd
import pytest
from recovery import table


@pytest.fixture(scope="module")
def validity(script):
    return script("validity_choices")


def test_the_test_of_a_whole_curve_does_not_cry_wolf_and_agreement_proves_no_effect(validity):
    rows = table(validity.study_curves(50, faults=("none", "few donors")))
    curves = rows.dropna(subset="false_positive_rate")["false_positive_rate"]
    assert (curves.xs("none", level="fault") <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 20)).all()
    assert (curves.xs("few donors", level="fault") == 0).all(), "12 donors give no p of 0.05"
    failed = rows["failed"].dropna().xs("none", level="fault")
    assert failed["check_agreement, an effect of twice the noise"] < failed["check_agreement, no effect"] < 1


def test_editions_that_differ_by_revisions_agree_and_a_new_count_of_the_treated_unit_does_not(validity):
    failed = table(validity.study_editions(20, faults=("none", "treated unit counted anew")))["failed"]
    assert failed["check_vintage", "none"] <= 3 * math.sqrt(0.05 * 0.95 / 20)
    assert failed["check_vintage", "treated unit counted anew"] > 0.5


def test_proof_of_a_flat_gap_is_refused_to_a_planted_trend(validity):
    faults = {name: validity.DRIFTS[name] for name in ("none", "planted trend")}
    failed = table(validity.study_trends(20, faults=faults))["failed"].droplevel("estimator")
    assert failed["planted trend"] > 0.8 > failed["none"]


def test_one_deviant_place_is_found_by_a_fixed_tolerance_but_widens_its_own_interval(validity):
    faults = {name: validity.POOLED[name] for name in ("none", "one place fell by itself")}
    failed = table(validity.study_pooled(30, faults=faults))["failed"]
    own, fixed = (f"check_leave_one_out, pooled ratio, {words}" for words in ("its own interval", "a worth of 0.1"))
    assert failed[own, "none"] == failed[fixed, "none"] == failed[own, "one place fell by itself"] == 0
    assert failed[fixed, "one place fell by itself"] > 3 * math.sqrt(0.05 * 0.95 / 30)


def test_the_committed_table_holds_every_fault_and_honest_curves(root, validity):
    file = root / "benchmarks" / "results" / "validity_choices.json"
    rows = pd.DataFrame(json.loads(file.read_text(encoding="utf-8"))["rows"])
    assert set(rows["fault"]) >= {fault for faults in validity.STUDIES.values() for fault in faults}
    sound = rows[rows["false_positive_rate"].notna() & (rows["fault"] != "worst-first placement")]
    assert (sound["false_positive_rate"] <= 0.05 + 3 * sound["monte_carlo_error"]).all()
