"""Linking names to a register: what is found, what is ambiguous, what is not there."""

from __future__ import annotations

import pandas as pd
import pytest

from kampung_analysis.linkage import likeness, link, normalised

REGISTER = pd.DataFrame(
    {
        "code": ["a", "b", "c", "d", "e"],
        "name": ["Kebonagung", "Kebon Agung", "Pejarakan", "Rangkang", "Karanganyar"],
    }
)


def found(name: str, **options) -> pd.Series:
    return link([name], REGISTER, **options).iloc[0]


def test_blanks_capitals_and_accents_make_no_difference():
    assert normalised("Kebon Agung") == normalised("KEBÓNAGUNG") == "kebonagung"


def test_likeness_counts_matching_letters_twice_over_all_letters():
    assert likeness("Pajarakan", "Pejarakan") == pytest.approx(2 * 8 / 18)
    assert likeness("Rangkang", "rangkang") == 1


def test_a_name_that_one_place_bears_is_linked():
    row = found("rangkang")
    assert (row.code, row.outcome, row.exact, row.normalised) == ("d", "linked", 0, 1)


def test_a_name_that_two_places_bear_is_ambiguous_and_gets_no_code():
    row = found("Kebonagung")
    assert (row.outcome, row.exact, row.normalised) == ("ambiguous", 1, 2)
    assert pd.isna(row.code)


def test_another_spelling_is_linked_by_likeness_and_says_so():
    row = found("Pajarakan")
    assert (row.code, row.outcome, row.nearest) == ("c", "linked by likeness", "Pejarakan")


def test_a_stricter_threshold_misses_the_other_spelling():
    assert found("Pajarakan", threshold=0.95).outcome == "not found"


def test_an_empty_register_is_refused():
    with pytest.raises(ValueError, match="link nothing"):
        link(["Rangkang"], REGISTER.head(0))
