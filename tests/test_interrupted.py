"""Interrupted series: exact on exact data, equal to statsmodels by hand, refusing short and broken series."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from kampung_analysis.interrupted import fit_interrupted
from kampung_analysis.segments import COVERED

WEEKS = pd.date_range("2019-01-07", periods=80, freq="W-MON", name="week")
LAUNCH = 50


def smooth(ratio=0.7, slope=0.0, level=4.0):
    t = np.arange(80) - LAUNCH
    after = t >= 0
    values = np.exp(level + 0.01 * t + after * (math.log(ratio) + slope * t))
    return pd.Series(values, index=WEEKS, name="cases")


def noisy(seed=0, ratio=0.7, dispersion=0.1):
    rng = np.random.default_rng(seed)
    mean = smooth(ratio).to_numpy()
    mixed = mean * rng.gamma(1 / dispersion, dispersion, 80) if dispersion else mean
    return pd.Series(rng.poisson(mixed), index=WEEKS, name="cases")


def test_level_and_slope_of_a_noiseless_series_are_recovered_exactly():
    f = fit_interrupted(smooth(0.7, 0.02), launch=WEEKS[LAUNCH], family="log_linear", errors="model")
    assert f.level().value == pytest.approx(0.7, rel=1e-9)
    assert f.slope().value == pytest.approx(math.exp(0.02), rel=1e-9)
    assert f.effect().value == pytest.approx(0.7 * math.exp(0.02 * 14.5), rel=1e-9)


def test_the_counterfactual_continues_the_old_trend_and_equals_the_fit_before():
    f = fit_interrupted(smooth(0.5), launch=WEEKS[LAUNCH], family="log_linear", errors="model")
    table = f.counterfactual()
    assert np.allclose(table["counterfactual"], smooth(1.0), rtol=1e-9)
    assert (table["counterfactual"] == table["fitted"])[:LAUNCH].all()
    band = fit_interrupted(noisy(), launch=WEEKS[LAUNCH]).counterfactual()
    assert ((band["low"] < band["counterfactual"]) & (band["counterfactual"] < band["high"])).all()
    width = np.log(band["high"] / band["low"])
    assert width.iloc[-1] > width.iloc[LAUNCH]


def test_poisson_equals_statsmodels_by_hand():
    y = noisy()
    t = np.arange(80.0) - LAUNCH
    x = np.column_stack([np.ones(80), t, t >= 0, (t >= 0) * t])
    by_hand = sm.GLM(y.to_numpy(), x, family=sm.families.Poisson()).fit(
        cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}, use_t=True
    )
    f = fit_interrupted(y, launch=WEEKS[LAUNCH], family="poisson", lags=3)
    assert np.allclose(f.to_frame()["coefficient"], by_hand.params, rtol=1e-8)
    assert np.allclose(f.to_frame()["se"], by_hand.bse, rtol=1e-8)
    assert f.level().p == pytest.approx(by_hand.pvalues[2], rel=1e-6)


def test_the_negative_binomial_reaches_the_likelihood_of_statsmodels():
    y = noisy(dispersion=0.3)
    f = fit_interrupted(y, launch=WEEKS[LAUNCH], errors="model")
    other = sm.NegativeBinomial(y.to_numpy(), f.design.to_numpy()).fit(disp=0, maxiter=500)
    assert f.alpha == pytest.approx(other.params[-1], rel=1e-3)
    assert f.fit.llf == pytest.approx(other.llf, abs=1e-5)


def test_counts_that_vary_less_than_poisson_need_no_overdispersion():
    y = smooth(0.7).round()
    f = fit_interrupted(y, launch=WEEKS[LAUNCH])
    assert f.alpha == 0
    assert np.allclose(f.fit.params, fit_interrupted(y, launch=WEEKS[LAUNCH], family="poisson").fit.params)


def test_a_change_of_exposure_is_no_effect():
    y = smooth(1.0, level=8.0)
    grown = pd.DataFrame({"cases": (y * np.where(np.arange(80) < LAUNCH, 1, 3)).round(), "people": 1000.0})
    naive = fit_interrupted(grown, outcome="cases", launch=WEEKS[LAUNCH])
    grown.loc[WEEKS[LAUNCH] :, "people"] = 3000.0
    f = fit_interrupted(grown, outcome="cases", exposure="people", launch=WEEKS[LAUNCH])
    assert naive.effect().value == pytest.approx(3, rel=0.01)
    assert f.effect().value == pytest.approx(1, rel=0.01)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.sampled_from([0.001, 1.0, 40.0]), weeks=st.integers(-200, 200))
def test_the_unit_of_exposure_and_the_calendar_do_not_matter(seed, factor, weeks):
    frame = pd.DataFrame({"y": noisy(seed), "n": np.linspace(900, 1100, 80)})
    moved = frame.assign(n=frame["n"] * factor).set_axis(WEEKS + pd.Timedelta(weeks=weeks))
    f = fit_interrupted(frame, outcome="y", exposure="n", launch=WEEKS[LAUNCH], family="poisson").effect()
    g = fit_interrupted(moved, outcome="y", exposure="n", launch=moved.index[LAUNCH], family="poisson").effect()
    assert (g.value, g.low, g.high) == pytest.approx((f.value, f.low, f.high), rel=1e-6)


def test_a_holiday_as_an_event_does_not_count_as_effect():
    y = smooth(1.0, level=6.0)
    y.iloc[LAUNCH : LAUNCH + 2] *= 4
    y = y.round()
    with_event = {"eid": list(WEEKS[LAUNCH : LAUNCH + 2])}
    plain = fit_interrupted(y, launch=WEEKS[LAUNCH]).effect().value
    aware = fit_interrupted(y, launch=WEEKS[LAUNCH], events=with_event).effect().value
    assert abs(math.log(aware)) < 0.01 < abs(math.log(plain))


def test_a_season_is_not_taken_for_an_effect():
    t = np.arange(80)
    y = pd.Series(np.exp(6 + 0.5 * np.sin(2 * np.pi * t / 20)).round(), index=WEEKS)
    plain = fit_interrupted(y, launch=WEEKS[45]).effect().value
    aware = fit_interrupted(y, launch=WEEKS[45], harmonics=1, season=20).effect().value
    assert abs(math.log(aware)) < 0.005 < abs(math.log(plain))


def test_weekday_terms_absorb_a_reporting_week():
    days = pd.date_range("2020-03-01", periods=70)
    counts = 100 * (1 + 0.5 * (days.day_of_week < 5)) + np.arange(70) % 3 - 1
    y = pd.Series(counts, index=days).round()
    f = fit_interrupted(y, launch=days[41], weekdays=True, errors="model", family="poisson")
    assert f.effect().value == pytest.approx(1, abs=0.01)
    assert f.fit.params["weekday6"] == pytest.approx(-math.log(1.5), abs=0.01)
    with pytest.raises(ValueError, match="daily dates"):
        fit_interrupted(noisy(), launch=WEEKS[LAUNCH], weekdays=True)


def test_placebo_launches_do_not_see_the_treated_periods():
    y = noisy()
    later = y.copy()
    later.iloc[LAUNCH:] *= 3
    launches = list(WEEKS[20:24])
    f, g = (fit_interrupted(s, launch=WEEKS[LAUNCH], lags=3).placebo_launches(launches) for s in (y, later))
    pd.testing.assert_frame_equal(f, g)
    everything = fit_interrupted(y, launch=WEEKS[12]).placebo_launches()
    assert everything["launch"].tolist() == [WEEKS[8]]


def test_placebo_launches_without_room_say_how_much_is_needed():
    with pytest.raises(ValueError, match="11 periods before the launch; placebo launches need 12"):
        fit_interrupted(noisy(), launch=WEEKS[11]).placebo_launches()


def lasting():
    """A series without an effect whose deviations last."""
    rng, state, path = np.random.default_rng(5), 0.0, []
    for _ in range(80):
        state = 0.8 * state + rng.normal(0, 0.2)
        path.append(state)
    return smooth(1.0) * np.exp(path)


def test_autoregressive_errors_widen_the_interval_of_an_autocorrelated_series():
    y = lasting()
    plain = fit_interrupted(y, launch=WEEKS[LAUNCH], family="log_linear", errors="model")
    aware = fit_interrupted(y, launch=WEEKS[LAUNCH], family="log_linear", errors="ar1")
    assert aware.effect().se / aware.effect().value > 1.5 * plain.effect().se / plain.effect().value
    assert "autocorrelated" in str(plain)
    assert plain.autocorrelation_p < 0.05 < aware.autocorrelation_p


@pytest.mark.filterwarnings("ignore:Perfect separation")
@pytest.mark.parametrize(
    ("family", "errors"),
    [(f, "newey_west") for f in ("negative_binomial", "poisson", "log_linear")] + [("log_linear", "ar1")],
)
def test_a_series_that_leaves_no_residual_has_an_effect_but_no_interval(family, errors):
    steps = pd.Series(np.where(np.arange(80) < LAUNCH, 10, 20), index=WEEKS, name="cases")
    found = fit_interrupted(steps, launch=WEEKS[LAUNCH], family=family, errors=errors)
    assert found.effect().value == pytest.approx(2, rel=1e-6)
    assert not found.effect().finite
    assert "no interval: the terms meet every period exactly" in str(found)


def test_the_printed_result_names_what_is_estimated_and_from_how_many_periods():
    said = f"Estimand: mean rate ratio over 30 periods from {WEEKS[LAUNCH]:%Y-%m-%d}, against the continued trend; 80"
    assert said in str(fit_interrupted(noisy(), launch=WEEKS[LAUNCH]))


def test_the_printed_result_warns_of_short_series_and_of_counts_too_variable_for_their_errors():
    short = noisy().iloc[LAUNCH - 10 : LAUNCH + 6]
    assert "16 periods" in str(fit_interrupted(short, launch=WEEKS[LAUNCH]))
    assert "vary" in str(fit_interrupted(noisy(dispersion=0.5), launch=WEEKS[LAUNCH], family="poisson", errors="model"))


@pytest.mark.parametrize(
    ("launch", "words"),
    [
        (WEEKS[5], "5 periods before the launch; at least 8 are needed for 4 terms. Add 3 periods"),
        (WEEKS[77], "3 periods from the launch; at least 4 are needed for 4 terms. Add 1 periods"),
    ],
)
def test_too_few_points_on_a_side_are_refused_with_the_number_needed(launch, words):
    with pytest.raises(ValueError, match=words):
        fit_interrupted(noisy(), launch=launch)


def test_every_further_term_asks_for_a_further_period():
    events = {"a": [WEEKS[2]], "b": [WEEKS[4]]}
    with pytest.raises(ValueError, match="at least 10 are needed for 6 terms"):
        fit_interrupted(noisy(), launch=WEEKS[9], events=events)
    with pytest.raises(ValueError, match="less than one season of 52.18"):
        fit_interrupted(noisy(), launch=WEEKS[LAUNCH], harmonics=1)


def changed(place, value):
    y = noisy().astype(float)
    y.iloc[place] = value
    return y


def only(before=range(LAUNCH), after=range(LAUNCH, 80)):
    marks = np.isin(np.arange(80), [*before, *after])
    y = pd.Series(marks.astype(int), index=WEEKS, name="cases")
    if len(after) == 30:
        y.iloc[LAUNCH:] = [1, 2, 2] * 10
    return y


BAD = {
    "a missing week": (changed(3, np.nan), {}, ValueError, "'cases' is missing in 2019-01-28"),
    "an infinite week": (changed(3, np.inf), {}, ValueError, "'cases' is infinite in 2019-01-28"),
    "a negative count": (changed(3, -2), {}, ValueError, "'cases' is -2 in 2019-01-28"),
    "a fraction": (changed(3, 2.5), {}, ValueError, "2.5 in 2019-01-28; family 'negative_binomial' needs whole"),
    "a zero in logs": (changed(3, 0), {"family": "log_linear"}, ValueError, "0 in 2019-01-28; its log"),
    "a constant": (noisy() * 0 + 4, {}, ValueError, "4 in every period"),
    "a gap": (noisy().drop(WEEKS[7]), {}, ValueError, "2019-02-18 to 2019-03-04 differs"),
    "a week twice": (pd.concat([noisy(), noisy().iloc[[3]]]).sort_index(), {}, ValueError, "2019-01-28 stands twice"),
    "text": (noisy().astype(str), {}, TypeError, "must hold numbers"),
    "no rows": (noisy().iloc[:0], {}, ValueError, "no rows"),
    "an array": (np.arange(80), {}, TypeError, "ndarray"),
    "no events before": (
        noisy().where(np.arange(80) >= LAUNCH, 0),
        {},
        ValueError,
        "'cases' counts no event before 2019-12-23",
    ),
    "no events after": (noisy().where(np.arange(80) < LAUNCH, 0), {}, ValueError, "no event from .* counts.rate_ratio"),
    "no events after in a Poisson model": (
        noisy().where(np.arange(80) < LAUNCH, 0),
        {"family": "poisson", "errors": "model"},
        ValueError,
        "'cases' counts no event from 2019-12-23 on",
    ),
    "four events before": (only(before=[1, 10, 20, 49]), {}, ValueError, "counts 4 events before .* at least 5"),
    "three events after": (only(after=[51, 60, 79]), {}, ValueError, "counts 3 events from .* at least 5"),
    "events that stop": (only(before=[0, 1, 2, 3, 4]), {}, ValueError, "55 events cannot show.*slope=False"),
    "lags beyond half": (noisy(), {"lags": 41}, ValueError, "lags is 41; give a whole number from 0 to 40, half of"),
    "lags below zero": (noisy(), {"lags": -1}, ValueError, "lags is -1; give a whole number"),
    "half a lag": (noisy(), {"lags": 1.5}, ValueError, "lags is 1.5; give a whole number"),
    "half a harmonic": (noisy(), {"harmonics": 0.5}, ValueError, "harmonics is 0.5; give a whole number from 0"),
    "a season of no length": (noisy(), {"harmonics": 1, "season": 0}, ValueError, "season is 0; give a finite number"),
    "events without names": (noisy(), {"events": [WEEKS[3]]}, TypeError, "events is a list; give a dict"),
    "an event without a week": (noisy(), {"events": {"e": None}}, TypeError, "None is no single period"),
    "two levels of rows": (pd.concat({"Java": noisy()}), {}, TypeError, "periods have 2 levels"),
    "no spare period": (
        noisy().iloc[LAUNCH - 2 : LAUNCH + 2],
        {"minimum_before": 1, "minimum_after": 1},
        ValueError,
        "2 periods before the launch; at least 3 are needed for 4 terms",
    ),
    "AR errors of counts": (noisy(), {"errors": "ar1"}, ValueError, "need family 'log_linear'"),
    "unknown family": (noisy(), {"family": "gamma"}, ValueError, "negative_binomial, poisson, log_linear"),
    "an event over all treated": (noisy(), {"events": {"e": list(WEEKS[LAUNCH:])}}, ValueError, "overlap"),
    "an event named level": (noisy(), {"events": {"level": [WEEKS[3]]}}, ValueError, "name of a term"),
    "an unknown event week": (noisy(), {"events": {"e": ["2019-01-08"]}}, KeyError, "nearest: 2019-01-07"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_series_that_cannot_be_fitted_is_refused_with_the_way_out(case):
    y, options, error, words = BAD[case]
    with pytest.raises(error, match=words):
        fit_interrupted(y, launch=WEEKS[LAUNCH], **options)


def test_columns_are_named_when_they_are_missing_or_unusable():
    frame = pd.DataFrame({"y": noisy(), "n": 0.0})
    with pytest.raises(ValueError, match="the frame has y, n"):
        fit_interrupted(frame, launch=WEEKS[LAUNCH])
    with pytest.raises(KeyError, match="no column 'z'"):
        fit_interrupted(frame, outcome="z", launch=WEEKS[LAUNCH])
    with pytest.raises(ValueError, match="'n' is 0 in 2019-01-07"):
        fit_interrupted(frame, outcome="y", exposure="n", launch=WEEKS[LAUNCH])
    with pytest.raises(ValueError, match="slope=False"):
        fit_interrupted(frame, outcome="y", launch=WEEKS[LAUNCH], slope=False).slope()
    with pytest.raises(ValueError, match="column 'y' stands 2 times; rename or drop one"):
        fit_interrupted(frame.rename(columns={"n": "y"}), outcome="y", launch=WEEKS[LAUNCH])
    with pytest.raises(ValueError, match="exposure 'y' and time None must be different columns"):
        fit_interrupted(frame, outcome="y", exposure="y", launch=WEEKS[LAUNCH])
    with pytest.raises(ValueError, match="level is 95; give a share"):
        fit_interrupted(frame, outcome="y", launch=WEEKS[LAUNCH]).counterfactual(level=95)


def test_an_event_of_one_week_may_be_given_as_a_date_text_or_list():
    fits = [
        fit_interrupted(noisy(), launch=WEEKS[LAUNCH], events={"e": e}) for e in (WEEKS[3], "2019-01-28", [WEEKS[3]])
    ]
    assert len({f.effect().value for f in fits}) == 1


@pytest.mark.parametrize("kind", [lambda w: w.to_period("W"), lambda w: pd.Index(w.date), pd.CategoricalIndex])
def test_periods_of_any_kind_are_read_and_their_gaps_are_seen(kind):
    y = noisy().set_axis(kind(WEEKS))
    f, plain = (fit_interrupted(s, launch="2019-12-23").effect() for s in (y, noisy()))
    assert (f.value, f.low, f.high) == (plain.value, plain.low, plain.high)
    with pytest.raises(ValueError, match="differs from the usual step"):
        fit_interrupted(y.drop(y.index[7]), launch="2019-12-23")


def test_a_pretended_launch_without_events_is_named():
    y = only(before=range(30, LAUNCH))
    with pytest.raises(ValueError, match="counts no event before 2019-03-04"):
        fit_interrupted(y, launch=WEEKS[LAUNCH], slope=False).placebo_launches()


def test_a_time_column_and_nullable_integers_are_read():
    frame = noisy().astype("Int64").reset_index()
    f = fit_interrupted(frame, time="week", outcome="cases", launch="2019-12-23")
    assert f.launch == WEEKS[LAUNCH]
    assert f.effect().value == fit_interrupted(noisy(), launch=WEEKS[LAUNCH]).effect().value


def test_short_series_are_named_in_the_printed_result_with_the_coverage_of_each_quantity():
    short = fit_interrupted(noisy().iloc[LAUNCH - 12 : LAUNCH + 8], launch=WEEKS[LAUNCH])
    for e in (short.effect(), short.level(), short.slope()):
        quantity = e.name.removesuffix(" of cases")
        low, high = COVERED["newey_west", 16][quantity]
        said = f"20 periods: 95% intervals of a {quantity} over 16 simulated periods cover {low} to {high}%"
        assert f"Caution: {said}" in str(e)
    low, high = COVERED["newey_west", 90]["change of slope"]
    longer = fit_interrupted(noisy(), launch=WEEKS[LAUNCH])
    said = f"80 periods: 95% intervals of a change of slope over 90 simulated periods cover {low} to {high}%"
    assert said in str(longer.slope())
    assert not fit_interrupted(noisy(), launch=WEEKS[LAUNCH], errors="model").cautions()


def test_autocorrelation_that_the_errors_ignore_or_allow_for_is_named_with_its_coverage():
    y = lasting()
    for errors in ("model", "ar1"):
        fit = fit_interrupted(y, launch=WEEKS[LAUNCH], family="log_linear", errors=errors)
        assert "80 periods, autocorrelated by 0." in str(fit) and "over 90 such simulated periods cover" in str(fit)
