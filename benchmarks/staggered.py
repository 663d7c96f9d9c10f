"""How long does an event study take, and how much memory, here and in the libraries that users have today?

    python benchmarks/staggered.py                    # 0.2, 2 and 8.6 million rows, 5 minutes at most a library
    python benchmarks/staggered.py --full             # the same, and every library may take 25 minutes
    python benchmarks/staggered.py --small            # 0.1 and 0.5 million rows
    python benchmarks/staggered.py --peers PYTHON     # peers live in another environment (extra "bench")

Every run is a process of its own: it imports and warms up on a tiny table, loads the same long table, goes from the
table to an event study, and reports median time and its highest resident memory. Two tasks: the event study with
simultaneous bands, which is what a reader needs (peers draw them with 999 bootstrap replications, their usual number;
ours with 10,000 draws), and the quickest analytic way without bands. Before any time is believed, all libraries must
give the same effects and standard errors, and critical values that agree within the error of their own draws.
Ours includes all checks of the table. Every library runs five times or is left out, and the file says so. The power
study is ours alone.
"""

from __future__ import annotations

import argparse
import itertools
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
SEED, PERIODS = 20200525, 104
STARTS = (0, 20, 30, 40, 50, 60, 70, 80)
SMALL, SIZES = (1_000, 5_000), (2_000, 20_000, 83_000)
PATIENCE, LONG_PATIENCE = 300, 1_500
"""Seconds that a library may take for all its runs at one size: by default, and with ``--full``.

That is on sorted rows with bands; a quarter of it without bands, half of it on shuffled rows.
"""
DRAWS = 999
"""Bootstrap replications of the peers for simultaneous bands: the default of diff-diff, one less than R's did."""
COLUMNS = ("unit", "t", "y", "g")


def make_table(folder: Path, units: int, order: str) -> None:
    """Write the four columns of one long table: random walks, an effect of 0.3 from adoption on."""
    rng = np.random.default_rng(SEED)
    starts = rng.choice(STARTS, units)
    t = np.arange(1, PERIODS + 1)
    y = rng.standard_normal((units, PERIODS), dtype=np.float64)
    np.cumsum(y, axis=1, out=y)
    y += 0.3 * ((starts[:, None] > 0) & (t >= starts[:, None]))
    row = rng.permutation(units * PERIODS) if order == "shuffled" else slice(None)
    columns = (np.repeat(np.arange(units), PERIODS), np.tile(t, units), y.ravel(), np.repeat(starts, PERIODS))
    for name, column in zip(COLUMNS, columns, strict=True):
        np.save(folder / f"{name}.npy", column[row])


def run_ours(frame, bands):
    from kampung_analysis.staggered import att_gt, moments_from

    result = att_gt(moments_from(frame, unit="unit", time="t", outcome="y", adopted="g")).aggregate("dynamic")
    table = result.to_frame(simultaneous=bands)
    critical = ((table["high"] - table["att"]) / table["se"]).median() if bands else None
    return table["event_time"], table["att"], table["se"], critical


def run_diff_diff(frame, bands):
    from diff_diff import CallawaySantAnna

    draws = {"n_bootstrap": DRAWS, "seed": SEED} if bands else {"cband": False}
    result = CallawaySantAnna(estimation_method="reg", **draws).fit(
        frame, outcome="y", unit="unit", time="t", first_treat="g", aggregate="event_study"
    )
    found = result.event_study_effects
    events = sorted(e for e in found if np.isfinite(found[e]["effect"]))
    critical = result.cband_crit_value if bands else None
    return events, [found[e]["effect"] for e in events], [found[e]["se"] for e in events], critical


def run_csdid(frame, bands):
    from csdid.att_gt import ATTgt

    result = ATTgt(yname="y", gname="g", idname="unit", tname="t", xformla="y~1", data=frame, biters=DRAWS, cband=bands)
    result.fit(est_method="reg", bstrap=False)
    found = result.aggte(typec="dynamic", bstrap=bands, cband=bands, biters=DRAWS).atte
    critical = float(found["crit_val_egt"]) if bands else None
    return found["egt"], found["att_egt"], np.ravel(found["se_egt"]), critical


def run_moderndid(frame, bands):
    import moderndid

    cells = moderndid.att_gt(frame, "y", "t", "unit", "g", est_method="reg", cband=False)
    draws = {"boot": True, "biters": DRAWS, "random_state": SEED} if bands else {}
    found = moderndid.aggte(cells, type="dynamic", cband=bands, **draws)
    critical = float(np.nanmedian(found.critical_values)) if bands else None
    return found.event_times, found.att_by_event, found.se_by_event, critical


