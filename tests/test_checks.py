"""Checks find what was planted, stay quiet on what is sound, and say when they cannot be run."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.checks import (
    as_estimate,
    check_agreement,
    check_fit_rank,
    check_leave_one_out,
    check_placebo_in_space,
    check_placebo_in_time,
    check_pre_fit,
    check_pre_trend,
    check_vintage,
)
from kampung_analysis.interrupted import fit_interrupted
from kampung_analysis.results import Estimate
from kampung_analysis.synthetic import synthetic_control

PLACEBOS = (check_placebo_in_time, check_placebo_in_space)


def estimate(value, half=1.0):
    return Estimate("effect", value, value - half, value + half)


def refuse(name):
    raise ValueError(f"{name} has too few weeks")


@pytest.mark.parametrize("check", PLACEBOS)
def test_placebos_that_show_nothing_pass_and_placebos_that_show_effects_fail(check):
    assert check(lambda n: estimate(0.1 * n), range(5)).passed is True
    failed = check(lambda n: estimate(3.0 + n), range(5))
    assert failed.passed is False
    assert "5 of 5 placebos show an effect; chance allows 1. Largest: 4, 7" in failed.why


def test_as_many_placebos_may_show_an_effect_as_chance_explains():
    def fit(n, hits):
        return estimate(5.0 if n < hits else 0.0)

    assert check_placebo_in_space(lambda n: fit(n, 4), range(33)).passed is True
    assert check_placebo_in_space(lambda n: fit(n, 5), range(33)).passed is False


def test_placebo_ratios_are_compared_with_one():
    assert check_placebo_in_time(lambda n: Estimate("r", 1.0, 0.9, 1.1), [1, 2, 3], null=1.0).passed is True
    assert check_placebo_in_time(lambda n: Estimate("r", 1.0, 0.9, 1.1), [1, 2, 3]).passed is False


def test_placebos_without_interval_are_held_against_the_effect_worth_claiming():
    assert check_placebo_in_time(lambda n: 0.5, [1, 2], worth=-1.0).passed is True
    assert check_placebo_in_time(lambda n: 1.5, [1, 2], worth=-1.0).passed is False
    unknown = check_placebo_in_time(lambda n: 1.5, [1, 2])
    assert unknown.passed is None
    assert "no effect worth claiming" in unknown.why


@pytest.mark.parametrize("check", PLACEBOS)
def test_a_design_that_refuses_every_placebo_could_not_be_run_and_says_why(check):
    result = check(refuse, ["2020-05-04"])
    assert result.passed is None
    assert result.outcome == "could not be run"
    assert "2020-05-04 has too few weeks" in result.why
    assert check(refuse, []).passed is None


def test_refused_placebos_are_counted_beside_those_that_ran():
    result = check_placebo_in_time(lambda n: refuse(n) if n == 2 else estimate(0.0), [1, 2, 3])
    assert result.passed is True
    assert "0 of 2 placebos" in result.why
    assert "Not run: 1, first 2: 2 has too few weeks" in result.why


@pytest.mark.parametrize("error", [KeyError, TypeError, ZeroDivisionError, np.linalg.LinAlgError])
def test_mistakes_in_a_fit_are_raised_and_not_taken_for_a_refusal(error):
    def broken(name):
        raise error("typo")

    for check in PLACEBOS:
        with pytest.raises(error):
            check(broken, [1])
    with pytest.raises(error):
        check_vintage(broken, ["a", "b"])
    with pytest.raises(error):
        check_leave_one_out(broken, ["a"], full=1.0)


def test_one_donor_that_carries_the_result_is_named():
    result = check_leave_one_out(
        lambda n: estimate(0.0 if n == "Bali" else -5.0), ["Aceh", "Bali"], full=estimate(-5.2)
    )
    assert result.passed is False
    assert "Leaving out Bali moves −5.20 to 0" in result.why
    assert check_leave_one_out(lambda n: -5.0, ["Aceh"], full=estimate(-5.2)).passed is True


def test_without_interval_or_tolerance_leave_one_out_and_vintage_cannot_be_judged():
    assert check_leave_one_out(lambda n: -5.0, ["Aceh"], full=-5.2).passed is None
    assert check_vintage(lambda v: -5.0, ["a", "b"]).passed is None
    assert check_leave_one_out(lambda n: -5.0, ["Aceh"], full=-5.2, tolerance=0.1).passed is False
    assert check_vintage(lambda v: -5.0, ["a", "b"], tolerance=0.1).passed is True


def test_a_revision_that_moves_the_result_beyond_its_interval_fails():
    values = {"2021-03": -1.0, "2020-09": 0.5}
    assert check_vintage(lambda v: estimate(values[v], 2.0), values).passed is True
    failed = check_vintage(lambda v: estimate(values[v], 1.0), values)
    assert failed.passed is False
    assert "2021-03 gives −1, 2020-09 0.500" in failed.why
    assert check_vintage(lambda v: estimate(0.0) if v == "2021-03" else refuse(v), values).passed is None


def gap(slope=0.0, pre=12, post=6, noise=0.2, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(pre + post)
    return pd.Series(slope * (t - t.mean()) + noise * rng.normal(size=len(t)), index=t)


def test_a_planted_trend_before_the_launch_is_found():
    assert check_pre_trend(gap(0.3), 12).passed is False
    assert "flat gaps this short 12 to 15% fail too" in str(check_pre_trend(gap(0.3), 12))
    assert check_pre_trend(gap(0.0, noise=0), 12).passed is True
    assert check_pre_trend(gap(0.0, seed=1), 12).passed is True


def test_a_trend_that_would_grow_to_the_worth_fails_although_it_is_not_significant():
    loose = gap(0.02, noise=1.0, seed=3)
    assert check_pre_trend(loose, 12).passed is True
    assert check_pre_trend(loose, 12, worth=0.05).passed is False
    assert check_pre_trend(loose, 12, worth=100.0).passed is True


def test_a_short_history_shows_no_trend_either_way():
    result = check_pre_trend(gap(pre=4), 4)
    assert result.passed is None
    assert "6 are needed" in result.why
    assert check_pre_fit(gap(pre=1), 1, limit=1.0).passed is None


def test_the_pre_fit_is_held_against_the_worth_or_against_the_units_own_mean():
    g = gap(noise=0.5)
    assert check_pre_fit(g, 12, limit=-1.0).passed is True
    assert check_pre_fit(g, 12, limit=0.1).passed is False
    assert check_pre_fit(g, 12, observed=pd.Series(np.arange(18.0))).passed is True
    assert check_pre_fit(g, 12, observed=pd.Series(np.ones(18))).passed is False
    with pytest.raises(ValueError, match="give limit"):
        check_pre_fit(g, 12)


def test_a_fit_is_ranked_among_placebo_units_and_ties_count_as_no_better():
    assert check_fit_rank(pd.Series([1.0, 1.0, 2.0, 0.5, 0.4])).passed is True
    failed = check_fit_rank(pd.Series([1.0, 2.0, 0.5, 0.4]), what="district")
    assert failed.passed is False
    assert failed.why == "33% of 3 districts fit no better before."
    assert check_fit_rank(pd.Series([1.0, 2.0, 0.5, 0.4]), share=0.3).passed is True
    assert check_fit_rank(pd.Series([1.0])).passed is None


def test_specifications_on_both_sides_of_zero_do_not_agree():
    assert check_agreement([-1, -2, -3, math.nan, -4]).passed is True
    split = check_agreement([-1, -2, 3, 4])
    assert split.passed is False
    assert "2 lie below and 2 above 0" in split.why
    assert check_agreement([-1.0, math.nan]).passed is None


def test_every_kind_of_fit_is_understood():
    rng = np.random.default_rng(0)
    wide = pd.DataFrame(rng.normal(size=(20, 22)).cumsum(axis=0), columns=[f"u{i}" for i in range(22)])
    f = synthetic_control(wide, treated="u0", launch=14)
    assert as_estimate(f) == f.estimate()
    y = pd.Series(rng.poisson(20, 40))
    assert as_estimate(fit_interrupted(y, launch=25)).unit == "rate ratio"
    assert as_estimate(np.float64(2)).value == 2
    with pytest.raises(TypeError, match="returned a str"):
        as_estimate("2")
    check = check_leave_one_out(f.without, f.weights.index[f.weights > 1e-6], full=f)
    assert check.passed in (True, False)
    donors = wide.drop(columns="u0")
    result = check_placebo_in_space(lambda u: synthetic_control(donors, treated=u, launch=14), donors.columns)
    assert result.threshold == 3


def test_a_launch_that_is_no_period_is_an_error_not_an_outcome():
    with pytest.raises(KeyError, match="nearest"):
        check_pre_trend(gap(), 12.5)


def test_a_fit_that_gives_no_number_is_said_not_to_have_run_and_hides_no_other():
    found = check_leave_one_out({"a": 0.1, "b": math.nan, "c": 0.2}.get, ["a", "b", "c"], full=estimate(0.0))
    assert found.passed and "Not run: 1, first b: the fit gives no number" in found.why
    for check in PLACEBOS:
        assert check(lambda name: math.nan, ["a", "b"], worth=1.0).passed is None
    assert check_vintage({"a": 0.0, "b": math.nan}.get, ["a", "b"], tolerance=1).passed is None


def test_specifications_without_a_value_are_counted_aloud():
    assert "Of 2 specifications" in check_agreement([1, 2, math.nan, math.inf]).why
    assert "Without a finite value: 2." in check_agreement([1, 2, math.nan, math.inf]).why


GAPS = pd.Series(np.random.default_rng(5).normal(size=30), index=pd.date_range("2020-01-06", periods=30, freq="7D"))
BROKEN = {
    "a missing week": (GAPS.mask(GAPS.index == "2020-01-27"), "is nan in 2020-01-27; fill"),
    "an infinite week": (GAPS.mask(GAPS.index == "2020-01-27", np.inf), "is inf in 2020-01-27; fill"),
    "a week left out": (GAPS.drop(GAPS.index[4]), "2020-01-27 to 2020-02-10 differs"),
    "weeks out of order": (GAPS.iloc[::-1], "sort by period"),
    "a week twice": (pd.concat([GAPS, GAPS.iloc[[4]]]).sort_index(), "2020-02-03 stands twice"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_gap_that_is_not_a_series_of_weeks_is_refused_by_week(case):
    gap, words = BROKEN[case]
    with pytest.raises(ValueError, match=words):
        check_pre_trend(gap, "2020-05-25")
    with pytest.raises(ValueError, match=words):
        check_pre_fit(gap, "2020-05-25", limit=1)
