"""Results: frozen, printable, and the same number on every machine."""

import dataclasses
import json
import math

import numpy as np
import pytest

from kampung_analysis.results import Check, Estimate, number, quantity, rounded


def test_an_estimate_prints_as_a_sentence_with_its_cautions():
    text = str(Estimate("gap", -1.25, -2, 0.5, unit="per 100,000 a week", warnings=["few donors"]))
    assert text.splitlines() == [
        "gap: −1.25 per 100,000 a week (95% interval −2 to 0.500).",
        "  Caution: few donors",
    ]


def test_an_estimate_without_interval_says_so():
    estimate = Estimate("gap", 1.0)
    assert "no interval" in str(estimate) and not estimate.finite


def test_a_count_is_called_exact():
    assert str(Estimate("places", 4, 4, 4, unit="districts")) == "places: 4 districts (exact)."


def test_bounds_are_not_called_an_interval_with_a_coverage():
    text = str(Estimate("places", 4, 2, 9, unit="districts", method="arithmetic bound"))
    assert text == "places: 4 districts (bounds 2 to 9)."


def test_an_interval_that_runs_backwards_is_refused():
    with pytest.raises(ValueError, match="gap.*2.*1"):
        Estimate("gap", 1.5, 2, 1)
    with pytest.raises(ValueError, match="level is 95"):
        Estimate("gap", 1.5, 1, 2, level=95)


def test_results_cannot_be_changed_after_the_fact():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Estimate("gap", 1.0).value = 2


def test_an_estimate_survives_json():
    before = Estimate("gap", 1 / 3, -math.inf, 2, se=0.25, n=3, warnings=("a", "b"))
    after = Estimate.from_dict(json.loads(json.dumps(before.to_dict())))
    assert after == dataclasses.replace(before, value=0.333333)
    missing = Estimate.from_dict(json.loads(json.dumps(Estimate("gap", 1.0).to_dict())))
    assert math.isnan(missing.low)
    with pytest.raises(ValueError, match="spread"):
        Estimate.from_dict({"name": "gap", "value": 1, "spread": 2})


def test_noise_of_the_machine_does_not_leave_the_package():
    assert rounded(0.1 + 0.2) == 0.3
    assert rounded({"a": [np.float64(1 / 3), np.int64(2)], "b": (math.nan, math.inf)}) == {
        "a": [0.333333, 2],
        "b": [None, "inf"],
    }
    assert math.copysign(1, rounded(-0.0)) == 1
    with pytest.raises(TypeError, match="set"):
        rounded({"a": {1}})


def test_a_check_has_three_outcomes_and_a_reason():
    outcomes = [Check("pre-trend", passed, "because").outcome for passed in (True, np.False_, None)]
    assert outcomes == ["passed", "failed", "could not be run"]
    with pytest.raises(ValueError, match="pre-trend"):
        Check("pre-trend", True, "")


@pytest.mark.parametrize(
    ("value", "text"),
    [(1559, "1,559"), (-0.5, "−0.500"), (0.00123, "0.00123"), (12345.6, "12,346"), (0, "0"), (-math.inf, "−∞")],
)
def test_numbers_are_written_for_sentences(value, text):
    assert number(value) == text


def test_a_very_small_number_is_written_with_an_exponent():
    assert number(2.34e-45, 2) == "2.3e−45" and number(-1e-12) == "−1.00e−12"


def test_a_missing_number_is_called_missing_and_carries_no_unit():
    assert number(math.nan) == number(None) == quantity(math.nan, "log points") == "not available"


def test_a_ratio_becomes_log_points_and_a_difference_does_not():
    ratio = Estimate("rate ratio of crime", 0.5, 0.25, 1, unit="rate ratio", p=0.04)
    logs = ratio.logged("crime")
    assert logs == Estimate("crime", math.log(0.5), math.log(0.25), 0, unit="log points", p=0.04)
    assert Estimate("r", 0.5, 0, 1).logged().low == -math.inf
    assert math.isnan(Estimate("r", 0.5).logged().low)
    with pytest.raises(ValueError, match="gap: -1"):
        Estimate("gap", -1, -2, 1).logged()


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(1, "districts", "1 district"), (1, "branches", "1 branch"), (1, "sites a week", "1 site a week"),
     (4, "districts", "4 districts"), (1, "log points", "1 log points"), (2.5, "", "2.50")],
)  # fmt: skip
def test_one_of_something_is_singular(value, unit, text):
    assert quantity(value, unit) == text
