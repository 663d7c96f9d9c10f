"""How many cases and deaths did each province report a week, as published at two dates?"""

from __future__ import annotations

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, correct, dates, fail, integers, read_rows, unique
from kampung_analysis.build.reading import all_coded, coded
from kampung_analysis.build.weekly import every_day, full_weeks
from kampung_analysis.loaders.core import Card

EARLY = "covid_province/covidn/"
LATE = "covid_province/covid_19_indonesia_time_series_all.csv"
CENSUS = "places/sp2020_province.csv"
NATIONAL = "00"
"""Code of the national row, which is checked against the provinces and kept out of the table."""

EARLY_DAYS = ("2020-03-01", "2020-09-21")
LATE_DAYS = ("2020-03-01", "2021-03-28")
EARLY_TRUSTED = "2020-09-20"
"""Last day of the last full week: on the 21st three provinces read zero."""


def read_census(raw: Raw) -> pd.Series:
    """Population of the census of September 2020 by province code, 34 provinces."""
    rows = read_rows(raw, CENSUS, ["provinsi", "pop_sp2020"], exact=True)
    unique(rows, ["provinsi"])
    counts = integers(rows, "pop_sp2020", minimum=1)
    found = pd.Series(counts.to_numpy(), index=coded(rows, "provinsi", level="province"), name="population")
    all_coded(found.index, places.PROVINCES, CENSUS, "provinsi")
    return found


def _consistent(daily: pd.DataFrame, new: str, total: str, start_at_zero: bool) -> None:
    for _, rows in daily.groupby("code"):
        before = rows[total].shift(fill_value=0)
        wrong = (rows[total] - before) != rows[new]
        if not start_at_zero:
            wrong.iloc[0] = False
        if wrong.any():
            line = rows.index[wrong][0]
            raise fail(
                rows.at[line, "file"],
                f"the new count is not the step of '{total}' from {before[line]} to {rows.at[line, total]}",
                line=line,
                column=new,
                value=int(rows.at[line, new]),
            )


def read_early(raw: Raw, card: Card) -> pd.DataFrame:
    """Daily series of September 2020 with the national one (code ``"00"``).

    Returns
    -------
    pandas.DataFrame
        code, day, new_confirmed, new_deaths; 2020-03-01 to 2020-09-20.
    """
    names = sorted(name for name in card.files if name.startswith(EARLY))
    parts = [read_early_file(raw, card, name) for name in names]
    all_coded([part["code"].iloc[0] for part in parts], places.PROVINCES, EARLY)
    return pd.concat(parts)[["code", "day", "new_confirmed", "new_deaths"]].reset_index(drop=True)


def read_early_file(raw: Raw, card: Card, name: str) -> pd.DataFrame:
    """Daily series of one file, for one province or the country, up to the last trusted day.

    Returns
    -------
    pandas.DataFrame
        code, day, new_confirmed, new_deaths, total_confirmed, total_death, file; indexed by line.
    """
    rows = correct(read_rows(raw, name, ["date", "total_confirmed", "confirmed", "total_death", "death"]), card)
    unique(rows, ["date"])
    place = name.removeprefix(EARLY).removesuffix(".csv")
    try:
        code = NATIONAL if place == "NATIONAL" else places.resolve(place, level="province")
    except ValueError as error:
        raise fail(name, str(error)) from error
    part = pd.DataFrame(
        {
            "code": code,
            "day": dates(rows, "date", "%Y-%m-%d"),
            "new_confirmed": integers(rows, "confirmed"),
            "new_deaths": integers(rows, "death"),
            "total_confirmed": integers(rows, "total_confirmed"),
            "total_death": integers(rows, "total_death"),
            "file": name,
        }
    )
    part.attrs["file"] = name
    every_day(part, unit="code", day="day", first=EARLY_DAYS[0], last=EARLY_DAYS[1])
    part = part[part["day"] <= EARLY_TRUSTED]
    _consistent(part, "new_confirmed", "total_confirmed", True)
    _consistent(part, "new_deaths", "total_death", True)
    return part


def read_late(raw: Raw, card: Card) -> pd.DataFrame:
    """Daily series of March 2021 with the national one (code ``"00"``).

    The source lists a province from its first case on; days before count zero.

    Returns
    -------
    pandas.DataFrame
        code, day, new_confirmed, new_deaths; 2020-03-01 to 2021-03-28.
    """
    columns = ["Date", "Location", "New Cases", "New Deaths", "Total Cases", "Total Deaths", "Location Level"]
    rows = correct(read_rows(raw, LATE, columns), card)
    unique(rows, ["Date", "Location"])
    national = rows["Location Level"] == "Country"
    frame = pd.DataFrame(
        {
            "code": coded(rows[~national], "Location", level="province").reindex(rows.index).fillna(NATIONAL),
            "day": dates(rows, "Date", "%m/%d/%Y"),
            "new_confirmed": integers(rows, "New Cases"),
            "new_deaths": integers(rows, "New Deaths"),
            "Total Cases": integers(rows, "Total Cases"),
            "Total Deaths": integers(rows, "Total Deaths"),
            "file": LATE,
        }
    )
    all_coded(frame["code"], places.PROVINCES, LATE, "Location")
    frame = frame.sort_values(["code", "day"], kind="stable")
    for code, part in frame.groupby("code"):
        part.attrs["file"] = LATE
        first = max(part["day"].min(), pd.Timestamp(LATE_DAYS[0])).date()
        every_day(part.assign(code=code), unit="code", day="day", first=str(first), last=LATE_DAYS[1])
    _consistent(frame, "new_confirmed", "Total Cases", False)
    _consistent(frame, "new_deaths", "Total Deaths", False)
    grid = pd.MultiIndex.from_product(
        [sorted(frame["code"].unique()), pd.date_range(*LATE_DAYS)], names=["code", "day"]
    )
    counts = frame.set_index(["code", "day"])[["new_confirmed", "new_deaths"]]
    return counts.reindex(grid, fill_value=0).reset_index()


def _weeks(raw: Raw, card: Card, national: bool) -> pd.DataFrame:
    parts = []
    for vintage, read in (("2020-09", read_early), ("2021-03", read_late)):
        daily = read(raw, card)
        chosen = daily[(daily["code"] == NATIONAL) == national]
        weeks = full_weeks(chosen, unit="code", day="day", values=["new_confirmed", "new_deaths"])
        parts.append(weeks.assign(vintage=vintage))
    return pd.concat(parts, ignore_index=True)


def build_covid_provinces(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``covid_provinces``: both vintages in full weeks, with the census population."""
    people, table = read_census(raw), _weeks(raw, card, national=False)
    table["province"] = table["code"].map(places.PROVINCES)
    table["population"] = table["code"].map(people)
    return table[card.names]


def build_covid_national(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``covid_national``: the national row of both vintages in full weeks."""
    return _weeks(raw, card, national=True)[card.names]
