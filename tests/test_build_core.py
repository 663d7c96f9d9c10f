"""The frame of every build: strict reading, corrections that expire, validation, tables that are never half there."""

from __future__ import annotations

import hashlib
import os
import signal
import time

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import build
from kampung_analysis.build import run
from kampung_analysis.build.core import Raw, correct, dates, integers, numbers, read_rows, unique, validate
from kampung_analysis.build.weekly import every_day, full_weeks
from kampung_analysis.loaders.core import parse_card, read_bytes

CARD = """table: tiny
title: Tiny
description: A table for tests.
producer: Nobody
keys: [code, week]
sources:
- {title: Counts, producer: Nobody, url: "https://example.org", accessed: 2026-11-21, licence: MIT, allows: all,
   file: counts.csv, sha256: DIGEST}
columns:
- {name: week, type: date, meaning: Monday}
- {name: code, type: string, meaning: place}
- {name: n, type: integer, unit: persons, meaning: count, missing: not counted}
- {name: rate, type: number, meaning: rate}
corrections:
- {id: X001, file: counts.csv, where: {code: "35.01", day: 2020-06-01}, column: n, was: "7", becomes: "8",
   why: misprint}
- {id: X002, file: counts.csv, where: {code: "35.02", day: 2020-06-08}, column: "*", was: null, becomes: {n: "3"},
   why: absent}
"""
COUNTS = "code,day,n\n35.01,2020-06-01,7\n35.01,2020-06-08,4\n35.02,2020-06-01,2\n"


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A data folder with the card of one table, and its raw folder; `build_tiny` is registered."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "counts.csv").write_text(COUNTS, "utf-8")
    folder = tmp_path / "data" / "tiny"
    folder.mkdir(parents=True)
    digest = hashlib.sha256(COUNTS.encode()).hexdigest()
    (folder / "source.yml").write_text(CARD.replace("DIGEST", digest), "utf-8")
    monkeypatch.setenv("KAMPUNG_DATA", str(folder.parent))

    def build_tiny(raw, card):
        rows = correct(read_rows(raw, "counts.csv", ["code", "day", "n"]), card)
        table = pd.DataFrame({"week": dates(rows, "day", "%Y-%m-%d"), "code": rows["code"], "n": integers(rows, "n")})
        return table.assign(rate=table["n"] / 3)[card.names]

    monkeypatch.setattr(build, "BUILDERS", {"tiny": "tiny"})
    monkeypatch.setattr(build, "builder", lambda table: build_tiny)
    return folder


