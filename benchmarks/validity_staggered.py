"""Are event studies honest under the faults of real data?

Simulates staggered roll-outs with a known effect and counts bias, coverage of 95 % intervals and bands, and false
positives under zero effect. Run ``python benchmarks/validity_staggered.py`` for the full size; it writes
results/validity_staggered.json. Rows with worst-first placement or wrong dates are expected to fail: no interval
repairs a design whose assumption is false, and the table shows by how much.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import numpy as np
from validity_rows import band_row, interval_row, keep, options

from kampung_analysis.staggered import att_gt, moments_of

SEED, PERIODS, EFFECT = 20200525, 16, 0.5
KINDS = ("simple", "dynamic", "group", "calendar")
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
    "five never-treated units": {"spared": 5},
}


def simulate(
    rng, *, effect, size=60, memory=0.3, overdispersed=False, unequal=False, worst_first=False, late=0, spared=None
):
    """One roll-out: outcome (units × periods), stated first periods, periods.

    Three cohorts of `size` units start in periods 6, 9 and 12; as many units as all of them, or `spared`, are never
    treated. Outcomes are autoregressive noise about unit levels, or gamma-mixed Poisson counts about 20 (divided by
    their spread).
    Worst-first gives the earliest starts to the units that stand highest in period 5. Late dates state each start
    `late` periods after the true one.
    """
    starts = np.repeat([6, 9, 12, 0], [size, size, size, 3 * size if spared is None else spared])
    units, times = len(starts), np.arange(1, PERIODS + 1)
    shocks = rng.standard_normal((units, PERIODS + 30))
    noise = np.zeros((units, PERIODS + 30))
    for t in range(1, PERIODS + 30):
        noise[:, t] = memory * noise[:, t - 1] + np.sqrt(1 - memory**2) * shocks[:, t]
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


def study(replications: int, *, faults=FAULTS) -> list[dict]:
    """Bias, coverage of intervals and of bands, and false positives of every average and both sets of controls."""
    rows = []
    for fault, given in faults.items():
        rng = np.random.default_rng([SEED, list(FAULTS).index(fault)])
        errors, kept, banded = defaultdict(list), defaultdict(list), defaultdict(list)
        for _ in range(replications):
            moments = [moments_of(*simulate(rng, effect=effect, **given)) for effect in (EFFECT, 0.0)]
            for control in ("never", "not_yet"):
                fitted, null = (att_gt(m, control=control) for m in moments)
                for kind in KINDS:
                    found, overall = fitted.aggregate(kind), null.aggregate(kind).overall
                    key, e = (control, kind), found.overall
                    errors[key].append(e.value - EFFECT)
                    alarm = not overall.low < 0 < overall.high
                    kept[key].append((e.low < EFFECT < e.high, e.finite, alarm))
                    if kind == "dynamic":
                        band = found.to_frame(simultaneous=True)
                        truth = EFFECT * (band["event_time"] >= 0)
                        banded[key].append(bool(((band["low"] < truth) & (truth < band["high"])).all()))
        for key in kept:
            name = f"event study, {key[0].replace('_', '-')}-treated controls, {key[1]}"
            rows.append(interval_row(name, fault, errors[key], kept[key]))
            if banded[key]:
                rows.append(band_row(f"{name}, band", fault, banded[key]))
    return rows


def main(arguments=None) -> None:
    chosen = options(__doc__, "validity_staggered", arguments)
    cells = {name: partial(study, chosen.replications, faults={name: given}) for name, given in FAULTS.items()}
    keep(cells, chosen, seed=SEED, effect=EFFECT)


if __name__ == "__main__":
    main()
