"""One number in one pass equals the average of the whole table of effects."""

import math

import numpy as np
import pytest

from kampung_analysis.simulation import less_district_weeks
from kampung_analysis.staggered import att_gt, average_effect, moments_of


def panel(seed, units=300, periods=12, waves=(3, 5, 8)):
    rng = np.random.default_rng(seed)
    starts = rng.choice([*map(float, waves), np.nan], units)
    level = rng.normal(size=(units, 1)) * 3
    treated = np.arange(periods) >= starts[:, None]
    return rng.normal(size=(units, periods)).cumsum(1) + level + 0.3 * treated, starts


def by_the_table(matrix, starts, control="never"):
    periods = np.arange(1, matrix.shape[1] + 1)
    overall = att_gt(moments_of(matrix, starts + 1, periods), control=control).aggregate("simple").overall
    return overall.value, overall.se


@pytest.mark.parametrize("seed", range(5))
def test_the_average_equals_the_aggregated_table(seed):
    matrix, starts = panel(seed)
    assert average_effect(matrix, starts) == pytest.approx(by_the_table(matrix, starts), rel=1e-10)


def test_units_treated_from_the_first_period_or_after_the_last_are_read_as_the_table_reads_them():
    matrix, starts = panel(7)
    starts[:20], starts[20:40] = 0.0, 12.0
    assert average_effect(matrix, starts) == pytest.approx(by_the_table(matrix, starts), rel=1e-10)


def test_groups_that_start_as_a_whole_leave_nothing_to_compare_inside():
    matrix, starts = panel(8)
    group = np.unique(starts, return_inverse=True)[1]
    with pytest.raises(ValueError, match="no group holds treated and never-treated units"):
        average_effect(matrix, starts, within=group)


def test_a_comparison_inside_groups_takes_out_their_means_and_pays_for_them():
    matrix, starts = panel(8)
    group = np.random.default_rng(1).integers(0, 20, len(starts))
    value, se = by_the_table(less_district_weeks(matrix, group), starts)
    inside = average_effect(matrix + np.random.default_rng(2).normal(size=(20, 12))[group], starts, within=group)
    assert inside == pytest.approx((value, se * math.sqrt(300 / 280)), rel=1e-10)


def test_a_wave_of_one_unit_has_no_error_in_either():
    matrix, starts = panel(9)
    starts[starts == 5] = np.nan
    starts[0] = 5.0
    value, se = average_effect(matrix, starts)
    assert value == pytest.approx(by_the_table(matrix, starts)[0]) and math.isnan(se)
    assert math.isnan(by_the_table(matrix, starts)[1])


def test_what_gives_no_average_is_refused_by_name():
    matrix, starts = panel(10)
    with pytest.raises(ValueError, match=r"shape \(300, 12\) for 299 starts"):
        average_effect(matrix, starts[1:])
    with pytest.raises(ValueError, match="and NaN"):
        average_effect(matrix, np.full(300, 4.0))
    with pytest.raises(ValueError, match="a wave from 1 on"):
        average_effect(matrix, np.where(np.arange(300) < 9, 0.0, np.nan))
    with pytest.raises(ValueError, match="whole columns"):
        average_effect(matrix, np.where(np.isnan(starts), starts, starts + 0.5))
    with pytest.raises(ValueError, match="no wave|a wave from 1 on"):
        average_effect(matrix, np.full(300, np.nan))
    with pytest.raises(ValueError, match="missing or infinite, first in row 3, column 6"):
        average_effect(np.where(matrix == matrix[3, 6], np.nan, matrix), starts)


@pytest.mark.parametrize("all_start", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_against_units_not_yet_treated_it_equals_the_table_too(seed, all_start):
    matrix, starts = panel(seed + 20, units=60, waves=(1, 3, 5, 8))
    starts[:4] = 0.0
    if all_start:
        starts[np.isnan(starts)] = 10.0
    table = by_the_table(matrix, starts, "not_yet")
    assert average_effect(matrix, starts, control="not_yet") == pytest.approx(table, rel=1e-12)


def test_without_an_error_in_the_table_it_has_none_against_units_not_yet_treated():
    matrix, starts = panel(30, units=40)
    starts[starts == 5] = 8.0
    starts[0] = 5.0
    value, se = average_effect(matrix, starts, control="not_yet")
    table = by_the_table(matrix, starts, "not_yet")
    assert value == pytest.approx(table[0], rel=1e-12) and math.isnan(se) and math.isnan(table[1])


def test_a_single_wave_leaves_nothing_that_is_not_yet_treated():
    matrix, starts = panel(31)
    for wrong in (np.full(300, 4.0), np.full(300, np.nan), np.where(np.isnan(starts), 9.5, starts)):
        with pytest.raises(ValueError, match="and others"):
            average_effect(matrix, wrong, control="not_yet")
    with pytest.raises(ValueError, match="'not_yet' without groups"):
        average_effect(matrix, starts, control="not_yet", within=np.zeros(300, int))
