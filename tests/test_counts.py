"""Ratios of counts, their pooling and their posterior, against closed forms and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from kampung_analysis.counts import against_others, normal_update, pooled_change, rate_ratio

PLACES = pd.DataFrame({"before": [100, 240, 55, 800], "after": [130, 200, 66, 640]})


def test_the_exact_bounds_solve_the_two_tail_equations():
    found = rate_ratio(72, 36)
    low, high = (math.exp(bound) / (1 + math.exp(bound)) for bound in (found.low, found.high))
    assert stats.binom.sf(35, 108, low) == pytest.approx(0.025)
    assert stats.binom.cdf(36, 108, high) == pytest.approx(0.025)
    assert found.value == pytest.approx(math.log(0.5))


def test_the_exact_p_value_is_that_of_statsmodels():
    theirs = poisson_2indep(36, 30, 72, 31, method="exact-cond").pvalue
    assert rate_ratio(72, 36, exposure=30 / 31).p == pytest.approx(theirs)


def test_exposure_shifts_value_and_bounds_alike():
    plain, doubled = rate_ratio(40, 50), rate_ratio(40, 50, exposure=2.0)
    for field in ("value", "low", "high"):
        assert getattr(plain, field) - getattr(doubled, field) == pytest.approx(math.log(2))


def test_an_exact_interval_covers_at_least_as_often_as_it_says():
    after = np.arange(0, 61)
    inside = [n for n in after if rate_ratio(60 - n, n).low <= 0 <= rate_ratio(60 - n, n).high]
    assert stats.binom.pmf(inside, 60, 0.5).sum() >= 0.95


def test_no_crime_afterwards_leaves_the_lower_bound_open():
    found = rate_ratio(9, 0)
    assert found.value == found.low == -math.inf
    assert math.isfinite(found.high)


def test_spread_between_places_widens_the_interval_to_the_closed_form():
    found = rate_ratio(100, 81, spread=0.2)
    assert found.se == pytest.approx(math.sqrt(1 / 100 + 1 / 81 + 0.04))
    assert found.high - found.low == pytest.approx(2 * 1.959964 * found.se, rel=1e-6)


@pytest.mark.parametrize("counts", [(-1, 5), (0, 0), (3.5, 2), (math.nan, 5), (5, math.inf)])
def test_what_is_no_pair_of_counts_is_refused(counts):
    with pytest.raises(ValueError, match="no two counts"):
        rate_ratio(*counts)


def test_counts_of_small_integers_do_not_overflow():
    assert rate_ratio(np.uint8(200), np.uint8(100)) == rate_ratio(200, 100)


def test_a_zero_count_cannot_carry_a_spread():
    with pytest.raises(ValueError, match="do not suit"):
        rate_ratio(3, 0, spread=0.1)


def test_the_spread_solves_the_equation_of_paule_and_mandel():
    pooled, tau = pooled_change(PLACES)
    effect = np.log(PLACES.after / PLACES.before)
    weight = 1 / (1 / PLACES.before + 1 / PLACES.after + tau**2)
    mean = (weight * effect).sum() / weight.sum()
    assert (weight * (effect - mean) ** 2).sum() == pytest.approx(len(PLACES) - 1, abs=1e-3)
    assert pooled.value == pytest.approx(mean)


def test_pooling_is_that_of_statsmodels():
    before, after = PLACES.before.to_numpy(float), PLACES.after.to_numpy(float)
    fit = combine_effects(np.log(after / before), 1 / before + 1 / after, method_re="iterated", use_t=True)
    wide = stats.t.ppf(0.975, len(PLACES) - 1) * fit.sd_eff_w_re_hksj
    theirs = fit.mean_effect_re - wide, fit.mean_effect_re + wide
    pooled, _ = pooled_change(PLACES)
    assert (pooled.low, pooled.high) == pytest.approx(theirs)


def test_two_places_are_too_few_to_pool():
    with pytest.raises(ValueError, match="at least three places"):
        pooled_change(PLACES.head(2))


def test_one_place_among_others_is_as_uncertain_as_a_prediction():
    others, tau = pooled_change(PLACES)
    own = rate_ratio(480, 490)
    found = against_others(own, others, spread=tau, name="city")
    assert found.value == pytest.approx(own.value - others.value)
    assert found.high - found.value > stats.t.ppf(0.975, 2) * tau


def test_equal_precisions_meet_half_way():
    found = normal_update((-0.4, 0.1), (0.0, 0.1))
    assert found.value == pytest.approx(-0.2)
    assert found.se == pytest.approx(0.1 / math.sqrt(2))


def test_a_vague_likelihood_leaves_the_prior_where_it_was():
    assert normal_update((-0.4, 0.1), (5.0, 1e6)).value == pytest.approx(-0.4, abs=1e-6)


def test_a_prior_without_spread_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        normal_update((-0.4, 0.0), (0.0, 0.1))


def test_a_place_without_a_case_is_not_set_against_others():
    others = pd.DataFrame({"before": [40, 50, 60], "after": [42, 47, 66]})
    pooled, spread = pooled_change(others)
    with pytest.raises(ValueError, match="against: own has a zero count"):
        against_others(rate_ratio(5, 0, name="own"), pooled, spread=spread, name="against")
