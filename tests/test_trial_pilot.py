"""What a pilot in one place can show."""

from __future__ import annotations

import numpy as np
import pytest

from kampung_analysis import trial_pilot
from kampung_analysis.simulation import Process

CALM = Process(np.full(60, np.log(2e-3)), sd_unit=0.2, sd_noise=0.05, autocorrelation=0.0)


def test_with_few_weeks_before_nothing_can_be_found():
    short = trial_pilot.steady(CALM, weeks=20)
    found = trial_pilot.simulate_pilot(
        short, population=1e6, peers=10, weeks_after=8, effect=-0.9, replications=40, rng=np.random.default_rng(1)
    )
    assert np.isinf(found["detectable"]).all() and not found["found"].any()


def test_a_large_calm_place_finds_a_large_effect():
    found = trial_pilot.simulate_pilot(
        CALM, population=1e6, peers=20, weeks_after=8, effect=-0.5, replications=60, rng=np.random.default_rng(2)
    )
    assert found["found"].mean() > 0.95
    assert found["relative"].median() < 0.2


def test_a_small_place_needs_a_change_larger_than_a_large_one():
    options = dict(peers=20, weeks_after=8, effect=0.0, replications=60)
    small = trial_pilot.simulate_pilot(CALM, population=2_000, rng=np.random.default_rng(3), **options)
    large = trial_pilot.simulate_pilot(CALM, population=200_000, rng=np.random.default_rng(3), **options)
    assert small["relative"].median() > 2 * large["relative"].median()


def test_a_steady_process_keeps_the_mean_rate_or_takes_the_given_one():
    rising = Process(np.log(np.array([1e-5, 3e-5])), sd_unit=0.1, sd_noise=0.1, autocorrelation=0.0)
    assert np.exp(trial_pilot.steady(rising, weeks=5).week_log_rate) == pytest.approx(np.full(5, 2e-5))
    assert np.exp(trial_pilot.steady(rising, weeks=5, per_100k=30).week_log_rate[0]) == pytest.approx(3e-4)


def test_a_pilot_without_weeks_before_is_refused():
    with pytest.raises(ValueError, match="a pilot needs at least 2"):
        trial_pilot.simulate_pilot(
            trial_pilot.steady(CALM, weeks=8),
            population=1e4,
            peers=2,
            weeks_after=8,
            effect=0,
            replications=2,
            rng=np.random.default_rng(1),
        )


def test_a_rank_among_peers_needs_no_long_history_but_a_large_effect():
    options = dict(population=1e6, peers=66, weeks_after=8, replications=200)
    short = trial_pilot.steady(CALM, weeks=20)
    ends = trial_pilot.simulate_pilot(short, effect=-1.0, rng=np.random.default_rng(4), **options)
    idle = trial_pilot.simulate_pilot(short, effect=0.0, rng=np.random.default_rng(4), **options)
    assert ends["found_among"].all() and not ends["found"].any()
    assert idle["found_among"].mean() < idle["found_one_sided"].mean() + 1e-9 < 0.1


def test_peers_of_one_district_share_its_course():
    noisy = Process(np.full(60, np.log(2e-3)), sd_unit=0.2, sd_noise=0.8, autocorrelation=0.5)
    options = dict(population=1e6, peers=30, weeks_after=8, effect=0.0, replications=60)
    apart = trial_pilot.simulate_pilot(noisy, rng=np.random.default_rng(5), **options)
    shared = trial_pilot.simulate_pilot(noisy, rng=np.random.default_rng(5), together=True, **options)
    assert shared["relative"].median() < apart["relative"].median() / 3


def test_all_effects_meet_the_same_epidemics_and_more_effect_is_found_more_often():
    options = dict(population=4_000, peers=30, weeks_after=8, replications=200)
    found = trial_pilot.simulate_pilots(CALM, effects=(0.0, -0.5, -1.0), rng=np.random.default_rng(6), **options)
    idle, half, ends = found.values()
    assert idle["relative"].equals(half["relative"]) and idle["detectable"].equals(ends["detectable"])
    assert (ends["change"] <= half["change"]).all() and (half["change"] <= idle["change"]).all()
    assert idle["found"].mean() < half["found"].mean() < ends["found"].mean()


def test_ties_with_peers_count_against_the_pilot():
    empty = Process(np.full(30, -40.0), sd_unit=0.0, sd_noise=0.0, autocorrelation=0.0)
    found = trial_pilot.simulate_pilot(
        empty, population=1e3, peers=50, weeks_after=8, effect=0.0, replications=3, rng=np.random.default_rng(7)
    )
    assert not found[["found", "found_among", "found_one_sided"]].to_numpy().any()
