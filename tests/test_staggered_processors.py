"""Large tables on several threads: the same numbers as on one, and BLAS left as it was found."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info

from kampung_analysis.staggered import att_gt, moments_from, moments_of, processors
from kampung_analysis.staggered.processors import each, one_blas_thread


def blas_threads():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.fixture
def table():
    rng = np.random.default_rng(4)
    units, periods = 900, 20
    frame = pd.DataFrame({"u": np.repeat(np.arange(units), periods), "t": np.tile(np.arange(1, periods + 1), units)})
    frame["y"] = rng.standard_normal(len(frame)).cumsum()
    frame["g"] = np.repeat(rng.choice([0, 6, 9, 15], units), periods)
    return frame


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_number_of_threads_changes_no_bit(table, shuffled, monkeypatch):
    table = table.sample(frac=1, random_state=1) if shuffled else table
    found = []
    for count in (1, 2, 5):
        monkeypatch.setattr(processors, "LARGE", 0)
        monkeypatch.setattr(processors, "processors", lambda count=count: count)
        monkeypatch.setattr("kampung_analysis.staggered.matrix.PART", 1_000)
        monkeypatch.setattr("kampung_analysis.staggered.read.SLICE", 512)
        m = moments_from(table, unit="u", time="t", outcome="y", adopted="g")
        effects = att_gt(m).aggregate("dynamic").to_frame(simultaneous=True)
        found.append((m.mean.tobytes(), m.cross.tobytes(), effects.to_numpy(float).tobytes()))
    assert found[0] == found[1] == found[2]


def test_parts_and_the_whole_have_the_same_moments(table, monkeypatch):
    matrix, starts = table.y.to_numpy().reshape(-1, 20), table.g.to_numpy()[::20]
    whole = moments_of(matrix, starts, np.arange(1, 21))
    monkeypatch.setattr("kampung_analysis.staggered.matrix.PART", 60)
    monkeypatch.setattr("kampung_analysis.staggered.matrix.BLOCK", 40)
    parts = moments_of(matrix, starts, np.arange(1, 21))
    np.testing.assert_allclose(parts.mean, whole.mean, rtol=1e-13)
    np.testing.assert_allclose(parts.cross, whole.cross, rtol=1e-11)


def test_a_contradiction_in_a_late_part_names_the_same_row_on_any_number_of_threads(table, monkeypatch):
    monkeypatch.setattr(processors, "LARGE", 0)
    monkeypatch.setattr("kampung_analysis.staggered.read.SLICE", 64)
    table = table.sample(frac=1, random_state=1)
    table.iloc[[-1, -500], table.columns.get_loc("g")] = 11
    told = set()
    for count in (1, 3):
        monkeypatch.setattr(processors, "processors", lambda count=count: count)
        with pytest.raises(ValueError, match="states two adoptions") as caught:
            moments_from(table, unit="u", time="t", outcome="y", adopted="g")
        told.add(str(caught.value))
    assert len(told) == 1


def test_an_error_on_a_thread_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        each(lambda x: 1 / x, [1, 0, 2], cells=1 << 30)


def test_blas_keeps_to_one_thread_inside_and_gets_its_own_back(table):
    before = blas_threads()
    with one_blas_thread():
        assert set(blas_threads()) == {1}
        with one_blas_thread():
            pass
        assert set(blas_threads()) == {1}
    assert blas_threads() == before
    with pytest.raises(KeyError), one_blas_thread():
        raise KeyError("a fault inside")
    assert blas_threads() == before


def test_other_threads_leave_blas_alone_and_find_what_the_main_thread_set():
    before, seen = blas_threads(), []

    def other():
        with one_blas_thread():
            seen.append(blas_threads())

    for inside in (False, True):
        caller = threading.Thread(target=other)
        with one_blas_thread() if inside else nullcontext():
            caller.start()
            caller.join()
    assert seen == [before, [1] * len(before)] and blas_threads() == before
