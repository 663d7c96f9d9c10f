"""What else happened, what was paid, what faded? Loaders of the small tables of coded facts."""

from __future__ import annotations

from kampung_analysis.loaders.core import read


def load_programme_context():
    """Events that fall into the windows of the estimates and threaten identification (25 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, keys unique.

        ==============  ==============  ========================================================================
        id              str             identifier, T01 to T25
        date_from       datetime64[us]  first day
        date_to         datetime64[us]  last day
        scope           str             area as coded
        codes           str             Ministry codes of the area, separated by blanks; "00" is Indonesia
        kind            str             restriction, holiday, transmission, testing, zoning, definition, survey,
                                        pressure, decay
        threatens       str             co_intervention, mixing_shock, pre_trend, trend, ascertainment,
                                        outcome_definition, claim_contradicted, mechanism, reporting,
                                        common_trend, dose, control_contamination
        event           str             the event, in our words
        figures         str             figures of the source; NA: none
        note            str             contradiction or caution noted when coding, in our words; NA: none noted
        source_title    str             title and outlet of the source, names replaced by roles; NA: not
                                        recorded
        source_date     str             date of the source as far as known: YYYY, YYYY-MM or YYYY-MM-DD; NA: not
                                        recorded
        source_address  str             address of the source; NA: no address known
        source_access   str             state of the address: address known, address shortened, no address, seed
                                        document
        ==============  ==============  ========================================================================

    Notes
    -----
    Kind and threat are readings of ours. For definitions and scores, date_from is the break.
    """
    return read("programme_context")


def load_awards_funnel():
    """Steps of the ISNA award of 2020, from 514 districts to five winners a category (14 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by step, keys unique.

        ==============  =======  ===============================================================================
        step            str      0 to 5 the selection (1b where the unit changes), c1 to c3 controls, o1 to o4
                                 remarks
        kind            str      step, control or remark
        label           str      what is counted
        value           Int64    the number, see unit; NA: a remark without a number
        unit            str      districts, innovations or billion rupiah; NA: a remark
        share_kept      float64  value over that of the step before, where both count the same unit; computed,
                                 share; NA: first step, change of unit, winners per category, controls and
                                 remarks
        note            str      contradiction or caution noted when coding, in our words; NA: none noted
        source_title    str      title and outlet of the source, names replaced by roles; NA: not recorded
        source_date     str      date of the source as far as known: YYYY, YYYY-MM or YYYY-MM-DD; NA: not
                                 recorded
        source_address  str      address of the source; NA: no address known
        source_access   str      state of the address: address known, address shortened, no address, seed
                                 document
        ==============  =======  ===============================================================================

    Notes
    -----
    Places and innovations are different units: share_kept is NA where the unit changes (step 1b).
    """
    return read("awards_funnel")


def load_kotaku_villages():
    """Facts of the slum programme in Kabupaten Probolinggo, five villages, derived shares (31 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, keys unique.

        ==============  ==============  ========================================================================
        id              str             K01 to K13 facts (a to d parts of one row), K..v a number from the words
                                        of a row, K05a to K05e villages, KD1 to KD6 derived
        kind            str             fact, village or derived
        date_from       datetime64[us]  first day of the date of the fact; NA: undated or derived
        date_to         datetime64[us]  last day; NA: undated or derived
        place           str             place as coded
        code            str             ministry code of the place; "00" is Indonesia; villages of Kabupaten
                                        Probolinggo have the form 35.13.14.2006; NA: two villages together
        measure         str             what is measured
        value           float64         the value, see unit; NA: the fact is not a number
        unit            str             hectares, villages, billion rupiah, aspects, annexes, subdistricts, rw,
                                        rt, persons, share, ratio, hectares per village; NA: the fact is not a
                                        number
        statement       str             what the source says, in our words; for derived rows the formula; NA:
                                        nothing more
        source_title    str             title and outlet of the source, names replaced by roles; NA: not
                                        recorded
        source_date     str             date of the source as far as known: YYYY, YYYY-MM or YYYY-MM-DD; NA: not
                                        recorded
        source_address  str             address of the source; NA: no address known
        source_access   str             state of the address: address known, address shortened, no address, seed
                                        document; derived for computed rows
        ==============  ==============  ========================================================================

    Notes
    -----
    The areas of 2015 and 2021 rest on different definitions: KD3 is a break, not growth.
    """
    return read("kotaku_villages")


def load_implementation_decay():
    """Findings that sites had stopped or were started again (8 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, keys unique.

        ==============  ==============  ========================================================================
        id              str             Y01 to Y08
        date_from       datetime64[us]  first day
        date_to         datetime64[us]  last day
        date_stated     str             date as coded
        place           str             place as coded
        code            str             ministry code of the place; "00" is Indonesia
        finding         str             what was found
        active          Int64           active sites, sites or RW; NA: not counted
        of              Int64           sites or RW looked at, sites or RW; NA: not counted
        figures         str             figures of the source; NA: none
        statement       str             what the source says, in our words; NA: nothing more
        note            str             contradiction or caution noted when coding, in our words; NA: none noted
        source_title    str             title and outlet of the source, names replaced by roles; NA: not
                                        recorded
        source_date     str             date of the source as far as known: YYYY, YYYY-MM or YYYY-MM-DD; NA: not
                                        recorded
        source_address  str             address of the source; NA: no address known
        source_access   str             state of the address: address known, address shortened, no address, seed
                                        document
        ==============  ==============  ========================================================================

    Notes
    -----
    Places were reported because something was wrong there: no estimate for the province.
    """
    return read("implementation_decay")


def load_resources_incentives():
    """Money, goods and rewards around the programme, one row an amount (11 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, buys, keys unique.

        ==============  ==============  ========================================================================
        id              str             M01 to M08
        buys            str             what the amount is for: total, per site, first prize …, unclear, or not
                                        money
        date_from       datetime64[us]  first day
        date_to         datetime64[us]  last day
        place           str             place as coded
        code            str             ministry code of the place; "00" is Indonesia
        item            str             item
        amount_rp       Int64           amount, rupiah; NA: not money
        amount_stated   str             amount as coded
        statement       str             what the source says, in our words; NA: nothing more
        note            str             contradiction or caution noted when coding, in our words; NA: none noted
        source_title    str             title and outlet of the source, names replaced by roles; NA: not
                                        recorded
        source_date     str             date of the source as far as known: YYYY, YYYY-MM or YYYY-MM-DD; NA: not
                                        recorded
        source_address  str             address of the source; NA: no address known
        source_access   str             state of the address: address known, address shortened, no address, seed
                                        document
        ==============  ==============  ========================================================================
    """
    return read("resources_incentives")
