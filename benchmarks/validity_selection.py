"""Are comparisons of chosen places, shares of awards and falls of the worst honest under the faults of real data?

Simulates scores, baselines of chosen places, weeks of the worst and selections with a known truth, and counts bias,
coverage of 95 % intervals, false positives under zero effect and printed warnings. Run
``python benchmarks/validity_selection.py`` for the full size; it writes results/validity_selection.json.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from validity_rows import alarm_row, interval_row, run

from kampung_analysis.awards import funnel
from kampung_analysis.placement import difference_of_means, permutation_p, rank_correlation
from kampung_analysis.selection import compare_scores, follow_worst, selection_alone

SEED = 20200525
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
FOLLOWED = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.8},
    "few places": {"units": 12},
}
CHOSEN = {
    "none": {},
    "overdispersion": {"wobble": 0.4},
    "autocorrelation": {"wobble": 0.4, "memory": 0.8},
    "launch dated two periods late": {"overlap": 2},
    "few places": {"known": 12},
    "few events": {"mean": 3},
}
AWARDS = {
    "none": {},
    "overdispersion": {"clusters": 30},
    "neighbours alike": {"alike": 3},
    "few places": {"size": 12, "mean": 2},
}
BASELINES = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "neighbours alike": {"alike": 6},
    "baseline taken after half of the work": {"late": True},
    "few places": {"places": 12, "chosen": 4},
}
RANKS = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "neighbours alike": {"alike": 6},
    "starts known to four weeks only": {"blurred": True},
    "few places": {"places": 8},
}


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
                errors, kept, warned = found.setdefault(name, ([], [], []))
                errors.append(e.value - effect)
                kept.append((e.low <= effect <= e.high, e.finite, not null.low <= 0 <= null.high))
                warned.append(bool(e.warnings))
        rows += [interval_row(name, fault, *lists) for name, lists in found.items()]
    return rows


def simulate_followed(rng, *, units=38, weeks=16, memory=0.3, overdispersed=False):
    """Weekly log-normal outcomes with lasting differences between units, or counts of thrice their size."""
    noise = rng.standard_normal((weeks + 20, units))
    for t in range(1, len(noise)):
        noise[t] = memory * noise[t - 1] + math.sqrt(1 - memory**2) * noise[t]
    level = np.exp(0.5 * rng.standard_normal(units) + 0.5 * noise[20:])
    return pd.DataFrame(rng.poisson(3 * level * rng.gamma(4, 1 / 4, level.shape)) if overdispersed else level)


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
    Rates move between the counts by `wobble` log points, of which `memory` is shared; the later year begins `overlap`
    months before the earlier one ends; mean and dispersion are taken from `known` other places instead of given.
    """
    rows = []
    for fault, given in faults.items():
        rng, mean, wobble = np.random.default_rng(SEED), given.get("mean", 12), given.get("wobble", 0.0)
        rates, memory, overlap = rng.gamma(2, mean / 2, (replications, 40)), given.get("memory", 0.0), 0
        first = wobble * rng.standard_normal(rates.shape) if memory else np.zeros(rates.shape)
        counts = rng.poisson(rates * np.exp(first - (wobble**2 / 2 if memory else 0)))
        top = np.arange(replications), counts.argmax(axis=1)
        rate, before, overlap = rates[top], counts[top], given.get("overlap", 0) / 12
        moved = memory * first[top] + wobble * math.sqrt(1 - memory**2) * rng.standard_normal(replications)
        after = rng.poisson((1 - overlap) * rate * np.exp(moved - wobble**2 / 2)) + rng.binomial(before, overlap)
        means, spread = np.full(replications, float(mean)), np.full(replications, 0.5)
        if "known" in given:
            others = rng.poisson(rng.gamma(2, mean / 2, (replications, given["known"])))
            means = np.maximum(others.mean(axis=1), 0.5)
            spread = np.maximum((others.var(axis=1, ddof=1) - means) / means**2, 0.05)
        told = [
            selection_alone(pd.DataFrame({"before": [b], "after": 0}), mean=m, dispersion=d).iloc[0]
            for b, m, d in zip(np.maximum(before, 1), means, spread, strict=True)
        ]
        low, high, expected = (np.array([t[k] for t in told]) for k in ("low", "high", "expected_after"))
        inside, off = (low <= after) & (after <= high), after - expected
        for words, part in (("", before > 0), (", of those that fell", after < before)):
            kept = [(covered, True) for covered in inside[part]]
            rows.append(interval_row(f"count that selection alone predicts{words}", fault, off[part], kept))
    return rows