def run_differences(frame, bands):
    from differences import ATTgt

    frame = frame.assign(g=frame["g"].where(frame["g"] > 0)).set_index(["unit", "t"])
    draws = {"boot_iterations": DRAWS, "random_state": SEED} if bands else {}
    found = ATTgt(frame, cohort_column="g").fit("y", est_method="reg", progress_bar=False).aggregate("event", **draws)
    found.columns = ["upper" if name[-1] == "upper" else name[-1] or name[-2] for name in found.columns.to_flat_index()]
    critical = ((found["upper"] - found["ATT"]) / found["std_error"]).median() if bands else None
    return found.index.to_numpy(), found["ATT"], found["std_error"], critical


RUNS = {
    "ours": run_ours,
    "diff-diff": run_diff_diff,
    "csdid": run_csdid,
    "moderndid": run_moderndid,
    "differences": run_differences,
}


def one(library: str, folder: Path, repeat: int, bands: bool) -> None:
    """In a fresh process: load, run, report."""
    import contextlib
    import io
    import warnings
    from importlib.metadata import PackageNotFoundError, version

    import pandas as pd

    warnings.simplefilter("ignore")
    frame = pd.DataFrame({name: np.load(folder / f"{name}.npy") for name in COLUMNS}, copy=False)
    t = np.tile(np.arange(1, PERIODS + 1), 80)
    warm = pd.DataFrame({"unit": np.repeat(np.arange(80), PERIODS), "t": t})
    warm["y"], warm["g"] = np.sin(t + warm["unit"] ** 2), np.repeat(np.resize(STARTS, 80), PERIODS)
    with contextlib.redirect_stdout(io.StringIO()):
        RUNS[library](warm, bands)
    seconds, answer = [], None
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(repeat):
        begin = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            answer = RUNS[library](frame, bands)
        seconds.append(time.perf_counter() - begin)
    try:
        used = version(library)
    except PackageNotFoundError:
        used = "this repository"
    events, att, se = (np.asarray(part, dtype=float).tolist() for part in answer[:3])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = {"version": used, "seconds": seconds, "peak_mb": peak / 1024, "loaded_mb": before / 1024}
    print(json.dumps({**report, "events": events, "att": att, "se": se, "critical": answer[3]}))


