"""Are contrasts of growth, slopes on doses and permuted start weeks honest under the faults of real data?

Simulates epidemics in places, doses and staggered starts with a known effect and counts bias, coverage of 95 %
intervals and false positives under zero effect. Run ``python benchmarks/validity_growth.py`` for the full size; it
writes results/validity_growth.json.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from validity_rows import alarm_row, interval_row, run

from kampung_analysis.growth import dose_slope, growth_change
from kampung_analysis.staggered_dates import draw_starts, redate
from kampung_analysis.staggered_randomised import fit_starts
from kampung_analysis.trial import one_unit

SEED = 20200525
WEEKS = pd.date_range("2020-03-30", periods=16, freq="W-MON")
LATE = "launch dated two periods late"
GROUPS = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.7},
    "worst-first placement": {"worst_first": True},
    LATE: {"late": 2},
    "few places": {"places": 15},
    "very few places": {"places": 10, "group": 1},
    "a group of eight": {"group": 8},
}
DOSES = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "neighbours alike in dose and outcome": {"memory": 0.7},
    "worst-first placement": {"worst_first": True},
    LATE: {"late": True},
    "few places": {"places": 8},
}
STARTS = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.8},
    "worst-first placement": {"worst_first": True},
    LATE: {"late": 2},
    "starts known to four weeks only": {"blurred": 4},
    "few places": {"units": 8},
}
BLURRED = {fault: {**given, "blurred": 4} for fault, given in STARTS.items() if fault != LATE}
ALONE = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.7},
    "launch after the worst week": {"after_peak": True},
    LATE: {"late": 2},
    "short series": {"weeks": 12},
    "forty periods": {"weeks": 40},
}


def lasting(rng, rows: int, columns: int, memory: float) -> np.ndarray:
    """Autoregressive noise of unit variance along the columns."""
    noise = rng.standard_normal((rows, columns + 20))
    for t in range(1, noise.shape[1]):
        noise[:, t] = memory * noise[:, t - 1] + math.sqrt(1 - memory**2) * noise[:, t]
    return noise[:, 20:]


def simulate_epidemics(rng, *, effect, places=38, group=3, memory=0.0, overdispersed=False, worst_first=False, late=0):
    """New cases, weeks × places, with a change of weekly growth at the launch in a group; counts, group, launch.

    Growth differs between places and weeks by 0.1 log points. Worst-first puts the places into the group whose cases
    stand highest over their own mean in the week before the launch. The launch is stated `late` weeks too late.
    """
    at = 8
    growth = 0.1 * lasting(rng, places, len(WEEKS), memory)
    size = np.log(rng.uniform(20, 200, places))[:, None]
    noise = 0.2 * rng.standard_normal(growth.shape)
    if worst_first:
        level = (growth.cumsum(axis=1) + noise)[:, at - 1]
        order = np.argsort(-level, kind="stable")
        growth, noise, size = growth[order], noise[order], size[order]
    growth[:group, at:] += effect
    rate = np.exp(size + growth.cumsum(axis=1) + noise)
    if overdispersed:
        rate = rate * rng.gamma(5, 1 / 5, rate.shape)
    frame = pd.DataFrame(rng.poisson(rate).T, index=WEEKS)
    return frame, list(range(group)), WEEKS[at + late]


def study_groups(replications, *, faults=GROUPS, effect=-0.2) -> list[dict]:
    """A group's change of weekly growth among all other groups of its size; the true dates end the window at week 5."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept, warned = np.random.default_rng(SEED), [], [], []
        for _ in range(replications):
            found = []
            for size in (effect, 0.0):
                counts, group, launch = simulate_epidemics(rng, effect=size, **given)
                found.append(growth_change(counts, group, launch=launch, sets=4_000))
            e = found[0].estimate("growth")
            errors.append(e.value - effect)
            kept.append((e.low <= effect <= e.high, e.finite, found[1].p <= 0.05))
            warned.append(bool(e.warnings))
        rows.append(interval_row("change of weekly growth, placebo sets", fault, errors, kept, warned))
    return rows


def simulate_doses(rng, *, effect, places=31, memory=0.0, overdispersed=False, worst_first=False, late=False):
    """Doses and an outcome by place that falls with them; worst-first deals more to places that stood high before.

    Late doses have acted in half of the weeks before which the outcome is a change.

    The outcome is a change since a week in which high places stood high by chance, as growth of cases is.
    """
    before, after = (lasting(rng, 1, places, memory)[0] for _ in range(2))
    dose = np.exp(0.5 * (before if worst_first else lasting(rng, 1, places, memory)[0]))
    outcome = (after - before) / math.sqrt(2)
    if overdispersed:
        outcome = np.log(rng.poisson(30 * rng.gamma(2, 1 / 2, places)) + 0.5)
    return pd.Series(dose), pd.Series(outcome + effect * dose * (0.5 if late else 1.0))


