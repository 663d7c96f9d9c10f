"""What is known elsewhere, and what is claimed here? Loaders of effects, claims, dimensions and papers."""

from __future__ import annotations

from kampung_analysis.loaders.core import read


def load_literature_effects():
    """Numbers of the policing-evaluation literature, one row a number (40 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, keys unique.

        ==============  =======  ===============================================================================
        id              str      L01 to L28 by row of the facts file; a, b, c where one row holds several
                                 numbers; x, y, z numbers from its remark
        study           str      short key of the study
        year            Int64    year of publication, year; NA: not in the citation
        quantity        str      what the number is
        value           float64  the number, see unit; NA: not a number, or not found
        of              Int64    total of which the number is a part, count; NA: not a part
        at_least        bool     whether the source says more than the number
        unit            str      count, per cent, ratio, standard deviations, publications, studies; NA: not a
                                 number
        value_stated    str      the value as coded; NA: none, or taken from the remark
        kind            str      stated, or computed from a stated number
        status          str      stated; stated, address not held; not found; concept
        note            str      contradiction or caution noted when coding, in our words; NA: none noted
        source_title    str      title and outlet of the source, names replaced by roles; NA: not recorded
        source_address  str      address of the source; NA: no address known
        source_access   str      state of the address: address known, address shortened, no address, seed
                                 document
        ==============  =======  ===============================================================================

    Notes
    -----
    Per-study and per-country effects were looked for and not found (status "not found").
    """
    return read("literature_effects")


def load_effect_claims():
    """Public claims that the programme worked, with design and Maryland grade (20 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, keys unique.

        ==============  ==============  ========================================================================
        id              str             E01 to E20
        date_from       datetime64[us]  first day
        date_to         datetime64[us]  last day
        claimant        str             who claims, by role
        role            str             role of the claimant
        place           str             place of the claim
        codes           str             Ministry codes of the place, separated by blanks; subdistricts of
                                        Jakarta carry the code of the province; NA: the five districts are not
                                        named
        outcome         str             what is said to have changed
        claimed         str             the claimed change, in our words; NA: no figure
        before          Int64           value before, see outcome; NA: not given
        after           Int64           value after, see outcome; NA: not given
        comparison      str             what it is compared with; none throughout
        design          str             design as the source reports it; NA: none
        sms_low         int64           lower level of the Maryland scale (0 = mere assertion), our reading
        sms_high        int64           upper level, our reading
        threats         str             main threats, our reading; NA: none beyond the missing design
        statement       str             the claim in our words; NA: as in outcome and figures
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
    None of the claims has a comparison group; the grades are readings of ours.
    """
    return read("effect_claims")


def load_dimensions():
    """Lists of resilience dimensions in long form, on one vocabulary (75 rows, 14 lists).

    Returns
    -------
    pandas.DataFrame
        Sorted by list, position, dimension, keys unique.

        ==============  ==============  ========================================================================
        list            str             key of the list
        place           str             place or document
        code            str             ministry code of the place; "00" is Indonesia or of the author of the
                                        list
        date_from       datetime64[us]  first day
        date_to         datetime64[us]  last day
        position        int64           position of the term in the list, rank
        term            str             term as the source lists it (Indonesian)
        dimension       str             health, food_logistics, economy, security, information, human_resources,
                                        psychology, culture, social, environment, unspecified
        named           bool            whether the source names the term itself; false where it refers to the
                                        university manual
        n_stated        Int64           number of dimensions the source announces; NA: not announced
        n_listed        int64           number of terms it lists
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
    A term that covers two dimensions gives two rows; named is False for a list given by reference.
    """
    return read("dimensions")


def load_academic_papers():
    """Papers, theses and essays on the programme and around it (21 rows).

    Returns
    -------
    pandas.DataFrame
        Sorted by id, keys unique.

        ==============  =====  =================================================================================
        id              str    P01 to P21
        citation        str    citation as far as known
        year_from       int64  year, or first of two, year
        year_to         int64  last year
        year_uncertain  bool   whether the year is an inference
        relation        str    programme (studies it), city programme, precursor, indirect, related, context
        method          str    method
        sample          str    sample; NA: not in the abstract
        design          str    strength of the design: no effect estimate, ITS, descriptive …
        finding         str    finding in our words; NA: not in the abstract
        doi             str    DOI; NA: none found
        note            str    contradiction or caution noted when coding, in our words; NA: none noted
        source_title    str    title and outlet of the source, names replaced by roles; NA: not recorded
        source_date     str    date of the source as far as known: YYYY, YYYY-MM or YYYY-MM-DD; NA: not recorded
        source_address  str    address of the source; NA: no address known
        source_access   str    state of the address: address known, address shortened, no address, seed document
        ==============  =====  =================================================================================

    Notes
    -----
    Read from abstracts; none estimates an effect of the police programme.
    """
    return read("academic_papers")
