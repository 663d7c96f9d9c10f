"""Selection: closed forms against simulation, and refusals."""

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import selection


def test_the_worst_of_pure_noise_fall_to_the_mean_at_once():
    rng = np.random.default_rng(1)
    wide = pd.DataFrame(rng.poisson(5, (60, 200)))
    path = selection.follow_worst(wide, share=0.1, horizon=4, rng=rng, draws=50)
    assert path.ratio[0] == 1
    assert path.selected[1] == pytest.approx(5, rel=0.05)
    assert (path.low[1:] <= path.ratio[1:]).all() and (path.ratio[1:] <= path.high[1:]).all()


def test_the_worst_of_lasting_differences_stay_where_they_are():
    wide = pd.DataFrame(np.tile(np.arange(1.0, 51), (20, 1)))
    path = selection.follow_worst(wide, share=0.1, horizon=5, rng=np.random.default_rng(1), draws=20)
    assert (path.ratio == 1).all()


def test_following_needs_weeks_and_complete_cells():
    wide = pd.DataFrame(np.ones((5, 10)))
    with pytest.raises(ValueError, match="need at least 10 weeks"):
        selection.follow_worst(wide, rng=np.random.default_rng(1))
    wide = pd.DataFrame(np.ones((20, 10)))
    wide.iloc[3, 2] = np.nan
    with pytest.raises(ValueError, match="first 2 at 3"):
        selection.follow_worst(wide, rng=np.random.default_rng(1))
    for order, words in (([*range(9), *range(10, 21)], "8 to 10 differs"), ([1, 0, *range(2, 20)], "0 follows 1")):
        with pytest.raises(ValueError, match=words):
            selection.follow_worst(wide.fillna(1).set_axis(order), rng=np.random.default_rng(1))


def cells(weeks=20, units=10, **bad):
    wide = pd.DataFrame(np.random.default_rng(3).normal(5, 1, (weeks, units)), columns=[f"u{i}" for i in range(units)])
    for name, value in bad.items():
        wide[name] = wide[name].astype(object if isinstance(value, str) else float)
        wide.loc[3, name] = value
    return wide