def study_doses(replications, *, faults=DOSES, effect=-0.5) -> list[dict]:
    """Slope on a dose, with doses dealt out anew."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept, warned = np.random.default_rng(SEED), [], [], []
        for _ in range(replications):
            e, null = (
                dose_slope(*simulate_doses(rng, effect=size, **given), draws=399, rng=rng, name="slope")
                for size in (effect, 0.0)
            )
            errors.append(e.value - effect)
            kept.append((e.low <= effect <= e.high, e.finite, null.p <= 0.05))
            warned.append(bool(e.warnings))
        rows.append(interval_row("slope on a dose, permuted doses", fault, errors, kept, warned))
    return rows


def simulate_starts(rng, *, effect, units=24, memory=0.3, overdispersed=False, worst_first=False, late=0, blurred=0):
    """Outcome (weeks × units), recorded start weeks, and the days between which each start may lie.

    A third of the units starts in each of the weeks 6 and 9, a third never. Worst-first gives the earliest starts to
    the units that stand highest in week 5. A blurred start is recorded at its latest possible week, drawn evenly.
    """
    noise = lasting(rng, units, len(WEEKS), memory)
    if overdispersed:
        noise = (rng.poisson(20 * rng.gamma(4, 1 / 4, noise.shape)) - 20) / math.sqrt(120)
    place = np.sort(np.resize([6, 9, len(WEEKS)], units))
    if worst_first:
        noise = noise[np.argsort(-noise[:, 5], kind="stable")]
    y = noise + rng.standard_normal((units, 1)) + effect * (np.arange(len(WEEKS)) >= place[:, None])
    apart = rng.integers(0, blurred + 1, units) if blurred else np.full(units, late)
    known = place < len(WEEKS)
    recorded = np.where(known, place + apart, place)
    starts = pd.Series([WEEKS[p] if p < len(WEEKS) else pd.NaT for p in recorded], dtype="datetime64[ns]")
    first = starts - pd.Timedelta(weeks=blurred)
    bounds = pd.DataFrame({"not_before": first, "not_after": starts + pd.Timedelta(days=6)})
    return pd.DataFrame(y.T, index=WEEKS), starts, bounds


def study_starts(replications, *, faults=STARTS, effect=1.0) -> list[dict]:
    """The simple average of group-time effects, with start weeks dealt out anew."""
    rows = []
    for fault, given in faults.items():
        rng, errors, kept, warned = np.random.default_rng(SEED), [], [], []
        for _ in range(replications):
            e = fit_starts(*simulate_starts(rng, effect=effect, **given)[:2], draws=199, rng=rng)
            e = e.overall("starts", unit="units")
            null = fit_starts(*simulate_starts(rng, effect=0.0, **given)[:2], draws=199, rng=rng)
            errors.append(e.value - effect)
            kept.append((e.low <= effect <= e.high, e.finite, null.overall("null", unit="units").p <= 0.05))
            warned.append(bool(e.warnings))
        rows.append(interval_row("average of group-time effects, permuted starts", fault, errors, kept, warned))
    return rows


def study_spans(replications, *, faults=BLURRED, effect=1.0) -> list[dict]:
    """The span of estimates over starts drawn between the first and the last possible day."""
    rows = []
    for fault, given in faults.items():
        rng, spans = np.random.default_rng(SEED), []
        for _ in range(replications):
            wide, _, bounds = simulate_starts(rng, effect=effect, **given)
            dated = bounds.fillna(WEEKS[-1] + pd.Timedelta(days=30))
            values = redate(wide.to_numpy().T, draw_starts(dated, WEEKS, draws=40, rng=rng))
            spans.append((values.min() <= effect <= values.max(), True))
        rows.append(interval_row("span of estimates over possible dates", fault, [], spans))
    return rows


def study_alone(replications, *, faults=ALONE, after=4) -> list[dict]:
    """One unit's mean gap against means over its own weeks before; after a peak it starts when the gap was highest.

    A wrong date moves the window of a gap in which nothing happens, and so changes nothing.
    """
    rows = []
    for fault, given in faults.items():
        rng, found, weeks = np.random.default_rng(SEED), [], given.get("weeks", 60)
        for _ in range(replications):
            gap = lasting(rng, 1, weeks + after + 10, given.get("memory", 0.0))[0]
            if given.get("overdispersed"):
                gap = rng.poisson(20 * rng.gamma(4, 1 / 4, len(gap))).astype(float)
            at = weeks + given.get("late", 0)
            if given.get("after_peak"):
                at = weeks - 10 + int(gap[weeks - 10 : weeks + 10].argmax()) + 1
            limit = one_unit(gap[:at], weeks_after=after)["detectable"]
            found.append(abs(gap[at : at + after].mean() - gap[:at].mean()) >= limit)
        rows.append(alarm_row("one unit against its own weeks before", fault, found))
    return rows


STUDIES = {
    study_groups: GROUPS,
    study_doses: DOSES,
    study_starts: STARTS,
    study_spans: BLURRED,
    study_alone: ALONE,
}


if __name__ == "__main__":
    run(__doc__, "validity_growth", STUDIES, seed=SEED)
