"""Are event studies honest under the faults of real data?

Simulates staggered roll-outs with a known effect and counts bias, coverage of 95 % intervals and bands, and false
positives under zero effect. Run ``python benchmarks/validity_staggered.py`` for the full size; it writes
results/validity_staggered.json. Rows with worst-first placement or wrong dates are expected to fail: no interval
repairs a design whose assumption is false, and the table shows by how much.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from kampung_analysis.results import rounded
from kampung_analysis.staggered import att_gt, moments_of

SEED, PERIODS, EFFECT = 20200525, 16, 0.5
FAULTS = {
    "none": {},
    "autocorrelation": {"memory": 0.9},
    "overdispersion": {"overdispersed": True},
    "unequal noise between cohorts": {"unequal": True},
    "ten units a cohort": {"size": 10},
    "five units a cohort": {"size": 5},
    "three units a cohort": {"size": 3},
    "worst-first placement": {"worst_first": True},
    "dates one period late": {"late": 1},
}


def simulate(rng, *, effect, size=60, memory=0.3, overdispersed=False, unequal=False, worst_first=False, late=0):
    """One roll-out: outcome (units × periods), stated first periods, periods.

    Three cohorts of `size` units start in periods 6, 9 and 12; as many units as all of them are never treated. Outcomes
    are autoregressive noise about unit levels, or gamma-mixed Poisson counts about 20 (divided by their spread).
    Worst-first gives the earliest starts to the units that stand highest in period 5. Late dates state each start
    `late` periods after the true one.
    """
    units, times = 6 * size, np.arange(1, PERIODS + 1)
    shocks = rng.standard_normal((units, PERIODS + 30))
    noise = np.zeros((units, PERIODS + 30))
    for t in range(1, PERIODS + 30):
        noise[:, t] = memory * noise[:, t - 1] + np.sqrt(1 - memory**2) * shocks[:, t]
    starts = np.repeat([6, 9, 12, 0, 0, 0], size)
    if unequal:
        noise[starts > 0] *= 3
    y = noise[:, 30:] + rng.standard_normal((units, 1)) + 0.1 * times
    if overdispersed:
        counts = rng.poisson(20 * rng.gamma(4, 1 / 4, y.shape))
        y = (counts - 20) / np.sqrt(20 + 100)
    if worst_first:
        rank = np.argsort(-y[:, 4], kind="stable")
        placed = np.empty_like(starts)
        placed[rank] = starts
        starts = placed
    y = y + effect * ((starts[:, None] > 0) & (times >= starts[:, None]))
    return y, np.where(starts > 0, starts + late, 0), times


def study(rng, replications: int, **faults) -> dict:
    """Bias, coverage of intervals and bands, false positives, of the overall dynamic effect with both controls."""
    found = {}
    for control in ("never", "not_yet"):
        gaps, covered, banded, alarms = [], 0, 0, 0
        for _ in range(replications):
            result = att_gt(moments_of(*simulate(rng, effect=EFFECT, **faults)), control=control).aggregate("dynamic")
            gaps.append(result.overall.value - EFFECT)
            covered += result.overall.low < EFFECT < result.overall.high
            band = result.to_frame(simultaneous=True)
            truth = EFFECT * (band["event_time"] >= 0)
            banded += bool(((band["low"] < truth) & (truth < band["high"])).all())
            null = att_gt(moments_of(*simulate(rng, effect=0.0, **faults)), control=control).aggregate("dynamic")
            alarms += not null.overall.low < 0 < null.overall.high
        found[control] = {
            "bias": float(np.mean(gaps)),
            "coverage": covered / replications,
            "band_coverage": banded / replications,
            "false_positives": alarms / replications,
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=1_000)
    output = Path(__file__).resolve().parent / "results" / "validity_staggered.json"
    parser.add_argument("--output", type=Path, default=output)
    chosen = parser.parse_args()
    found = {}
    for number, (name, faults) in enumerate(FAULTS.items()):
        found[name] = study(np.random.default_rng([SEED, number]), chosen.replications, **faults)
        for control, row in found[name].items():
            text = ", ".join(f"{key.replace('_', ' ')} {value:.3f}" for key, value in row.items())
            print(f"{name}, control {control}: {text}", file=sys.stderr, flush=True)
    record = {"replications": chosen.replications, "effect": EFFECT, "faults": found}
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps(rounded(record), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
