"""How many cases and deaths did each district of East Java report a week?"""

from __future__ import annotations

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, correct, dates, fail, integers, read_rows, unique
from kampung_analysis.build.falls import FALLS
from kampung_analysis.build.reading import all_coded, coded
from kampung_analysis.build.weekly import every_day, monday
from kampung_analysis.loaders.core import Card

PANEL = "covid_district/rn_data.csv"
SUSPECTS = "covid_district/jatim_odp_pdp_daily.csv"
PEOPLE = "places/jatim_kabko_admin_pop.csv"
PANEL_DAYS = ("2020-03-20", "2021-12-26")
SUSPECT_DAYS = ("2020-03-20", "2020-08-01")
SUSPECT_COLUMNS = {
    "suspect_deaths": "pdp_meninggal",
    "suspects_total": "pdp_total",
    "suspects_in_care": "pdp_rawat_total",
    "monitored_total": "odp_total",
    "contacts_total": "otg",
}
"""Columns of the table and of the source of suspects; all but those in care are cumulative."""
RATE_POPULATION = "pop_rn_kabko"
"""Column used for rates: it came with the panel, its year is not stated (see the card)."""


def never_falling(daily: pd.DataFrame, column: str) -> None:
    """Stop at a cumulative count that falls; corrections have been applied before."""
    ordered = daily.sort_values(["code", "day"], kind="stable")
    step = ordered.groupby("code")[column].diff()
    if (step < 0).any():
        line = step.index[step < 0][0]
        name, day = places.DISTRICTS[ordered.at[line, "code"]], ordered.at[line, "day"].date()
        why = (
            f"the cumulative count of {name} falls by {int(-step[line])} on {day} and no correction of the card says "
            "so; look at the days around it and add one"
        )
        raise fail(daily.attrs["file"], why, line=line, column=column, value=int(ordered.at[line, column]))


def listed_falls(daily: pd.DataFrame, column: str) -> None:
    """Stop at a fall of a count of suspects that :data:`kampung_analysis.build.falls.FALLS` does not list, or lists
    otherwise."""
    ordered = daily.sort_values(["code", "day"], kind="stable")
    step = ordered.groupby("code")[column].diff()
    days = ordered["day"].dt.strftime("%Y-%m-%d")
    for line, code, day, found in zip(ordered.index, ordered["code"], days, step, strict=True):
        listed = FALLS.get((column, code, day), 0)
        if min(0, 0 if pd.isna(found) else int(found)) != listed:
            why = (
                f"the cumulative count of {places.DISTRICTS[code]} steps by {found:g} on {day}, and the list of known "
                f"falls says {listed or 'none'}; look at the days around it and review the list"
            )
            value = int(ordered.at[line, column])
            raise fail(SUSPECTS, why, line=line, column=SUSPECT_COLUMNS[column], value=value)


def read_panel(raw: Raw, card: Card) -> pd.DataFrame:
    """Daily cumulative counts of the 38 districts after corrections.

    Returns
    -------
    pandas.DataFrame
        code, day, infected_total, dead; indexed by line (negative for inserted rows).

    Raises
    ------
    ValueError
        Names file, line, column and value of the first fault: a row that is there twice, an absent day or district, a
        count that falls, or counts that do not agree.
    """
    columns = ["kabko", "date", "infected_total", "recovered", "dead", "infected"]
    source = read_rows(raw, PANEL, columns, exact=True)
    unique(source, ["kabko", "date"])
    all_coded(coded(source, "kabko", level="district"), places.DISTRICTS, PANEL, "kabko")
    dates(source, "date", "%d/%m/%Y")
    counts = {name: integers(source, name, minimum=None if name == "infected" else 0) for name in columns[2:]}
    wrong = counts["infected_total"] - counts["recovered"] - counts["dead"] != counts["infected"]
    if wrong.any():
        line = wrong.index[wrong][0]
        why = "not infected_total - recovered - dead, which holds in every row of the source"
        raise fail(PANEL, why, line=line, column="infected", value=source.at[line, "infected"])
    rows = correct(source, card)
    frame = pd.DataFrame(
        {
            "code": coded(rows, "kabko", level="district"),
            "day": dates(rows, "date", "%d/%m/%Y"),
            "infected_total": integers(rows, "infected_total"),
            "dead": integers(rows, "dead"),
        }
    )
    frame.attrs["file"] = PANEL
    every_day(frame, unit="code", day="day", first=PANEL_DAYS[0], last=PANEL_DAYS[1])
    for column in ("infected_total", "dead"):
        never_falling(frame, column)
    return frame


