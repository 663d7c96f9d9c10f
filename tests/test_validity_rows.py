"""Rows of a validity table: what they hold, and what is left when a script is stopped."""

import json

import pytest


@pytest.fixture
def rows(script):
    return script("validity_rows")


def test_a_refusal_has_no_error_and_counts_as_an_interval_without_bounds(rows):
    row = rows.interval_row("a way", "none", [0.1, -0.1], [(True, True, False), (True, False, False)])
    assert row["bias"] == 0 and row["finite"] == 0.5 and row["replications"] == 2
    assert row["bias_monte_carlo_error"] == pytest.approx(0.1 / 2**0.5)
    assert "bias" not in rows.interval_row("a way", "none", [], [(True, False)])


def test_the_simulation_error_of_a_share_never_falls_below_that_of_the_promise(rows):
    assert rows.share_error(0.0, 100) == pytest.approx((0.05 * 0.95 / 100) ** 0.5)
    assert rows.share_error(0.5, 100) == pytest.approx(0.05)


def test_a_stopped_script_leaves_what_it_ran_and_the_older_rows(rows, tmp_path):
    def cell(name, share):
        return lambda: [rows.alarm_row(name, "none", [share])]

    def stop():
        raise KeyboardInterrupt

    file = tmp_path / "found.json"
    chosen = rows.options("A study.", "found", ["--output", str(file)])
    rows.keep({"first": cell("a", 0), "second": cell("b", 0)}, chosen)
    with pytest.raises(KeyboardInterrupt):
        rows.keep({"first": cell("a", 1), "second": stop}, chosen, seed=1)
    left = json.loads(file.read_text(encoding="utf-8"))
    assert left["seed"] == 1
    assert [(r["estimator"], r["false_positive_rate"]) for r in left["rows"]] == [("a", 1), ("b", 0)]
    chosen.only = "second"
    rows.keep({"first": stop, "second": cell("b", 1)}, chosen)
    left = json.loads(file.read_text(encoding="utf-8"))["rows"]
    assert sorted((r["estimator"], r["false_positive_rate"]) for r in left) == [("a", 1), ("b", 1)]
