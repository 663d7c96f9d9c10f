"""Every rule finds the contradiction planted for it and is silent about a consistent ledger."""

from __future__ import annotations

import pandas as pd
import pytest

from kampung_analysis import corpus
from kampung_analysis import corpus_checks as checks

EMPTY = dict.fromkeys(corpus.facts().columns, "")


def ledger(*rows):
    """A facts frame from dicts; what they leave out is not coded."""
    base = {**EMPTY, "kind": "number", "place": "35.74", "quantity": "sites", "unit": "kampung", "document": "D001"}
    table = pd.DataFrame([{**base, "value": float("nan"), **row} for row in rows])
    table.index = [f"F{n:04d}" for n in range(1, len(rows) + 1)]
    return table


def findings(rule, *rows):
    return list(rule(ledger(*rows))["finding"])


def test_two_values_for_one_day_are_found():
    rows = [{"value": 30.0, "date": "2020-06-17"}, {"value": 32.0, "date": "2020-06-17", "document": "D002"}]
    assert findings(checks.conflicting_values, *rows) == ["sites at 35.74 is 30 and 32 kampung (2020-06-17)"]


@pytest.mark.parametrize(
    "change",
    [
        {"value": 30.0},
        {"place": "35.13"},
        {"unit": "RW"},
        {"quantity": "sites_target"},
        {"programme": "KTN"},
        {"date": "2020-06-18"},
        {"date": "2020-06"},
        {"kind": "date"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_values_that_may_both_be_true_are_left_alone(change):
    first = {"value": 30.0, "date": "2020-06-17"}
    assert findings(checks.conflicting_values, first, {**first, "value": 32.0, "document": "D002", **change}) == []


def test_a_document_that_gives_two_values_for_overlapping_times_contradicts_itself():
    rows = [{"value": 1000.0, "date": "2020-06"}, {"value": 1559.0, "date": "2020-06-15"}]
    assert len(findings(checks.conflicting_values, *rows)) == 1


def test_flows_of_a_month_and_of_its_year_do_not_conflict():
    rows = [{"quantity": "crimes_recorded", "value": v, "date": d} for v, d in ((926.0, "2020-03"), (26386.0, "2020"))]
    assert findings(checks.conflicting_values, *rows) == []
    rows[0]["date"] = "2020"
    assert len(findings(checks.conflicting_values, *rows)) == 1


def test_a_stock_that_shrinks_is_found_and_names_both_units():
    rows = [{"value": 3721.0, "unit": "RW", "date": "2021-01"}, {"value": 3160.0, "date": "2021-02-07"}]
    (found,) = findings(checks.falling_stock, *rows)
    assert found == "sites at 35.74 fall from 3,721 RW on 2021-01 to 3,160 kampung on 2021-02-07"


def test_a_stock_that_grows_or_whose_times_overlap_is_left_alone():
    assert findings(checks.falling_stock, {"value": 2.0, "date": "2020-06"}, {"value": 3.0, "date": "2020-07"}) == []
    assert findings(checks.falling_stock, {"value": 3.0, "date": "2020-06-13"}, {"value": 2.0, "date": "2020-06"}) == []


def test_one_thing_counted_in_several_units_is_found_in_order_of_dates():
    rows = [
        {"links": "g:counted", "value": 33.0, "date": "2020-10-05"},
        {"links": "g:counted", "value": 29.0, "unit": "kelurahan", "date": "2020-10-06", "document": "D002"},
        {"links": "g:counted", "value": 30.0, "quantity": "sites_launched", "date": "2020-06-17"},
    ]
    (found,) = findings(checks.one_thing_counted, *rows)
    assert found == "g: 30 kampung launched (2020-06-17), 33 kampung (2020-10-05), 29 kelurahan (2020-10-06)"
    assert findings(checks.one_thing_counted, rows[0], {**rows[1], "value": 33.0}) == []


def test_a_launch_after_a_stock_is_no_fall():
    rows = [{"value": 32.0, "date": "2020-06-13"}, {"value": 30.0, "date": "2020-06-17", "quantity": "sites_launched"}]
    assert findings(checks.falling_stock, *rows) == []


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("whole", 5.0), ("others", 5.0)], ["g: others and the winner make 6, not 5"]),
        ([("whole", 5.0), ("others", 4.0)], []),
        ([("whole", 3.0), ("member", None), ("member", None)], ["g: members listed number 2, not 3"]),
        ([("whole", 2.0), ("member", None), ("member", None)], []),
        ([("whole", 10.0), ("part", 4.0), ("part", 5.0)], ["g: parts add up to 9, not 10"]),
        ([("whole", 10.0), ("part", 4.0), ("part", 6.0)], []),
        ([("product", 30.0), ("factor", 6.0), ("factor", 4.0)], ["g: factors make 24, not 30"]),
        ([("product", 30.0), ("factor", 6.0), ("factor", 5.0)], []),
        ([("whole", 30.0)], []),
    ],
)
def test_parts_must_make_up_their_whole(rows, found):
    planted = [{"links": f"g:{role}", **({} if value is None else {"value": value})} for role, value in rows]
    assert findings(checks.parts_and_wholes, *planted) == found


