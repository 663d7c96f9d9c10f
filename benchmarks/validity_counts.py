"""Are ratios of counts, what a prior makes of them and ceilings of curves honest under the faults of real data?

Simulates counts before and after a programme and growth curves with a known truth, and counts bias, coverage of 95 %
intervals and false positives under zero effect. Run ``python benchmarks/validity_counts.py`` for the full size; it
writes results/validity_counts.json. A method that refuses counts as an interval without bounds.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from validity_rows import interval_row, run

from kampung_analysis.counts import against_others, normal_update, pooled_change, rate_ratio
from kampung_analysis.rollout import ceiling_profile, logistic

SEED, EFFECT, MONTHS = 20200525, -0.4, 12
CHANGES = {
    "none": {},
    "overdispersion": {"wobble": 0.6},
    "autocorrelation": {"wobble": 0.6, "memory": 0.8},
    "places differ in their change": {"spread": 0.3},
    "worst-first placement": {"worst_first": True, "wobble": 0.6, "memory": 0.8},
    "launch dated two periods late": {"late": 2},
    "few events": {"events": 8},
    "few places": {"places": 4},
}
PRIOR = -0.6, 0.2
UPDATES = {fault: given for fault, given in CHANGES.items() if fault != "few events"}
UPDATES |= {"prior off by two standard deviations": {"moved": 0.4, "places": 4}}
CURVES = {
    "none": {},
    "overdispersion": {"noise": 0.4},
    "autocorrelation": {"memory": 0.7},
    "short series": {"points": 5},
    "counts dated up to two weeks late": {"late": 14},
    "counts end before the midpoint": {"until": 70},
    "counts reach the ceiling": {"until": 200},
}


def simulate_changes(rng, effect, *, places=15, events=60, wobble=0.0, memory=0.0, spread=0.0, late=0):
    """Counts of a year before and a year after the recorded date, by place: two arrays of whole numbers.

    Parameters
    ----------
    effect : float or array, shape (places,)
        Log points on the rate from the true date on.
    events : float
        Mean count of a year.
    wobble, memory : float
        Standard deviation and autocorrelation of monthly log deviations: overdispersion.
    spread : float
        Standard deviation of the places' own true changes, log points.
    late : int
        Months between the true and the recorded date.
    """
    shocks = rng.standard_normal((places, 2 * MONTHS + 20))
    path = shocks.copy()
    for t in range(1, path.shape[1]):
        path[:, t] = memory * path[:, t - 1] + math.sqrt(1 - memory**2) * shocks[:, t]
    lasting = 0.4 * rng.standard_normal((places, 1))
    change = np.asarray(effect) + spread * rng.standard_normal(places)
    active = np.arange(2 * MONTHS) >= MONTHS - late
    rate = events / MONTHS * np.exp(lasting - 0.08 + wobble * path[:, 20:] + np.outer(change, active))
    counts = rng.poisson(rate)
    return counts[:, :MONTHS].sum(axis=1), counts[:, MONTHS:].sum(axis=1)


def draw_changes(rng, *, effect, places=15, only_one=False, deviant=0.0, worst_first=False, **given) -> pd.DataFrame:
    """Counts before and after by place; every place changes by `effect`, or the first one only.

    Worst-first takes the places that stand highest before, out of three times as many, or puts the highest first;
    counts after are then thinned, so that the effect must not be above zero. A deviant first place changes by that much
    more.
    """
    size = places * (3 if worst_first and not only_one else 1)
    lift = (np.where(np.arange(size) == 0, effect, 0.0) if only_one else effect) + deviant * (np.arange(size) == 0)
    before, after = simulate_changes(rng, 0.0 if worst_first else lift, places=size, **given)
    if worst_first:
        order = np.argsort(-before, kind="stable")[:places]
        before, after = before[order], after[order]
        after = rng.binomial(after, np.exp(lift[:places] if only_one else effect))
    return pd.DataFrame({"before": before, "after": after})


def study_changes(replications, *, faults=CHANGES) -> list[dict]:
    """One place's ratio with and without the spread of others, the pooled ratio, and one place against the others."""
    rows = []
    for fault, given in faults.items():
        rng, found = np.random.default_rng(SEED), {}
        for _ in range(replications):
            results = []
            for effect in (EFFECT, 0.0):
                every, one = (draw_changes(rng, effect=effect, only_one=only, **given) for only in (False, True))
                results.append({k: _tried(f) for k, f in changes_of(every, one).items()})
            for name, e in results[0].items():
                errors, kept, warned = found.setdefault(name, ([], [], []))
                null = results[1][name]
                if e is not None and math.isfinite(e.value):
                    errors.append(e.value - EFFECT)
                wide = e is None or not e.finite
                covered = e is None or e.low <= EFFECT <= e.high
                kept.append((covered, not wide, null is not None and not null.low <= 0 <= null.high))
                warned.append(e is None or bool(e.warnings))
        rows += [interval_row(name, fault, *lists) for name, lists in found.items()]
    return rows


