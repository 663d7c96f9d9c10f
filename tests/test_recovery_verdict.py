"""The verdict rule does not see effects where there are none: benchmarks/validity_verdict.py, made small."""

import json
import math

import pytest

from kampung_analysis.claims import VERDICTS

REPLICATIONS = 20


@pytest.fixture(scope="module")
def validity(script):
    return script("validity_verdict")


@pytest.fixture(scope="module")
def rows(validity):
    panels = validity.study_panels(REPLICATIONS, methods=("demeaned",), faults=("none", "few donors"))
    events = validity.study_events(REPLICATIONS, faults=("none", "worst-first placement"))
    return panels + events + validity.study_series(REPLICATIONS, faults=("none",))


def test_every_simulated_panel_gets_one_of_the_four_verdicts(rows):
    assert all(math.isclose(sum(row[verdict] for verdict in VERDICTS), 1) for row in rows)
    assert {row["replications"] for row in rows} == {REPLICATIONS}


def test_without_an_effect_a_claim_is_supported_no_more_often_than_an_interval_misses(rows):
    slack = 3 * math.sqrt(0.025 * 0.975 / REPLICATIONS)
    sound = [row for row in rows if row["effect"] == "none" and row["fault"] in ("none", "few donors")]
    assert all(row["supported"] <= 0.025 + slack for row in sound)


def test_worst_first_placement_makes_event_studies_support_claims_of_programmes_that_did_nothing(rows):
    row = next(r for r in rows if r["fault"] == "worst-first placement" and r["effect"] == "none")
    assert row["supported"] + row["cannot tell"] > 0.5


def test_too_few_donors_for_an_interval_cannot_tell(rows):
    assert all(row["cannot tell"] == 1 for row in rows if row["fault"] == "few donors")


def test_a_true_effect_on_a_series_is_supported_more_often_than_ruled_out(rows):
    row = next(r for r in rows if r["estimator"].startswith("interrupted") and r["effect"] != "none")
    assert row["supported"] > row["ruled out"]


def test_the_committed_table_covers_every_fault_and_both_errors(root, validity):
    file = root / "benchmarks" / "results" / "validity_verdict.json"
    if not file.is_file():
        pytest.skip(f"{file.name} has not been written; run benchmarks/validity_verdict.py")
    found = json.loads(file.read_text(encoding="utf-8"))["rows"]
    assert {row["fault"] for row in found} == {*validity.FAULTS, *validity.SERIES_FAULTS, *validity.EVENT_FAULTS}
    assert {row["effect"] for row in found} == {
        "none",
        *(size["name"] for size in (validity.PANEL, validity.SERIES, validity.EVENTS)),
    }
