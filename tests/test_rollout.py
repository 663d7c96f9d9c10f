"""Roll-out: what mixed counts and interval-censored dates bound."""

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import rollout


def series(values, start="2020-06-13"):
    return pd.DataFrame({"date": pd.date_range(start, periods=len(values)), "count": values})


def test_a_stock_that_falls_is_listed_against_its_highest_count():
    found = rollout.reversals(series([637, 1559, 3721, 2906, 3160, 3800]))
    assert found["count"].tolist() == [2906, 3160]
    assert found["highest_before"].tolist() == [3721, 3721]
    assert found["shortfall"].tolist() == [815, 561]
    assert rollout.reversals(series([1, 1, 2, 5])).empty


def test_two_counts_of_one_day_do_not_hide_a_later_fall():
    frame = pd.DataFrame({"date": pd.to_datetime(["2020-06-13", "2020-06-13", "2020-06-14"]), "count": [5, 3, 4]})
    assert rollout.reversals(frame)["count"].tolist() == [4]


def test_coverage_is_bounded_not_guessed():
    assert rollout.coverage_bounds(1559, places=8501, sites_per_place=1) == (1559 / 8501, 1559 / 8501)
    low, high = rollout.coverage_bounds(1559, places=8501, sites_per_place=10)
    assert low == 156 / 8501 and high == 1559 / 8501
    with pytest.raises(ValueError, match="do not fit"):
        rollout.coverage_bounds(9000, places=8501, sites_per_place=1)


@pytest.fixture
def starts():
    return pd.DataFrame(
        {
            "not_before": pd.to_datetime(["2020-05-25", None, "2020-06-10"]),
            "not_after": pd.to_datetime(["2020-05-25", "2020-06-05", "2020-06-12"]),
        }
    )


def test_undocumented_units_widen_the_upper_bound_only(starts):
    dates = pd.to_datetime(["2020-05-01", "2020-05-25", "2020-06-30"])
    frame = rollout.adoption_bounds(starts, units=4, dates=dates)
    assert frame.low.tolist() == [0, 0.25, 0.75]
    assert frame.high.tolist() == [0.5, 0.75, 1.0]
    assert frame.documented.tolist()[-1] == 1
    assert (frame.low <= frame.high).all()


def test_the_time_to_a_share_is_an_interval(starts):
    dates = pd.date_range("2020-05-01", "2020-06-30")
    bounds = rollout.adoption_bounds(starts, units=4, dates=dates)
    assert rollout.time_to_share(bounds, 0.5) == (pd.Timestamp("2020-05-01"), pd.Timestamp("2020-06-05"))
    assert pd.isna(rollout.time_to_share(bounds, 1)[1])
    with pytest.raises(ValueError, match="share is 0"):
        rollout.time_to_share(bounds, 0)


def test_a_start_after_its_end_is_refused(starts):
    starts.loc[2, "not_after"] = pd.Timestamp("2020-06-01")
    with pytest.raises(ValueError, match="row 2"):
        rollout.adoption_bounds(starts, units=4, dates=pd.DatetimeIndex(["2020-06-01"]))
    with pytest.raises(ValueError, match="3 starts for 2 units"):
        rollout.adoption_bounds(starts, units=2, dates=pd.DatetimeIndex(["2020-06-01"]))


def test_a_ceiling_is_found_when_the_data_pass_it_and_not_before():
    ceilings = np.geomspace(1010, 100_000, 40)
    full = np.arange(0, 60, 4.0)
    rng = np.random.default_rng(1)
    noisy = rollout.logistic(full, 1000, 25, 0.2) * np.exp(rng.normal(0, 0.005, len(full)))
    profile = rollout.ceiling_profile(full, np.minimum(noisy, 1009), ceilings=ceilings)
    assert not profile.kept.iloc[-1] and profile.kept.any()
    early = np.arange(0, 12, 1.0)
    counts = rollout.logistic(early, 1000, 25, 0.2) * np.exp(rng.normal(0, 0.05, len(early)))
    profile = rollout.ceiling_profile(early, counts, ceilings=ceilings)
    assert profile.kept.iloc[-1]


