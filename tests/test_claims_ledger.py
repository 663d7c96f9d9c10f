"""The ledger shows what stands behind each verdict; worth and prior are varied as they say."""

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import claims, claims_ledger, corpus
from kampung_analysis.results import Check, Estimate


def recorded(estimate, *checks, claim="C01", notebook="06_test"):
    found = claims.verdict(estimate, claim=claim, checks=checks)
    return claims.Recorded(notebook, {"main": estimate}, checks, (found,), (), ())


GAP = Estimate("effect", -0.2, -0.3, -0.1, unit="log points")
GOOD = Check("fit", True, "close")


@pytest.fixture
def alone(monkeypatch):
    """A corpus of one claim."""
    only = corpus.claim("C01")
    monkeypatch.setattr(corpus, "claims", lambda: (only,))
    return only


def test_a_row_of_the_ledger_holds_everything_its_verdict_rests_on(alone):
    (row,) = claims_ledger.ledger([recorded(GAP, GOOD, Check("tests", None, "none"))]).to_dict("records")
    assert row["estimate"] == "−0.200 log points (95% interval −0.300 to −0.100)"
    assert (row["worth"], row["checks"], row["verdict"]) == ("−0.105 log points", "0 of 1 (1 not run)", "inconclusive")
    assert row["facts"] == " ".join(alone.facts) and row["result"] == "06_test.json"
    assert (row["estimand"], row["would_change"]) == (alone.estimand, alone.would_change)


def test_a_claim_that_nobody_judged_or_two_did_is_named(alone):
    with pytest.raises(ValueError, match="C01 is judged by no notebook"):
        claims_ledger.ledger([])
    with pytest.raises(ValueError, match="C01 is judged in 06_test and 07_test"):
        claims_ledger.ledger([recorded(GAP, GOOD), recorded(GAP, GOOD, notebook="07_test")])


def test_every_design_of_the_corpus_belongs_to_a_family():
    designs = {d for claim in corpus.claims() for d in claim.designs}
    assert {claims_ledger.family(d) for d in designs} == set(claims_ledger.FAMILIES)
    with pytest.raises(ValueError, match="'astrology'"):
        claims_ledger.family("astrology")


def test_a_smaller_worth_supports_what_a_larger_one_rules_out():
    moved = claims_ledger.rejudged(pd.Series({"C01": GAP}), [0.5, 1, 4])
    assert moved.loc["C01"].tolist() == ["supported", "inconclusive", "ruled out"]


def test_twice_a_large_share_is_no_more_than_all_of_it():
    bounds = Estimate("share", 0.34, 0.01, 1.0, unit="share", method="arithmetic bound")
    moved = claims_ledger.rejudged(pd.Series({"C42": bounds}), [1, 2])
    assert corpus.claim("C42").worth.value > 0.5 and moved.loc["C42"].tolist() == ["inconclusive", "inconclusive"]


def test_a_prior_as_precise_as_the_data_is_moved_half_the_way():
    mean, sd = claims_ledger.posterior([-0.4, 0.2], [0.1, 0.1], mean=0.0, sd=0.1)
    assert mean == pytest.approx([-0.2, 0.1]) and sd == pytest.approx(np.full(2, 0.1 / np.sqrt(2)))
