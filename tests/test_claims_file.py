"""seeds/claims.yml: every claim complete, every reason given, every name valid."""

from __future__ import annotations

import pytest
import yaml

from kampung_analysis import corpus
from kampung_analysis.corpus_schema import Claim

FIELDS = tuple(Claim.__dataclass_fields__)


@pytest.fixture
def planted(copy_of, monkeypatch):
    """A function that changes a field of the first claim in a copy and makes the corpus read the copy."""
    folder = copy_of("seeds")
    path = folder / "claims.yml"

    def plant(change):
        entries = yaml.safe_load(path.read_text("utf-8"))
        change(entries)
        path.write_text(yaml.safe_dump(entries, sort_keys=False, allow_unicode=True), "utf-8")

    monkeypatch.setenv("KAMPUNG_SEEDS", str(folder))
    corpus._claims.cache_clear()
    corpus._ledger.cache_clear()
    yield plant
    corpus._claims.cache_clear()
    corpus._ledger.cache_clear()


def test_the_file_holds_at_least_forty_claims_with_consecutive_ids():
    ids = [c.id for c in corpus.claims()]
    assert len(ids) >= 40
    assert ids == [f"C{n:02d}" for n in range(1, len(ids) + 1)]


@pytest.mark.parametrize("claim", corpus.claims(), ids=lambda c: c.id)
def test_a_claim_is_complete(claim):
    for field in ("text", "text_id", "place", "outcome", "estimand", "would_change", "holder", "emmie"):
        assert len(getattr(claim, field)) >= 2, field
    assert len(claim.worth.reason.split()) >= 4
    assert claim.designs and all(claim.designs)
    assert claim.facts and len(set(claim.facts)) == len(claim.facts)
    assert all(corpus.fact(f) for f in claim.facts)
    assert claim.notebook in corpus.NOTEBOOKS
    assert claim.text != claim.text_id


@pytest.mark.parametrize("claim", [c for c in corpus.claims() if c.kind == "cause"], ids=lambda c: c.id)
def test_a_causal_claim_is_graded_on_both_scales(claim):
    assert claim.maryland in range(6)
    for word in ("effect", "mechanism", "moderators", "implementation", "economics"):
        assert f"{word}: " in claim.emmie


def test_every_causal_fact_of_a_seed_on_cases_crime_or_slums_is_judged_by_a_claim():
    judged = {f for c in corpus.claims() for f in c.facts}
    facts = corpus.facts(claim_kind="cause")
    own = facts[facts["document"].isin(["D001", "D002", "D003", "D005"]) & facts["quantity"].ne("")]
    assert set(own.index) <= judged


def test_every_public_claim_of_effect_is_judged():
    judged = {f for c in corpus.claims() for f in c.facts}
    facts = corpus.facts(kind="claim", stage="assessment", claim_kind="cause")
    said = facts[(facts["document"] > "D005") & facts["quantity"].ne("research_finding")]
    assert set(said.index) <= judged


def test_worth_of_the_same_kind_of_effect_has_one_unit():
    units = {c.worth.unit for c in corpus.claims() if "recorded crimes" in c.outcome or "per 100,000" in c.outcome}
    assert units == {"log points"}


def test_no_claim_is_stated_twice():
    assert len({c.text for c in corpus.claims()}) == len(corpus.claims())


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_is_named_with_its_entry(planted, field):
    planted(lambda entries: entries[0].pop(field))
    with pytest.raises(ValueError, match=rf"seeds/claims.yml entry 1 \(.*field '{field}' is missing"):
        corpus.claims()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("kind", "causal", "kind 'causal' is not one of count, cause"),
        ("notebook", "06_covid", "notebook '06_covid' is not one of"),
        ("direction", 0, "direction 0 is not one of -1, 1"),
        ("facts", ["F9999"], "fact 'F9999' is not in facts.csv"),
        ("facts", [], "field 'facts' is missing or empty"),
        ("worth", {"value": 0.1, "unit": "share"}, "worth needs value"),
        ("worth", {"value": -0.1, "unit": "share", "reason": "x"}, "worth needs value"),
        ("worth", {"value": 0.1, "unit": "share", "reason": ""}, "worth needs value"),
        ("maryland", None, "maryland is None; 0 to 5"),
        ("maryland", 7, "maryland is 7; 0 to 5"),
        ("id", "C1", "the id must be C and two digits"),
        ("surprise", 1, "field 'surprise' is unknown"),
    ],
)
def test_a_wrong_field_is_named_with_its_value(planted, field, value, message):
    planted(lambda entries: entries[0].update({field: value}))
    with pytest.raises(ValueError, match=message):
        corpus.claims()


def test_a_claim_id_used_twice_is_an_error(planted):
    planted(lambda entries: entries[1].update(id=entries[0]["id"]))
    with pytest.raises(ValueError, match=r"entry 2 \(C01\): the id must be C and two digits, used once"):
        corpus.claims()


def test_a_maryland_level_on_a_count_is_an_error(planted):
    def change(entries):
        next(e for e in entries if e["kind"] == "count")["maryland"] = 2

    planted(change)
    with pytest.raises(ValueError, match="maryland is 2; .* null for every other"):
        corpus.claims()
