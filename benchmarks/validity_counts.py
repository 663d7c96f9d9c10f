"""Are ratios of counts, comparisons of scores and bounds on shares honest under the faults of real data?

Simulates counts before and after a programme, scores, awards and growth curves with a known truth, and counts bias,
coverage of 95 % intervals and false positives under zero effect. Run ``python benchmarks/validity_counts.py`` for the
full size; it writes results/validity_counts.json. A method that refuses counts as an interval without bounds.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
from validity_rows import cells_of, interval_row, keep, options

from kampung_analysis.awards import funnel
from kampung_analysis.counts import against_others, normal_update, pooled_change, rate_ratio
from kampung_analysis.rollout import ceiling_profile, logistic
from kampung_analysis.selection import compare_scores, follow_worst, selection_alone

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
SCORES = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.9},
    "worst-first placement": {"worst_first": True},
    "baseline taken after half of the work": {"late": True},
    "eight treated units": {"treated": 8},
    "four treated units": {"treated": 4},
    "three treated units": {"treated": 3},
}
FOLLOWED = {"none": {}, "autocorrelation": {"memory": 0.8}, "few places": {"units": 12}}
CHOSEN = {"none": {}, "overdispersion": {"wobble": 0.4}, "few events": {"mean": 3}}
AWARDS = {"none": (183, 30), "few places": (12, 2)}
CURVES = {
    "none": {},
    "overdispersion": {"noise": 0.4},
    "autocorrelation": {"memory": 0.7},
    "short series": {"points": 5},
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


def study_changes(replications, *, faults=CHANGES) -> list[dict]:
    """One place's ratio with and without the spread of others, the pooled ratio, and one place against the others."""
    rows = []
    for fault, given in faults.items():
        rng = np.random.default_rng(SEED)
        given = dict(given)
        worst, places = given.pop("worst_first", False), given.pop("places", 15)
        found = {}

        def draw(effect, only_one, rng=rng, given=given, worst=worst, places=places):
            size = places * (3 if worst and not only_one else 1)
            lift = np.where(np.arange(size) == 0, effect, 0.0) if only_one else effect
            before, after = simulate_changes(rng, 0.0 if worst else lift, places=size, **given)
            if worst:
                order = np.argsort(-before, kind="stable")[:places]
                before, after = before[order], after[order]
                share = np.where(np.arange(places) == 0, effect, 0.0) if only_one else effect
                after = rng.binomial(after, np.exp(share))
            return pd.DataFrame({"before": before, "after": after})

        for _ in range(replications):
            results = []
            for effect in (EFFECT, 0.0):
                every, one = draw(effect, False), draw(effect, True)
                results.append({k: _tried(f) for k, f in changes_of(every, one).items()})
            for name, e in results[0].items():
                errors, kept = found.setdefault(name, ([], []))
                null = results[1][name]
                if e is not None and math.isfinite(e.value):
                    errors.append(e.value - EFFECT)
                wide = e is None or not e.finite
                covered = e is None or e.low <= EFFECT <= e.high
                kept.append((covered, not wide, null is not None and not null.low <= 0 <= null.high))
        rows += [interval_row(name, fault, *pair) for name, pair in found.items()]
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


def simulate_scores(
    rng, *, units=60, treated=20, memory=0.5, effect=1.0, overdispersed=False, worst_first=False, late=False
):
    """Scores before and after of unit spread, or gamma-mixed counts over theirs; a frame with `treated`."""
    shared = rng.standard_normal(units)
    before, after = (math.sqrt(memory) * shared + math.sqrt(1 - memory) * rng.standard_normal(units) for _ in range(2))
    if overdispersed:
        rates = 20 * rng.gamma(4, 1 / 4, units)
        before, after = (rng.poisson(rates * rng.gamma(8, 1 / 8, units)) / 12 for _ in range(2))
    chosen = np.zeros(units, dtype=bool)
    chosen[np.argsort(-before, kind="stable")[:treated] if worst_first else np.arange(treated)] = True
    before = before + effect / 2 * chosen * late
    return pd.DataFrame({"before": before, "after": after + effect * chosen, "treated": chosen})


def study_scores(replications, *, faults=SCORES, effect=1.0) -> list[dict]:
    """ANCOVA and change scores."""
    rows = []
    for fault, given in faults.items():
        rng, found = np.random.default_rng(SEED), {}
        for _ in range(replications):
            frames = (simulate_scores(rng, effect=size, **given) for size in (effect, 0.0))
            pairs = [compare_scores(frame, before="before", after="after", treated="treated") for frame in frames]
            for name, e, null in zip(("ANCOVA", "change scores"), *pairs, strict=True):
                errors, kept = found.setdefault(name, ([], []))
                errors.append(e.value - effect)
                kept.append((e.low <= effect <= e.high, e.finite, not null.low <= 0 <= null.high))
        rows += [interval_row(name, fault, *pair) for name, pair in found.items()]
    return rows


