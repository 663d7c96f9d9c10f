"""California's Proposition 99: the numbers of Arkhangelsky et al. (2021), Table 1, from the same panel.

The published effects come from a search that stops after 10,000 steps. The same search gives the same printed digits.
The exact optimum of the same objective has a smaller loss; for the plain synthetic control it prints −19.5, not −19.6.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.synthetic import synthetic_control

PUBLISHED = {"did": (-27.3, 17.7), "sc": (-19.6, 9.9), "sdid": (-15.6, 8.4)}


@pytest.fixture(scope="module")
def smoking(shared):
    return pd.read_csv(shared / "reference" / "california_prop99.csv", index_col="Year")


def california(smoking, method, solver="exact"):
    return synthetic_control(smoking, treated="California", launch=1989, method=method, solver=solver)


@pytest.mark.parametrize("method", PUBLISHED)
def test_the_published_search_gives_the_published_effect_to_the_printed_digit(smoking, method):
    assert round(california(smoking, method, "frank_wolfe").att, 1) == PUBLISHED[method][0]


@pytest.mark.parametrize("method", ["did", "sdid"])
def test_the_exact_optimum_prints_the_same_digit(smoking, method):
    assert round(california(smoking, method).att, 1) == PUBLISHED[method][0]


def test_the_exact_synthetic_control_fits_better_than_the_published_one(smoking):
    exact, early = california(smoking, "sc"), california(smoking, "sc", "frank_wolfe")
    assert exact.pre_rmspe < early.pre_rmspe
    assert round(exact.att, 1) == -19.5
    assert exact.kkt_gap < 1e-12 < 1e-6 < early.kkt_gap
    assert abs(exact.att - early.att) > 0.1


@pytest.mark.parametrize("method", PUBLISHED)
def test_the_published_standard_error_is_a_plausible_draw_of_200_placebos(smoking, method):
    f = california(smoking, method)
    rng = np.random.default_rng(12345)
    draws = [f.placebo_se(rng=rng) for _ in range(4000)]
    low, high = np.quantile(draws, [0.005, 0.995])
    assert low <= PUBLISHED[method][1] <= high


def test_california_weights_are_the_states_known_from_the_literature(smoking):
    weights = california(smoking, "sc").weights
    assert list(weights.nlargest(3).index) == ["Utah", "Montana", "Nevada"]


def test_every_placebo_of_california_is_at_its_optimum(smoking):
    for method in PUBLISHED:
        assert max(p.kkt_gap for p in california(smoking, method)._placebo_fits) < 1e-12