def test_three_points_are_not_a_curve():
    with pytest.raises(ValueError, match="at least 4"):
        rollout.ceiling_profile(np.arange(3), np.array([1, 2, 3]), ceilings=np.array([10]))
    with pytest.raises(ValueError, match="below the largest count"):
        rollout.ceiling_profile(np.arange(5), np.arange(1, 6), ceilings=np.array([4]))


FIVE = {"days": [0, 1, 2, 3, 4], "counts": [1, 2, 3, 4, 5], "ceilings": [10, 20]}
CURVES = {
    "a missing day": ({"days": [0, 1, np.nan, 3, 4]}, "day 3 of 5 is nan; drop the rows"),
    "a missing count": ({"counts": [1, 2, 3, 4, np.nan]}, "count 5 of 5 is nan; drop the rows"),
    "an infinite count": ({"counts": [1, 2, 3, np.inf, 5]}, "count 4 of 5 is inf"),
    "a missing ceiling": ({"ceilings": [10, np.nan]}, "ceiling 2 of 2 is nan.*finite ceilings"),
    "no ceiling": ({"ceilings": []}, "there is no ceiling"),
    "a day too few": ({"days": [0, 1, 2, 3]}, "4 days for 5 counts"),
    "one day": ({"days": [2] * 5}, "all 5 counts are of day 2"),
}


@pytest.mark.parametrize("case", CURVES)
def test_numbers_that_are_no_curve_are_refused_with_the_way_out(case):
    bad, words = CURVES[case]
    with pytest.raises(ValueError, match=words):
        rollout.ceiling_profile(**FIVE | bad)


def test_fifteen_billion_pays_for_857_sites():
    assert rollout.sites_affordable(15e9, 17.5e6) == 857
    with pytest.raises(ValueError, match="0 a site"):
        rollout.sites_affordable(1, 0)


WRONG = {
    "dates as text": (series([1, 3, 2]).astype({"date": str}), TypeError, "convert text"),
    "counts as text": (series([1, 3, 2]).astype({"count": str}), TypeError, "convert text"),
    "a count without end": (series([1, np.inf, 2]), ValueError, "2020-06-14 00:00:00 is inf"),
    "a count below zero": (series([1, -3, 2]), ValueError, "2020-06-14 00:00:00 is -3"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_series_of_counts_is_refused_by_date(case):
    frame, error, words = WRONG[case]
    with pytest.raises(error, match=words):
        rollout.reversals(frame)


def test_bounds_of_small_integers_do_not_overflow_and_half_a_site_is_none():
    small = (np.uint8(n) for n in (200, 100, 4))
    assert rollout.coverage_bounds(next(small), places=next(small), sites_per_place=next(small)) == (0.5, 1)
    for wrong in ({"sites": 3.5}, {"sites": np.nan}, {"places": np.inf}):
        given = {"sites": 3, "places": 10, "sites_per_place": 1} | wrong
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} is .*; give a whole number"):
            rollout.coverage_bounds(given.pop("sites"), **given)


def test_a_unit_that_starts_twice_or_a_population_of_none_has_no_bounds():
    starts = pd.DataFrame({"not_before": pd.NaT, "not_after": pd.to_datetime(["2020-05-25"] * 2)}, index=["35.07"] * 2)
    dates = pd.date_range("2020-05-01", periods=3)
    with pytest.raises(ValueError, match=r"row 35\.07 stands twice"):
        rollout.adoption_bounds(starts, units=38, dates=dates)
    with pytest.raises(ValueError, match="units is 0"):
        rollout.adoption_bounds(starts.iloc[:0], units=0, dates=dates)


def test_a_level_above_one_keeps_no_ceiling_and_is_refused():
    with pytest.raises(ValueError, match="level is 1.5"):
        rollout.ceiling_profile(np.arange(6.0), np.arange(1.0, 7), ceilings=[10.0], level=1.5)