def changes_of(every: pd.DataFrame, one: pd.DataFrame) -> dict:
    """The four estimators as calls: all places changed in `every`, only the first in `one`."""
    own, others = (int(every.before[0]), int(every.after[0])), every.iloc[1:]

    def among():
        return rate_ratio(*own, spread=pooled_change(others)[1])

    def against():
        mean, spread = pooled_change(one.iloc[1:])
        return against_others(rate_ratio(int(one.before[0]), int(one.after[0])), mean, spread=spread, name="against")

    return {
        "ratio of two counts, exact": lambda: rate_ratio(*own),
        "ratio of two counts, spread of the other places": among,
        "pooled ratio, random effects": lambda: pooled_change(every)[0],
        "ratio against the other places": against,
    }


def _tried(call):
    try:
        return call()
    except ValueError:
        return None


def study_updates(replications, *, faults=UPDATES) -> list[dict]:
    """Posterior of a prior and a pooled ratio; the truth is drawn from the prior, or lies two of its errors away."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept, (mean, sd) = np.random.default_rng(SEED), [], [], PRIOR
        moved, given = given.get("moved"), {k: v for k, v in given.items() if k != "moved"}
        for _ in range(replications):
            truth = min(mean + (sd * rng.standard_normal() if moved is None else moved), 0.0)
            pooled = pooled_change(draw_changes(rng, effect=truth, **given))[0]
            e = normal_update(PRIOR, (pooled.value, pooled.se))
            errors.append(e.value - truth)
            kept.append((e.low <= truth <= e.high, True))
        rows.append(interval_row("posterior of a prior and a pooled ratio", fault, errors, kept))
    return rows


def study_curves(replications, *, faults=CURVES, ceiling=1_000.0) -> list[dict]:
    """Whether the set of ceilings that counts cannot tell apart holds the true one; finite: its upper end is found."""
    rows = []
    for fault, given in faults.items():
        rng, kept = np.random.default_rng(SEED), []
        days = np.linspace(0, given.get("until", 125), given.get("points", 10))
        memory, noise = given.get("memory", 0.0), given.get("noise", 0.1)
        for _ in range(replications):
            shocks = rng.standard_normal(len(days))
            for t in range(1, len(days)):
                shocks[t] = memory * shocks[t - 1] + math.sqrt(1 - memory**2) * shocks[t]
            counted = days - rng.uniform(0, given["late"], len(days)) if "late" in given else days
            counts = logistic(counted, ceiling, 100, 0.05) * np.exp(noise * shocks)
            if counts.max() >= ceiling:
                kept.append((False, True))
                continue
            grid = np.unique([ceiling, *np.geomspace(1.02 * counts.max(), 50_000, 16)])
            held = ceiling_profile(days, counts, ceilings=grid).set_index("ceiling")["kept"]
            kept.append((bool(held[ceiling]), not held.iloc[-1]))
        rows.append(interval_row("ceiling of a growth curve, profile set", fault, [], kept))
    return rows


STUDIES = {study_changes: CHANGES, study_updates: UPDATES, study_curves: CURVES}


if __name__ == "__main__":
    run(__doc__, "validity_counts", STUDIES, seed=SEED, effect=EFFECT)