def test_more_than_all_is_found():
    rows = [{"links": "g:covered", "value": 842.0}, {"links": "g:of", "value": 824.0}]
    assert findings(checks.shares_over_bound, *rows) == ["g: 842 of 824 is more than all"]
    assert findings(checks.shares_over_bound, {**rows[0], "value": 824.0}, rows[1]) == []


def test_nearly_all_fails_against_the_known_parts_of_the_whole():
    rows = [
        {"links": "g:covered", "value": 1559.0},
        {"links": "g:of_part", "value": 1390.0},
        {"links": "g:of_part", "value": 1600.0},
        {"links": "g:share_claimed", "value": 0.9},
    ]
    (found,) = findings(checks.shares_over_bound, *rows)
    assert "at most 52% of the 2,990 known, below the 90% claimed" in found
    assert findings(checks.shares_over_bound, *rows[:2], {**rows[3], "value": 0.9}) == []


def test_a_stated_change_that_the_numbers_deny_is_found():
    rows = [("before", 406.0), ("after", 514.0), ("change_pct", 13.0)]
    planted = [{"links": f"g:{role}", "value": value} for role, value in rows]
    assert findings(checks.stated_changes, *planted) == ["g: stated 13 %, the numbers give 26.6 %"]


@pytest.mark.parametrize(("said", "equal"), [(2.0, True), (2.1, True), (2.08, True), (2.3, False), (3.0, False)])
def test_rounding_of_a_stated_change_is_granted_to_its_last_digit(said, equal):
    rows = [("before", 480.0), ("after", 490.0), ("change_pct", said)]
    planted = [{"links": f"g:{role}", "value": value} for role, value in rows]
    assert (findings(checks.stated_changes, *planted) == []) is equal


def test_an_interval_that_ends_before_it_starts_is_found():
    rows = [{"kind": "date", "date": "2020-06-08", "date_end": "2020-05-26"}]
    assert findings(checks.dates_out_of_order, *rows) == ["ends 2020-05-26 before it starts 2020-06-08"]


def test_a_weekday_that_the_calendar_denies_is_found():
    row = {"kind": "date", "date": "2020-08-02", "unit": "Wednesday"}
    assert findings(checks.dates_out_of_order, row) == ["2020-08-02 was a Sunday, not a Wednesday"]
    assert findings(checks.dates_out_of_order, {**row, "unit": "Sunday"}) == []


def test_a_baseline_after_treatment_is_found():
    rows = [{"links": "g:treatment", "date": "2021"}, {"links": "g:baseline", "date": "2022"}]
    assert findings(checks.dates_out_of_order, *rows) == ["g: baseline of 2022 comes after treatment of 2021"]
    assert findings(checks.dates_out_of_order, rows[0], {**rows[1], "date": "2020"}) == []


def test_seven_months_of_a_programme_four_months_old_are_found():
    rows = [
        {"kind": "duration", "links": "g:duration", "value": 7.0, "date": "2020-10-06"},
        {"kind": "date", "links": "g:start", "date": "2020-05-25"},
    ]
    (found,) = findings(checks.durations_too_long, *rows)
    assert found == "g: 7 months stated, at most 4.4 since the earliest dated start"
    assert findings(checks.durations_too_long, rows[0], {**rows[1], "date": "2020-03-20"}) == []


def test_a_ledger_without_links_has_no_contradictions():
    assert checks.contradictions(ledger({"value": 1.0, "date": "2020"})).empty
    assert checks.contradictions(corpus.facts(document="D004")).empty


@pytest.mark.parametrize(
    ("date", "end", "days"),
    [
        ("2020", "", 366),
        ("2020-02", "", 29),
        ("2020-06-17", "", 1),
        ("2020-05-24", "2020-05-25", 2),
        ("2020", "2021", 731),
    ],
)
def test_a_date_covers_as_many_days_as_its_precision_says(date, end, days):
    first, last = checks.period(date, end)
    assert (last - first).days + 1 == days


@pytest.mark.parametrize(
    ("rule", "document", "words"),
    [
        ("parts and wholes", "D001", "others and the winner make 6, not 5"),
        ("share over bound", "D002", "below the 90% claimed"),
        ("duration too long", "D001", "7 months stated"),
        ("one thing counted", "D003", "32 kampung (2020-06-13), 30 kampung launched (2020-06-17)"),
        ("dates out of order", "D005", "baseline of 2022 comes after treatment of 2021"),
        ("conflicting values", "D002", "1,000 and 1,559"),
    ],
)
def test_the_contradictions_of_the_seed_documents_are_found(rule, document, words):
    table = checks.contradictions(corpus.facts())
    hits = table[(table["rule"] == rule) & table["finding"].str.contains(words, regex=False)]
    assert len(hits) >= 1
    assert any(corpus.fact(key).document == document for ids in hits["facts"] for key in ids.split(";"))


