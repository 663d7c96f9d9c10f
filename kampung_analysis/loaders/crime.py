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
