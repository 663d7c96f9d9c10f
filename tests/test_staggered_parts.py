"""Tables in parts, calendars of unequal months, identifiers of every width: the same numbers, or a refusal by name."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.staggered import CohortMoments, att_gt, average_effect, moments_from, moments_of
from kampung_analysis.staggered.moments import merge

COLUMNS = dict(unit="u", time="t", outcome="y", adopted="g")


def panel(units=40, periods=8, starts=(0, 3, 5), seed=1):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"u": np.repeat(np.arange(units), periods), "t": np.tile(np.arange(1, periods + 1), units)})
    frame["y"] = rng.standard_normal(len(frame)).cumsum()
    frame["g"] = np.repeat(np.resize(starts, units), periods)
    return frame


def overall(frame, kind="simple", **options):
    found = att_gt(moments_from(frame, **COLUMNS), **options).aggregate(kind).overall
    return found.value, found.se


def with_other_periods(frame, how):
    other = frame.assign(u=frame.u + 100)
    if how == "later":
        return other.assign(t=other.t + 1, g=other.g.where(other.g == 0, other.g + 1))
    return other.assign(t=2 * other.t, g=2 * other.g)


@pytest.mark.parametrize("how", ["later", "wider steps"])
def test_files_over_other_periods_are_refused_as_the_same_rows_in_one_table_are(tmp_path, how):
    frame = panel()
    other = with_other_periods(frame, how)
    frame.to_parquet(tmp_path / "a.parquet")
    other.to_parquet(tmp_path / "b.parquet")
    for source in (tmp_path, pd.concat([frame, other])):
        with pytest.raises(ValueError, match=r"u (100|0) has (a|no) row in period|u 100 .*period"):
            moments_from(source, **COLUMNS)


def test_moments_over_other_periods_never_merge():
    frame = panel()
    parts = [moments_from(f, **COLUMNS) for f in (frame, with_other_periods(frame, "later"))]
    for merged in (lambda: merge(parts), lambda: parts[0] + parts[1]):
        with pytest.raises(ValueError, match="8 periods from 1 to 8, the other 8 periods from 2 to 9"):
            merged()
    with pytest.raises(ValueError, match="no moments to merge"):
        merge([])


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("days", [7, 1])
def test_dates_in_any_order_are_read_whatever_their_resolution(unit, days):
    frame = panel(periods=30)
    at = pd.date_range("2020-01-06", periods=31, freq=f"{days}D").as_unit(unit)
    dated = frame.assign(t=at[frame.t - 1], g=pd.Series(at[frame.g - 1]).where(frame.g > 0).dt.as_unit(unit))
    assert overall(dated.sort_values(["t", "u"])) == pytest.approx(overall(frame), rel=1e-12)


def test_large_whole_numbers_are_periods_in_any_order():
    frame = panel(periods=30)
    step, first = 7 * 10**14, 10**17
    large = frame.assign(t=first + step * frame.t, g=(first + step * frame.g).where(frame.g > 0, 0))
    assert overall(large.sort_values("t")) == pytest.approx(overall(frame), rel=1e-12)


@pytest.mark.parametrize("freq", ["MS", "QS", "YS", "ME"])
@pytest.mark.parametrize("starts", [(0, 4, 7, 13, 14), (4, 7, 13, 14)])
@pytest.mark.parametrize("anticipation", [0, 1, 2])
def test_adoption_after_the_last_month_counts_months_and_not_days(freq, starts, anticipation):
    frame = panel(units=60, periods=12, starts=starts)
    at = pd.date_range("2019-01-01", periods=14, freq=freq)
    dated = frame.assign(t=at[frame.t - 1], g=pd.Series(at[frame.g - 1]).where(frame.g > 0))
    options = dict(control="not_yet", anticipation=anticipation)
    assert overall(dated, **options) == pytest.approx(overall(frame, **options), rel=1e-12)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "uint64", "Int64", "float32"])
@pytest.mark.parametrize("low", [0, -100])
def test_identifiers_of_any_width_are_units(dtype, low):
    low = max(low, 0) if dtype.startswith("u") else low
    frame = panel(units=120, periods=30)
    narrow = frame.assign(u=(frame.u + low).astype(dtype)).sample(frac=1, random_state=2)
    assert overall(narrow) == pytest.approx(overall(frame), rel=1e-12)


def test_identifiers_beyond_signed_integers_are_units():
    frame = panel()
    large = frame.assign(u=frame.u.astype("uint64") + np.uint64(2**63)).sample(frac=1, random_state=2)
    assert overall(large) == pytest.approx(overall(frame), rel=1e-12)


def test_an_outcome_beyond_exact_counts_is_refused_in_every_integer_type():
    for dtype in ("int64", "uint64", "Int64", "int64[pyarrow]"):
        frame = panel()
        frame["y"] = pd.Series(np.full(len(frame), 2**62)).astype(dtype)
        with pytest.raises(ValueError, match="'y' exceeds 2\\*\\*53"):
            moments_from(frame, **COLUMNS)


def test_a_balanced_event_study_looks_only_at_cohorts_that_have_controls_long_enough():
    frame = panel(units=80, periods=10, starts=(3, 4, 6, 7, 9))
    balanced = att_gt(moments_from(frame, **COLUMNS), control="not_yet").aggregate("dynamic", balance=2)
    cut = att_gt(moments_from(frame[frame.t < 9], **COLUMNS), control="not_yet").aggregate("dynamic", balance=2)
    pd.testing.assert_frame_equal(balanced.to_frame(), cut.to_frame())
    assert balanced.overall.value == pytest.approx(cut.overall.value, rel=1e-12)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("g", 4.5, "u 10 holds 4.5 in 'g'"),
        ("g", -np.inf, "u 10 holds -inf in 'g'"),
        ("t", np.nan, "u 10, row 80, has no time in 't'"),
        ("t", 2.5, "u 10, row 80, holds 2.5 in 't'"),
    ],
)
def test_an_impossible_period_is_refused_with_the_unit_that_has_it(column, value, words):
    frame = panel().astype({"g": float, "t": float})
    frame.loc[frame.u.eq(10) if column == "g" else frame.index == 80, column] = value
    with pytest.raises(ValueError, match=words):
        moments_from(frame, **COLUMNS)


def test_never_may_be_written_in_two_ways_within_a_unit():
    frame = panel().astype({"g": float})
    mixed = frame.copy()
    mixed.loc[mixed.g.eq(0) & mixed.t.gt(4), "g"] = np.nan
    mixed.loc[mixed.g.eq(0) & mixed.t.eq(1), "g"] = np.inf
    assert overall(mixed) == pytest.approx(overall(frame), rel=1e-12)


def test_categories_of_numbers_with_a_gap_mean_never_there():
    frame = panel()
    assert overall(frame.assign(g=pd.Categorical(frame.g.where(frame.g > 0)))) == overall(frame)
    whole = pd.Categorical.from_codes(frame.g.map({0: -1, 3: 0, 5: 1}), categories=pd.Index([3, 5]))
    assert overall(frame.assign(g=whole)) == overall(frame)


def test_periods_of_two_months_are_labelled_as_they_came():
    frame = panel()
    at = pd.period_range("2020-01", periods=8, freq="2M")
    dated = frame.assign(t=at[frame.t - 1], g=pd.Series(at[frame.g - 1]).where(frame.g > 0))
    shown = att_gt(moments_from(dated, **COLUMNS)).to_frame()
    assert set(shown["time"]) <= set(at) and overall(dated) == pytest.approx(overall(frame), rel=1e-12)


def test_hours_across_a_change_of_clocks_are_refused_with_the_way_out():
    frame = panel()
    at = pd.date_range("2020-10-24 23:00", periods=8, freq="h", tz="UTC")
    local = frame.assign(t=at.tz_convert("Europe/Berlin")[frame.t - 1], g=0)
    with pytest.raises(ValueError, match="more than one row in period .*convert the times with dt.tz_convert..UTC"):
        moments_from(local, **COLUMNS)
    spring = pd.date_range("2020-03-29 01:30", periods=8, freq="h").tz_localize("UTC")
    shifted = frame.assign(t=spring[frame.t - 1], g=pd.Series(spring[frame.g - 1]).where(frame.g > 0))
    assert overall(shifted) == pytest.approx(overall(frame), rel=1e-12)


def test_an_indexed_parquet_file_has_its_columns_and_another_file_is_refused(tmp_path):
    frame = panel()
    frame.set_index(["u", "t"]).to_parquet(tmp_path / "indexed.parquet")
    assert overall(tmp_path / "indexed.parquet") == pytest.approx(overall(frame), rel=1e-12)
    frame.to_csv(tmp_path / "table.csv")
    with pytest.raises(ValueError, match="table.csv is no Parquet file; read it into a DataFrame"):
        moments_from(tmp_path / "table.csv", **COLUMNS)


def test_half_a_file_of_moments_is_refused_by_name(tmp_path):
    path = tmp_path / "m.json"
    with pytest.warns(UserWarning, match="m.json"):
        moments_from(panel(), **COLUMNS).save(path)
    path.write_text(path.read_text()[:200])
    with pytest.raises(ValueError, match="m.json is no JSON, or was cut off"):
        CohortMoments.load(path)
    path.write_text(json.dumps([1, 2]))
    with pytest.raises(ValueError, match="m.json holds no cohort moments"):
        CohortMoments.load(path)


def test_a_table_given_for_moments_is_refused_with_the_way_out():
    with pytest.raises(TypeError, match="DataFrame; make cohort moments of it with moments_from"):
        att_gt(panel())


def test_a_constant_outcome_has_no_error_in_either_way_to_average():
    y, starts = np.full((30, 8), 0.1), np.repeat([2.0, 4.0, np.nan], 10)
    assert np.isnan(average_effect(y, starts)[1])
    assert np.isnan(att_gt(moments_of(y, starts + 1, np.arange(1, 9))).aggregate("simple").overall.se)


def test_a_unit_in_two_partitions_of_a_cluster_is_called_a_duplicate():
    dask = pytest.importorskip("dask.dataframe")
    frame = panel()
    twice = pd.concat([frame, frame[frame.u.eq(1) & frame.t.eq(3)]], ignore_index=True)
    with pytest.raises(ValueError, match="u 1 is whole in one partition and has more rows in another"):
        moments_from(dask.from_pandas(twice, npartitions=4, sort=False), **COLUMNS)


def test_a_unit_without_the_last_period_is_named_on_a_cluster():
    dask = pytest.importorskip("dask.dataframe")
    frame = panel()
    short = frame[~(frame.u.eq(7) & frame.t.eq(8))]
    with pytest.raises(ValueError, match="u 7 has no row in period 8"):
        moments_from(dask.from_pandas(short, npartitions=3, sort=False), **COLUMNS)


EDITED = {
    "a share of a unit": (("cohorts", 0, "n", 2.5), "contradicts 8 periods"),
    "a number in words": (("cohorts", 0, "n", "many"), "ask for the file again"),
    "a mean that is missing": (("cohorts", 0, "mean", [math.nan] * 8), "missing or infinite"),
    "a sum of squares below zero": (("cohorts", 0, "cross", [-1.0] * 36), "below zero"),
    "a cohort twice": (("cohorts", 0, "cohort", 5), "do not ascend"),
    "a cohort between periods": (("cohorts", 0, "cohort", 2.5), "fall between periods"),
    "periods out of order": (("ticks", [8, 7, 6, 5, 4, 3, 2, 1]), "periods do not ascend"),
    "a hole in the periods": (("ticks", [1, 2, 3, 4, 5, 6, 7, 99]), "99 comes 92 after 7"),
    "another clock": (("clock", "kind", "sundial"), "clock is 'sundial'"),
    "no cohort": (("cohorts", []), "names no cohort"),
}


@pytest.mark.parametrize("case", EDITED)
def test_moments_that_were_edited_into_contradiction_are_refused_by_name(tmp_path, case):
    path, (change, words) = tmp_path / "m.json", EDITED[case]
    with pytest.warns(UserWarning, match="m.json"):
        moments_from(panel(), **COLUMNS).save(path)
    content = place = json.loads(path.read_text())
    *keys, last, value = change
    for key in keys:
        place = place[key]
    place[last] = value
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=f"m.json: .*{words}"):
        CohortMoments.load(path)


def test_moments_that_lack_a_part_are_refused_by_name(tmp_path):
    path = tmp_path / "m.json"
    with pytest.warns(UserWarning, match="m.json"):
        moments_from(panel(), **COLUMNS).save(path)
    content = json.loads(path.read_text())
    del content["ticks"]
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match="m.json: it lacks 'ticks'; ask for the file again"):
        CohortMoments.load(path)
    cut = tmp_path / "m.parquet"
    with pytest.warns(UserWarning, match="m.parquet"):
        moments_from(panel(), **COLUMNS).save(cut)
    cut.write_bytes(cut.read_bytes()[:500])
    with pytest.raises(ValueError, match="m.parquet is no Parquet, or was cut off"):
        CohortMoments.load(cut)
