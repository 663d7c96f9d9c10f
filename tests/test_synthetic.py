"""Donor weights: optimal, refusing what cannot be compared, and blind to what should not matter."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from kampung_analysis.placebos import Placebos, placebo_interval, rank_p
from kampung_analysis.simplex import frank_wolfe_weights, simplex_weights
from kampung_analysis.synthetic import synthetic_control

METHODS = ("sc", "demeaned", "sdid", "did")


def panel(seed=0, periods=20, donors=6, start="2020-01-06"):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(periods, donors + 1)).cumsum(axis=0) + rng.normal(10, 1, donors + 1)
    index = pd.date_range(start, periods=periods, freq="W-MON", name="week")
    return pd.DataFrame(values, index=index, columns=["treated", *(f"d{i}" for i in range(donors))])


def fit(wide, method="sc", launch=None, **options):
    launch = wide.index[12] if launch is None else launch
    return synthetic_control(wide, treated="treated", launch=launch, method=method, **options)


@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("ridge", [0.0, 0.5])
@pytest.mark.parametrize("seed", range(5))
def test_no_other_weights_come_closer(seed, ridge, intercept):
    rng = np.random.default_rng(seed)
    features, target = rng.normal(size=(15, 8)), rng.normal(size=15)
    ours = simplex_weights(features, target, ridge=ridge, intercept=intercept)

    def loss(w):
        residual = target - features @ w
        residual = residual - residual.mean() if intercept else residual
        return np.mean(residual**2) + ridge**2 * w @ w

    bounds, whole = [(0, 1)] * 8, {"type": "eq", "fun": lambda w: w.sum() - 1}
    other = minimize(loss, np.full(8, 1 / 8), bounds=bounds, constraints=whole, method="SLSQP", options={"ftol": 1e-14})
    assert ours.weights.min() >= 0
    assert ours.weights.sum() == pytest.approx(1, abs=1e-12)
    assert loss(ours.weights) <= other.fun + 1e-9
    assert ours.kkt_gap < 1e-12


def test_the_kkt_gap_exposes_weights_that_are_not_optimal():
    rng = np.random.default_rng(3)
    features, target = rng.normal(size=(15, 8)).cumsum(axis=0), rng.normal(size=15).cumsum()
    early = frank_wolfe_weights(features, target, ridge=1e-6, tolerance=0.3)
    exact = simplex_weights(features, target, ridge=1e-6)
    assert early.objective > exact.objective
    assert early.kkt_gap > 1e-8 > exact.kkt_gap


def test_identical_donors_share_their_weight():
    wide = panel()
    single = fit(wide).weights
    heavy = single.idxmax()
    doubled = fit(wide.assign(twin=wide[heavy])).weights
    assert doubled[heavy] == doubled["twin"]
    assert doubled[heavy] + doubled["twin"] == pytest.approx(single[heavy], rel=1e-6)


def test_a_donor_equal_to_the_treated_unit_is_a_perfect_fit_with_weight_one():
    wide = panel()
    wide["twin"] = wide["treated"]
    f = fit(wide)
    assert f.weights["twin"] == pytest.approx(1, abs=1e-9)
    assert f.pre_rmspe == pytest.approx(0, abs=1e-9)
    assert f.att == pytest.approx(0, abs=1e-9)
    assert 1 / 8 <= f.placebos().p_value <= 1


def test_all_donors_equal_to_the_treated_unit_give_equal_weights():
    wide = panel()
    wide = pd.DataFrame({name: wide["treated"] for name in wide})
    assert np.allclose(fit(wide).weights, 1 / 6, atol=1e-12)


def test_of_many_perfect_fits_the_smallest_weights_are_taken():
    rng = np.random.default_rng(4)
    features = rng.normal(size=(6, 20))
    found = simplex_weights(features, features.mean(axis=1))
    assert np.allclose(found.weights, 1 / 20, atol=1e-6)


def test_a_planted_effect_is_found_exactly_when_the_donors_contain_the_twin():
    wide = panel()
    wide["twin"] = wide["treated"]
    wide.loc[wide.index[12:], "treated"] -= 2.5
    for method in ("sc", "demeaned"):
        assert fit(wide, method).att == pytest.approx(-2.5, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(7)))
def test_the_order_of_units_does_not_matter(method, seed, order):
    wide = panel(seed)
    f, g = fit(wide, method), fit(wide.iloc[:, order], method)
    assert g.att == pytest.approx(f.att, abs=1e-8)
    assert np.allclose(g.weights[f.weights.index], f.weights, atol=1e-7)
    assert g.placebos().p_value == f.placebos().p_value


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.001, 0.5, 7.0, 1e5]), shift=st.floats(-1000, 1000))
def test_a_change_of_unit_changes_the_effect_by_the_same_factor(method, seed, scale, shift):
    wide = panel(seed)
    f, g = fit(wide, method), fit(wide * scale + shift * scale, method)
    assert g.att == pytest.approx(f.att * scale, abs=1e-7 * scale)
    assert g.se == pytest.approx(f.se * scale, rel=1e-6)
    assert np.allclose(g.weights, f.weights, atol=1e-6)
    assert g.placebos().p_att == f.placebos().p_att


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), lift=st.floats(-1e4, 1e4))
def test_with_an_intercept_the_level_of_a_unit_does_not_matter(seed, lift):
    wide = panel(seed)
    lifted = wide.assign(treated=wide["treated"] + lift, d2=wide["d2"] - lift)
    for method in ("demeaned", "sdid", "did"):
        assert fit(lifted, method).att == pytest.approx(fit(wide, method).att, abs=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), weeks=st.integers(-500, 500))
def test_shifting_the_calendar_and_renaming_units_changes_labels_only(seed, weeks):
    wide = panel(seed)
    moved = wide.copy()
    moved.index = wide.index + pd.Timedelta(weeks=weeks)
    moved.columns = ["treated", *(f"unit {c}" for c in wide.columns[1:])]
    for method in METHODS:
        f, g = fit(wide, method), fit(moved, method)
        assert g.att == f.att
        assert g.weights.tolist() == f.weights.tolist()
        assert g.launch == f.launch + pd.Timedelta(weeks=weeks)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), effect=st.floats(-50, 50))
def test_a_constant_effect_moves_the_estimate_and_its_interval_by_itself(seed, effect):
    wide = panel(seed, donors=21)
    treated = wide.copy()
    treated.loc[wide.index[12:], "treated"] += effect
    for method in METHODS:
        f, g = fit(wide, method), fit(treated, method)
        assert g.att == pytest.approx(f.att + effect, abs=1e-9)
        assert g.interval() == pytest.approx([x + effect for x in f.interval()], abs=1e-9)
        assert g.weights.tolist() == f.weights.tolist()


def test_the_treated_unit_is_in_no_placebo_pool():
    wide = panel()
    other = wide.assign(treated=wide["treated"] * 3 + 50)
    pd.testing.assert_frame_equal(fit(wide, "did").placebos().gaps, fit(other, "did").placebos().gaps)
    pd.testing.assert_frame_equal(fit(wide, "demeaned").placebos().gaps, fit(other, "demeaned").placebos().gaps)


def test_placebos_in_time_do_not_see_the_treated_periods():
    wide = panel()
    later = wide.copy()
    later.iloc[12:] *= 5
    pd.testing.assert_frame_equal(fit(wide, "sdid").placebos_in_time(), fit(later, "sdid").placebos_in_time())
    assert fit(wide).placebos_in_time()["launch"].max() == wide.index[11]


def test_leaving_a_donor_out_equals_fitting_without_its_column():
    wide = panel()
    f = fit(wide, "did")
    table = f.leave_one_out().set_index("dropped")
    assert len(table) == 6
    assert table.loc["d3", "att"] == pytest.approx(fit(wide.drop(columns="d3"), "did").att, abs=1e-12)
    assert f.without("d3").att == pytest.approx(table.loc["d3", "att"], abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), donors=st.integers(3, 25), jump=st.floats(-1e6, 1e6))
def test_no_p_value_promises_more_than_the_number_of_donors(seed, donors, jump):
    wide = panel(seed, donors=donors)
    wide.loc[wide.index[12:], "treated"] += jump
    p = fit(wide).placebos()
    assert p.floor == pytest.approx(1 / (donors + 1))
    assert min(p.p_value, p.p_att, p.p_studentised) >= p.floor


def test_ties_count_against_the_treated_unit():
    assert rank_p([2.0, 2.0, 1.0, 3.0]) == 0.75


def test_eighteen_donors_give_no_95_percent_interval_and_nineteen_do():
    assert not fit(panel(donors=18)).estimate().finite
    assert "19 are needed" in str(fit(panel(donors=18)).estimate())
    assert fit(panel(donors=19)).estimate().finite


def test_the_placebo_interval_holds_exactly_the_effects_that_the_rank_test_keeps():
    sizes = np.random.default_rng(0).exponential(size=39)
    low, high = placebo_interval(1.5, sizes, 0.9)
    for effect, inside in ((low + 1e-6, True), (low - 1e-6, False), (high - 1e-6, True), (high + 1e-6, False)):
        assert bool(rank_p([abs(1.5 - effect), *sizes]) > 0.1) is inside


def test_the_placebo_standard_error_is_the_limit_of_random_draws():
    f = fit(panel(donors=12), "sdid")
    assert f.placebo_se(rng=np.random.default_rng(1), replications=200_000) == pytest.approx(f.se, rel=0.02)
    again = [f.placebo_se(rng=np.random.default_rng(7)) for _ in range(2)]
    assert again[0] == again[1]


def test_conformal_p_values_are_multiples_of_one_over_the_periods_and_refuse_sdid():
    f = fit(panel(), "demeaned")
    assert f.conformal_p() * 20 == pytest.approx(round(f.conformal_p() * 20))
    assert f.conformal_p(f.att) >= 1 / 20
    with pytest.raises(ValueError, match="sdid does not"):
        fit(panel(), "sdid").interval("conformal")


def test_a_conformal_interval_with_fewer_than_twenty_periods_is_infinite():
    f = fit(panel(periods=16))
    assert f.interval("conformal") == (-math.inf, math.inf)
    assert "20 are needed" in str(f.estimate(interval="conformal"))


def test_the_ends_of_a_conformal_interval_separate_kept_from_rejected_effects():
    f = fit(panel(seed=3, periods=60, donors=4), launch=panel(periods=60).index[50])
    low, high = f.interval("conformal")
    assert math.isfinite(low) and math.isfinite(high)
    assert f.conformal_p(low - 0.01) <= 0.05 < f.conformal_p(low + 1e-4)
    assert f.conformal_p(high + 0.01) <= 0.05 < f.conformal_p(high - 1e-4)


def test_a_conformal_interval_is_only_infinite_where_no_effect_is_rejected():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(40, 4)).cumsum(axis=0) + rng.normal(0, 3, 4)
    f = fit(pd.DataFrame(values, columns=["treated", "a", "b", "c"]), launch=20)
    low, high = f.interval("conformal", level=0.8)
    assert f.att + 12 * f.gap.std() < high < 30
    assert f.conformal_p(low - 0.01) <= 0.2 < f.conformal_p(low + 1e-4)
    assert f.conformal_p(high + 0.01) <= 0.2 < f.conformal_p(high - 1e-4)


def test_an_effect_that_no_constant_describes_has_no_conformal_interval():
    wide = panel(periods=60)
    wide.loc[wide.index[50:], "treated"] += 1e3 * (-1.0) ** np.arange(10)
    found = fit(wide, "demeaned", launch=wide.index[50]).estimate(interval="conformal")
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert "grows or fades" in str(found)


def test_the_printed_result_is_a_sentence_with_its_cautions():
    text = str(fit(panel()))
    assert text.startswith("mean gap of treated:")
    assert "6 donors cannot give a 95% placebo interval; 19 are needed" in text
    assert "Estimand: effect on treated, mean of" in text
    assert "against 6 donors" in text


def test_a_worst_first_treated_unit_is_announced():
    wide = panel()
    wide["treated"] += 100
    assert "may fall back on its own" in str(fit(wide, "did").estimate())


def test_the_normal_interval_says_that_it_covers_too_rarely():
    assert "cover about 90%" in str(fit(panel(donors=30)).estimate(interval="normal"))


def with_cell(row, column, value):
    wide = panel()
    wide.iloc[row, column] = value
    return wide


def short_treated():
    wide = panel()
    wide.iloc[-2:, 0] = np.nan
    return wide


BAD = {
    "one missing cell": (with_cell(3, 2, np.nan), ValueError, r"'d1' is missing in 2020-01-27 \(1 such"),
    "one infinity": (with_cell(3, 2, np.inf), ValueError, "'d1' is infinite in 2020-01-27"),
    "treated ends early": (
        short_treated(),
        ValueError,
        "same periods; 2 differ, first 2020-05-11, where 'treated' is missing",
    ),
    "donors end early": (
        panel().mask(np.outer(np.arange(20) > 17, np.arange(7) > 0)),
        ValueError,
        "first 2020-05-11, where all donors are missing",
    ),
    "counts beyond double precision": (
        (panel() * 100).round().astype("int64") + 2**56,
        ValueError,
        r"'treated' is \d+ in 2020-01-06; beyond 2\*\*53",
    ),
    "a week twice": (pd.concat([panel(), panel().iloc[[4]]]).sort_index(), ValueError, "2020-02-03 stands twice"),
    "a week left out": (panel().drop(panel().index[5]), ValueError, "2020-02-03 to 2020-02-17 differs"),
    "unsorted weeks": (panel().iloc[::-1], ValueError, "sort by period"),
    "a unit twice": (panel().rename(columns={"d1": "d0"}), ValueError, "unit 'd0' stands twice"),
    "text cells": (panel().astype({"d1": str}), TypeError, "'d1' has type"),
    "no rows": (panel().iloc[:0], ValueError, r"shape \(0, 7\)"),
    "one donor": (panel()[["treated", "d0"]], ValueError, "at least 2 are needed"),
    "constant treated unit": (panel().assign(treated=1.0), ValueError, "constant at 1 before"),
    "not a frame": (panel()["treated"], TypeError, "Series"),
    "cells of Python objects": (panel().astype(object), TypeError, "'treated' has type object.*pd.to_numeric"),
    "complex cells": (panel() + 0j, TypeError, "has type complex128"),
    "nothing but zeros": (panel() * 0, ValueError, "constant at 0 before"),
    "constant donors": (panel()[["treated"]].assign(a=5.0, b=5.0), ValueError, "none of the 2 donors varies"),
    "two levels of columns": (pd.concat({"cases": panel()}, axis=1), TypeError, "columns have 2 levels.*droplevel"),
    "two levels of rows": (pd.concat({"Java": panel()}), TypeError, r"periods have 2 levels \(None, week\)"),
    "an infinite period": (panel().set_axis([*range(19), np.inf]), ValueError, "step from 18.0 to inf"),
    "text that is no date": (panel().set_axis([f"W{i:02}" for i in range(20)]), TypeError, "text such as 'W00'"),
    "outcomes beyond all squares": (panel() * 1e200, ValueError, "leaves the range of numbers; change the unit"),
    "outcomes below all squares": (panel() * 1e-200, ValueError, "leaves the range of numbers; change the unit"),
    "periods of two kinds": (panel().set_axis([*range(19), "x"]), TypeError, "periods are mixed"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_panel_that_cannot_be_compared_is_refused_with_the_way_out(case):
    wide, error, words = BAD[case]
    with pytest.raises(error, match=words):
        synthetic_control(wide, treated="treated", launch="2020-03-30")


KINDS = {
    "periods": lambda weeks: weeks.to_period("W"),
    "Arrow timestamps": lambda weeks: pd.Index(pd.Series(weeks).astype("timestamp[ns][pyarrow]")),
    "Arrow dates": lambda weeks: pd.Index(pd.Series(weeks).astype("date32[pyarrow]")),
    "Python dates": lambda weeks: pd.Index(weeks.date),
    "Python datetimes": lambda weeks: pd.Index(list(weeks.to_pydatetime()), dtype=object),
    "text dates": lambda weeks: pd.Index(weeks.strftime("%Y-%m-%d")),
    "Arrow text": lambda weeks: pd.Index(weeks.strftime("%Y-%m-%d")).astype("string[pyarrow]"),
    "categories of dates": pd.CategoricalIndex,
    "dates of a time zone": lambda weeks: weeks.tz_localize("Asia/Jakarta"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_date_is_read_and_its_gap_is_seen(kind):
    wide = panel()
    launch = "2020-03-30T00:00+07:00" if "zone" in kind else "2020-03-30"
    other = wide.set_axis(KINDS[kind](wide.index))
    assert fit(other, launch=launch).att == fit(wide).att
    with pytest.raises(ValueError, match="differs from the usual step"):
        fit(other.drop(other.index[5]), launch=launch)


@pytest.mark.parametrize("kind", [pd.CategoricalIndex, lambda numbers: pd.Index(list(numbers), dtype=object)])
def test_a_gap_among_numbers_is_seen_whatever_holds_them(kind):
    wide = panel().set_axis(kind(range(20)))
    assert fit(wide, launch=12).att == fit(panel()).att
    with pytest.raises(ValueError, match="step from 4 to 6 differs"):
        fit(wide.drop(5), launch=12)


def test_a_launch_may_name_a_period_by_its_first_day_and_not_by_another():
    wide = panel().to_period("W")
    for launch in (wide.index[12], str(wide.index[12]), pd.Timestamp("2020-03-30")):
        assert fit(wide, launch=launch).att == fit(panel()).att
    with pytest.raises(KeyError, match="2020-04-01 lies inside the period 2020-03-30/2020-04-05; name 2020-03-30"):
        fit(wide, launch="2020-04-01")
    with pytest.raises(TypeError, match="lasts a M, the periods of the data a W-SUN"):
        fit(wide, launch=pd.Period("2020-04"))
    with pytest.raises(ValueError, match="has a time zone"):
        fit(wide, launch="2020-03-30T00:00+07:00")


def test_a_date_names_its_period_among_text():
    wide = panel().set_axis(panel().index.strftime("%Y-%m-%d"))
    assert fit(wide, launch=pd.Timestamp("2020-03-30")).att == fit(panel()).att


def test_months_are_even_steps_and_pass_without_a_warning():
    months = panel().set_axis(pd.date_range("2019-01-01", periods=20, freq="MS"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fit(months, launch="2020-01").att == fit(panel()).att
    with pytest.raises(ValueError, match="2019-03-01 to 2019-05-01 differs"):
        fit(months.drop("2019-04-01"), launch="2020-01")


@pytest.mark.parametrize("launch", [["2020-03-30"], None, pd.NaT, "Easter"])
def test_a_launch_that_is_no_single_date_is_refused(launch):
    with pytest.raises(TypeError, match="such as 2020-05-18"):
        synthetic_control(panel(), treated="treated", launch=launch)


def test_options_that_make_no_comparison_are_refused():
    with pytest.raises(TypeError, match=r"treated is \['treated'\], a list; name one column"):
        synthetic_control(panel(), treated=["treated"], launch="2020-03-30")
    with pytest.raises(ValueError, match="minimum_pre is 0; give a whole number from 2"):
        fit(panel(), minimum_pre=0)
    with pytest.raises(ValueError, match="minimum_pre is 0; give a whole number from 2"):
        fit(panel()).placebos_in_time(minimum_pre=0)
    with pytest.raises(ValueError, match="replications is 0; give a whole number from 2"):
        fit(panel()).placebo_se(rng=np.random.default_rng(1), replications=0)
    with pytest.raises(ValueError, match="1 donor besides 'treated'"):
        fit(panel()).without("d0", "d1", "d2", "d3", "d4")


def test_two_donors_give_an_effect_without_interval_and_say_so():
    f = fit(panel(donors=2))
    assert "2 donors cannot give a 95% placebo interval; 19 are needed" in str(f)
    assert (f.interval(), f.interval("normal")) == ((-math.inf, math.inf),) * 2
    assert (f.estimate().se, f.estimate().p) == (None, None)
    assert "no interval" in str(f.estimate(interval="normal"))
    with pytest.raises(ValueError, match="2 donors; placebos in space need at least 3.*conformal"):
        _ = f.se


@pytest.mark.parametrize("interval", ["placebo", "studentised", "normal"])
def test_donors_that_show_no_gap_make_no_effect_certain(interval):
    wide = panel()[["treated"]].assign(**{f"d{i}": np.arange(20.0) for i in range(25)})
    found = fit(wide, "demeaned").estimate(interval=interval)
    assert (found.low, found.high, found.se, found.p) == (-math.inf, math.inf, None, None)
    assert "no interval" in str(found)
    one = fit(wide.assign(**{f"e{i}": np.arange(20.0) for i in range(35)}, odd=panel()["d0"]), "demeaned")
    assert not one.estimate(interval="studentised").finite
    assert not one.estimate().finite


@pytest.mark.parametrize("error", [0.0, 1e-14, 1e-11])
def test_a_placebo_matched_to_rounding_gives_no_finite_studentised_interval(error):
    frame = pd.DataFrame({"unit": range(21), "att": 0.5, "pre_rmspe": [0.2, error, *[0.3] * 19], "ratio": 2.0})
    placebos = Placebos(treated=0, frame=frame, gaps=pd.DataFrame(), zero=1e-9)
    assert placebos.interval(studentised=True) == (-math.inf, math.inf)
    assert placebos.interval() == (0.0, 1.0)


def test_too_few_periods_before_the_launch_are_counted():
    with pytest.raises(ValueError, match="3 periods before the launch 2020-01-27; at least 4 are needed"):
        fit(panel(), launch="2020-01-27")


def test_an_unknown_unit_names_the_nearest():
    with pytest.raises(KeyError, match="nearest: treated"):
        synthetic_control(panel(), treated="traeted", launch="2020-03-30")
    with pytest.raises(KeyError, match="transpose the panel"):
        synthetic_control(panel().T, treated="treated", launch="d2")


def test_a_launch_between_two_weeks_names_both():
    with pytest.raises(KeyError, match="2020-03-30, 2020-04-06"):
        fit(panel(), launch="2020-04-01")


def test_a_launch_with_a_time_zone_needs_periods_with_one():
    with pytest.raises(ValueError, match="time zone"):
        fit(panel(), launch="2020-03-30T00:00+07:00")


def test_unknown_methods_solvers_and_intervals_list_the_choices():
    for words, call in (
        ("sc, demeaned, sdid, did", lambda: fit(panel(), "ridge")),
        ("exact, frank_wolfe", lambda: fit(panel(), solver="fast")),
        ("placebo, studentised, conformal, normal", lambda: fit(panel()).interval("bayes")),
        ("between 0 and 1", lambda: fit(panel()).interval(level=95)),
    ):
        with pytest.raises(ValueError, match=words):
            call()


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float32", "double[pyarrow]"])
def test_integer_nullable_and_arrow_columns_are_read(dtype):
    wide = (panel() * 10).round()
    assert fit(wide.astype(dtype)).att == pytest.approx(fit(wide).att, abs=1e-9)


def test_periods_may_be_years_or_text():
    wide = panel()
    years = wide.set_axis(range(2000, 2020))
    named = wide.set_axis([f"{year}" for year in range(2000, 2020)])
    assert fit(years, launch=2012).att == fit(named, launch="2012").att == fit(wide).att