TABLES = {
    "a missing cell": (cells(u2=np.nan), ValueError, "1 cells are missing or infinite, first u2 at 3"),
    "an infinite cell": (cells(u2=np.inf), ValueError, "1 cells are missing or infinite, first u2 at 3"),
    "text": (cells(u2="many"), TypeError, "unit 'u2' has type object; convert it"),
    "one unit": (cells(units=1), ValueError, "20 weeks and 1 units; give 2 and 2"),
    "one week": (cells(weeks=1), ValueError, "1 weeks and 10 units; give 2 and 2"),
    "no rows": (cells().iloc[:0], ValueError, "0 weeks and 10 units; give 2 and 2"),
    "a unit twice": (cells().rename(columns={"u3": "u2"}), ValueError, "unit u2 stands twice"),
    "a week twice": (cells().set_axis([0, *range(19)]), ValueError, "week 0 stands twice"),
    "no table": (cells()["u1"], TypeError, "the table is a Series"),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_without_variances_is_refused_with_the_way_out(case):
    wide, error, words = TABLES[case]
    with pytest.raises(error, match=words):
        selection.variance_components(wide)
    with pytest.raises(error, match=words):
        selection.follow_worst(wide, rng=np.random.default_rng(1))


def test_a_constant_table_has_no_variance_to_divide():
    with pytest.raises(ValueError, match="every cell is 4; there is no variance"):
        selection.variance_components(cells() * 0 + 4)


WORST = {"units": 100, "share": 0.1, "mean": 5, "dispersion": 0.5, "replications": 10}
NUMBERS = {
    "a share of 2": ("worst", {"share": 2}, "share is 2; give a finite number above 0 up to 1"),
    "no unit": ("worst", {"units": 0}, "units is 0; give a whole number from 1"),
    "no dispersion": ("worst", {"dispersion": 0}, "dispersion is 0; give a finite number above 0"),
    "a missing mean": ("worst", {"mean": np.nan}, "mean is nan; give a finite number above 0"),
    "an effect below -1": ("worst", {"effect": -2}, "effect is -2; give a finite number from -1"),
    "a claim without dispersion": ("alone", {"dispersion": 0}, "dispersion is 0"),
    "a claim with a missing dispersion": ("alone", {"dispersion": np.nan}, "dispersion is nan"),
    "a claim with a missing mean": ("alone", {"mean": np.nan}, "mean is nan"),
    "a claim with a negative mean": ("alone", {"mean": -1}, "mean is -1; give a finite number above 0"),
    "a missing cut-off": ("davis", {"cutoff": np.nan}, "cutoff is nan"),
    "a missing variance": ("davis", {"within": np.nan}, "variances 1 and nan"),
    "a survey with negative error": ("rebaseline", {"error_sd": -1}, "error_sd is -1; give a finite number from 0"),
    "a survey of no place": ("rebaseline", {"units": 0}, "units is 0"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_a_number_that_describes_no_population_is_refused_by_name(case):
    which, bad, words = NUMBERS[case]
    rng = np.random.default_rng(1)
    told = pd.DataFrame({"before": [12], "after": [0]})
    call = {
        "worst": lambda: selection.simulate_worst_first(rng=rng, **WORST | bad),
        "alone": lambda: selection.selection_alone(told, **{"mean": 4, "dispersion": 1} | bad),
        "davis": lambda: selection.regression_to_mean(**{"mean": 0, "between": 1, "within": 1, "cutoff": 1} | bad),
        "rebaseline": lambda: selection.simulate_rebaseline(
            rng=rng, **{"effect": 1, "delivered": [0.5], "error_sd": 1, "units": 5} | bad
        ),
    }
    with pytest.raises(ValueError, match=words):
        call[which]()


@pytest.mark.parametrize(("before", "after"), [(np.nan, 1), (12, np.nan), (np.inf, 1), (12.5, 1)])
def test_a_claim_without_whole_counts_is_refused_by_its_label(before, after):
    told = pd.DataFrame({"before": [9, before], "after": [1, after]}, index=["C01", "C02"])
    with pytest.raises(ValueError, match="claim 'C02' went from .*whole counts"):
        selection.selection_alone(told, mean=4, dispersion=1)


def test_the_formula_of_davis_equals_a_simulation():
    rng = np.random.default_rng(2)
    between, within, cutoff, n = 4.0, 9.0, 3.0, 2_000_000
    true = rng.normal(0, 2, n)
    baseline = true + rng.normal(0, 3, (2, n)).mean(0)
    chosen = baseline > cutoff
    change = true[chosen] + rng.normal(0, 3, chosen.sum()) - baseline[chosen]
    expected = selection.regression_to_mean(mean=0, between=between, within=within, cutoff=cutoff, measurements=2)
    assert abs(change.mean() - expected) < 4 * change.std() / np.sqrt(chosen.sum())
    assert expected < -1


def test_no_measurement_error_means_no_regression_to_the_mean():
    assert selection.regression_to_mean(mean=0, between=4, within=0, cutoff=1) == 0


def test_regression_to_the_mean_stays_finite_far_in_the_tail():
    value = selection.regression_to_mean(mean=0, between=1, within=1, cutoff=100)
    assert np.isfinite(value) and value < -45


def test_variance_components_recover_what_was_planted():
    rng = np.random.default_rng(3)
    wide = pd.DataFrame(rng.normal(0, 2, (1, 4000)) + rng.normal(0, 3, (30, 4000)))
    parts = selection.variance_components(wide)
    assert parts["between"] == pytest.approx(4, rel=0.1) and parts["within"] == pytest.approx(9, rel=0.05)


def test_worst_first_shows_a_fall_without_effect_and_a_larger_one_with_it():
    kwargs = dict(units=500, share=0.05, mean=5, dispersion=0.5, replications=400)
    nothing = selection.simulate_worst_first(rng=np.random.default_rng(4), **kwargs).change
    effect = selection.simulate_worst_first(rng=np.random.default_rng(4), effect=-0.2, **kwargs).change
    assert nothing.mean() < -0.1
    assert 1 + effect.mean() == pytest.approx((1 + nothing.mean()) * 0.8, rel=0.03)


def test_selection_alone_agrees_with_counts_that_were_drawn_twice():
    rng = np.random.default_rng(5)
    rates = rng.gamma(1 / 0.8, 0.8 * 4, 3_000_000)
    first, second = rng.poisson(rates), rng.poisson(rates)
    got = selection.selection_alone(pd.DataFrame({"before": [12], "after": [0]}), mean=4, dispersion=0.8)
    drawn = second[first == 12]
    assert abs(drawn.mean() - got.expected_after[0]) < 4 * drawn.std() / np.sqrt(len(drawn))
    assert got.probability[0] == pytest.approx((drawn == 0).mean(), abs=0.002)
    assert got.explained[0] == pytest.approx((12 - got.expected_after[0]) / 12)


def test_a_claim_without_a_fall_cannot_be_split():
    with pytest.raises(ValueError, match="without a fall"):
        selection.selection_alone(pd.DataFrame({"before": [3], "after": [5]}), mean=4, dispersion=1)


def test_a_late_baseline_is_biased_by_what_was_already_delivered():
    frame = selection.simulate_rebaseline(
        rng=np.random.default_rng(6), effect=-10, delivered=[0, 0.5, 1], error_sd=3, units=5
    )
    assert (abs(frame.bias - frame.expected) < 4 * frame.mc_error).all()
    assert frame.expected.tolist() == [0, 5, 10]


def test_ancova_and_change_scores_part_when_the_worst_are_treated():
    rng = np.random.default_rng(7)
    true = rng.normal(0, 1, 4000)
    before = true + rng.normal(0, 1, 4000)
    frame = pd.DataFrame({"b": before, "a": true + rng.normal(0, 1, 4000), "t": (before > 1).astype(int)})
    ancova, change = selection.compare_scores(frame, before="b", after="a", treated="t")
    assert ancova.low < 0 < ancova.high
    assert change.high < -0.5
    assert not ancova.warnings
    assert ancova.estimand == "difference of a between units with t 1 and 0, of equal b"
    assert change.estimand == "difference of a between units with t 1 and 0, less that of b"
    frame["t"] = 1
    with pytest.raises(ValueError, match="both 0 and 1"):
        selection.compare_scores(frame, before="b", after="a", treated="t")


SCORES = pd.DataFrame(
    {"b": [200, 180, 190, 210, 150, 120, 90, 60], "a": [100, 90, 150, 40, 160, 130, 20, 10], "t": [1] * 4 + [0] * 4}
)


def compared(frame, **columns):
    return selection.compare_scores(frame, **({"before": "b", "after": "a", "treated": "t"} | columns))


@pytest.mark.parametrize("kind", ["uint8", "UInt8", "uint8[pyarrow]", "object"])
def test_a_fall_of_small_unsigned_scores_is_a_fall(kind):
    found, expected = compared(SCORES.astype({"b": kind, "a": kind})), compared(SCORES)
    assert [e.value for e in found] == [e.value for e in expected]
    assert expected[1].value == pytest.approx(-75)


UNFIT = {
    "a missing score": (SCORES.assign(a=SCORES.a.where(SCORES.index != 3)), "'a' of unit 3 is nan"),
    "an infinite score": (SCORES.assign(b=SCORES.b.where(SCORES.index != 2, np.inf)), "'b' of unit 2 is inf"),
    "a side unknown": (SCORES.assign(t=SCORES.t.astype("Int64").mask(SCORES.index == 1)), "'t' of unit 1 is nan"),
    "a third side": (
        SCORES.assign(t=SCORES.t.where(SCORES.index != 7, 2)),
        r"both 0 and 1; it holds \[0.0, 1.0, 2.0\]",
    ),
    "no scatter": (SCORES.assign(a=SCORES.b + 3 * SCORES.t), "'a' leaves no scatter about ANCOVA"),
    "one score for all": (SCORES.assign(a=7), "'a' leaves no scatter about ANCOVA"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_scores_that_cannot_be_compared_are_refused_by_unit(case):
    frame, words = UNFIT[case]
    with pytest.raises(ValueError, match=words):
        compared(frame)


def test_few_units_on_one_side_are_named_in_the_printed_result():
    rng = np.random.default_rng(9)
    frame = pd.DataFrame({"b": rng.normal(size=40), "a": rng.normal(size=40), "t": [1, 1, 1] + [0] * 37})
    for result in selection.compare_scores(frame, before="b", after="a", treated="t"):
        assert "Caution: 3 units on one side" in str(result)
    frame["t"] = [1] + [0] * 39
    with pytest.raises(ValueError, match="one unit alone has t 1; two a side"):
        selection.compare_scores(frame, before="b", after="a", treated="t")
