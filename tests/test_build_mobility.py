"""Are the weekly means those of the daily reports, and does a damaged report stop the build?"""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest

from kampung_analysis.build.core import Raw, to_bytes, validate
from kampung_analysis.build.mobility import FILES, build_mobility_provinces
from kampung_analysis.loaders.context import load_mobility_provinces
from kampung_analysis.loaders.core import card, read_bytes


@pytest.fixture
def raw(tmp_path, shared):
    folder = shared / "raw"
    (tmp_path / "mobility").mkdir()
    for file in FILES:
        shutil.copyfile(folder / file, tmp_path / file)
    return Raw(tmp_path)


def test_the_build_gives_the_committed_table_byte_for_byte(raw):
    the = card("mobility_provinces")
    assert to_bytes(validate(build_mobility_provinces(raw, the), the)) == read_bytes(the)


def test_every_week_holds_34_provinces_and_begins_on_a_monday():
    frame = load_mobility_provinces()
    assert (frame.groupby("week").code.nunique() == 34).all()
    assert set(frame.week.dt.day_of_week) == {0}
    assert (frame.week.drop_duplicates().diff().dropna() == pd.Timedelta(days=7)).all()


def test_a_week_of_east_java_is_the_mean_of_its_seven_days(raw):
    daily = pd.read_csv(raw.path(FILES[0]), usecols=[5, 8, 13])
    week = daily[(daily.iso_3166_2_code == "ID-JI") & daily.date.between("2020-05-25", "2020-05-31")]
    assert len(week) == 7
    frame = load_mobility_provinces()
    row = frame[(frame.code == "35") & (frame.week == "2020-05-25")]
    assert row.workplaces_pct.item() == pytest.approx(week.iloc[:, 2].mean(), abs=5e-5)


def test_a_mean_is_missing_exactly_where_fewer_than_four_days_were_published():
    frame = load_mobility_provinces()
    some_missing = frame.filter(like="_pct").isna().any(axis=1)
    assert (some_missing == (frame.days < 4)).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace(",ID-JI,", ",ID-XX,", 1), "column 'iso_3166_2_code', value 'ID-XX'.*nearest"),
        (lambda t: t.replace(",East Java,", ",Jawa,", 1), "column 'sub_region_1', value 'Jawa'"),
        (
            lambda t: re.sub(r"(ID-JI,[^\n]*)2020-02-17", r"\g<1>2020-17-02", t),
            "column 'date', value '2020-17-02'.*swapped",
        ),
        (lambda t: re.sub(r"(ID-JI,[^\n]*2020-02-17),(-?\d+)", r'\g<1>,"\g<2>,0"', t), "column 'retail.*,0'"),
        (lambda t: t.replace("sub_region_1", "province", 1), "line 1, column 'sub_region_1'"),
        (lambda t: t + t.splitlines(keepends=True)[-1], "repeats line"),
        (lambda t: t[: len(t) // 2], "truncated"),
    ],
)
def test_a_damaged_report_stops_the_build(raw, change, says):
    path = raw.path(FILES[0])
    text = path.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(ValueError, match=says) as stopped:
        build_mobility_provinces(raw, card("mobility_provinces"))
    assert FILES[0] in str(stopped.value)


def test_a_change_below_minus_one_hundred_stops_the_build(raw):
    path = raw.path(FILES[1])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(i for i, line in enumerate(lines) if ",ID-JI," in line)
    cells = lines[row].rstrip("\n").split(",")
    cells[13] = "-101"
    lines[row] = ",".join(cells) + "\n"
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match=f"line {row + 1}, column 'workplaces.*value '-101'"):
        build_mobility_provinces(raw, card("mobility_provinces"))


def test_a_missing_day_stops_the_build(raw):
    path = raw.path(FILES[0])
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not (",ID-JI," in line and ",2020-06-01," in line)]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(ValueError, match="Jawa Timur .35. has no row for 2020-06-01"):
        build_mobility_provinces(raw, card("mobility_provinces"))


def test_another_encoding_stops_the_build(raw):
    path = raw.path(FILES[0])
    path.write_bytes(path.read_bytes().replace(b"East Java", b"East J\xe4va", 1))
    with pytest.raises(ValueError, match="not UTF-8"):
        build_mobility_provinces(raw, card("mobility_provinces"))
