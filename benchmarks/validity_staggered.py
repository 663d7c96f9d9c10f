"""Are event studies honest under the faults of real data?

Simulates staggered roll-outs with a known effect and counts bias, coverage of 95 % intervals and bands, and false
positives under zero effect. Run ``python benchmarks/validity_staggered.py`` for the full size; it writes
results/validity_staggered.json. Rows with worst-first placement or wrong dates are expected to fail: no interval
repairs a design whose assumption is false, and the table shows by how much.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy.stats import norm
from validity_rows import band_row, interval_row, run

from kampung_analysis.staggered import att_gt, average_effect, moments_of

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
    "whole districts start together": {"districts": 24, "whole": True},
}
INSIDE = {
    "none": {"districts": 12},
    "overdispersion": {"districts": 12, "overdispersed": True},
    "autocorrelation": {"districts": 12, "memory": 0.9},
    "worst-first placement": {"districts": 12, "worst_first": True},
    "dates one period late": {"districts": 12, "late": 1},
    "five units a cohort": {"districts": 5, "size": 5},
}
COURSE = 0.5
"""Standard deviation of the course that the units of a district share."""


def simulate(
    rng,
    *,
    effect,
    size=60,
    memory=0.3,
    overdispersed=False,
    unequal=False,
    worst_first=False,
    late=0,
    spared=None,
    districts=0,
    whole=False,
):
    """One roll-out: outcome (units × periods), stated first periods, periods.

    Three cohorts of `size` units start in periods 6, 9 and 12; as many units as all of them, or `spared`, are never
    treated. Outcomes are autoregressive noise about unit levels, or gamma-mixed Poisson counts about 20 (divided by
    their spread).
    Worst-first gives the earliest starts to the units that stand highest in period 5. Late dates state each start
    `late` periods after the true one. Units of a district share a course; each district holds units of all cohorts, or
    belongs as a `whole` to one of them.
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
    course = 0.0
    if districts:
        shared = rng.standard_normal((districts, PERIODS + 30))
        for t in range(1, PERIODS + 30):
            shared[:, t] = 0.6 * shared[:, t - 1] + 0.8 * shared[:, t]
        course = COURSE * shared[district_of(units, districts, whole), 30:]
        y = y + course
    if overdispersed:
        counts = rng.poisson(20 * np.exp(course) * rng.gamma(4, 1 / 4, y.shape))
        y = (counts - 20) / np.sqrt(20 + 100)
    if worst_first:
        rank = np.argsort(-y[:, 4], kind="stable")
        placed = np.empty_like(starts)
        placed[rank] = starts
        starts = placed
    y = y + effect * ((starts[:, None] > 0) & (times >= starts[:, None]))
    return y, np.where(starts > 0, starts + late, 0), times


def district_of(units: int, districts: int, whole: bool) -> np.ndarray:
    """District of each unit: neighbours in the order of cohorts, or dealt out over all of them."""
    return np.arange(units) * districts // units if whole else np.arange(units) % districts


def study(replications: int, *, faults=FAULTS) -> list[dict]:
    """Bias, coverage of intervals and of bands, and false positives of every average and both sets of controls."""
    rows = []
    for fault, given in faults.items():
        rng = np.random.default_rng([SEED, list(FAULTS).index(fault)])
        errors, kept, banded, warned = (defaultdict(list) for _ in range(4))
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
                    warned[key].append(bool(e.warnings))
                    if kind == "dynamic":
                        band = found.to_frame(simultaneous=True)
                        truth = EFFECT * (band["event_time"] >= 0)
                        banded[key].append(bool(((band["low"] < truth) & (truth < band["high"])).all()))
        for key in kept:
            name = f"event study, {key[0].replace('_', '-')}-treated controls, {key[1]}"
            rows.append(interval_row(name, fault, errors[key], kept[key], warned[key]))
            if banded[key]:
                rows.append(band_row(f"{name}, band", fault, banded[key], warned[key]))
    return rows


def study_inside(replications: int, *, faults=INSIDE) -> list[dict]:
    """The average effect from comparisons inside districts, as trials in villages use it; it prints no warnings."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept = np.random.default_rng(SEED), [], []
        z = norm.ppf(0.975)
        for _ in range(replications):
            found = []
            for effect in (EFFECT, 0.0):
                y, starts, _ = simulate(rng, effect=effect, **given)
                within = district_of(len(y), given["districts"], whole=False)
                found.append(average_effect(y, np.where(starts > 0, starts - 1.0, np.nan), within=within))
            (value, se), null = found
            errors.append(value - EFFECT)
            covered, finite = abs(value - EFFECT) <= z * se, bool(np.isfinite(se))
            kept.append((covered or not finite, finite, abs(null[0]) > z * null[1]))
        rows.append(interval_row("average effect inside districts", fault, errors, kept))
    return rows


STUDIES = {study: FAULTS, study_inside: INSIDE}


if __name__ == "__main__":
    run(__doc__, "validity_staggered", STUDIES, seed=SEED, effect=EFFECT)
