"""The verdict rule and the record: every branch reached, nothing judged twice."""

import json
import math

import pytest

from kampung_analysis import claims, corpus
from kampung_analysis.results import Check, Estimate

GOOD = [Check("pre-fit", True, "close")]


def judge(low, high, checks=GOOD, **kwargs):
    """C01 claims a reduction in log points."""
    estimate = Estimate("effect", (low + high) / 2, low, high, unit="log points")
    return claims.verdict(estimate, claim="C01", checks=checks, **kwargs).verdict


def test_the_rule_reads_the_whole_interval():
    worth = corpus.claim("C01").worth.value
    assert corpus.claim("C01").direction == -1
    assert judge(-5 * worth, -2 * worth) == "supported"
    assert judge(-2 * worth, -worth) == "supported"
    assert judge(-2 * worth, 0) == "inconclusive"
    assert judge(-0.5 * worth, 3 * worth) == "ruled out"
    assert judge(-worth, worth) == "inconclusive"


def test_a_failed_check_outweighs_any_interval():
    checks = [*GOOD, Check("placebo in time", False, "an effect before the launch")]
    assert judge(-5, -4, checks) == "cannot tell"


def test_a_design_that_was_never_checked_earns_no_verdict():
    assert judge(-5, -4, []) == "cannot tell"
    assert judge(-5, -4, [Check("ascertainment", None, "no test counts")]) == "cannot tell"
    assert judge(-5, -4, [*GOOD, Check("ascertainment", None, "no test counts")]) == "supported"


def test_a_verdict_counts_the_checks_that_failed_of_those_run():
    estimate = Estimate("effect", -4.5, -5, -4, unit="log points")
    checks = [*GOOD, Check("placebo in time", False, "early"), Check("ascertainment", None, "no test counts")]
    found = claims.verdict(estimate, claim="C01", checks=checks)
    assert found.checks == {"pre-fit": "passed", "placebo in time": "failed", "ascertainment": "could not be run"}
    assert found.tested == "1 of 2 (1 not run)"
    assert claims.verdict(estimate, claim="C01", checks=GOOD).tested == "0 of 1"


def test_an_infinite_interval_is_no_evidence():
    assert judge(-math.inf, math.inf) == "cannot tell"


def test_worth_decides_and_can_be_varied():
    assert judge(-0.3, -0.2, worth=0.1) == "supported"
    assert judge(-0.3, -0.2, worth=0.5) == "ruled out"
    for wrong in (-0.1, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"worth is {wrong}; give a finite number from 0"):
            judge(-0.3, -0.2, worth=wrong)


def test_units_must_agree():
    with pytest.raises(ValueError, match="C01.*'rate ratio'.*'log points'"):
        claims.verdict(Estimate("effect", 0.5, 0.4, 0.6, unit="rate ratio"), claim="C01", checks=GOOD)


def test_an_invented_verdict_is_refused():
    with pytest.raises(ValueError, match="'proved'"):
        claims.Verdict("C01", "proved", "effect", "because")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KAMPUNG_DATA", str(tmp_path))
    monkeypatch.delenv("KAMPUNG_RESULTS", raising=False)
    return tmp_path / "results"


def test_what_is_recorded_is_recalled(folder, capsys):
    estimate = Estimate("effect", 1 / 3, -math.inf, 2, unit="log points")
    found = claims.verdict(estimate, claim="C01", checks=GOOD)
    claims.record("06_test", estimates={"main": estimate}, checks=GOOD, verdicts=[found], facts=["F0065"])
    back = claims.recall("06_test")
    assert back.verdicts == (found,) and back.checks == tuple(GOOD) and back.facts == ("F0065",)
    assert back.estimates["main"].value == 0.333333 and back.estimates["main"].low == -math.inf
    assert back.to_frame().name.tolist() == ["effect"]
    assert claims.recorded() == ["06_test"]
    assert list(folder.iterdir()) == [folder / "06_test.json"]
    capsys.readouterr()
    claims.answer("06_test")
    assert capsys.readouterr().out.startswith("C01 CANNOT TELL: ")
    claims.answer("06_test", language="id")
    assert "TIDAK DAPAT DINILAI" in capsys.readouterr().out


def test_a_redirected_record_leaves_the_committed_one_alone(folder, tmp_path, monkeypatch):
    claims.record("06_test", estimates={"main": Estimate("effect", 1.0)})
    monkeypatch.setenv("KAMPUNG_RESULTS", str(tmp_path / "fresh"))
    claims.record("06_test", estimates={"main": Estimate("effect", 2.0)})
    assert claims.recall("06_test").estimates["main"].value == 1
    assert json.loads((tmp_path / "fresh" / "06_test.json").read_text())["estimates"]["main"]["value"] == 2


def test_a_record_that_contradicts_itself_is_refused(folder):
    found = claims.Verdict("C01", "supported", "effect", "because")
    with pytest.raises(ValueError, match="'effect', which is not recorded"):
        claims.record("06_test", estimates={"main": Estimate("another", 1.0)}, verdicts=[found])
    both = {"one": Estimate("effect", 1.0), "two": Estimate("effect", 2.0)}
    with pytest.raises(ValueError, match="C01 rests on 'effect', as two estimates are called"):
        claims.record("06_test", estimates=both, verdicts=[found])
    with pytest.raises(ValueError, match="twice.*C01"):
        claims.record("06_test", estimates={"main": Estimate("effect", 1.0)}, verdicts=[found, found])
    with pytest.raises(KeyError, match="F9999"):
        claims.record("06_test", estimates={}, facts=["F9999"])
    assert not folder.exists()


def test_a_missing_record_says_what_to_do(folder, capsys):
    with pytest.raises(FileNotFoundError, match="refresh"):
        claims.recall("99_nothing")
    claims.answer("99_nothing")
    assert "refresh" in capsys.readouterr().out
    with pytest.raises(ValueError, match="'fr'"):
        claims.answer("99_nothing", language="fr")
