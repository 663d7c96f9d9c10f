"""Every estimator and check stands under each fault of real data: benchmarks/validity_matrix.py and its results."""

import pytest


@pytest.fixture(scope="module")
def matrix(script):
    return script("validity_matrix")


@pytest.fixture(scope="module")
def rows(matrix):
    return matrix.committed()


def test_every_public_function_of_the_methods_is_simulated_or_says_why_not(matrix):
    assert matrix.unlisted() == []
    named = {f for f in (*matrix.ROWS, *matrix.SILENT) if f.rpartition(".")[0]}
    modules = {f.rpartition(".")[0] for f in matrix.public()}
    assert named - set(matrix.public()) - modules == set(), "names that no longer exist"


def test_every_estimator_and_check_has_a_row_for_each_of_the_five_faults(matrix, rows):
    assert matrix.missing(rows) == []


def test_a_missing_fault_and_an_estimator_without_rows_are_found(matrix, rows):
    without = [row for row in rows if (row["estimator"], row["family"]) != ("ANCOVA", "overdispersion")]
    assert ("ANCOVA", "overdispersion") in matrix.missing(without)
    gone = [row for row in rows if not row["estimator"].startswith("check_vintage")]
    assert ("", "checks.check_vintage: check_vintage") in matrix.missing(gone)


def test_an_interval_that_covers_too_rarely_warns_or_is_left_to_the_reader_by_name(matrix, rows):
    assert matrix.untold(rows) == []
    quiet = {"estimator": "event study, a way", "fault": "five units a cohort", "family": "few clusters"}
    assert matrix.untold([quiet | {"coverage": 0.8, "warned": 0.1}]) and not matrix.untold([quiet | {"coverage": 0.9}])


def test_pairs_that_cannot_apply_have_no_row_and_reasons_are_few(matrix, rows):
    simulated = {(row["estimator"], row["family"]) for row in rows}
    assert len(matrix.CANNOT) <= 10
    for start, family in matrix.CANNOT:
        assert not any(e.startswith(start) and f == family for e, f in simulated), (start, family)


def test_what_is_left_to_the_reader_is_named_because_it_fails(matrix, rows):
    """A pair whose every interval covers, or warns, is no burden of the reader's."""
    low = [r for r in rows if r.get("coverage", 1) < 0.9 and r.get("warned", 0) < 0.8]
    for start, family in matrix.READER:
        assert any(r["estimator"].startswith(start) and family in ("", r["family"]) for r in low), (start, family)


def test_every_row_names_the_family_of_its_fault_and_how_often_it_was_run(script, rows):
    family_of = script("validity_rows").family_of
    assert all(row["family"] == family_of(row["fault"]) for row in rows)
    fewer = {"conformal": 500, "specification curve": 400, "check_agreement": 400, "check_scales": 400}
    fewer |= {"check_placebo_in": 400, "check_leave_one_out": 400}
    for row in rows:
        least = min((n for words, n in fewer.items() if words in row["estimator"]), default=1_000)
        assert row["replications"] >= least or "of those that fell" in row["estimator"], row
