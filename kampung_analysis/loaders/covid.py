"""How many people were reported ill or dead, where and in which week? Loaders of the COVID-19 tables."""

from __future__ import annotations

from kampung_analysis.loaders.core import read

VINTAGES = ("2020-09", "2021-03")


def load_covid_provinces(vintage: str = "2021-03"):
    """Weekly new confirmed cases and deaths in the 34 provinces of 2020, as published at one date.

    Parameters
    ----------
    vintage : {"2021-03", "2020-09"}
        Month in which the series was copied from the national task force. The vintages disagree, on deaths in East
        Java above all: a result on deaths needs both.

    Returns
    -------
    pandas.DataFrame
        One row per week and province, sorted by week and code, keys unique, no missing values; full weeks only.

        =====================  ==============  ==================================================================
        week                   datetime64[us]  Monday of the week (Monday to Sunday, date of report)
        code                   str             Ministry of Home Affairs code, ``"35"``
        province               str             name, ``"Jawa Timur"``
        new_confirmed          int64           new confirmed cases reported in the week, persons
        new_deaths             int64           new deaths of confirmed cases reported in the week, persons
        population             int64           population census, September 2020, persons
        confirmed_per_100k     float64         100,000 new_confirmed / population, per week
        deaths_per_100k        float64         100,000 new_deaths / population, per week
        =====================  ==============  ==================================================================

        "2020-09": weeks 2020-03-02 to 2020-09-14; "2021-03": 2020-03-02 to 2021-03-22.

    Raises
    ------
    ValueError
        For an unknown vintage, or if the file is not the one its card describes.
    """
    return _per_100k(_vintage(read("covid_provinces"), vintage))


def load_covid_national(vintage: str = "2021-03"):
    """Weekly new confirmed cases and deaths of Indonesia, the source's own national row.

    Parameters
    ----------
    vintage : {"2021-03", "2020-09"}
        As in :func:`load_covid_provinces`.

    Returns
    -------
    pandas.DataFrame
        week (datetime64[us], Monday), new_confirmed, new_deaths (int64, persons per week), sorted by week, unique.

    Raises
    ------
    ValueError
        For an unknown vintage.
    """
    return _vintage(read("covid_national"), vintage)


def load_covid_districts():
    """Weekly new confirmed cases and deaths in the 38 districts of East Java, with counts of suspects to July 2020.

    Returns
    -------
    pandas.DataFrame
        One row per week and district, sorted by week and code, keys unique; weeks 2020-03-23 to 2021-12-20.

        =====================  ==============  ==================================================================
        week                   datetime64[us]  Monday of the week (Monday to Sunday, date of report)
        code                   str             Ministry of Home Affairs code, ``"35.07"``
        district               str             name, ``"Kabupaten Malang"``
        new_confirmed          int64           new confirmed cases reported in the week, persons
        new_deaths             int64           new deaths of confirmed cases reported in the week, persons
        suspect_deaths         Int64           net change in deaths of patients under surveillance (PDP), persons;
                                               negative where more suspects were reclassified than died; NA after
                                               the last full week of the source (2020-07-20)
        suspects_total         Int64           patients under surveillance (PDP) ever counted, persons, as it stands
                                               on the Sunday of the week; may fall; NA as above
        suspects_in_care       Int64           of them in care on that Sunday, a stock, persons; NA as above
        monitored_total        Int64           persons under observation (ODP) ever counted, persons, on that Sunday;
                                               may fall; NA as above
        contacts_total         Int64           contacts without symptoms (OTG) ever counted, persons, on that Sunday;
                                               may fall; NA as above
        population             int64           persons; source ``panel`` of :func:`load_population`
        confirmed_per_100k     float64         100,000 new_confirmed / population, per week
        deaths_per_100k        float64         100,000 new_deaths / population, per week
        =====================  ==============  ==================================================================

    Notes
    -----
    The source is cumulative; weekly values are differences between Sundays after the corrections of the card. Sumenep
    is frozen from 2021-03-27 to 2021-05-21. Suspects, monitored persons and contacts were defined anew on 2020-07-14,
    and the contacts of Surabaya step by 127,473 on 2020-06-26. Read the caveats: ``card("covid_districts").caveats``.
    """
    return _per_100k(read("covid_districts"))


def _vintage(frame, vintage: str):
    if vintage not in VINTAGES:
        raise ValueError(f"vintage '{vintage}' is not in the table; use one of {', '.join(VINTAGES)}")
    return frame[frame["vintage"] == vintage].drop(columns="vintage").reset_index(drop=True)


def _per_100k(frame):
    for measure in ("confirmed", "deaths"):
        frame[f"{measure}_per_100k"] = 100_000 * frame[f"new_{measure}"] / frame["population"]
    return frame


def load_covid_cumulative():
    """Cumulative confirmed cases of East Java and some districts as printed by newspapers and agencies, 2020.

    Returns
    -------
    pandas.DataFrame
        Sorted by date, code and printed_by, unique.

        ====================  ==============  ========================================================
        date                  datetime64[us]  date the count refers to
        code, place           str             Ministry of Home Affairs code and name
        cumulative_confirmed  int64           persons
        cumulative_deaths     Int64           persons; missing where not printed
        printed_by            str             outlet
        address               str             address of the page; missing where not known
        access                str             how far the page could be read
        ====================  ==============  ========================================================
    """
    return read("covid_cumulative")