def simulate_followed(rng, *, units=38, weeks=16, memory=0.3):
    """Weekly log-normal outcomes with lasting differences between units; weeks × units."""
    noise = rng.standard_normal((weeks + 20, units))
    for t in range(1, len(noise)):
        noise[t] = memory * noise[t - 1] + math.sqrt(1 - memory**2) * noise[t]
    return pd.DataFrame(np.exp(0.5 * rng.standard_normal(units) + 0.5 * noise[20:]))


def study_followed(replications, *, faults=FOLLOWED, others=4_000) -> list[dict]:
    """The ratio of the worst decile four weeks later to its own week of selection; truth from as many `others`."""
    rows = []
    for fault, given in faults.items():
        rng = np.random.default_rng(SEED)
        panels = (simulate_followed(rng, **given) for _ in range(others))
        paths = [follow_worst(panel, horizon=4, rng=rng, draws=1)["selected"] for panel in panels]
        mean = np.mean(paths, axis=0)
        truth, errors, kept = mean[4] / mean[0], [], []
        for _ in range(replications):
            last = follow_worst(simulate_followed(rng, **given), horizon=4, rng=rng, draws=200).iloc[-1]
            errors.append(last["ratio"] - truth)
            kept.append((last["low"] <= truth <= last["high"], True))
        rows.append(interval_row("fall of the worst decile, bootstrap", fault, errors, kept))
    return rows


def study_chosen(replications, *, faults=CHOSEN) -> list[dict]:
    """Prediction for the highest of forty counts, left alone afterwards, among all and among those that fell.

    Reports are written about places that fell; the second row shows what that second choice does to the prediction.
    """
    rows = []
    for fault, given in faults.items():
        rng, mean, wobble = np.random.default_rng(SEED), given.get("mean", 12), given.get("wobble", 0.0)
        rates = rng.gamma(2, mean / 2, (replications, 40))
        counts = rng.poisson(rates)
        top = np.arange(replications), counts.argmax(axis=1)
        rate, before = rates[top], counts[top]
        after = rng.poisson(rate * np.exp(wobble * rng.standard_normal(replications) - wobble**2 / 2))
        told = selection_alone(pd.DataFrame({"before": before, "after": 0}), mean=mean, dispersion=0.5)
        inside = (told["low"] <= after) & (after <= told["high"])
        off = after - told["expected_after"]
        for words, part in (("", before > 0), (", of those that fell", after < before)):
            kept = [(covered, True) for covered in inside[part]]
            rows.append(interval_row(f"count that selection alone predicts{words}", fault, off[part], kept))
    return rows


def study_updates(replications) -> list[dict]:
    """Normal posterior when the prior holds, and when the truth lies two of its standard deviations away."""
    rows = []
    for fault, moved in (("none", 0.0), ("prior off by two standard deviations", 0.4)):
        rng, errors, kept = np.random.default_rng(SEED), [], []
        for _ in range(replications):
            truth = moved + (0.0 if moved else 0.2 * rng.standard_normal())
            e = normal_update((0.0, 0.2), (truth + 0.2 * rng.standard_normal(), 0.2))
            errors.append(e.value - truth)
            kept.append((e.low <= truth <= e.high, True))
        rows.append(interval_row("posterior of a prior and an estimate", fault, errors, kept))
    return rows


def study_shares(replications, *, faults=AWARDS) -> list[dict]:
    """Wilson intervals of the share that passes a stage of a selection."""
    rows = []
    for fault, (size, mean) in faults.items():
        rng, errors, kept = np.random.default_rng(SEED), [], []
        for passed in rng.binomial(size, mean / size, replications):
            stages = pd.DataFrame({"label": ["all", "passed"], "count": [size, passed], "unit": "places"})
            last = funnel(stages).iloc[1]
            errors.append(last["share"] - mean / size)
            kept.append((last["low"] <= mean / size <= last["high"], True))
        rows.append(interval_row("share passing a stage", fault, errors, kept))
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
            counts = logistic(days, ceiling, 100, 0.05) * np.exp(noise * shocks)
            if counts.max() >= ceiling:
                kept.append((False, True))
                continue
            grid = np.unique([ceiling, *np.geomspace(1.02 * counts.max(), 50_000, 16)])
            held = ceiling_profile(days, counts, ceilings=grid).set_index("ceiling")["kept"]
            kept.append((bool(held[ceiling]), not held.iloc[-1]))
        rows.append(interval_row("ceiling of a growth curve, profile set", fault, [], kept))
    return rows


STUDIES = {
    study_changes: CHANGES,
    study_scores: SCORES,
    study_followed: FOLLOWED,
    study_chosen: CHOSEN,
    study_shares: AWARDS,
    study_curves: CURVES,
}


def main(arguments=None) -> None:
    chosen = options(__doc__, "validity_counts", arguments)
    cells = cells_of(STUDIES, chosen.replications)
    keep(cells | {"study_updates": partial(study_updates, chosen.replications)}, chosen, seed=SEED, effect=EFFECT)


if __name__ == "__main__":
    main()
