"""Randomisation inference for staggered starts, and what vague dates do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import staggered_dates as dating
from kampung_analysis import staggered_randomised as timing
from kampung_analysis.simulation import Process, draw_rates

WEEKS = pd.date_range("2020-03-23", periods=12, freq="W-MON")
PLACE = np.array([3, 3, 4, 5, 5, 7, 7, 7, 9, 12])
CODES = [f"35.{i:02d}" for i in range(len(PLACE))]


def starts(place=PLACE):
    dates = [WEEKS[p] if p < len(WEEKS) else pd.NaT for p in place]
    return pd.Series(pd.DatetimeIndex(dates), index=CODES)


def wide(rng, effect=0.0):
    values = rng.normal(size=(len(PLACE), len(WEEKS))) + rng.normal(size=(len(PLACE), 1))
    return pd.DataFrame((values + effect * timing.on(PLACE, len(WEEKS))).T, index=WEEKS, columns=CODES)


def test_the_weights_give_the_averages_of_the_estimator():
    matrix = wide(np.random.default_rng(1)).to_numpy().T
    effects, index, per_unit = timing.unit_weights(matrix, PLACE)
    dynamic = effects.aggregate("dynamic")
    value = (per_unit * matrix).sum(axis=(1, 2))
    assert value[0] == pytest.approx(effects.aggregate("simple").overall.value, abs=1e-12)
    assert list(index[1:]) == list(dynamic.index)
    assert value[1:] == pytest.approx(dynamic.att, abs=1e-12)


def test_a_constant_effect_moves_the_estimate_and_its_interval_by_itself():
    plain = timing.fit_starts(wide(np.random.default_rng(2)), starts(), rng=np.random.default_rng(3))
    moved = timing.fit_starts(wide(np.random.default_rng(2), -1.5), starts(), rng=np.random.default_rng(3))
    assert moved.value[0] - plain.value[0] == pytest.approx(-1.5, abs=1e-10)
    first, second = plain.overall("x", unit="log points"), moved.overall("x", unit="log points")
    assert first.low <= plain.value[0] <= first.high
    assert second.low - first.low == pytest.approx(-1.5, abs=0.1)


def test_the_interval_agrees_with_the_test_of_no_effect():
    for seed in range(6):
        fit = timing.fit_starts(wide(np.random.default_rng(seed), -1.0), starts(), rng=np.random.default_rng(9))
        found = fit.overall("x", unit="log points")
        assert (found.low > 0 or found.high < 0) == (found.p <= 0.05)


def test_permutation_keeps_its_size_where_nothing_happens():
    rng = np.random.default_rng(11)
    p = [
        timing.rank_p(f.value[0], f.draws[:, 0])
        for f in (timing.fit_starts(wide(rng), starts(), draws=199, rng=rng) for _ in range(200))
    ]
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_right_dates_recover_everything_and_late_records_less():
    assert dating.share_recovered(PLACE, PLACE[None], len(WEEKS)) == pytest.approx([1.0])
    early = np.maximum(PLACE[None] - 2, 0)
    assert dating.share_recovered(PLACE, early, len(WEEKS))[0] < 0.9


def test_drawn_starts_stay_within_their_bounds():
    bounds = pd.DataFrame({"not_before": ["2020-04-01", "2020-05-01"], "not_after": ["2020-04-01", "2020-08-01"]})
    bounds = bounds.apply(pd.to_datetime)
    drawn = dating.draw_starts(bounds, WEEKS, draws=300, rng=np.random.default_rng(5))
    assert set(drawn[:, 0]) == {1}
    assert drawn[:, 1].min() >= 5 and drawn[:, 1].max() == len(WEEKS)


def test_a_limited_delay_moves_the_first_possible_day_only_and_never_back():
    bounds = pd.DataFrame({"not_before": ["2020-05-01", "2020-05-20"], "not_after": ["2020-06-01", "2020-05-22"]})
    bounds = bounds.apply(pd.to_datetime)
    found = dating.limit_delay(bounds, 7)
    assert found.not_before.dt.strftime("%m-%d").tolist() == ["05-25", "05-20"]
    assert found.not_after.equals(bounds.not_after)
    assert dating.limit_delay(bounds, 0).not_before.equals(bounds.not_after)
    with pytest.raises(ValueError, match="-1 days"):
        dating.limit_delay(bounds, -1)


def test_every_district_is_counted_once_in_a_week():
    bounds = pd.DataFrame({"not_before": ["2020-04-01", "2020-05-01"], "not_after": ["2020-04-03", "2020-05-20"]})
    found = dating.certain_by_week(bounds.apply(pd.to_datetime), WEEKS, units=5)
    assert (found[["started", "not_yet", "unclear", "undated"]].sum(axis=1) == 5).all()
    assert found.set_index("week").loc["2020-04-27", ["started", "not_yet", "unclear"]].tolist() == [1, 0, 1]


def test_simulated_panels_with_known_dates_find_their_effect():
    process = Process(np.full(12, np.log(3e-4)), sd_unit=0.3, sd_noise=0.2, autocorrelation=0.3)
    true = np.tile(PLACE, (60, 1))
    rng, people = np.random.default_rng(8), np.full(10, 1e6)
    found = dating.simulate_dates(
        lambda: draw_rates(process, people, rng)[0], people, place=PLACE, true=true, effect=-0.4, rng=rng
    )
    error = found["known"].std() / np.sqrt(60)
    assert abs(found["known"].mean() + 0.4) < 4 * error
    assert found["known"].to_numpy() == pytest.approx(found["recorded"].to_numpy())


def test_redating_with_the_recorded_dates_changes_nothing():
    matrix = wide(np.random.default_rng(4)).to_numpy().T
    value = timing.unit_weights(matrix, PLACE)[0].aggregate("simple").overall.value
    assert dating.redate(matrix, PLACE[None]) == pytest.approx([value])
