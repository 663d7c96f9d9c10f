"""Baseline differences: exact permutations, coverage, and refusals."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kampung_analysis import placement


def test_the_p_of_a_shuffle_meets_the_exact_one_within_its_own_error():
    values = pd.Series([5.0, 4.0, 7.0, 1.0, 2.0, 3.0, 0.5, 2.5])
    chosen = np.array([True] * 3 + [False] * 5)
    real = values[chosen].mean() - values[~chosen].mean()
    every = [values[list(c)].mean() - values.drop(list(c)).mean() for c in combinations(range(8), 3)]
    exact = pd.Series(
        {
            "either": np.mean([abs(d) >= abs(real) - 1e-12 for d in every]),
            "higher": np.mean([d >= real - 1e-12 for d in every]),
            "lower": np.mean([d <= real + 1e-12 for d in every]),
        }
    )
    found = placement.permutation_p(values, chosen, rng=np.random.default_rng(1), draws=20_000)
    assert (abs(found.p - exact) < 4 * found.mc_error + 1 / 20_001).all()


def test_more_draws_make_the_error_of_p_smaller_by_their_root():
    values, chosen = pd.Series(range(20)), np.arange(20) % 2 == 0
    few, many = (placement.permutation_p(values, chosen, rng=np.random.default_rng(2), draws=n) for n in (400, 40_000))
    assert few.mc_error["higher"] / many.mc_error["higher"] == pytest.approx(10, rel=0.1)


def test_the_bootstrap_interval_of_a_difference_covers_it_as_often_as_it_says():
    rng, hits = np.random.default_rng(3), 0
    chosen = np.arange(60) < 25
    for _ in range(300):
        found = placement.difference_of_means(pd.Series(rng.normal(0, 1, 60) + chosen), chosen, rng=rng, draws=300)
        hits += found.low <= 1 <= found.high
    assert stats.binomtest(hits, 300, 0.94).pvalue > 0.001


def test_a_small_group_is_named_in_the_printed_difference():
    values, rng = pd.Series(np.arange(20.0)), np.random.default_rng(1)
    for size, said in ((4, True), (10, False)):
        found = placement.difference_of_means(values, np.arange(20) < size, rng=rng, draws=50)
        assert (f"Caution: {size} places in a group" in str(found)) is said


def test_the_interval_of_a_rank_correlation_covers_it_as_often_as_it_says():
    rng, hits, rho = np.random.default_rng(4), 0, 0.5
    truth = 6 / np.pi * np.arcsin(rho / 2)
    for _ in range(1000):
        x, e = rng.normal(size=(2, 30))
        found = placement.rank_correlation(pd.Series(x), pd.Series(rho * x + (1 - rho**2) ** 0.5 * e))
        hits += found.low <= truth <= found.high
    assert 0.93 < hits / 1000 < 0.97


def test_a_perfect_order_has_no_interval():
    found = placement.rank_correlation(pd.Series(range(9)), -pd.Series(range(9)))
    assert found.value == -1 and not found.finite


@pytest.mark.parametrize(
    ("values", "chosen", "message"),
    [
        ([1.0, 2.0, 3.0], [True, False], "2 choices for 3 values"),
        ([1.0, np.nan, 3.0, 4.0], [True, True, False, False], "4 choices for 3 values"),
        ([1.0, 2.0, 3.0, 4.0], [True, False, False, False], "1 of 4 places are chosen"),
    ],
)
def test_groups_too_small_or_incomplete_are_refused(values, chosen, message):
    for method in (placement.difference_of_means, placement.permutation_p):
        with pytest.raises(ValueError, match=message):
            method(pd.Series(values), np.array(chosen), rng=np.random.default_rng(1))


def test_a_rank_correlation_without_pairs_that_vary_is_refused():
    with pytest.raises(ValueError, match="five pairs that vary; got 4"):
        placement.rank_correlation(pd.Series(range(4)), pd.Series(range(4)))
    with pytest.raises(ValueError, match="complete pairs"):
        placement.rank_correlation(pd.Series([1, 2, np.nan]), pd.Series([1, 2, 3]))
