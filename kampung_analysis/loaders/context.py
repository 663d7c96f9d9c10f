"""What else was going on? Loaders of mobility, national policy, and cases by subdistrict of Surabaya."""

from __future__ import annotations

from kampung_analysis.loaders.core import read


def load_mobility_provinces():
    """Weekly mean change in visits to six kinds of place by province (Google), February 2020 to June 2021.

    Returns
    -------
    pandas.DataFrame
        One row per week and province, sorted by week and code, keys unique: 69 weeks from 2020-02-17 to 2021-06-07,
        34 provinces (2,346 rows).

        ===============  ==============  ========================================================================
        week             datetime64[us]  Monday of the week
        code             str             Ministry code of the province
        province         str             name
        retail_pct       float64         shops and recreation, mean daily per cent change from the baseline
        grocery_pct      float64         groceries and pharmacies, likewise
        parks_pct        float64         parks, likewise
        transit_pct      float64         transit stations, likewise
        workplaces_pct   float64         workplaces, likewise
        residential_pct  float64         time at home (not visits), likewise
        days             int64           fewest daily values behind any of the six means
        ===============  ==============  ========================================================================

    Notes
    -----
    NA where fewer than four daily values were published (transit 61 cells, parks 20, groceries 16, shops 8). The
    baseline is the median of the weekday from 3 January to 6 February 2020. Attribution to Google LLC is required.
    """
    return read("mobility_provinces")


def load_policy_stringency():
    """Daily strictness of the national response (Oxford tracker), 2020-01-01 to 2022-12-31.

    Returns
    -------
    pandas.DataFrame
        One row per day (1,096 rows), no missing values; one national series, no difference between provinces.

        ========================  ==============  ===========================================
        date                      datetime64[us]  day
        stringency_index          float64         index points, 0 to 100
        containment_health_index  float64         index points, 0 to 100
        ========================  ==============  ===========================================
    """
    return read("policy_stringency")


def load_covid_subdistricts_surabaya():
    """Weekly new confirmed cases in the 31 subdistricts of Surabaya, with two measures of dose.

    Returns
    -------
    pandas.DataFrame
        One row per week and subdistrict, sorted by week and code, keys unique, no missing values: 15 full weeks from
        2020-03-23 to 2020-06-29 (465 rows).

        ==============  ==============  =========================================================================
        week            datetime64[us]  Monday of the week
        code            str             Ministry code, ``"35.78.09"``
        subdistrict     str             name as the Ministry spells it
        new_confirmed   int64           new confirmed cases located in the subdistrict, persons
        city_unlocated  int64           new cases of the week in the city without a subdistrict, persons; repeated in
                                        every row of the week
        rw_enrolled     int64           RW in the city programme (Wani Jogo Suroboyo) on 2 June 2020; constant
        kts_launched    int64           sites with the police label launched on 11 June 2020; constant
        ==============  ==============  =========================================================================

    Notes
    -----
    The time path inside a subdistrict is borrowed from the province total: read the caveats of the card. There is no
    population by subdistrict in the sources.
    """
    return read("covid_subdistricts_surabaya")
