"""Does a pass over a panel larger than memory stay small, linear and close to the plain read of the file?

    python benchmarks/streaming.py                 # 12.5 and 25 million rows
    python benchmarks/streaming.py --full          # up to 125 million rows (1.2 million units × 104)

Rows are written to Parquet in chunks, then reduced to cohort moments in a process of its own, and in another read
without doing anything with them. Reported: seconds, rows a second, highest resident memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SEED, PERIODS, CHUNK = 20200525, 104, 10_000
STARTS = (0, 20, 30, 40, 50, 60, 70, 80)
SMALL, FULL = (120_000, 240_000), (300_000, 600_000, 1_200_000)


def write(path: Path, units: int) -> None:
    """Write random walks of `units` units, sorted by unit and time, ten thousand units at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(SEED)
    schema = pa.schema([("unit", pa.int64()), ("t", pa.int32()), ("y", pa.float64()), ("g", pa.int32())])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, units, CHUNK):
            count = min(CHUNK, units - first)
            y = rng.standard_normal((count, PERIODS)).cumsum(axis=1)
            columns = (
                np.repeat(np.arange(first, first + count), PERIODS),
                np.tile(np.arange(1, PERIODS + 1, dtype=np.int32), count),
                y.ravel(),
                np.repeat(rng.choice(STARTS, count).astype(np.int32), PERIODS),
            )
            writer.write_table(pa.table(list(map(pa.array, columns)), schema=schema))


def one(task: str, path: str) -> None:
    """In a fresh process: read or reduce the file, report seconds and peak memory."""
    if task == "read":
        import pyarrow.dataset as arrow

        begin, rows = time.perf_counter(), 0
        for batch in arrow.dataset(path).to_batches(batch_size=1 << 20, batch_readahead=2, fragment_readahead=1):
            rows += batch.num_rows
        report = {"rows": rows}
    else:
        from kampung_analysis.staggered import att_gt, moments_from

        begin = time.perf_counter()
        moments = moments_from(path, unit="unit", time="t", outcome="y", adopted="g")
        report = {"rows": moments.units * PERIODS}
        print(att_gt(moments).aggregate("simple"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**report, "seconds": time.perf_counter() - begin, "peak_mb": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="up to 125 million rows")
    parser.add_argument("--units", type=int, nargs="+", help="these sizes instead")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where 2 GB may be written; a temporary folder by default")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results" / "streaming.json")
    parser.add_argument("--one", nargs=2, metavar=("TASK", "PATH"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        one(*chosen.one)
        return
    records = []
    for units in chosen.units or (FULL if chosen.full else SMALL):
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            path = Path(folder) / "panel.parquet"
            write(path, units)
            found = {"read": [], "reduce": []}
            for _ in range(chosen.repeat):
                for task, reports in found.items():
                    command = [sys.executable, str(Path(__file__).resolve()), "--one", task, str(path)]
                    done = subprocess.run(
                        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
                    )
                    reports.append(json.loads(done.stdout.strip().splitlines()[-1]))
            record = {"rows": units * PERIODS, "file_mb": path.stat().st_size / 2**20, "repetitions": chosen.repeat}
            for task, reports in found.items():
                assert {report["rows"] for report in reports} == {units * PERIODS}, f"{task} lost rows"
                record[f"{task}_seconds"] = statistics.median(report["seconds"] for report in reports)
                record[f"{task}_peak_mb"] = max(report["peak_mb"] for report in reports)
            record["times_the_read"] = record["reduce_seconds"] / record["read_seconds"]
            records.append(record)
            print(
                f"{record['rows']:,} rows: read {record['read_seconds']:.1f} s, reduced "
                f"{record['reduce_seconds']:.1f} s "
                f"({record['times_the_read']:.1f} times the read), {record['reduce_peak_mb']:,.0f} MB at most",
                flush=True,
            )
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "numpy": np.__version__}
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps({"machine": machine, "runs": records}, indent=1) + "\n")


if __name__ == "__main__":
    main()
