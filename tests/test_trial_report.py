"""Simulation errors say how far simulated numbers move from run to run."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kampung_analysis import simulation, trial, trial_pilot, trial_report, trial_starts


def study(n, seed, truth=-2.0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"truth": truth, "estimate": rng.normal(truth, 1.0, n), "se": np.full(n, 1.0)})


def test_the_smallest_effect_is_the_same_and_its_error_is_what_repetition_shows():
    several = [trial_report.smallest_with_error(study(400, seed), -0.4) for seed in range(60)]
    for seed in (0, 1, 2):
        assert several[seed][0] == trial.relative_effect_found(study(400, seed), -0.4)
    values, errors = np.array(several).T
    assert 0.75 < errors.mean() / values.std() < 1.33


def test_an_effect_that_nothing_finds_has_no_error():
    size, error = trial_report.smallest_with_error(study(100, 1, truth=-0.1), -0.5)
    assert size == math.inf and math.isnan(error)
    assert trial_report.with_error(size, error) == "none"


def test_a_share_of_none_or_all_still_has_an_error():
    none, every = trial_report.share_error(0, 250), trial_report.share_error(1, 250)
    assert none == pytest.approx(every) and 1 / 250 < none < 3 / 250
    assert trial_report.share_error(0.3, 1000) == pytest.approx(math.sqrt(0.3 * 0.7 / 1000), rel=0.01)


def test_the_interval_of_a_median_covers_as_often_as_it_says():
    rng = np.random.default_rng(3)
    bounds = np.array([trial_report.median_bounds(rng.exponential(size=101)) for _ in range(2000)])
    covered = ((bounds[:, 0] <= math.log(2)) & (math.log(2) <= bounds[:, 1])).mean()
    assert 0.95 - 3 * 0.005 < covered < 0.98
    with pytest.raises(ValueError, match="4 values"):
        trial_report.median_bounds([1, 2, 3, 4])


def test_numbers_are_written_with_their_error_and_a_true_minus():
    assert trial_report.with_error(-1.234, 0.05) == "−1.23 ± 0.05"
    assert trial_report.with_error(-0.001, 0.05) == "0.00 ± 0.05"
    cells = trial_report.told(trial.summarise_power(study(400, 5)), unit_bias=2.0)
    assert set(cells) == {"bias", "coverage", "rejected"} and all(" ± " in text for text in cells.values())


def test_a_biased_or_too_narrow_design_does_not_agree():
    good = trial.summarise_power(study(1000, 7))
    assert trial_report.agrees(good)
    assert not trial_report.agrees(trial.summarise_power(study(1000, 7).assign(se=0.7)))
    assert not trial_report.agrees(trial.summarise_power(study(1000, 7).assign(truth=-1.5)))


def test_a_share_estimate_carries_its_wilson_interval_and_its_estimand():
    found = trial_report.share_estimate("power", 0.128, 1000, estimand="how often")
    low, high = stats.binomtest(128, 1000).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high)) and found.estimand == "how often" and found.n == 1000


def test_the_interval_of_a_pilot_always_covers_where_no_test_is_possible():
    calm = simulation.Process(np.full(60, np.log(2e-3)), sd_unit=0.2, sd_noise=0.05, autocorrelation=0.0)
    options = dict(population=1e6, peers=20, weeks_after=8, replications=300, rng=np.random.default_rng(1))
    short = trial_pilot.simulate_pilot(trial_pilot.steady(calm, weeks=20), effect=-0.5, **options)
    assert trial_pilot.summarise_pilots(short)["coverage"] == 1
    found = trial_pilot.summarise_pilots(trial_pilot.simulate_pilot(calm, effect=-0.5, **options))
    assert found["truth"] == pytest.approx(-100, rel=0.1) and abs(found["bias"]) < 4 * found["bias_error"]
    assert found["rejected"] > 0.95
    idle = trial_pilot.simulate_pilot(calm, effect=0.0, **options)
    reported = (idle["change"].abs() > idle["detectable"]).mean()
    assert trial_pilot.summarise_pilots(idle)["coverage"] == pytest.approx(1 - reported) and reported > 0


def test_the_moments_of_a_panel_come_with_its_dispersion():
    counts = pd.DataFrame(np.random.default_rng(2).poisson(20, (30, 40)))
    found = trial_report.panel_moments(counts, pd.Series(1e4, index=counts.columns))
    assert found["weekly noise"] < 0.1 and 0.7 < found["variance / mean"] < 1.3


def test_a_placement_by_its_kind_is_what_place_deals_out():
    options = dict(starts=np.array([3, 5]), never=0.5)
    early = np.arange(20.0)
    dealt = trial.placed("worst_first", **options)(early, np.random.default_rng(4))
    assert np.array_equal(
        dealt, trial_starts.place("worst_first", early, rng=np.random.default_rng(4), **options), equal_nan=True
    )