def study_shares(replications, *, faults=AWARDS) -> list[dict]:
    """Wilson intervals of the share that passes a stage; chances differ between clusters, or neighbours pass alike."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept = np.random.default_rng(SEED), [], []
        size, alike = given.get("size", 183), given.get("alike", 1)
        share = given.get("mean", 30) / size
        for _ in range(replications):
            chances = np.full(size // alike, share)
            if "clusters" in given:
                chance = rng.beta(2, 2 / share - 2, given["clusters"])
                chances = chance[np.arange(size) % given["clusters"]]
            passed = alike * int(rng.binomial(1, chances).sum())
            stages = pd.DataFrame({"label": ["all", "passed"], "count": [size, passed], "unit": "places"})
            last = funnel(stages).iloc[1]
            errors.append(last["share"] - share)
            kept.append((last["low"] <= share <= last["high"], True))
        rows.append(interval_row("share passing a stage", fault, errors, kept))
    return rows


def simulate_baseline(rng, *, places=38, alike=1, overdispersed=False) -> np.ndarray:
    """A baseline of unit spread by place; neighbours in groups of `alike` share half of its variance; or counts."""
    values = rng.standard_normal(places)
    if alike > 1:
        values = (values + rng.standard_normal(places)[np.arange(places) // alike]) / math.sqrt(2)
    if overdispersed:
        values = (rng.poisson(5 * rng.gamma(2, 1 / 2, places)) - 5) / math.sqrt(17.5)
    return values


def study_baselines(replications, *, faults=BASELINES, effect=0.5) -> list[dict]:
    """Difference between chosen places and the rest before a programme, and its permutation test."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept, hits, warned = np.random.default_rng(SEED), [], [], [], []
        given = dict(given)
        late, size, places = given.pop("late", False), given.pop("chosen", 10), given.get("places", 38)
        chosen = np.arange(places) < size
        for _ in range(replications):
            null = simulate_baseline(rng, **given) - 0.5 * late * chosen
            found = [
                difference_of_means(pd.Series(y), chosen, rng=rng, draws=400) for y in (null + effect * chosen, null)
            ]
            errors.append(found[0].value - effect)
            kept.append(
                (found[0].low <= effect <= found[0].high, found[0].finite, not found[1].low <= 0 <= found[1].high)
            )
            warned.append(bool(found[0].warnings))
            hits.append(permutation_p(pd.Series(null), chosen, rng=rng, draws=400).loc["either", "p"] <= 0.05)
        rows.append(interval_row("difference of baselines, bootstrap", fault, errors, kept, warned))
        rows.append(alarm_row("difference of baselines, permutation", fault, hits))
    return rows


def study_ranks(replications, *, faults=RANKS, slope=0.5) -> list[dict]:
    """Rank correlation of start and baseline; the truth is that of 20,000 pairs."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept, warned = np.random.default_rng(SEED), [], [], []
        given = dict(given)
        blurred = given.pop("blurred", False)

        def pair(slope, rng=rng, given=given, blurred=blurred, **more):
            x, y = (simulate_baseline(rng, **(given | more)) for _ in range(2))
            noise = 1.5 * rng.standard_normal(len(x)) if blurred else 0.0
            return pd.Series(x + noise), pd.Series(y + slope * x)

        many = pd.concat(
            [pd.DataFrame(dict(zip("xy", pair(slope, places=2_000, blurred=False), strict=True))) for _ in range(20)]
        )
        truth = many["x"].corr(many["y"], method="spearman")
        for _ in range(replications):
            e, null = rank_correlation(*pair(slope)), rank_correlation(*pair(0.0))
            errors.append(e.value - truth)
            kept.append((not e.finite or e.low <= truth <= e.high, e.finite, not null.low <= 0 <= null.high))
            warned.append(bool(e.warnings))
        rows.append(interval_row("rank correlation of start and baseline", fault, errors, kept, warned))
    return rows


STUDIES = {
    study_scores: SCORES,
    study_followed: FOLLOWED,
    study_chosen: CHOSEN,
    study_shares: AWARDS,
    study_baselines: BASELINES,
    study_ranks: RANKS,
}


if __name__ == "__main__":
    run(__doc__, "validity_selection", STUDIES, seed=SEED)