def rows_of(tmp_path, text, columns=("code", "day", "n")):
    (tmp_path / "x.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_rows(Raw(tmp_path), "x.csv", list(columns))


def test_a_build_writes_the_table_the_card_and_the_descriptions(tiny):
    said = []
    assert run.build(tiny.parent.parent / "raw", say=said.append) == 0
    expected = "week,code,n,rate\n2020-06-01,35.01,8,2.6666666666666665\n2020-06-08,35.01,4,1.3333333333333333\n"
    expected += "2020-06-01,35.02,2,0.6666666666666666\n2020-06-08,35.02,3,1.0\n"
    assert (tiny / "tiny.csv").read_text("utf-8") == expected
    assert parse_card(tiny / "source.yml").rows == 4
    assert sorted(path.name for path in tiny.parent.iterdir()) == ["README.md", "datapackage.json", "tiny"]
    assert sorted(path.name for path in tiny.iterdir()) == ["source.yml", "tiny.csv"]
    assert run.verify(say=said.append) == 0


def test_a_second_build_touches_nothing(tiny):
    raw = tiny.parent.parent / "raw"
    run.build(raw, say=lambda _: None)
    before = {path: path.stat().st_mtime_ns for path in tiny.parent.rglob("*")}
    said = []
    run.build(raw, say=said.append)
    assert said == ["tiny: 4 rows, equal to the table in place"]
    assert {path: path.stat().st_mtime_ns for path in tiny.parent.rglob("*")} == before


def test_a_raw_file_with_another_hash_stops_the_build_and_leaves_the_table(tiny):
    raw = tiny.parent.parent / "raw"
    run.build(raw, say=lambda _: None)
    before = (tiny / "tiny.csv").read_bytes()
    (raw / "counts.csv").write_text(COUNTS.replace("4", "5"), "utf-8")
    said = []
    assert run.build(raw, say=said.append) == 1
    assert "counts.csv: not the file the card of 'tiny' names: expected SHA-256" in said[0]
    assert (tiny / "tiny.csv").read_bytes() == before


def test_a_missing_raw_file_says_how_to_get_it(tiny):
    said = []
    assert run.build(tiny.parent.parent / "nowhere", say=said.append) == 1
    assert "counts.csv: not in nowhere/; fetch it with" in said[0]


def test_an_unknown_table_lists_the_tables():
    with pytest.raises(ValueError, match="no builder for table 'covid'; the tables are: .*covid_districts"):
        build.builder("covid")


def test_verify_finds_an_edited_digit_and_a_stale_description(tiny):
    run.build(tiny.parent.parent / "raw", say=lambda _: None)
    (tiny.parent / "README.md").write_text("old", "utf-8")
    table = (tiny / "tiny.csv").read_text("utf-8")
    (tiny / "tiny.csv").write_text(table.replace(",8,", ",9,"), "utf-8")
    said = []
    assert run.verify(say=said.append) == 2
    assert "expected SHA-256" in said[0]
    assert "README.md: not what the cards say" in said[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,day,m\n1,2,3\n", "x.csv, line 1, column 'n', value 'code,day,m': the header should hold"),
        ("code,day,n,n\n1,2,3,4\n", "line 1, column 'n': the header names this column more than once"),
        ("code,day,n\n1,2\n", "x.csv, line 2, column 'day', value '1,2': 2 fields where the header has 3"),
        ("code,day,n\n1,2,3\n1,2,3,5\n", "x.csv, line 3, .*4 fields .*decimal comma"),
        ('code,day,n\n1,2,"3\n', "x.csv.*not a CSV file"),
        ("code,day,n\n1,é,3\n".encode("latin-1"), "x.csv, line 2, value 233: not UTF-8"),
        ("code,day,n\n".encode("utf-16"), "x.csv, line 1, value 255: not UTF-8"),
        ("", "x.csv, line 1"),
    ],
)
def test_a_file_that_is_not_as_expected_is_refused_where_it_differs(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        rows_of(tmp_path, text)


def test_values_are_parsed_or_refused_and_never_guessed(tmp_path):
    rows = rows_of(tmp_path, 'code,day,n\n35.01,2020-06-01,7\n35.01,01/06/2020,\n35.01,2020-06-31,1.5\n35.01,x,"1,5"\n')
    with pytest.raises(ValueError, match="line 3, column 'n', value '': not a whole number"):
        integers(rows, "n")
    with pytest.raises(ValueError, match="line 4, column 'n', value '1.5': not a whole number"):
        integers(rows, "n", missing=True)
    with pytest.raises(ValueError, match="line 5, column 'n', value '1,5': not a number with a decimal point"):
        numbers(rows, "n", missing=True)
    with pytest.raises(ValueError, match="line 3, column 'day', value '01/06/2020': not a date.*day and month"):
        dates(rows, "day", "%Y-%m-%d")
    with pytest.raises(ValueError, match="line 2, column 'code', value '35.01': below 40"):
        numbers(rows, "code", minimum=40)


def test_a_repeated_row_names_both_lines(tmp_path):
    rows = rows_of(tmp_path, "code,day,n\n1,2,3\n1,4,3\n1,2,9\n")
    with pytest.raises(ValueError, match="x.csv, line 4, column 'code, day', value '1, 2': the row repeats line 2"):
        unique(rows, ["code", "day"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "35.01,2020-06-01,7",
            "35.01,2020-06-01,6",
            "line 2, column 'n', value '6': correction X001 .*written for '7'",
        ),
        ("35.01,2020-06-01,7\n", "", "correction X001 fits 0 rows instead of one"),
        ("35.02,2020-06-01,2", "35.02,2020-06-08,2", "line 4, .*correction X002 inserts this row.*remove"),
    ],
)
def test_a_correction_expires_with_its_source(tiny, tmp_path, old, new, message):
    assert old in COUNTS
    (tmp_path / "raw" / "counts.csv").write_text(COUNTS.replace(old, new), "utf-8")
    rows = read_rows(Raw(tmp_path / "raw"), "counts.csv", ["code", "day", "n"])
    with pytest.raises(ValueError, match=message):
        correct(rows, parse_card(tiny / "source.yml"))


def table_of(**columns) -> pd.DataFrame:
    plain = {"week": pd.to_datetime(["2020-06-01", "2020-06-08"]), "code": ["1", "1"], "n": [1, None], "rate": [0.5, 1]}
    return pd.DataFrame(plain | columns)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (table_of().drop(columns="rate"), "missing: rate"),
        (table_of(extra=1), "not in the card: extra"),
        (table_of(code=["1", None]), "tiny.csv, line 1, column 'code': missing, and the card allows none"),
        (table_of(code=[1, 1]), "column 'code', value 1: not text; codes are strings"),
        (table_of(rate=[0.5, np.inf]), "line 1, column 'rate': not finite"),
        (table_of(n=[1, 1.5]), "column 'n': does not fit type integer"),
        (table_of(week=pd.to_datetime(["2020-06-01"] * 2)), "the key is not unique"),
    ],
)
def test_a_table_that_does_not_fit_its_card_is_refused(tiny, table, message):
    with pytest.raises(ValueError, match=message):
        validate(table, parse_card(tiny / "source.yml"))


