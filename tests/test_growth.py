"""Contrasts of growth between sets of places, and slopes on a dose."""

from __future__ import annotations

import functools
import json

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import growth

WEEKS = pd.date_range("2020-04-20", periods=9, freq="W-MON")


def counts(rng, places=12):
    return pd.DataFrame(rng.poisson(200, (9, places)), index=WEEKS, columns=[f"p{i}" for i in range(places)])


def test_growth_that_stops_is_found_in_log_points_a_week():
    table = pd.DataFrame(1_000_000.0, index=WEEKS, columns=["a", "b", "c", "d"])
    table["a"] = 1e6 * np.exp(np.minimum(np.arange(9), 4) * 0.3)
    found = growth.growth_change(table, ["a"], launch=WEEKS[5])
    assert found.value == pytest.approx(-0.3, abs=1e-4)
    assert len(found.placebos) == 3 and np.abs(found.placebos).max() < 1e-4


def test_a_set_like_any_other_is_not_remarkable():
    rng = np.random.default_rng(2)
    p = [growth.growth_change(counts(rng), ["p0", "p1"], launch=WEEKS[5]).p for _ in range(200)]
    assert np.mean(np.array(p) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_too_few_other_sets_give_no_bounds_and_say_how_many_are_needed():
    table = counts(np.random.default_rng(7), places=20)
    found = growth.growth_change(table, ["p0"], launch=WEEKS[5]).estimate("p0")
    assert np.isinf([found.low, found.high]).all()
    assert "19 other sets cannot give a 95% interval; 39 are needed" in str(found)


def test_sets_that_overlap_are_named_in_the_printed_result():
    table = counts(np.random.default_rng(8), places=12)
    found = growth.growth_change(table, ["p0", "p1"], launch=WEEKS[5]).estimate("two")
    assert found.finite and "only 5 other sets share no place" in str(found)
    assert growth.growth_change(counts(np.random.default_rng(8), 42), ["p0", "p1"], launch=WEEKS[5]).cautions() == ()


def test_a_group_that_stood_high_in_the_week_before_is_named_in_the_printed_result():
    table = counts(np.random.default_rng(8), 42)
    table.loc[WEEKS[4], ["p0", "p1"]] *= 6
    for group, said in ((["p0", "p1"], True), (["p2", "p3"], False)):
        found = str(growth.growth_change(table, group, launch=WEEKS[5]).estimate("two"))
        assert ("it may fall back on its own" in found) is said


def test_sets_that_cannot_all_be_tried_are_drawn_from_every_column():
    sets = growth._sets(30, 8, 400)
    shares = np.bincount(sets.ravel(), minlength=30) / 400
    assert (np.abs(shares - 8 / 30) < 5 * np.sqrt(8 / 30 * 22 / 30 / 400)).all()
    assert (growth._sets(30, 8, 400) == sets).all() and all(len(set(row)) == 8 for row in sets)


def test_a_fixed_comparison_is_used_for_all_sets():
    table = counts(np.random.default_rng(3))
    found = growth.growth_change(table, ["p0"], launch=WEEKS[5], against=["p11"])
    assert len(found.placebos) == 10


def test_windows_beyond_the_table_are_refused():
    with pytest.raises(ValueError, match="reach beyond the weeks"):
        growth.growth_change(counts(np.random.default_rng(1)), ["p0"], launch=WEEKS[2])


def test_the_total_of_a_window_holds_both_ends_and_survives_a_place_without_cases():
    table = pd.DataFrame({"a": np.arange(9), "b": 0}, index=WEEKS)
    found = growth.log_total(table, WEEKS[1], WEEKS[3])
    assert found.to_dict() == pytest.approx({"a": np.log(6.5), "b": np.log(0.5)})
    with pytest.raises(ValueError, match="no week lies between 2021-01-04 and 2021-02-01; the table runs from 2020"):
        growth.log_total(table, "2021-01-04", "2021-02-01")


def test_a_slope_lies_in_its_interval_and_moves_with_the_data():
    rng = np.random.default_rng(4)
    dose = pd.Series(rng.integers(5, 60, 31).astype(float))
    noise = pd.Series(rng.normal(size=31))
    plain = growth.dose_slope(dose, noise, unit=10, rng=np.random.default_rng(5), name="x")
    moved = growth.dose_slope(dose, noise + 0.2 * dose, unit=10, rng=np.random.default_rng(5), name="x")
    assert plain.low < plain.value < plain.high
    assert moved.value - plain.value == pytest.approx(2.0)
    assert moved.low - plain.low == pytest.approx(2.0, abs=0.05)


def test_a_confounder_given_as_also_is_taken_out():
    rng = np.random.default_rng(6)
    size = pd.Series(rng.normal(size=400))
    dose, outcome = size + rng.normal(size=400) * 0.5, 3 * size
    raw = growth.dose_slope(dose, outcome, draws=199, rng=rng, name="x")
    clean = growth.dose_slope(dose, outcome, also=size.to_frame(), draws=199, rng=rng, name="x")
    assert raw.value > 1 and abs(clean.value) < 1e-9


def test_a_dose_that_is_missing_or_does_not_vary_is_refused():
    rng, flat = np.random.default_rng(6), pd.Series(2.0, index=list("abcde"))
    rising = pd.Series(np.arange(5.0), index=flat.index)
    slope = functools.partial(growth.dose_slope, outcome=rising, rng=rng, name="slope")
    for dose, also in ((flat, None), (rising, pd.DataFrame({"same": 3 * rising}))):
        with pytest.raises(ValueError, match="slope: the dose does not vary among 5 places apart from"):
            slope(dose, also=also)
    with pytest.raises(ValueError, match="slope: 1 places lack a finite dose or outcome, first 'b'"):
        slope(rising.replace(1.0, np.nan))


def test_the_coverage_that_a_caution_states_is_the_one_that_was_measured(root):
    found = json.loads((root / "benchmarks" / "results" / "validity_growth.json").read_text("utf-8"))["rows"]
    covered = [
        100 * row["coverage"]
        for row in found
        if row["estimator"].startswith("change of weekly growth") and row["fault"] in ("few places", "a group of eight")
    ]
    table = counts(np.random.default_rng(8), places=12)
    printed = str(growth.growth_change(table, ["p0", "p1"], launch=WEEKS[5]).estimate("two"))
    assert len(covered) == 2 and f"cover {min(covered):.0f} to {max(covered):.0f}%" in printed