def read_suspects(raw: Raw, card: Card) -> pd.DataFrame:
    """Daily counts of suspects, monitored persons and contacts; cumulative counts may fall, see the card.

    Returns
    -------
    pandas.DataFrame
        code, day and the columns of :data:`SUSPECT_COLUMNS`.
    """
    source = read_rows(raw, SUSPECTS, ["kabko", "tanggal", *SUSPECT_COLUMNS.values()])
    unique(source, ["kabko", "tanggal"])
    all_coded(coded(source, "kabko", level="district"), places.DISTRICTS, SUSPECTS, "kabko")
    dates(source, "tanggal", "%Y-%m-%d")
    rows = correct(source, card)
    counts = {name: integers(rows, column) for name, column in SUSPECT_COLUMNS.items()}
    frame = pd.DataFrame(
        {"code": coded(rows, "kabko", level="district"), "day": dates(rows, "tanggal", "%Y-%m-%d"), **counts}
    )
    frame.attrs["file"] = SUSPECTS
    every_day(frame, unit="code", day="day", first=SUSPECT_DAYS[0], last=SUSPECT_DAYS[1])
    for column in SUSPECT_COLUMNS:
        if column != "suspects_in_care":
            listed_falls(frame, column)
    return frame


def read_people(raw: Raw) -> pd.DataFrame:
    """Population columns of the 38 districts by code: three sources whose highest is up to a fifth above the lowest."""
    columns = [RATE_POPULATION, "pop_dukcapil_sum_kecamatan_rawan", "pop_dukcapil_2024_25"]
    rows = read_rows(raw, PEOPLE, ["kode", "kabko", *columns])
    unique(rows, ["kode"])
    codes = coded(rows, "kabko", level="district")
    if (codes != rows["kode"]).any():
        line = codes.index[codes != rows["kode"]][0]
        why = f"the code of {rows.at[line, 'kabko']} is '{codes[line]}'"
        raise fail(PEOPLE, why, line=line, column="kode", value=rows.at[line, "kode"])
    all_coded(codes, places.DISTRICTS, PEOPLE, "kabko")
    frame = pd.DataFrame({name: integers(rows, name, minimum=1) for name in columns})
    return frame.set_axis(codes.to_numpy())


def weekly_steps(daily: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Differences of a cumulative daily count between Sundays.

    Returns
    -------
    pandas.DataFrame
        week (Monday), code and `columns`; the first week is the one whose eve (a Sunday) is in the data.
    """
    sundays = daily[daily["day"].dt.day_of_week == 6].sort_values(["code", "day"], kind="stable")
    steps = sundays.groupby("code")[columns].diff().assign(code=sundays["code"], week=monday(sundays["day"]))
    return steps.dropna(subset=columns).astype(dict.fromkeys(columns, "int64"))[["week", "code", *columns]]


def week_ends(daily: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Counts as they stand on the Sunday that ends a week: week (Monday), code and `columns`."""
    sundays = daily[daily["day"].dt.day_of_week == 6]
    return sundays.assign(week=monday(sundays["day"]))[["week", "code", *columns]]


def build_covid_districts(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``covid_districts``: cumulative counts after corrections, differenced between Sundays; counts of suspects
    as they stand on Sunday."""
    panel = weekly_steps(read_panel(raw, card), ["infected_total", "dead"])
    daily = read_suspects(raw, card)
    stocks = [name for name in SUSPECT_COLUMNS if name != "suspect_deaths"]
    suspects = weekly_steps(daily, ["suspect_deaths"]).merge(week_ends(daily, stocks), on=["week", "code"])
    table = panel.merge(suspects, on=["week", "code"], how="left", validate="one_to_one")
    table = table.rename(columns={"infected_total": "new_confirmed", "dead": "new_deaths"})
    table = table.astype(dict.fromkeys(SUSPECT_COLUMNS, "Int64"))
    table["district"] = table["code"].map(places.DISTRICTS)
    table["population"] = table["code"].map(read_people(raw)[RATE_POPULATION])
    return table[card.names]
