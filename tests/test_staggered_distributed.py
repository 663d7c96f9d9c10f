"""Streams from Parquet and a Dask cluster that loses a worker give the numbers of the table in memory."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pandas as pd
import pytest

from kampung_analysis.staggered import att_gt, batches, moments_from

PANEL = {"unit": "unit", "time": "t", "outcome": "y", "adopted": "g"}
UNITS, PERIODS = 900, 20


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(9)
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(UNITS) * 7 + 100, PERIODS),
            "t": np.tile(np.arange(1, PERIODS + 1), UNITS),
            "y": rng.standard_normal((UNITS, PERIODS)).cumsum(axis=1).ravel() + 50,
            "g": np.repeat(rng.choice([0, 5, 9, 14], UNITS), PERIODS),
        }
    )


def same(one, other) -> None:
    np.testing.assert_array_equal(one.cohorts, other.cohorts)
    np.testing.assert_array_equal(one.n, other.n)
    np.testing.assert_allclose(one.mean, other.mean, rtol=1e-12)
    np.testing.assert_allclose(one.cross, other.cross, rtol=0, atol=1e-12 * np.abs(other.cross).max())
    left, right = (att_gt(m, control="not_yet").to_frame() for m in (one, other))
    np.testing.assert_allclose(left[["att", "se"]], right[["att", "se"]], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rows", [7, 20, 333, 1 << 20])
def test_batches_that_cut_units_give_the_numbers_of_the_whole(panel, tmp_path, monkeypatch, rows):
    monkeypatch.setattr(batches, "BATCH", rows)
    short = panel[panel["unit"] < 100 + 7 * (40 if rows == 7 else UNITS)]
    short.to_parquet(tmp_path / "panel.parquet", row_group_size=1001, index=False)
    same(moments_from(tmp_path / "panel.parquet", **PANEL), moments_from(short, **PANEL))


def test_a_folder_of_files_is_one_panel(panel, tmp_path):
    for k, start in enumerate(range(0, len(panel), 1333)):
        panel.iloc[start : start + 1333].to_parquet(tmp_path / f"part.{k}.parquet", index=False)
    same(moments_from(str(tmp_path), **PANEL), moments_from(panel, **PANEL))


@pytest.mark.parametrize("kind", ["text", "category", "dates"])
def test_types_survive_the_stream(panel, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(batches, "BATCH", 3333)
    frame = panel
    if kind == "dates":
        monday = pd.Timestamp("2020-05-04")
        start = (monday + pd.to_timedelta(7 * panel["g"], "D")).where(panel["g"] > 0)
        frame = panel.assign(t=monday + pd.to_timedelta(7 * panel["t"], "D"), g=start)
    else:
        frame = panel.assign(unit=panel["unit"].map("village {:06d}".format))
        frame = frame.astype({"unit": "category"}) if kind == "category" else frame
    frame.to_parquet(tmp_path / "panel.parquet", index=False)
    same(moments_from(tmp_path / "panel.parquet", **PANEL), moments_from(frame, **PANEL))


STREAMS = {
    "empty": (lambda f: f.iloc[:0], ["no rows"]),
    "one unit": (lambda f: f.iloc[:19], None),
    "one period": (lambda f: f[f["t"] == 3], ["not sorted by 'unit' and 't'"]),
    "shuffled": (lambda f: f.sample(frac=1, random_state=1), ["not sorted by 'unit' and 't'", "sort it once"]),
    "sorted by time": (lambda f: f.sort_values(["t", "unit"]), ["not sorted"]),
    "descending": (lambda f: f.sort_values(["unit", "t"], ascending=[False, True]), ["not sorted"]),
    "a gap": (lambda f: f.drop(index=7777), ["unit 2816", "period 18", "add the rows"]),
    "a gap in the first unit": (lambda f: f.drop(index=3), ["first unit has no row in period 4", "unit 107 has it"]),
    "a gap at the end": (lambda f: f.iloc[:-1], ["unit 6393", "period 20"]),
    "a duplicate": (lambda f: f.loc[sorted([*f.index, 7777])], ["unit 2816", "period 18", "more than one row"]),
    "a duplicate at a cut": (lambda f: f.loc[sorted([*f.index, 19])], ["unit 100", "period 20", "more than one row"]),
    "a unit that returns": (lambda f: pd.concat([f, f.iloc[:20]]), ["not sorted"]),
    "an infinite outcome": (
        lambda f: f.assign(y=f["y"].where(f.index != 7777, np.inf)),
        ["unit 2816", "period 18", "inf"],
    ),
    "an adoption that changes": (
        lambda f: f.assign(g=f["g"].where(f.index != 7777, 2)),
        ["unit 2816", "two adoptions"],
    ),
    "a missing column": (lambda f: f.drop(columns="g"), ["no column 'g'"]),
}


@pytest.mark.parametrize("case", STREAMS)
@pytest.mark.parametrize("rows", [1000, 1 << 20])
def test_a_stream_that_cannot_be_right_is_refused_by_name(panel, tmp_path, monkeypatch, case, rows):
    monkeypatch.setattr(batches, "BATCH", rows)
    change, words = STREAMS[case]
    change(panel).to_parquet(tmp_path / "panel.parquet", index=False)
    if words is None:
        assert moments_from(tmp_path / "panel.parquet", **PANEL).units == 1
        return
    with pytest.raises((ValueError, KeyError)) as caught:
        moments_from(tmp_path / "panel.parquet", **PANEL)
    assert not [word for word in words if word not in str(caught.value)], caught.value


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"ends in \.parquet"):
        moments_from(tmp_path, **PANEL)


def test_a_path_without_a_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.parquet"):
        moments_from(tmp_path / "absent.parquet", **PANEL)


dask = pytest.importorskip("dask.dataframe", reason="the distributed extra is not installed")


@pytest.mark.parametrize("partitions", [1, 7, 60])
def test_a_dask_collection_gives_the_numbers_of_the_table(panel, partitions):
    collection = dask.from_pandas(panel.reset_index(drop=True), npartitions=partitions, sort=False)
    same(moments_from(collection, **PANEL), moments_from(panel, **PANEL))


def test_a_shuffled_dask_collection_is_joined_while_it_is_small(panel):
    mixed = panel.sample(frac=1, random_state=3).reset_index(drop=True)
    same(moments_from(dask.from_pandas(mixed, npartitions=5, sort=False), **PANEL), moments_from(panel, **PANEL))


def test_a_large_shuffled_dask_collection_is_refused(panel, monkeypatch):
    monkeypatch.setattr(batches, "LEFTOVER", 1000)
    mixed = panel.sample(frac=1, random_state=3).reset_index(drop=True)
    with pytest.raises(ValueError, match="set_index"):
        moments_from(dask.from_pandas(mixed, npartitions=5, sort=False), **PANEL)


def test_a_unit_in_two_partitions_in_full_is_a_duplicate(panel):
    twice = pd.concat([panel, panel.iloc[:PERIODS]], ignore_index=True)
    with pytest.raises(ValueError, match="unit 100 occurs in full in more than one partition"):
        moments_from(dask.from_pandas(twice, npartitions=6, sort=False), **PANEL)


@pytest.mark.parametrize("partitions", [1, 7])
def test_a_row_without_time_in_a_dask_collection_is_named_by_its_unit(panel, partitions):
    timeless = panel.astype({"t": float})
    timeless.loc[4 * PERIODS + 3, "t"] = np.nan
    with pytest.raises(ValueError, match="unit 128, row .* has no time in 't'"):
        moments_from(dask.from_pandas(timeless, npartitions=partitions, sort=False), **PANEL)


def slow(part: pd.DataFrame, pids: str) -> pd.DataFrame:
    """Hold a partition back long enough for its worker to be lost, and note which process works on it."""
    with open(pids, "a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(0.4)
    return part


def test_a_cluster_that_loses_a_worker_mid_run_gives_the_same_numbers(panel, tmp_path):
    distributed = pytest.importorskip("distributed", reason="the distributed extra is not installed")
    from threading import Thread

    pids = tmp_path / "pids"
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(tmp_path)
        ) as cluster,
        distributed.Client(cluster),
    ):
        collection = dask.from_pandas(panel.reset_index(drop=True), npartitions=24, sort=False)
        held = collection.map_partitions(slow, str(pids), meta=collection._meta)
        found = {}
        run = Thread(target=lambda: found.update(moments=moments_from(held, **PANEL)))
        run.start()
        while not pids.exists() or len(pids.read_text().split()) < 30:
            time.sleep(0.02)
        assert run.is_alive()
        victim = int(pids.read_text().split()[-1])
        os.kill(victim, signal.SIGKILL)
        run.join(timeout=120)
        assert not run.is_alive()
    worked = pids.read_text().split()
    assert len(set(worked)) >= 3 and len(worked) >= 48
    same(found["moments"], moments_from(panel, **PANEL))
