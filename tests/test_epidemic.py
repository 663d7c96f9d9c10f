"""Epidemic scales: one set of counts, three readings."""

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import epidemic


@pytest.fixture
def panel():
    weeks = pd.date_range("2020-03-02", periods=14, freq="W-MON")
    rng = np.random.default_rng(1)
    rows = [(w, u, int(rng.poisson(50)), 0, 1_000_000) for w in weeks for u in ("Treated", "A", "B", "C", "D")]
    return pd.DataFrame(rows, columns=["week", "province", "new_confirmed", "new_deaths", "population"])


def test_the_three_scales_say_the_same_thing(panel):
    level = epidemic.wide_outcome(panel, scale="level")
    log = epidemic.wide_outcome(panel, scale="log")
    growth = epidemic.wide_outcome(panel, scale="growth")
    np.testing.assert_allclose(np.exp(log), level + 0.05)
    np.testing.assert_allclose(growth, log.diff().iloc[1:])
    assert len(growth) == len(level) - 1


def test_a_missing_week_is_named(panel):
    with pytest.raises(ValueError, match="C has no count of confirmed in the week of 2020-03-09"):
        epidemic.wide_outcome(panel[~((panel.province == "C") & (panel.week == "2020-03-09"))])
    with pytest.raises(ValueError, match="'tests'.*confirmed, deaths"):
        epidemic.wide_outcome(panel, outcome="tests")
    with pytest.raises(ValueError, match="'square'"):
        epidemic.wide_outcome(panel, scale="square")


def test_a_lag_leaves_out_the_first_treated_weeks(panel):
    panel.loc[
        (panel.province == "Treated") & panel.week.isin(pd.to_datetime(["2020-04-27", "2020-05-04"])), "new_confirmed"
    ] = 5000
    fit = epidemic.comparison(
        {"now": panel}, treated="Treated", launch="2020-04-27", pools={"all": [], "without D": ["D"]}
    )
    choice = dict(vintage="now", outcome="confirmed", scale="level", method="did", start="2020-03-02", end="2020-06-01")
    assert fit(**choice, pool="all", lag=0).att > 100
    assert abs(fit(**choice, pool="all", lag=2).att) < 3
    assert "D" not in fit(**choice, pool="without D", lag=0).weights.index
    with pytest.raises(ValueError, match="ends with the week of 2020-06-01"):
        fit(**{**choice, "end": "2020-08-31"}, pool="all", lag=0)


def test_scales_agree_when_most_of_each_lie_on_one_side():
    effects = pd.DataFrame({"scale": ["log", "log", "level", "level"], "value": [-1.0, -2.0, -3.0, 4.0]})
    split = epidemic.check_scales(effects)
    assert split.passed is False and split.why == "Share of specifications below zero: level 50%, log 100%."
    assert epidemic.check_scales(effects.assign(value=-1.0)).passed is True
    assert epidemic.check_scales(effects.assign(value=1.0)).passed is True
    assert epidemic.check_scales(effects[:2]).passed is None
    with pytest.raises(ValueError, match="1 effects are missing"):
        epidemic.check_scales(effects.assign(value=[1.0, None, 2.0, 3.0]))
