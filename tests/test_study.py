"""A reader's own table: what is refused, what every rung computes, and what is found where the truth is known."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import claims, datasets, epidemic, study
from kampung_analysis.interrupted import fit_interrupted
from kampung_analysis.results import Check, Estimate
from kampung_analysis.staggered_randomised import fit_starts
from kampung_analysis.study import Study
from kampung_analysis.study_ladder import DESIGNS
from kampung_analysis.synthetic import synthetic_control

REASON = "A tenth is the least that would pay for it."
ASKED = {"place": "district", "time": "week", "outcome": "cases", "worth": 0.10, "reason": REASON}
ONE = ASKED | {"treated": ["P00"], "launch": "2021-05-31"}


def panel(*, effect=0.0, places=24, periods=32, launch=21, treated=("P00",), level=2000.0, seed=1) -> pd.DataFrame:
    """Poisson counts that share a course; the treated change by a share from the launch on."""
    rng = np.random.default_rng(seed)
    weeks = pd.date_range("2021-01-04", periods=periods, freq="W-MON")
    course = np.exp(0.3 * np.sin(np.arange(periods) / 4))
    rows = []
    for i in range(places):
        name, size = f"P{i:02d}", level * np.exp(0.3 * np.cos(i))
        change = np.where((np.arange(periods) >= launch) & (name in treated), 1 + effect, 1.0)
        rows.append(pd.DataFrame({"district": name, "week": weeks, "cases": rng.poisson(size * course * change)}))
    return pd.concat(rows, ignore_index=True).assign(people=500_000 + 1000 * len(rows))


@pytest.fixture(scope="module")
def table():
    return panel()


@pytest.fixture(scope="module")
def found():
    """The ladder over a planted halving."""
    return Study(panel(effect=-0.5), **ONE, exposure="people").ladder()


@pytest.fixture(scope="module")
def provinces():
    frame = datasets.load_covid_provinces()
    return frame[frame.week.between("2020-03-16", "2020-06-29") & frame.province.ne("Jawa Timur")]


def central_java(frame, **change) -> Study:
    asked = ASKED | {"place": "province", "outcome": "new_confirmed", "exposure": "population"}
    return Study(frame, **asked | {"treated": ["Jawa Tengah"], "launch": "2020-06-01"} | change)


def test_a_planted_halving_is_found_by_the_deciding_rung_and_supported(found):
    assert found.main.key == "sdid"
    assert found.main.verdict.verdict == "supported"
    assert found.main.estimate.low < math.log(0.5) < found.main.estimate.high


def test_a_planted_doubling_is_supported_where_an_increase_is_claimed_and_ruled_out_as_a_reduction():
    frame = panel(effect=1.0)
    for direction, word in ((1, "supported"), (-1, "ruled out")):
        assert Study(frame, **ONE, direction=direction).ladder().main.verdict.verdict == word


@pytest.mark.parametrize("seed", range(4))
def test_no_rung_supports_an_effect_where_there_is_none(seed):
    rungs = Study(panel(seed=seed), **ONE).ladder().rungs
    assert "supported" not in {rung.verdict.verdict for rung in rungs if rung.verdict}


def test_a_difference_in_time_alone_has_no_interval_and_earns_no_verdict(found):
    rung = found["before_after"]
    assert not rung.estimate.finite and rung.verdict.verdict == "cannot tell" and math.isnan(rung.detectable)


def test_every_rung_is_there_whether_it_could_be_run_or_not(found):
    assert [rung.key for rung in found.rungs] == list(DESIGNS)
    assert "P00 alone starts" in found["event_study"].refused
    assert "could not be run" in str(found) and "not run" in set(found.to_frame().verdict)


@pytest.mark.parametrize("method", ["did", "sc", "demeaned", "sdid"])
def test_a_comparison_is_the_estimator_called_directly(provinces, method):
    wide = epidemic.wide_outcome(provinces)
    direct = synthetic_control(wide, treated="Jawa Tengah", launch="2020-06-01", method=method)
    rung = central_java(provinces).ladder()[method].estimate
    own = direct.estimate(interval="studentised")
    assert (rung.value, rung.low, rung.high, rung.p) == pytest.approx((own.value, own.low, own.high, own.p))


def test_the_interrupted_series_is_the_estimator_called_directly(provinces):
    series = provinces[provinces.province.eq("Jawa Tengah")]
    columns = {"time": "week", "outcome": "new_confirmed", "exposure": "population"}
    direct = fit_interrupted(series, launch="2020-06-01", **columns).effect().logged()
    rung = central_java(provinces).ladder()["interrupted"].estimate
    assert (rung.value, rung.low, rung.high) == pytest.approx((direct.value, direct.low, direct.high))


def test_the_event_study_is_the_estimator_called_directly(provinces):
    starts = {"Jawa Tengah": "2020-06-01", "Nusa Tenggara Barat": "2020-06-08"}
    own = central_java(provinces, treated=(), launch=None, starts=starts)
    wide = epidemic.wide_outcome(provinces)
    dated = pd.to_datetime(pd.Series(starts)).reindex(wide.columns)
    direct = fit_starts(wide, dated, rng=np.random.default_rng(3)).overall("", unit="log points")
    rung = own.ladder(rng=np.random.default_rng(3))["event_study"].estimate
    assert (rung.value, rung.low, rung.high) == pytest.approx((direct.value, direct.low, direct.high))


def test_the_verdict_is_the_rule_of_the_claims(found):
    rung = found.main
    worth = claims.corpus.Worth(-math.log(0.9), "log points", REASON)
    asked = replace(claims.corpus.claim("C01"), id="C99", worth=worth)
    direct = claims.verdict(rung.estimate, claim=asked, checks=rung.checks)
    assert (direct.verdict, direct.why, direct.checks) == (rung.verdict.verdict, rung.verdict.why, rung.verdict.checks)


def test_the_order_of_the_rows_changes_nothing(table):
    mixed = table.sample(frac=1, random_state=3)
    first, second = (Study(frame, **ONE).ladder() for frame in (table, mixed))
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame())
    assert first.checks == second.checks


def test_the_same_generator_gives_the_same_ladder_and_leaves_the_table_alone():
    frame = panel(treated=("P00", "P01"), effect=-0.3)
    kept = frame.copy()
    starts = {"P00": "2021-05-31", "P01": "2021-06-14"}
    ladders = [Study(frame, **ASKED, starts=starts).ladder(rng=np.random.default_rng(9)) for _ in range(2)]
    pd.testing.assert_frame_equal(ladders[0].to_frame(), ladders[1].to_frame())
    pd.testing.assert_frame_equal(frame, kept)
    assert ladders[0].main.key == "event_study"


def test_several_treated_places_are_pooled_with_their_exposures():
    frame = panel(treated=("P00", "P01"))
    own = Study(frame, **ONE | {"treated": ["P00", "P01"]}, exposure="people")
    joint = frame[frame.district.isin(["P00", "P01"])].groupby("week")[["cases", "people"]].sum()
    expected = np.log((joint.cases + 0.5) / joint.people * 100_000)
    np.testing.assert_allclose(own.pooled()["2 treated places"], expected)
    assert own.donors == [f"P{i:02d}" for i in range(2, 24)]


def test_without_places_to_compare_with_only_the_series_is_left(table):
    ladder = Study(table[table.district.eq("P00")], **ONE).ladder()
    ran = [rung.key for rung in ladder.rungs if rung.estimate]
    assert ran == ["before_after", "interrupted"]
    assert ladder.main.key == "interrupted" and "no comparison" in ladder.verdict
    assert "at least 2 are needed" in ladder["did"].refused


def test_few_places_give_no_interval_and_a_verdict_that_says_so(table):
    few = table[table.district.isin(["P00", "P01", "P02", "P03", "P04"])]
    rung = Study(few, **ONE).ladder()["sdid"]
    assert not rung.estimate.finite and rung.verdict.verdict == "cannot tell"
    assert "4 donors cannot give a 95% placebo interval; 19 are needed" in str(rung)


def test_few_places_and_many_periods_are_compared_over_time(table):
    few = table[table.district.isin(["P00", "P01", "P02", "P03", "P04"])]
    ladder = Study(few, **ONE).ladder()
    assert "conformal interval" in ladder["demeaned"].estimate.method and ladder.main.key == "demeaned"


def test_a_fit_within_worth_is_close_enough_and_a_wider_one_is_ranked_among_placebos(provinces, table):
    names = [check.name for check in Study(table, **ONE).rung("sdid").checks]
    assert names[0] == "Do the donors reproduce the treated unit before the launch?"
    assert (
        central_java(provinces).rung("sdid").checks[0].name.startswith("Is the fit before the launch at least as good")
    )


def test_what_else_began_fails_every_rung(table):
    ladder = Study(table, **ONE, also=["mass testing"]).ladder()
    assert {rung.verdict.verdict for rung in ladder.rungs if rung.verdict} == {"cannot tell"}
    assert sum("mass testing" in check.why for check in ladder.checks) == 6


def test_a_study_may_name_the_rung_that_decides(table):
    ladder = Study(table, **ONE, main="did").ladder()
    assert ladder.main.key == "did" and "Difference in differences" in ladder.verdict


def test_a_named_rung_that_cannot_be_run_decides_nothing(table):
    ladder = Study(table, **ONE, main="event_study").ladder()
    assert "cannot tell. Event study of several places decides and could not be run" in ladder.verdict


def test_places_that_start_together_are_no_event_study_and_a_mixture_decides():
    ladder = Study(panel(treated=("P00", "P01")), **ONE | {"treated": ["P00", "P01"]}).ladder()
    assert "all 2 places start in 2021-05-31" in ladder["event_study"].refused and ladder.main.key == "sdid"


def test_pooled_designs_say_that_some_places_start_later(table):
    ladder = Study(table, **ASKED, starts={"P00": "2021-05-31", "P01": "2021-06-14"}).ladder()
    assert "start up to 2021-06-14; all count as treated from 2021-05-31 on" in str(ladder["sdid"])
    assert "start up to" not in str(ladder["event_study"])


def test_an_interval_wider_than_the_effect_worth_claiming_is_no_proof_of_absence(provinces):
    ladder = central_java(provinces).ladder()
    assert ladder.main.detectable > ladder.study.threshold
    assert "to find none would not mean that there is none" in str(ladder)


def test_the_detectable_effect_is_that_of_the_trial_module(found):
    rung = found["sdid"]
    half = (rung.estimate.high - rung.estimate.low) / 2
    assert rung.detectable == pytest.approx(half * (1.959964 + 0.841621) / 1.959964, rel=1e-5)


def test_worth_is_a_share_in_logs_and_a_quantity_in_levels(table):
    assert Study(table, **ONE).threshold == pytest.approx(-math.log(0.9))
    assert Study(table, **ONE, direction=1).threshold == pytest.approx(math.log(1.1))
    level = Study(table, **ONE | {"worth": 5.0}, scale="level", exposure="people")
    assert (level.threshold, level.worth_unit) == (5.0, "cases per 100,000")
    assert "use scale='log'" in level.ladder()["interrupted"].refused


def test_an_outcome_below_zero_is_studied_in_levels():
    frame = panel().assign(cases=lambda d: d.cases - d.cases.mean())
    assert "has no logarithm" in study.refusal(frame, **ONE)
    ladder = Study(frame, **ONE | {"worth": 50.0}, scale="level").ladder()
    logs = next(c for c in ladder["sdid"].checks if c.name == "Do logs and levels agree?")
    assert logs.passed is None and "no logarithm" in logs.why


def test_the_plan_names_the_question_and_no_estimate(table):
    plan = str(Study(table, **ONE, name="Kampung X"))
    assert "P00, 2021-05-31 to 2021-08-09, against 23 places" in plan and REASON in plan and "95%" not in plan


def test_years_and_months_are_periods_too(table):
    years = table.assign(week=table.week.rank(method="dense").astype(int) + 1990)
    assert Study(years, **ONE | {"launch": 2012}).before == 21
    months = table.assign(week=(table.week.rank(method="dense").astype(int) - 1).map(
        lambda i: f"{2019 + i // 12}-{i % 12 + 1:02d}-01"))  # fmt: skip
    ladder = Study(months, **ONE | {"launch": "2020-10-01"}).ladder()
    assert ladder.main.key == "sdid" and "2020-10-01" in ladder.main.estimate.estimand


def test_a_rung_run_alone_is_the_rung_of_the_ladder(table):
    alone, among = Study(table, **ONE).rung("sdid"), Study(table, **ONE).ladder()["sdid"]
    assert alone == among


def test_a_rung_of_another_name_is_refused_with_those_that_exist(found):
    with pytest.raises(ValueError, match="rung 'psm' is not known; choose one of before_after"):
        found["psm"]


def test_results_of_a_ladder_can_be_recorded_and_judged_again(found, tmp_path, monkeypatch):
    monkeypatch.setenv("KAMPUNG_DATA", str(tmp_path))
    claims.record("97_mine", estimates=found.estimates, checks=found.checks)
    again = claims.recall("97_mine")
    title = found.main.title
    own = [c for c in again.checks if c.name.startswith(f"{title}: ")]
    verdict = study.judge(again.estimates["sdid"], own, name="mine", direction=-1, worth=-math.log(0.9))
    assert verdict.verdict == found.main.verdict.verdict


def test_judge_needs_no_claim_of_the_corpus():
    estimate = Estimate("gap", -0.4, -0.5, -0.3, unit="log points")
    check = Check("Is it?", True, "It is.")
    assert study.judge(estimate, [check], name="X", direction=-1, worth=0.1).verdict == "supported"


TABLES = {
    "a missing row": (lambda d: d.drop(index=40), "P01 has no row for 2021-03-01 (missing cells: 1 of 768)"),
    "a missing week": (lambda d: d[d.week != "2021-03-01"], "the step from 2021-02-22 to 2021-03-08 differs"),
    "an empty cell": (lambda d: d.assign(cases=d.cases.where(d.index != 40)), "'cases' of P01 is empty in 2021-03-01"),
    "a doubled row": (
        lambda d: pd.concat([d, d.iloc[[40]]]),
        "P01 has more than one row for 2021-03-01 (rows too many: 1)",
    ),
    "text in numbers": (lambda d: d.assign(cases=d.cases.astype(str).replace("2701", "2,7")), "first '2,7' for P00"),
    "running totals": (lambda d: d.assign(cases=d.groupby("district").cases.cumsum()), "are these running totals?"),
    "days in two readings": (lambda d: d.assign(week=d.week.dt.strftime("%d/%m/%Y")), "'04/01/2021' in row 0"),
    "an unnamed place": (lambda d: d.assign(district=d.district.where(d.index != 40)), "'district' is empty in row 40"),
    "an unnamed week": (lambda d: d.assign(week=d.week.where(d.index != 40)), "'week' is empty in row 40"),
    "an infinite cell": (lambda d: d.assign(cases=d.cases.where(d.index != 40, np.inf)), "is infinite in 2021-03-01"),
    "no row": (lambda d: d.iloc[:0], "which filter emptied it?"),
    "no column": (lambda d: d.rename(columns={"cases": "Cases"}), "no column 'cases'; nearest: Cases"),
    "a column twice": (lambda d: pd.concat([d, d[["cases"]]], axis=1), "'cases' stands 2 times"),
    "a column as index": (lambda d: d.set_index("week"), "It is the index: use frame.reset_index()"),
    "no frame": (lambda d: d.to_dict(), "the table is a dict"),
}
QUESTIONS = {
    "an unknown place": ({"treated": ["P0"]}, "no place 'P0' in column 'district'; nearest: 'P20'"),
    "a code as a number": ({"treated": [10]}, "no place 10 in column 'district'; nearest: 'P10'"),
    "one place as text": ({"treated": "P00"}, "give a list, even of one: treated=['P00']"),
    "a launch inside a week": ({"launch": "2021-06-02"}, "nearest: 2021-05-31, 2021-06-07"),
    "a launch outside": ({"launch": "2022-06-06"}, "2022-06-06 is not a period of the data"),
    "a launch at once": ({"launch": "2021-01-18"}, "2 periods before the launch 2021-01-18"),
    "no launch": ({"launch": None}, "say once who was treated and when"),
    "two launches": ({"starts": {"P00": "2021-05-31"}}, "say once who was treated and when"),
    "per cent for a share": ({"worth": 10}, "a tenth is 0.10, not 10"),
    "worth of nothing": ({"worth": 0}, "worth is 0"),
    "no reason": ({"reason": ""}, "say in a sentence why"),
    "an idle reason": ({"reason": "because"}, "say in a sentence why"),
    "a direction in words": ({"direction": "down"}, "give -1 where less is claimed"),
    "another scale": ({"scale": "sqrt"}, "choose one of log, level"),
    "another rung": ({"main": "rdd"}, "choose one of before_after"),
    "one text for a list": ({"also": "PSBB"}, "give a list, even of one: also=['PSBB']"),
    "one column for two": ({"exposure": "cases"}, "name a different column for each"),
    "no exposure": ({"exposure": "people"}, "'people' of P03 is 0 in 2021-01-04; it must be above 0"),
}


@pytest.mark.parametrize("fault", TABLES)
def test_a_table_that_cannot_be_right_is_named_with_the_way_out(table, fault):
    spoil, message = TABLES[fault]
    assert message in study.refusal(spoil(table.copy()), **ONE)


@pytest.mark.parametrize("fault", QUESTIONS)
def test_a_question_that_cannot_be_answered_is_named_with_the_way_out(table, fault):
    change, message = QUESTIONS[fault]
    frame = table.assign(people=table.people.where(table.district != "P03", 0))
    assert message in study.refusal(frame, **ONE | change)


def test_a_sound_table_is_not_refused(table):
    assert study.refusal(table, **ONE) == ""


@pytest.mark.parametrize("parted", [",", ";", "\t"])
def test_a_csv_is_read_whatever_parts_its_columns_and_codes_stay_text(tmp_path, parted):
    frame = panel().assign(district=lambda d: "35." + d.district.str[1:])
    frame.to_csv(tmp_path / "own.csv", sep=parted, index=False, encoding="utf-8-sig")
    read = study.load_table(tmp_path / "own.csv", place="district", time="week")
    assert read.district.iloc[-1] == "35.23" and "35.10" in set(read.district)
    pd.testing.assert_series_equal(read.cases, frame.cases)
    assert read.week.iloc[0] == pd.Timestamp("2021-01-04")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file 'own\.csv'"):
        study.load_table(tmp_path / "own.csv", place="district", time="week")
    (tmp_path / "own.csv").write_bytes("district;week;cases\nKediri\xe9;2021-01-04;3\n".encode("latin-1"))
    with pytest.raises(ValueError, match="CSV UTF-8"):
        study.load_table(tmp_path / "own.csv", place="district", time="week")
    (tmp_path / "own.csv").write_text("kabupaten,week,cases\nKediri,04/01/2021,3\n", "utf-8")
    with pytest.raises(KeyError, match="no column 'district'"):
        study.load_table(tmp_path / "own.csv", place="district", time="week")
    with pytest.raises(ValueError, match="'04/01/2021' in row 0"):
        study.load_table(tmp_path / "own.csv", place="kabupaten", time="week")
    for dayfirst, day in ((True, "2021-01-04"), (False, "2021-04-01")):
        read = study.load_table(tmp_path / "own.csv", place="kabupaten", time="week", dayfirst=dayfirst)
        assert read.week.iloc[0] == pd.Timestamp(day)
