"""Interrupted series keep what their printed results say: benchmarks/validity_series.py, made small.

Bounds are three Monte Carlo standard errors of the replications that were run.
"""

import json
import math

import pandas as pd
import pytest

from kampung_analysis.segments import COVERED

QUANTITIES = ("mean rate ratio", "change of level", "change of slope")


@pytest.fixture(scope="module")
def validity(script):
    return script("validity_series")


@pytest.fixture(scope="module")
def committed(root):
    text = (root / "benchmarks" / "results" / "validity_series.json").read_text(encoding="utf-8")
    rows = pd.DataFrame(json.loads(text)["rows"])
    name = rows["estimator"].str.extract(r" (?P<errors>\S+) errors(?:, (?P<quantity>.+))?$")
    name["errors"] = name["errors"].str.replace("-", "_")
    return rows.assign(errors=name["errors"], quantity=name["quantity"].fillna(QUANTITIES[0]))


def test_a_known_rate_ratio_is_covered_when_nothing_is_wrong(validity):
    rows = pd.DataFrame(validity.study_series(30, faults={"none": {}}, variants=validity.VARIANTS[:4:3]))
    assert (rows["bias"].abs() <= 3 * rows["bias_monte_carlo_error"]).all()
    mean = rows[~rows["estimator"].str.contains("change of")]
    assert (mean["coverage"] >= 0.95 - 3 * mean["monte_carlo_error"]).all()


def test_model_errors_of_overdispersed_counts_cover_too_rarely_and_say_so(validity):
    faults = {"overdispersion": validity.SERIES["overdispersion"]}
    variants = (("negative_binomial", "newey_west"), ("poisson", "model"))
    rows = pd.DataFrame(validity.study_series(30, faults=faults, variants=variants)).set_index("estimator")
    assert rows.loc["interrupted poisson, model errors", "coverage"] < 0.8
    assert rows.loc["interrupted poisson, model errors", "warned"] == 1
    sound = rows.loc["interrupted negative binomial, newey-west errors", "coverage"]
    assert sound >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 30)


def test_pretended_launches_of_a_sound_series_pass(validity):
    (row,) = validity.study_launches(20, faults=("none",))
    assert row["failed"] <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / row["replications"])


@pytest.mark.parametrize(("errors", "size"), COVERED)
def test_the_printed_coverage_is_that_of_the_committed_simulations(committed, errors, size):
    short, other = committed["fault"].str.startswith("short"), committed["fault"].str.contains("forty")
    rows = committed[(committed["errors"] == errors) & ((short & (size == 16)) | (~short & ~other & (size == 90)))]
    if size == 90 and errors != "newey_west":
        rows = rows[rows["fault"].str.contains("autocorrelat")]
    for quantity, printed in COVERED[errors, size].items():
        seen = 100 * rows.loc[rows["quantity"] == quantity, "coverage"]
        assert len(seen) >= 2 and printed == (math.floor(seen.min()), math.ceil(seen.max())), quantity


def test_intervals_that_cover_less_than_nine_in_ten_are_printed_with_a_warning(committed):
    """A wrong date is the one fault that a series cannot show."""
    low = committed[(committed["coverage"] < 0.9) & (committed["family"] != "wrong dates")]
    assert len(low) > 50 and (low["warned"] >= 0.9).all()


def test_the_committed_table_holds_every_fault(committed, validity):
    assert set(committed["fault"]) >= {fault for faults in validity.STUDIES.values() for fault in faults}
