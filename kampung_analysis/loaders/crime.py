"""What did the police record, and what did they publish? Loaders of the crime tables."""

from __future__ import annotations

from kampung_analysis.loaders.core import read


def load_crime_polda():
    """Crime by Polda and year, 2005 to 2022, as the statistics office printed it; two series side by side.

    Returns
    -------
    pandas.DataFrame
        One row per year, code, measure and series, sorted by them, keys unique (1,865 rows).

        ========  =======  ====================================================================================
        year      int64    calendar year, 2005 to 2022
        code      str      Ministry code of the province the Polda is named after; ``"00"`` is Indonesia;
                           ``"31"`` is Polda Metro Jaya, which polices more than DKI Jakarta
        polda     str      name of the Polda
        measure   str      ``"crimes"`` (number), ``"clearance_pct"`` (per cent), ``"risk_per_100k"`` (per 100,000
                           residents), ``"homicides"`` (number, Indonesia 2011 to 2020)
        value     float64  in the unit of the measure; as published, nothing repaired
        series    str      ``"bps_sheet"`` (2005 to 2020) or ``"bps_transcribed"`` (2018 to 2022, crimes only)
        flag      str      why the cell is doubtful: ``repeats_parent``, ``doubtful_year``, ``leading_digit``,
                           ``rows_exchanged``, ``denominator_exchanged``, ``residual``; NA where no doubt is known
        ========  =======  ====================================================================================

    Notes
    -----
    Cells flagged ``repeats_parent`` count crimes twice. Recording breaks (East Java 2015 and 2022), the odd year 2010
    and exchanged rows are explained in ``card("crime_polda").caveats``.
    """
    return read("crime_polda")


def load_crime_polres():
    """Crime by police resort of East Java, 2018 to 2023, competing values side by side.

    Returns
    -------
    pandas.DataFrame
        One row per code, polres, measure, year and source, sorted by them, keys unique (551 rows).

        ===============  =======  ==============================================================================
        code             str      Ministry code of the district; ``"35"`` is the provincial total as printed
        polres           str      resort; for tables of the statistics office the district. Two police Surabaya
        measure          str      crimes, crime_index, detective_cases, vehicle_theft, robbery, burglary,
                                  ordinary_theft, fraud, gambling; risk_per_100k, clearance_pct
        year             int64    calendar year
        value            float64  cases; per 100,000 residents or per cent for the last two measures
        cleared          Int64    cases cleared in the year; NA where not given
        source           str      ``"release"`` (year-end release in the press), ``"release_other"`` (another
                                  outlet, a later release, a figure in the remarks), ``"bps_table"`` (2020 to 2023)
        cause_given      str      cause or credit the police gave; NA where none
        note             str      contradiction or doubt; NA where none
        source_title     str      title and outlet
        source_date      str      YYYY, YYYY-MM or YYYY-MM-DD
        source_address   str      address; NA where unknown
        source_access    str      address known, address shortened, no address, seed document
        ===============  =======  ==============================================================================

    Notes
    -----
    The workbook of 2024 is broken and left out. Releases and the statistics office disagree: choose one source and
    say which.
    """
    return read("crime_polres")


def load_crime_releases():
    """Totals of crime that police and statistics office published, by series, place, measure and period (61 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by series, code, measure and period, keys unique.

        ===============  ==============  =======================================================================
        series           str             police_monthly, police_weekly, police_annual (also _general, _special,
                                         _narcotics), police_claim, bps_press, bps_yearbook, bps_other, susenas
        code             str             Ministry code of the province; ``"00"`` is Indonesia
        measure          str             crimes, reported, cleared, complaints, crimes_per_day, risk_per_100k,
                                         victims_pct (household survey)
        period           str             ``"2020"``, ``"2020-03"``, ``"2020-W24"`` or ``"before 2020-04"``
        period_from      datetime64[us]  first day; NaT where open
        period_to        datetime64[us]  last day
        value            float64         the number, or the lower end of a range
        value_to         float64         upper end of a range; NA where the source gives one number
        note             str             contradiction or doubt; NA where none
        source_title     str             outlet
        source_address   str             address; NA where unknown
        source_access    str             address known, address shortened, no address, seed document
        ===============  ==============  =======================================================================
    """
    return read("crime_releases")
