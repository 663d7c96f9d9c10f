"""How many sites, and since when? Loaders of the counts and starts of the programme."""

from __future__ import annotations

from kampung_analysis.loaders.core import read


def load_rollout_counts():
    """Dated counts of kampung tangguh and its neighbours, one row per count found (78 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, keys unique.

        =================  ==============  =====================================================================
        id                 str             ``"R001"``, by the order of the facts file
        date_from          datetime64[us]  first day to which the count can belong
        date_to            datetime64[us]  last day
        date_stated        str             date and precision as coded
        place              str             place as the source names it
        code               str             Ministry code, ``"00"`` for Indonesia; NA for areas of several units
        level              str             national, province, metro, district, subdistrict, rw
        programme          str             kts, kt, kt_university, ktn, ktj, wjs, kampung_siaga, kampung_sehat,
                                           ppkm_post
        programme_stated   str             programme as coded
        kind               str             stock, launch, target, addition, coverage, rule, competition, ordinal,
                                           announcement, misattributed
        kind_stated        str             kind as coded
        count              Int64           the number, in `unit`; NA for an announcement without a number
        at_least           bool            whether the source says more than the number
        denominator        Int64           units of which the count is a part; NA where not given
        unit               str             kampung, rw, village, subdistrict, site, posko, mixed
        unit_stated        str             unit as coded
        statement          str             what the source says, in our words
        note               str             contradiction or caution; NA where none
        source_title       str             title and outlet, names replaced by roles
        source_date        str             YYYY, YYYY-MM or YYYY-MM-DD; NA where unknown
        source_address     str             address; NA for seed documents
        source_access      str             address known, address shortened, no address, seed document
        =================  ==============  =====================================================================

    Notes
    -----
    Never add or divide counts of different units or kinds. The rule for imprecise dates is in the caveats of the card.
    """
    return read("rollout_counts")


def load_rollout_starts():
    """First dated event of the programme in 24 districts of East Java, as interval-censored starts.

    Returns
    -------
    pandas.DataFrame
        One row per district, sorted by code, keys unique.

        ===============  ==============  =======================================================================
        code             str             Ministry code of the district
        unit             str             police unit or city as coded
        programme        str             kts (police label), kt (before the label), kt_university
        event_date       datetime64[us]  date of the first event found
        reading          str             dated, by (present on that day), about (date inferred)
        not_before       datetime64[us]  the start was not before this day
        not_after        datetime64[us]  the start was not after this day
        event            str             the event, in our words
        sites            Int64           sites named with the event; NA where no number
        statement        str             what else the source says; NA where nothing
        note             str             caution; NA where none
        source_title     str             title and outlet, names replaced by roles
        source_address   str             address; NA where unknown
        source_access    str             address known, address shortened, no address, seed document
        ===============  ==============  =======================================================================

    Notes
    -----
    The rule that turns an event into bounds is in the caveats of the card. Fourteen districts have no dated event and
    no row: absence is not a later start.
    """
    return read("rollout_starts")