def test_a_consistent_seed_document_is_not_accused():
    own = set(corpus.facts(document="D004").index)
    table = checks.contradictions(corpus.facts())
    assert not any(own & set(ids.split(";")) for ids in table["facts"])


def test_the_second_outlet_of_the_award_repeats_the_first():
    pairs = checks.shared_figures(corpus.facts())
    top = pairs.iloc[0]
    assert (top["first"], corpus.document(top["second"]).outlet) == ("D001", "bangsaonline.com")
    assert top["shared"] >= 4
    assert top["overlap"] == 1.0


def test_common_and_round_figures_make_no_pair():
    rows = [{"document": f"D00{n}", "value": 1559.0} for n in range(1, 9)]
    assert checks.shared_figures(ledger(*rows)).empty
    assert len(checks.shared_figures(ledger(*rows[:3]))) == 3
    assert checks.shared_figures(ledger(*({**r, "value": 1500.0} for r in rows[:3]))).empty
    assert checks.shared_figures(ledger(*({**r, "value": 30.0} for r in rows[:3]))).empty


@pytest.mark.parametrize(
    ("value", "unit", "finding"),
    [
        (1.3, "share", "coverage is 1.30 share, more than all"),
        (130.0, "percent", "coverage is 130 percent, more than all"),
        (101.0, "percent of persons", "coverage is 101 percent of persons, more than all"),
    ],
)
def test_a_share_of_more_than_all_is_found_without_a_group(value, unit, finding):
    row = {"quantity": "coverage", "value": value, "unit": unit}
    assert findings(checks.shares_over_all, row) == [finding]
    assert findings(checks.shares_over_all, {**row, "value": 1.0}) == []
    assert findings(checks.shares_over_all, {**row, "unit": "kampung"}) == []


@pytest.mark.parametrize("quantity", ["crimes_recorded_change", "growth", "sites_increase"])
def test_a_change_may_exceed_a_hundred_per_cent(quantity):
    assert findings(checks.shares_over_all, {"quantity": quantity, "value": 250.0, "unit": "percent"}) == []


@pytest.mark.parametrize(("unit", "scale"), [("percent", 1), ("share", 0.01)])
def test_shares_of_one_whole_that_add_up_to_130_per_cent_are_found(unit, scale):
    def rows(*values):
        return [{"quantity": "zones", "value": v * scale, "unit": unit, "links": "zones:part"} for v in values]

    (finding,) = findings(checks.shares_over_all, *rows(70, 60))
    assert finding.startswith("zones: shares add up to 1")
    assert findings(checks.shares_over_all, *rows(33, 33, 34)) == []
    assert findings(checks.shares_over_all, *rows(34, 34, 33)) == []
    mixed = [*rows(70, 60), {"quantity": "zones", "value": 9.0, "unit": "kampung", "links": "zones:part"}]
    assert findings(checks.shares_over_all, *mixed) == []


@pytest.mark.parametrize("kind", ["duration", "claim"])
def test_durations_and_claims_that_hold_two_values_for_one_day_are_found(kind):
    row = {"kind": kind, "quantity": "support", "unit": "months", "date": "2020-10-06", "value": 7.0}
    assert len(findings(checks.conflicting_values, row, {**row, "value": 4.0})) == 1
    assert len(findings(checks.conflicting_values, row, {**row, "kind": "number", "value": 4.0})) == 1
    assert findings(checks.conflicting_values, row, row) == []


def test_one_thing_dated_twice_is_found_and_two_statements_are_not():
    row = {"kind": "date", "quantity": "inauguration", "unit": "", "date": "2020-06-17"}
    other = {**row, "date": "2020-06-19"}
    assert findings(checks.conflicting_values, row, other) == [
        "inauguration at 35.74 is dated 2020-06-17 and 2020-06-19"
    ]
    assert findings(checks.conflicting_values, row, {**row, "date": "2020-06"}) == []
    assert findings(checks.conflicting_values, row, {**other, "place": "35.13"}) == []
    said = [{**r, "quantity": "statement_date"} for r in (row, other)]
    assert findings(checks.conflicting_values, *said) == []


def test_a_stock_dated_by_an_interval_falls_only_after_its_end():
    stated = {"value": 1559.0, "date": "2020-06-11", "date_end": "2020-06-19"}
    assert findings(checks.falling_stock, stated, {"value": 637.0, "date": "2020-06-13"}) == []
    assert len(findings(checks.falling_stock, stated, {"value": 637.0, "date": "2020-06-20"})) == 1
