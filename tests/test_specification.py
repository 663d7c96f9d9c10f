"""The specification curve counts every choice, hides no refusal and is compared with untreated units."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.specification import specification_curve
from kampung_analysis.synthetic import synthetic_control


def panel(seed=0, donors=21, effect=0.0):
    rng = np.random.default_rng(seed)
    values = np.exp(rng.normal(size=(24, donors + 1)).cumsum(axis=0) / 5 + 2)
    values[14:, 0] += effect
    return pd.DataFrame(values, columns=["treated", *(f"d{i}" for i in range(donors))])


def curve(wide, **extra):
    def fit(method, log, start):
        part = wide.loc[start:]
        return synthetic_control(np.log(part) if log else part, treated="treated", launch=14, method=method)

    choices = {"method": ["sc", "did", "sdid"], "log": [False, True], "start": [0, 4]}
    return specification_curve(choices | extra, fit)


def test_every_combination_is_fitted_and_ordered_by_standardised_effect():
    c = curve(panel())
    assert len(c.frame) == 12
    assert len(c.frame.drop_duplicates(["method", "log", "start"])) == 12
    assert c.frame["standardised"].is_monotonic_increasing
    assert c.placebos.shape == (12, 21)
    assert c.choices == ("method", "log", "start")


def test_each_row_is_the_fit_of_its_choices():
    wide = panel()
    for row in curve(wide).frame.itertuples():
        part = np.log(wide.loc[row.start :]) if row.log else wide.loc[row.start :]
        f = synthetic_control(part, treated="treated", launch=14, method=row.method)
        assert row.value == f.att
        assert row.p == f.placebos().p_att
        assert row.spread == pytest.approx(np.sqrt(np.mean(f.placebos().frame["att"][1:] ** 2)))


def test_placebo_rows_follow_the_order_of_the_frame():
    wide = panel()
    c = curve(wide)
    last = c.frame.iloc[-1]
    part = np.log(wide.loc[last["start"] :]) if last["log"] else wide.loc[last["start"] :]
    f = synthetic_control(part, treated="treated", launch=14, method=last["method"])
    assert c.placebos.iloc[-1]["d3"] == f.placebos().frame.set_index("unit").loc["d3", "att"]


def test_shares_count_both_sides_and_the_refused():
    c = curve(panel(), start=[0, 12])
    shares = c.shares()
    assert shares["refused"] == 6
    assert shares["specifications"] == 6
    assert shares["negative"] + shares["positive"] == pytest.approx(1)
    assert c.frame["refused"].str.contains("at least 4 are needed").sum() == 6
    assert c.frame["refused"].iloc[-6:].ne("").all()
    assert "6 were refused" in str(c)


def test_a_large_planted_effect_puts_the_whole_curve_beyond_all_placebos():
    joint = curve(panel(effect=200)).joint(direction=1)
    assert joint["p"].to_list()[0] == pytest.approx(1 / 22)
    assert joint["units"].eq(21).all()
    wrong_side = curve(panel(effect=200)).joint(direction=-1)
    assert wrong_side["p"].iloc[0] == 1


def test_under_no_effect_the_joint_p_value_is_valid():
    p = [curve(panel(seed)).joint(direction=-1)["p"].iloc[0] for seed in range(40)]
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / 40)
    assert min(p) >= 1 / 22


def test_combinations_that_make_no_sense_are_left_out_and_not_counted():
    def fit(a, b):
        return a * b, pd.Series({"x": 1.0, "y": -2.0})

    c = specification_curve({"a": [1, 2], "b": [3, -4]}, fit, keep=lambda a, b: not (a == 1 and b == 3))
    assert sorted(c.frame["value"]) == [-8, -4, 6]
    assert c.frame["p"].eq(1 / 3).all()
    assert set(c.by_choice()["option"]) == {"1", "2", "3", "-4"}


def test_donor_pools_that_differ_are_compared_on_the_units_they_share():
    pools = {"all": {"x": 1.0, "y": 2.0, "z": 0.5}, "few": {"x": 1.0, "y": -1.0}}
    c = specification_curve({"pool": ["all", "few"]}, lambda pool: (3.0, pd.Series(pools[pool])))
    assert c.joint(direction=1)["units"].eq(2).all()
    apart = specification_curve({"pool": ["x", "y"]}, lambda pool: (3.0, pd.Series({pool: 1.0})))
    with pytest.raises(ValueError, match="no unit is a placebo in every"):
        apart.joint()


def test_mistakes_are_raised_and_empty_choices_refused():
    with pytest.raises(ValueError, match="'b' has no option"):
        specification_curve({"a": [1], "b": []}, lambda a, b: None)
    with pytest.raises(ValueError, match="no choices"):
        specification_curve({}, lambda: None)
    with pytest.raises(TypeError, match="returned a float"):
        specification_curve({"a": [1]}, lambda a: 1.0)
    with pytest.raises(ZeroDivisionError):
        specification_curve({"a": [0]}, lambda a: 1 / a)
    with pytest.raises(ValueError, match="too short"):
        specification_curve({"a": [0]}, lambda a: (_ for _ in ()).throw(ValueError("too short")))
    with pytest.raises(ValueError, match="direction is 0"):
        curve(panel()).joint(direction=0)