def test_a_table_that_fits_gets_the_dtypes_and_the_order_of_its_card(tiny):
    card = parse_card(tiny / "source.yml")
    table = validate(table_of(code=["2", "1"]), card)
    assert table["code"].tolist() == ["1", "2"]
    assert table.dtypes.astype(str).tolist() == ["datetime64[us]", "str", "Int64", "float64"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: Tiny\n", "", "title"),
        ("title: Tiny\n", "title: Tiny\nauthor: me\n", "author"),
        ("type: integer", "type: whole", "'n' has type 'whole'; use string, integer"),
        ('becomes: "8",', "", "becomes"),
        ("title: Tiny\n", "title: [Tiny\n", "not YAML"),
    ],
)
def test_a_card_with_a_fault_is_refused_by_name(tiny, old, new, message):
    path = tiny / "source.yml"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(ValueError, match=rf"tiny/source.yml: .*{message}"):
        parse_card(path)


def daily(days) -> pd.DataFrame:
    frame = pd.DataFrame({"code": "35.07", "day": pd.DatetimeIndex(days), "n": 1})
    frame.attrs["file"] = "x.csv"
    return frame


def test_full_weeks_run_from_monday_to_sunday_and_partial_ones_are_dropped():
    weeks = full_weeks(daily(pd.date_range("2020-05-30", "2020-06-16")), unit="code", day="day", values=["n"])
    assert weeks["week"].astype(str).tolist() == ["2020-06-01", "2020-06-08"]
    assert weeks["n"].tolist() == [7, 7]


def test_a_week_of_six_days_is_named_with_its_place():
    days = pd.date_range("2020-06-01", "2020-06-14").drop("2020-06-10")
    with pytest.raises(ValueError, match=r"x.csv.*Kabupaten Malang \(35.07\) has no row for 2020-06-10: .*has 6 days"):
        every_day(daily(days), unit="code", day="day", first="2020-06-01", last="2020-06-14")


def test_a_day_outside_the_period_or_twice_is_named():
    days = [*pd.date_range("2020-06-01", "2020-06-07"), pd.Timestamp("2020-12-06")]
    with pytest.raises(ValueError, match="2020-12-06.*outside 2020-06-01 to 2020-06-07; are day and month swapped"):
        every_day(daily(days), unit="code", day="day", first="2020-06-01", last="2020-06-07")
    with pytest.raises(ValueError, match="2020-06-07': this day comes twice"):
        every_day(daily([*days[:7], days[6]]), unit="code", day="day", first="2020-06-01", last="2020-06-07")


OLD, NEW = b"a\nold\n" * 100_000, b"a\nnew\nand more\n" * 100_000


@pytest.fixture
def table(tiny):
    """A folder whose table is OLD, as its card says."""
    run.write_table(tiny, OLD, 1)
    return tiny


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("call", ["replace", "fsync"])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_build_killed_at_any_step_leaves_the_old_table_or_the_new(table, call, number, moment):
    child = os.fork()
    if child == 0:
        count, real = 0, getattr(os, call)

        def dying(*arguments):
            nonlocal count
            count += 1
            if count == number and moment == "before":
                os._exit(9)
            real(*arguments)
            if count == number:
                os._exit(9)

        setattr(os, call, dying)
        run.write_table(table, NEW, 2)
        os._exit(0)
    os.waitpid(child, 0)
    card = parse_card(table / "source.yml")
    assert read_bytes(card) == (NEW if card.rows == 2 else OLD)
    assert (table / "tiny.csv").read_bytes() in (OLD, NEW)
    run.write_table(table, NEW, 2)
    assert read_bytes(parse_card(table / "source.yml")) == (table / "tiny.csv").read_bytes() == NEW
    assert sorted(path.name for path in table.iterdir()) == ["source.yml", "tiny.csv"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_build_killed_again_and_again_always_leaves_a_table_that_its_card_describes(table):
    seen, rng, kills = set(), np.random.default_rng(20200525), 0
    while kills < 40 or (len(seen) < 2 and kills < 1000):
        kills += 1
        ready, started = os.pipe()
        child = os.fork()
        if child == 0:
            run.write_table(table, NEW, 2)
            os.write(started, b"x")
            while True:
                run.write_table(table, OLD, 1)
                run.write_table(table, NEW, 2)
        os.close(started)
        os.read(ready, 1)
        os.close(ready)
        time.sleep(float(rng.uniform(0, 0.02)))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        card = parse_card(table / "source.yml")
        content = read_bytes(card)
        assert content == {1: OLD, 2: NEW}[card.rows]
        assert (table / "tiny.csv").read_bytes() in (OLD, NEW)
        seen.add(content)
    assert seen == {OLD, NEW}, "the kills never met both states; the test has lost its force"


def test_a_write_that_fails_leaves_no_temporary_file(table, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        run.write_table(table, NEW, 2)
    assert sorted(path.name for path in table.iterdir()) == ["source.yml", "tiny.csv"]
    assert (table / "tiny.csv").read_bytes() == OLD
