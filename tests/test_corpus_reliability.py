"""Agreement of two coding passes: known values, planted disagreement, honest intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import cohens_kappa

from kampung_analysis import corpus, corpus_kappa
from kampung_analysis import corpus_reliability as reliability


def coding(**codes):
    """A pass on the field actor: sentence -> codes joined by semicolons."""
    rows = [("D004", s, "actor", c) for s, given in codes.items() for c in given.split(";")]
    return pd.DataFrame(rows, columns=reliability.KEY)


def binary(a, b, c, d):
    """Decisions with a both, b first only, c second only, d neither."""
    pairs = [(True, True)] * a + [(True, False)] * b + [(False, True)] * c + [(False, False)] * d
    return pd.DataFrame(pairs, columns=["first", "second"])


def test_kappa_equals_the_textbook_value():
    # 20 both, 5 first only, 10 second only, 15 neither: observed 0.7, by chance 0.5.
    assert corpus_kappa.kappa(binary(20, 5, 10, 15)) == pytest.approx(0.4)


def test_the_two_ways_to_kappa_agree():
    rng = np.random.default_rng(1)
    for a, b, c, d in rng.integers(1, 40, size=(50, 4)):
        expected = cohens_kappa(np.array([[d, c], [b, a]]), return_results=False)
        assert corpus_kappa.kappa(binary(a, b, c, d)) == pytest.approx(expected)
        assert corpus_kappa.kappa_of_counts(np.array([d, c, b, a])) == pytest.approx(expected)


def test_alpha_equals_its_definition_from_coincidences():
    a, b, c, d = 20, 5, 10, 15
    yes, no = 2 * a + b + c, 2 * d + b + c
    n = yes + no
    expected = 1 - (n - 1) * (b + c) / (yes * no)
    assert corpus_kappa.alpha(binary(a, b, c, d)) == pytest.approx(expected)


def test_equal_passes_agree_fully_and_opposite_ones_below_chance():
    first = coding(p1="police", p2="army", p3="none")
    assert corpus_kappa.kappa(reliability.decisions(first, first, field="actor")) == 1
    second = coding(p1="army", p2="police", p3="none")
    assert corpus_kappa.kappa(reliability.decisions(first, second, field="actor")) < 0


def test_complete_agreement_on_few_sentences_leaves_room_below_and_less_with_more():
    few, many = (coding(**{f"p{i}": ("police", "army")[i % 2] for i in range(n)}) for n in (20, 200))
    (small,), (large,) = (
        reliability.agreement(c, c, rng=np.random.default_rng(1), fields=("actor",), draws=9) for c in (few, many)
    )
    # Two codes, each given to half of the sentences: chance is a half, so the bound is 1 − 2 × (1 − 0.025 ** (1 / n)).
    assert small.value == 1 and small.low == pytest.approx(1 - 2 * (1 - 0.025 ** (1 / 20)))
    assert small.high == 1 and small.low < large.low < 1 and "no disagreement in 20" in small.warnings[1]


def test_a_field_of_one_code_has_no_lower_bound_of_kappa():
    met = coding(p1="police", p2="none", p3="none", p4="police")
    table = reliability.decisions(met, met, field="actor")
    with pytest.raises(ValueError, match=r"a field of one code \(police\) has no lower bound.*bound the share"):
        corpus_kappa.least_kappa(table)
    (found,) = reliability.agreement(met, met, rng=np.random.default_rng(1), fields=("actor",), draws=99)
    assert found.value == 1
    assert np.isnan([found.low, found.high]).all()
    # Nothing seen in 4 sentences: 1 − 0.025 ** (1 / 4) = 0.602.
    expected = "no disagreement in 4 sentences: so at most 60% would differ, and one code bounds no kappa"
    assert expected in found.warnings


def test_the_lower_bound_of_kappa_is_for_equal_passes_with_variation_at_the_level_asked_for():
    first, second = coding(p1="police", p2="army"), coding(p1="police", p2="police")
    with pytest.raises(ValueError, match="the coders differ"):
        corpus_kappa.least_kappa(reliability.decisions(first, second, field="actor"))
    alike = coding(p1="police;army", p2="police;army")
    with pytest.raises(ValueError, match="every code is given in every sentence"):
        corpus_kappa.least_kappa(reliability.decisions(alike, alike, field="actor"))
    halves = coding(**{f"p{i}": ("police", "army")[i % 2] for i in range(20)})
    half = corpus_kappa.least_kappa(reliability.decisions(halves, halves, field="actor"), level=0.5)
    assert half == pytest.approx(1 - 2 * (1 - 0.25 ** (1 / 20)))


def test_agreement_without_variation_is_not_a_number():
    assert np.isnan(corpus_kappa.kappa(binary(5, 0, 0, 0)))
    assert np.isnan(corpus_kappa.alpha(binary(0, 0, 0, 5)))


def test_a_sentence_that_both_leave_uncoded_counts_as_agreement():
    first, second = coding(p1="police", p2="none"), coding(p1="police")
    table = reliability.decisions(first, second, field="actor")
    assert table.shape == (2, 2)
    assert (table["first"] == table["second"]).all()


def test_each_disagreement_is_listed_with_the_pass_that_gave_the_code():
    found = reliability.disagreements(coding(p1="police;army"), coding(p1="police;media"), fields=("actor",))
    assert set(zip(found["value"], found["given_by"], strict=True)) == {("army", "first"), ("media", "second")}


def test_the_interval_holds_the_estimate_and_shrinks_with_more_sentences():
    rng = np.random.default_rng(7)
    widths = []
    for n in (20, 320):
        first = coding(**{f"p{i}": ("police", "army")[i % 2] for i in range(n)})
        second = coding(**{f"p{i}": ("police", "army")[(i % 2) ^ (i % 10 == 0)] for i in range(n)})
        (found,) = reliability.agreement(first, second, rng=rng, fields=("actor",))
        assert found.low <= found.value <= found.high
        assert found.n == n
        widths.append(found.high - found.low)
    assert widths[1] < widths[0] / 2


def test_the_same_generator_gives_the_same_interval():
    first, second = coding(p1="police", p2="army", p3="media"), coding(p1="police", p2="media", p3="media")
    draws = [reliability.agreement(first, second, rng=np.random.default_rng(3), fields=("actor",)) for _ in range(2)]
    assert draws[0] == draws[1]


def test_a_field_that_nobody_coded_and_a_missing_column_are_errors():
    first = coding(p1="police")
    with pytest.raises(ValueError, match="neither pass codes the field 'branches'"):
        reliability.agreement(first, first, rng=np.random.default_rng(0), fields=("branches",))
    with pytest.raises(ValueError, match="the second pass lacks the column 'locator'"):
        reliability.decisions(first, first.drop(columns="locator"), field="actor")
    with pytest.raises(ValueError, match="no facts of document 'D999'"):
        reliability.pass_from_facts(corpus.facts(), "D999")


def test_the_committed_second_pass_uses_the_codebook_and_covers_every_sentence():
    second = corpus.second_pass()
    assert set(second["document"]) == {"D004"}
    assert set(second["field"]) == set(reliability.FIELDS)
    for field, part in second.groupby("field"):
        assert set(part["value"]) <= {*corpus.VOCABULARY[field], "none"}
    assert (second.groupby("locator")["field"].nunique() == len(reliability.FIELDS)).all()
    assert set(corpus.facts(document="D004")["locator"]) <= set(second["locator"])


def test_both_passes_over_bengkulu_can_be_compared_on_every_field():
    first = corpus.first_pass()
    found = reliability.agreement(first, corpus.second_pass(), rng=corpus.rng("01_corpus"), draws=199)
    assert [e.name.removeprefix("agreement on ") for e in found] == list(reliability.FIELDS)
    assert all(-1 <= e.low <= e.value <= e.high <= 1 for e in found)


def test_the_first_pass_is_the_one_that_was_compared_and_later_codes_of_its_document_stay_out_of_it():
    first, now = corpus.first_pass(), reliability.pass_from_facts(corpus.facts(), "D004")
    kept, ledger = set(map(tuple, first[reliability.KEY].values)), set(map(tuple, now[reliability.KEY].values))
    assert kept - ledger == {("D004", "p11.s1", "actor", "police")}
    assert ledger - kept == {
        ("D004", "p3.s1", "level", "village"),
        ("D004", "p4.s2", "stage", "response"),
        ("D004", "p9.s1", "stage", "response"),
        ("D004", "p11.s2", "claim_kind", "cause"),
    }
    own = corpus.facts(document="D004")
    added = own[own["note"].str.contains("not part of the first pass")]
    corrected = own[own["note"].str.contains("after the two passes were compared") & ~own.index.isin(added.index)]
    assert list(added["locator"]) == ["p3.s1", "p1.s1", "p4.s2", "p11.s1", "p11.s2", "p9.s1"]
    assert list(corrected["locator"]) == ["p4.s2", "p11.s1", "p11.s2"]


LEDGER = pd.DataFrame(
    {"document": ["D001"] * 3 + ["D009"] * 2, "locator": ["p1.s1", "p1.s1", "p2.s1", "item", "item"]},
    index=["F0001", "F0002", "F0003", "F0004", "F0005"],
)


def judged(**criteria):
    """A pass over ties: fact -> criteria joined by semicolons."""
    rows = [(fact, c) for fact, met in criteria.items() for c in met.split(";")]
    return pd.DataFrame(rows, columns=["fact", "criterion"])


def test_a_tie_counts_once_a_sentence_and_every_item_is_a_sentence_of_its_own():
    first = judged(F0001="forum", F0002="none", F0003="none", F0004="forum;joint_problem", F0005="none")
    second = judged(F0001="none", F0002="forum", F0003="none", F0004="forum", F0005="none")
    forum, problem = (
        reliability.decisions(*(reliability.pass_from_ties(t, LEDGER) for t in (first, second)), field=field)
        for field in ("forum", "joint_problem")
    )
    assert len(forum) == 4
    assert forum["first"].tolist() == forum["second"].tolist() == [True, False, True, False]
    assert problem["first"].sum() == 1
    assert problem["second"].sum() == 0


def test_a_criterion_that_nobody_finds_has_no_kappa_and_equal_passes_have_no_interval():
    first = judged(F0001="forum", F0003="none", F0004="shared_resources", F0005="none")
    second = judged(F0001="forum", F0003="none", F0004="none", F0005="shared_resources")
    found = reliability.agreement_on_ties(first, second, LEDGER, rng=np.random.default_rng(1), draws=99)
    by = {e.name.removeprefix("agreement on "): e for e in found}
    assert by["forum"].value == 1
    assert np.isnan(by["forum"].low)
    assert by["forum"].warnings == (
        "met in 1 by the first coder, in 1 by the second, in 1 by both",
        "no disagreement in 4, so at most 60% would differ",
    )
    assert np.isnan(by["joint_problem"].value)
    assert by["joint_problem"].warnings == ("met in none of 4 by either coder, so kappa has no value",)
    assert by["shared_resources"].value < 0
    assert by["shared_resources"].low <= by["shared_resources"].value <= by["shared_resources"].high


def test_only_facts_that_both_judged_are_compared():
    first, second = judged(F0001="forum", F0003="forum", F0004="none"), judged(F0001="forum", F0004="none")
    found = reliability.agreement_on_ties(first, second, LEDGER, rng=np.random.default_rng(1), draws=9)
    assert {e.n for e in found} == {2}
    with pytest.raises(ValueError, match="no fact in common"):
        reliability.agreement_on_ties(
            judged(F0001="forum"), judged(F0003="forum"), LEDGER, rng=np.random.default_rng(1)
        )
    with pytest.raises(ValueError, match="fact 'F0009' is judged but not in the ledger"):
        reliability.pass_from_ties(judged(F0009="forum"), LEDGER)


def test_the_second_coder_judged_facts_of_the_first_by_the_same_criteria():
    first, second = corpus.collaboration(), corpus.collaboration_second()
    assert set(second["fact"]) <= set(first["fact"])
    assert set(second["criterion"]) <= {*corpus.COLLABORATION["criterion"], "none"}
    found = reliability.agreement_on_ties(first, second, corpus.facts(), rng=corpus.rng("02_model"), draws=199)
    assert len(found) == 1 + len(corpus.COLLABORATION["criterion"])
    assert all(e.low <= e.value <= e.high for e in found if np.isfinite(e.low))