def spawn(python: str, *arguments) -> dict | None:
    """Run this file in another process; None when the library is not installed there or gives up."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [python, str(Path(__file__).resolve()), *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  left out: {done.stderr.strip().splitlines()[-1][:160]}", flush=True)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def check_equal(ours: dict, peer: dict, library: str) -> dict:
    """Assert equal effects and standard errors; peers that leave out an event may do so.

    Bootstrapped standard errors and critical values carry the error of `DRAWS` replications: a standard error from an
    interquartile range has 3.7 % of it, the 95 % quantile of the largest statistic 1.5 %; four of each are allowed.
    """
    mine = {e: (a, s) for e, a, s in zip(ours["events"], ours["att"], ours["se"], strict=True)}
    theirs = {e: (a, s) for e, a, s in zip(peer["events"], peer["att"], peer["se"], strict=True)}
    both = sorted(set(mine) & set(theirs))
    assert len(both) >= 0.9 * len(mine), f"{library} reports {len(theirs)} of {len(mine)} event times"
    effect = max(abs(mine[e][0] - theirs[e][0]) for e in both)
    errors = [abs(mine[e][1] / theirs[e][1] - 1) for e in both if np.isfinite(theirs[e][1]) and theirs[e][1] > 0]
    drawn = peer["critical"] is not None
    assert effect < 1e-8, f"{library} differs by {effect:g} in an effect"
    assert max(errors) < (0.15 if drawn else 1e-8), f"{library} differs by {max(errors):.2%} in a standard error"
    found = {"largest_gap_att": effect, "largest_gap_se_relative": max(errors)}
    if drawn:
        gap = peer["critical"] / ours["critical"] - 1
        assert abs(gap) < 0.06, f"{library} has the critical value {peer['critical']:.3f}, ours {ours['critical']:.3f}"
        found |= {"critical": peer["critical"], "gap_critical_relative": gap}
    return found


def power_study(replications: int, units: int = 8_501, periods: int = 40) -> dict:
    """Event studies of simulated staggered roll-outs, one after another, with progress on standard error."""
    from kampung_analysis.staggered import att_gt, moments_of

    rng = np.random.default_rng(SEED)
    times = np.arange(1, periods + 1)
    starts = rng.choice([0, 10, 14, 18, 22, 26], units)
    effect = 0.02 * ((starts[:, None] > 0) & (times >= starts[:, None]))
    begin, found, y = time.perf_counter(), 0, np.empty((units, periods))
    for k in range(replications):
        rng.standard_normal(out=y)
        y += effect
        overall = att_gt(moments_of(y, starts, times)).aggregate("dynamic").overall
        found += overall.low > 0
        if (k + 1) % max(1, replications // 10) == 0:
            print(f"  power study: {k + 1:,} of {replications:,} replications", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - begin
    return {
        "replications": replications,
        "units": units,
        "periods": periods,
        "seconds": seconds,
        "power": found / replications,
    }


def write(path: Path, found: dict) -> None:
    """Keep what was measured so far, so that a run that is stopped has told something."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "numpy": np.__version__}
    machine["load_1_min_after"] = round(os.getloadavg()[0], 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, **found}, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="every library may take 25 minutes at a size")
    parser.add_argument("--small", action="store_true", help="small tables only")
    parser.add_argument("--units", type=int, nargs="+", help="these sizes instead")
    parser.add_argument("--orders", nargs="+", default=["sorted", "shuffled"], choices=["sorted", "shuffled"])
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has the peers")
    text = "seconds for all runs of a library on one sorted table with bands; less for the other tasks"
    parser.add_argument("--patience", type=float, help=text)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--replications", type=int, default=1_000, help="of the power study")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "results" / "staggered.json")
    parser.add_argument("--one", nargs=4, metavar="PART", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        library, folder, repeat, bands = chosen.one
        one(library, Path(folder), int(repeat), bands == "True")
        return
    patience = chosen.patience or (LONG_PATIENCE if chosen.full else PATIENCE)
    sizes = chosen.units or (SMALL if chosen.small else SIZES)
    power = power_study(chosen.replications)
    print(f"power study: {power['replications']:,} event studies in {power['seconds']:.1f} s", flush=True)
    records, left_out, expected = [], [], {}
    with tempfile.TemporaryDirectory() as name:
        for units, order, bands in itertools.product(sizes, chosen.orders, (True, False)):
            if order == "shuffled" and units < max(sizes):
                continue
            make_table(Path(name), units, order)
            rows, ours = units * PERIODS, None
            limit = patience * (1 if bands else 1 / 4) * (1 if order == "sorted" else 1 / 2)
            for library in RUNS:
                print(f"{library}: {rows:,} rows, {order}, {'with' if bands else 'without'} bands", flush=True)
                guess = expected.get((library, bands), 0) * units
                if guess * chosen.repeat > limit:
                    print(
                        f"  left out: about {guess:.0f} s a run expected, {chosen.repeat} runs may take {limit:.0f} s"
                    )
                    seconds = guess if np.isfinite(guess) else None
                    left = {"library": library, "rows": rows, "order": order, "bands": bands, "patience": limit}
                    left_out.append(left | {"expected_seconds": seconds})
                    continue
                python = sys.executable if library == "ours" else chosen.peers
                found = spawn(python, "--one", library, name, chosen.repeat, bands)
                if found is None:
                    expected[library, bands] = float("inf")
                    continue
                ours = found if library == "ours" else ours
                gaps = {"critical": found["critical"]} if library == "ours" else check_equal(ours, found, library)
                median = statistics.median(found["seconds"])
                expected[library, bands] = median / units
                record = {"library": library, "version": found["version"], "rows": rows, "units": units}
                record |= {"periods": PERIODS, "order": order, "bands": bands, "repetitions": len(found["seconds"])}
                record |= {"seconds": median, "peak_mb": found["peak_mb"], "loaded_mb": found["loaded_mb"], **gaps}
                records.append(record)
                write(chosen.output, {"runs": records, "left_out": left_out, "power": power})
                times = f"  {median:.3f} s (median of {len(found['seconds'])}), {found['peak_mb']:,.0f} MB"
                if library != "ours":
                    times += f"; ours is {median / statistics.median(ours['seconds']):.0f} times faster"
                    times += f" with {ours['peak_mb'] / found['peak_mb']:.2f} of the memory"
                print(times, flush=True)


if __name__ == "__main__":
    main()
