"""Every table that cannot be right gives the right result or an error that names unit, time and remedy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.staggered import att_gt, moments_from, moments_of

COLUMNS = {"unit": "village", "time": "week", "outcome": "cases", "adopted": "start"}
UNITS, PERIODS = 60, 6


def table(starts=(0, 3, 5), units=UNITS, periods=PERIODS) -> pd.DataFrame:
    """A sorted panel of villages 1, 2, 3 … in weeks 1, 2, 3 …"""
    rng = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "village": np.repeat(np.arange(1, units + 1), periods),
            "week": np.tile(np.arange(1, periods + 1), units),
            "cases": rng.normal(10, 2, units * periods),
            "start": np.repeat(np.resize(starts, units), periods),
        }
    )


def reduce(frame: pd.DataFrame):
    return moments_from(frame, **COLUMNS)


def event_study(frame: pd.DataFrame, **options) -> pd.DataFrame:
    return att_gt(reduce(frame), **options).aggregate("dynamic").to_frame()


def changed(row: int, column: str, value) -> pd.DataFrame:
    frame = table()
    frame[column] = frame[column].astype(object if isinstance(value, str) or value is None else float)
    frame.loc[row, column] = value
    return frame


def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1, random_state=1).reset_index(drop=True)


def without(row: int) -> pd.DataFrame:
    return table().drop(index=row).reset_index(drop=True)


def repeated(row: int) -> pd.DataFrame:
    frame = table()
    return pd.concat([frame.iloc[: row + 1], frame.iloc[[row]], frame.iloc[row + 1 :]], ignore_index=True)


def replaced(row: int) -> pd.DataFrame:
    """One row missing and another twice: the number of rows is right."""
    frame = table()
    frame.loc[row] = frame.loc[row - 1]
    return frame.astype({"village": int, "week": int, "start": int})


def weeks(frame: pd.DataFrame, zone=None, start_zone="same") -> pd.DataFrame:
    """The same panel dated by Mondays from 4 May 2020; never treated is NaT."""
    monday = pd.Timestamp("2020-05-04", tz=zone)
    other = monday if start_zone == "same" else pd.Timestamp("2020-05-04", tz=start_zone)
    step = pd.Timedelta(days=7)
    start = pd.to_datetime(frame["start"].map(lambda s: other + (s - 1) * step if s else pd.NaT))
    return frame.assign(week=monday + (frame["week"] - 1) * step, start=start)


REFUSED = {
    "no rows": (table().iloc[:0], ValueError, ["no rows", "village", "week"]),
    "one row": (table().iloc[:1], ValueError, ["two periods", "only 1", "add"]),
    "one period": (table().query("week == 2"), ValueError, ["two periods", "only 2"]),
    "a missing column": (table().drop(columns="start"), KeyError, ["start", "cases"]),
    "a missing row": (without(8), ValueError, ["village 2", "period 3", "add the rows"]),
    "a missing last row": (without(UNITS * PERIODS - 1), ValueError, ["village 60", "period 6", "add the rows"]),
    "a missing row, shuffled": (shuffled(without(8)), ValueError, ["village 2", "period 3", "add the rows"]),
    "a duplicate": (repeated(8), ValueError, ["village 2", "period 3", "more than one row", "keep one"]),
    "a duplicate, shuffled": (shuffled(repeated(8)), ValueError, ["village 2", "period 3", "keep one"]),
    "a duplicate in place of another row": (replaced(8), ValueError, ["village 2", "period 2", "keep one"]),
    "the whole table twice": (pd.concat([table(), table()]), ValueError, ["village 1 ", "period 1 ", "360 surplus"]),
    "a hole in the calendar": (
        table().query("week != 3"),
        ValueError,
        ["4", "comes 2 after 2", "Add the missing period"],
    ),
    "dates with a hole": (
        weeks(table()).loc[lambda f: f["week"] != "2020-05-18"],
        ValueError,
        ["2020-05-25", "14 days", "Add"],
    ),
    "a period between two": (changed(8, "week", 2.5), ValueError, ["2.5", "row 8", "whole numbers"]),
    "a missing time": (changed(8, "week", np.nan), ValueError, ["row 8", "week"]),
    "a missing date": (
        weeks(table()).assign(week=lambda f: f["week"].mask(f.index == 8)),
        ValueError,
        ["row 8", "week"],
    ),
    "times as text": (table().astype({"week": str}), TypeError, ["week", "'1'", "to_datetime"]),
    "an adoption that changes": (changed(8, "start", 4.0), ValueError, ["village 2", "period 3", "4.0", "repeat"]),
    "an adoption that disappears": (
        changed(8, "start", np.nan),
        ValueError,
        ["village 2", "period 3", "nan", "repeat"],
    ),
    "an adoption that changes, shuffled": (
        shuffled(changed(8, "start", 4.0)),
        ValueError,
        ["village 2", "two adoptions"],
    ),
    "an adoption between two periods": (
        table().assign(week=lambda f: 2 * f["week"], start=lambda f: f["start"]),
        ValueError,
        ["village 2", "adopts at 3", "2 and 4", "first period in which"],
    ),
    "adoption on a Wednesday": (
        weeks(table()).assign(start=lambda f: f["start"] + pd.Timedelta(days=2)),
        ValueError,
        ["village 2", "2020-05-20", "2020-05-18", "2020-05-25"],
    ),
    "zero inside the window": (
        table().assign(week=lambda f: f["week"] - 4),
        ValueError,
        ["period 0", "-3 to 2", "shift the periods"],
    ),
    "numbers for dates": (weeks(table()).assign(start=table()["start"]), TypeError, ["start", "to_datetime"]),
    "dates for numbers": (table().assign(start=pd.Timestamp("2020-05-25")), TypeError, ["start", "whole numbers"]),
    "one time zone of two": (weeks(table(), "Asia/Jakarta", None), TypeError, ["Asia/Jakarta", "tz_localize"]),
    "a missing outcome": (changed(8, "cases", np.nan), ValueError, ["village 2", "period 3", "missing", "fill"]),
    "a missing outcome, shuffled": (shuffled(changed(8, "cases", np.nan)), ValueError, ["village 2", "period 3"]),
    "a missing nullable outcome": (
        table().assign(cases=lambda f: f["cases"].round().astype("Int64").mask(f.index == 8)),
        ValueError,
        ["village 2", "period 3", "missing"],
    ),
    "an infinite outcome": (changed(8, "cases", -np.inf), ValueError, ["village 2", "period 3", "-inf", "logarithm"]),
    "outcomes too large to square": (table().assign(cases=lambda f: f["cases"] * 1e200), ValueError, ["divide"]),
    "counts beyond double precision": (
        table().assign(cases=lambda f: f["week"] + 2**60),
        ValueError,
        ["village 1,", "row 5", str(2**60 + 6), "2**53", "divide"],
    ),
    "Python integers beyond double precision": (
        table().assign(cases=lambda f: (f["week"] + 2**60).astype(object).mask(f.index == 5, None)),
        ValueError,
        ["village 1,", "row 0", "2**53", "divide"],
    ),
    "outcomes too small to square": (table().assign(cases=lambda f: f["cases"] * 1e-200), ValueError, ["multiply"]),
    "columns that are levels of the index": (table().set_index(["village", "week"]), KeyError, ["reset_index"]),
    "dates of several time zones": (
        weeks(table(), "Europe/London").assign(
            week=lambda f: [t.tz_convert("Asia/Jakarta") if i % 2 else t for i, t in enumerate(f["week"])]
        ),
        ValueError,
        ["'week'", "utc=True"],
    ),
    "hours where clocks change": (
        table().assign(
            week=lambda f: pd.Timestamp("2020-03-29", tz="Europe/London") + (f["week"] - 1) * pd.Timedelta(hours=1)
        ),
        ValueError,
        ["02:00:00", "Europe/London", "tz_convert"],
    ),
    "an outcome in words": (table().astype({"cases": str}), TypeError, ["cases", "to_numeric"]),
    "an outcome with a word in it": (changed(8, "cases", "n/a"), TypeError, ["cases", "to_numeric"]),
    "an outcome of dates": (table().assign(cases=pd.Timestamp("2020-05-25")), TypeError, ["cases", "to_numeric"]),
    "a row without unit": (changed(8, "village", np.nan), ValueError, ["row 8", "village", "identifier"]),
    "a named row without unit": (changed(8, "village", None), ValueError, ["row 8", "village", "identifier"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_table_that_cannot_be_right_is_refused_by_name(case):
    frame, error, words = REFUSED[case]
    with pytest.raises(error) as caught:
        event_study(frame)
    missing = [word for word in words if word not in str(caught.value)]
    assert not missing, f"{caught.value} lacks {missing}"


MARKS = {1: None, 4: pd.NaT, 7: np.nan, 10: pd.NA}
"""Words for never, by village."""

ACCEPTED = {
    "shuffled": shuffled(table()),
    "sorted by time": table().sort_values(["week", "village"]),
    "with other columns and an index that repeats": table().assign(note="x").set_index(np.zeros(UNITS * PERIODS)),
    "text units": table().assign(village=lambda f: "desa " + f["village"].astype(str)),
    "object units": table().assign(village=lambda f: ("desa " + f["village"].astype(str)).astype(object)),
    "Arrow text units": table().assign(village=lambda f: f["village"].astype(str).astype("string[pyarrow]")),
    "categorical units": shuffled(table()).assign(village=lambda f: f["village"].astype(str).astype("category")),
    "unused categories": table().assign(village=lambda f: pd.Categorical(f["village"], categories=range(0, 900))),
    "wide integer units": table().assign(village=lambda f: f["village"] * 10**12 - 7),
    "unsigned small integers": table().astype({"village": "uint8", "week": "uint8", "start": "uint8"}),
    "nullable columns": table().astype({"village": "Int64", "week": "Int32", "start": "Int16", "cases": "Float64"}),
    "never treated as missing": table().assign(start=lambda f: f["start"].astype("Int64").replace(0, pd.NA)),
    "never treated as None": table().assign(start=lambda f: f["start"].astype(object).replace(0, None)),
    "never treated as NaN": table().assign(start=lambda f: f["start"].replace(0, np.nan)),
    "never treated in five ways": table().assign(
        start=lambda f: f["start"].astype(object).where(~f["village"].isin(MARKS), f["village"].map(MARKS.get))
    ),
    "a unit never treated as 0 and as None": table().assign(
        start=lambda f: f["start"].astype(object).mask(f.index == 2, None)
    ),
    "a unit never treated as 0 and as NA": table().assign(
        start=lambda f: f["start"].astype("Int64").mask(f.index == 2)
    ),
    "never treated dates as 0 and as None": weeks(table()).assign(
        start=lambda f: [{2: 0, 18: 0, 3: None}.get(i, s) for i, s in enumerate(f["start"])]
    ),
    "never treated as infinity": table().assign(start=lambda f: f["start"].replace(0, np.inf)),
    "Arrow columns": table().astype(
        {"village": "int64[pyarrow]", "week": "int32[pyarrow]", "cases": "double[pyarrow]"}
    ),
    "float times": table().astype({"week": float}),
    "dates": weeks(table()),
    "dates, shuffled": shuffled(weeks(table())),
    "dates with a zone": weeks(table(), "Asia/Jakarta"),
    "a summer-time change": weeks(table(), "Europe/London").assign(
        week=lambda f: (f["week"].dt.tz_localize(None) - pd.Timedelta(weeks=8)).dt.tz_localize("Europe/London"),
        start=lambda f: (f["start"].dt.tz_localize(None) - pd.Timedelta(weeks=8)).dt.tz_localize("Europe/London"),
    ),
    "dates of another resolution": weeks(table()).assign(start=lambda f: f["start"].dt.as_unit("s")),
    "Arrow dates": weeks(table()).astype({"week": "timestamp[us][pyarrow]", "start": "timestamp[us][pyarrow]"}),
    "dates of the standard library": weeks(table()).assign(
        week=lambda f: f["week"].dt.date, start=lambda f: f["start"].dt.date
    ),
    "pandas Periods": weeks(table()).assign(
        week=lambda f: f["week"].dt.to_period("W"), start=lambda f: f["start"].dt.to_period("W")
    ),
    "categorical time": table().assign(week=lambda f: f["week"].astype("category")),
    "an object outcome under an index that repeats": table()
    .astype({"cases": object})
    .set_index(np.zeros(UNITS * PERIODS)),
    "counts as Python integers": table().assign(cases=lambda f: (f["cases"] * 1e6).round().astype(object)),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_an_odd_but_honest_table_gives_the_same_effects(case):
    frame, plain = ACCEPTED[case], table()
    if case.startswith("counts"):
        plain = plain.assign(cases=(plain["cases"] * 1e6).round())
    found, expected = event_study(frame), event_study(plain)
    assert found["event_time"].tolist() == expected["event_time"].tolist()
    np.testing.assert_allclose(found[["att", "se"]], expected[["att", "se"]], rtol=1e-12, atol=1e-13)


def test_months_are_equal_steps_although_their_lengths_differ():
    frame = table()
    months = pd.date_range("2020-01-01", periods=PERIODS, freq="MS")
    dated = frame.assign(
        week=months[frame["week"] - 1], start=frame["start"].map(lambda s: months[s - 1] if s else pd.NaT)
    )
    np.testing.assert_allclose(event_study(dated)["att"], event_study(frame)["att"], rtol=1e-12, atol=1e-13)


def test_steps_of_two_years_count_event_time_in_years_as_did_does():
    frame = table().assign(
        week=lambda f: 2000 + 2 * f["week"], start=lambda f: (2000 + 2 * f["start"]) * (f["start"] > 0)
    )
    assert event_study(frame)["event_time"].tolist() == [-6, -4, -2, 0, 2, 4, 6]


def test_small_integer_counts_do_not_overflow():
    frame = table().assign(cases=lambda f: (60 + f["week"] + f["village"]).astype("int8"))
    wide = frame.astype({"cases": float})
    np.testing.assert_array_equal(reduce(frame).cross, reduce(wide).cross)
    assert reduce(frame).cross.max() > np.iinfo("int8").max


def test_adoption_after_the_window_counts_as_never_treated_and_says_so():
    late, never = table(starts=(9, 3, 5)), table(starts=(0, 3, 5))
    result = att_gt(reduce(late))
    pd.testing.assert_frame_equal(result.to_frame(), att_gt(reduce(never)).to_frame())
    assert any("20 units adopt after the last period" in caution for caution in result.cautions)


def test_units_treated_from_the_first_period_are_left_out_aloud():
    with_early, without_early = table(starts=(0, 3, 5, 1)), table(starts=(0, 3, 5, 1)).query("start != 1")
    result = att_gt(reduce(with_early), control="not_yet")
    pd.testing.assert_frame_equal(result.to_frame(), att_gt(reduce(without_early), control="not_yet").to_frame())
    assert "15 units treated from the first period on" in str(result)
    assert "15 units treated from the first period on" in str(result.aggregate("simple"))


def test_anticipation_leaves_out_cohorts_without_an_untouched_period():
    result = att_gt(reduce(table(starts=(0, 2, 5))), anticipation=1)
    assert set(result.to_frame()["cohort"]) == {5}
    assert any("with anticipation" in caution for caution in result.cautions)


def test_a_period_without_control_has_no_effect_and_says_why():
    result = att_gt(reduce(table(starts=(3, 4, 5))), control="not_yet")
    frame = result.to_frame()
    assert frame.query("time >= 5 or cohort == 5")["att"].isna().all()
    assert frame.query("time < 5 and cohort < 5")["att"].notna().all()
    assert any("no control is left" in caution for caution in result.cautions)
    assert any("take no part" in warning for warning in result.aggregate("simple").overall.warnings)


@pytest.mark.parametrize(
    ("starts", "control", "words"),
    [
        ((3, 4, 5), "never", "use control='not_yet'"),
        ((3,), "not_yet", "no control is left in any period"),
        ((0,), "never", "no cohort adopts"),
        ((0, 1), "never", "no cohort adopts"),
        ((0, 9), "not_yet", "no cohort adopts"),
    ],
)
def test_a_design_without_comparison_is_refused(starts, control, words):
    with pytest.raises(ValueError, match=words):
        att_gt(reduce(table(starts=starts)), control=control)


def test_only_cohorts_adjacent_to_the_last_leave_nothing_to_average():
    with pytest.raises(ValueError, match="add later periods or later adopters"):
        att_gt(reduce(table(starts=(3, 4))), control="not_yet", anticipation=1).aggregate("simple")


def test_a_cohort_of_one_has_an_effect_but_no_standard_error():
    starts = [0] * 30 + [3] * 29 + [5]
    result = att_gt(reduce(table(starts=starts)))
    frame = result.to_frame().set_index("cohort")
    assert frame.loc[5, "att"].notna().all() and frame.loc[5, "se"].isna().all()
    assert frame.loc[3, "se"].notna().all()
    assert any("cohorts of one unit (5)" in caution for caution in result.cautions)
    groups = result.aggregate("group").to_frame().set_index("cohort")
    assert np.isfinite(groups.loc[3, "se"]) and np.isnan(groups.loc[5, "se"])
    assert np.isnan(result.aggregate("group").overall.se) and not result.aggregate("group").overall.finite
    assert np.isfinite(result.aggregate("dynamic", min_e=2).to_frame()["se"]).iloc[-1]


def test_a_single_never_treated_unit_gives_no_standard_error():
    result = att_gt(reduce(table(starts=[0] + [3] * 30 + [5] * 29)))
    assert result.to_frame()["att"].notna().all() and result.to_frame()["se"].isna().all()
    assert any("only control" in caution for caution in result.cautions)


@pytest.mark.parametrize("level", [0.0, 7.0, 0.1, 1e9 / 3])
def test_a_constant_outcome_has_no_effect_and_no_standard_error(level):
    result = att_gt(reduce(table().assign(cases=level)))
    assert np.abs(result.att).max() <= 1e-15 * level and np.isnan(result.se).all()
    assert any("does not vary" in caution for caution in result.cautions)
    assert not result.aggregate("dynamic").overall.finite
    assert result.aggregate("dynamic").to_frame(simultaneous=True)["low"].isna().all()


def test_small_cohorts_are_named_in_the_printed_result():
    assert "fewer than 20 units (smallest 3)" in str(att_gt(reduce(table(starts=[0] * 28 + [3] * 29 + [5] * 3))))


def test_units_that_moved_before_adoption_are_named_in_the_printed_result():
    rng = np.random.default_rng(3)
    y = rng.standard_normal((120, 8))
    starts = np.where(np.argsort(np.argsort(-y[:, 3])) < 40, 5, 0)
    for matrix, said in ((y, True), (rng.standard_normal((120, 8)), False)):
        found = str(att_gt(moments_of(matrix, starts, np.arange(1, 9))).aggregate("dynamic"))
        assert ("averages before adoption differ from zero" in found) is said
    assert "most at event time -1" in str(att_gt(moments_of(y, starts, np.arange(1, 9))).aggregate("dynamic"))


def test_few_controls_are_named_in_the_printed_result():
    result = att_gt(reduce(table(starts=[0] * 5 + [3] * 29 + [5] * 26)), control="never")
    assert "fewer than 20 controls (fewest 5)" in str(result.aggregate("simple"))


@pytest.mark.parametrize(
    ("matrix", "cohorts", "times", "words"),
    [
        (np.zeros((3, 4)), [0, 2, 2], [1, 2, 3], "shape"),
        (np.zeros((3, 3)), [0, 2], [1, 2, 3], "shape"),
        (np.zeros((0, 3)), [], [1, 2, 3], "at least one unit"),
        (np.zeros(3), [0, 2, 2], [1, 2, 3], "shape"),
        (np.zeros((3, 3)), [0, 2, 2], [1, 3, 2], "ascend"),
        (np.zeros((3, 3)), [0, 2, 2], [1, 2, 4], "equal steps"),
        (np.full((3, 3), np.nan), [0, 2, 2], [1, 2, 3], "row 0"),
    ],
)
def test_a_matrix_that_does_not_fit_is_refused(matrix, cohorts, times, words):
    with pytest.raises(ValueError, match=words):
        moments_of(matrix, cohorts, times)


def test_a_list_is_not_a_table():
    with pytest.raises(TypeError, match="give a DataFrame"):
        moments_from([1, 2, 3], **COLUMNS)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"control": "all"}, "'never' or 'not_yet'"),
        ({"base": "long"}, "'varying' or 'universal'"),
        ({"anticipation": -1}, "0 or more"),
        ({"anticipation": 1.5}, "whole number"),
        ({"level": 95}, "between 0 and 1"),
    ],
)
def test_an_unknown_option_is_refused_with_the_choices(options, words):
    with pytest.raises(ValueError, match=words):
        att_gt(reduce(table()), **options)


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("event", {}, "choose one of"),
        ("group", {"min_e": 0}, "belong to 'dynamic'"),
        ("dynamic", {"min_e": 40}, "no event time"),
        ("dynamic", {"balance": -1}, "whole number"),
        ("dynamic", {"balance": 99}, "no event time"),
    ],
)
def test_an_aggregation_that_does_not_exist_is_refused(kind, options, words):
    with pytest.raises(ValueError, match=words):
        att_gt(reduce(table())).aggregate(kind, **options)
