"""Are the intervals of donor weights and of interrupted series honest under the faults of real data?

Simulates panels and series with a known effect and counts bias, coverage of 95 % intervals and false positives under
zero effect. Run ``python benchmarks/validity_synthetic.py`` for the full size; it writes
results/validity_synthetic.json. The tests run the same code at small size.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pandas as pd
from validity_rows import alarm_row, check_row, interval_row, keep, options

from kampung_analysis.checks import (
    check_leave_one_out,
    check_placebo_in_space,
    check_placebo_in_time,
    check_pre_fit,
    check_pre_trend,
)
from kampung_analysis.interrupted import fit_interrupted
from kampung_analysis.synthetic import INTERVALS, synthetic_control

SEED = 20200525
PANELS = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.8},
    "short series": {"before": 8, "after": 4},
    "few donors": {"donors": 12},
    "worst-first placement": {"worst_first": True},
    "unequal noise": {"unequal": True},
    "launch dated two periods late": {"late": 2},
}
SERIES = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.6},
    "short series": {"before": 10, "after": 6},
    "short, autocorrelated": {"before": 10, "after": 6, "memory": 0.6},
    "launch dated two periods late": {"late": 2},
    "launch after the worst week": {"after_peak": True},
    "launch after the worst week, autocorrelated": {"after_peak": True, "memory": 0.6},
}
DRIFTS = {
    "none": ({}, 0.0),
    "overdispersion": ({"overdispersed": True}, 0.0),
    "autocorrelation": ({"memory": 0.8}, 0.0),
    "worst-first placement": ({"worst_first": True}, 0.0),
    "few donors": ({"donors": 12}, 0.0),
    "launch dated two periods late": ({"late": 2, "effect": -1.0}, 0.0),
    "planted trend": ({}, 0.15),
}
VARIANTS = (
    ("negative_binomial", "newey_west"),
    ("poisson", "newey_west"),
    ("poisson", "model"),
    ("log_linear", "newey_west"),
    ("log_linear", "ar1"),
)


def simulate_panel(
    rng,
    *,
    donors=33,
    before=20,
    after=8,
    effect=0.0,
    memory=0.0,
    overdispersed=False,
    worst_first=False,
    unequal=False,
    parallel=False,
    late=0,
):
    """A panel of exchangeable units with a common factor; returns frame and launch. Column "treated" is treated.

    Outcomes have unit noise, or are gamma-mixed Poisson counts around 20 where overdispersed. Worst-first treats the
    unit with the highest last two periods before the launch instead of a random one. Unequal noise spreads the units'
    noise fivefold. Parallel units share one loading on the factor. The launch is stated `late` periods too late.
    """
    periods, units = before + after, donors + 1
    factor = rng.normal(size=periods).cumsum()
    shocks = rng.normal(size=(periods + 50, units))
    noise = np.zeros(units)
    path = np.empty((periods, units))
    for t in range(periods + 50):
        noise = memory * noise + math.sqrt(1 - memory**2) * shocks[t]
        if t >= 50:
            path[t - 50] = noise
    if unequal:
        path *= rng.uniform(0.4, 2.0, units)
    values = (
        rng.normal(size=units)
        + np.outer(factor, np.full(units, 0.6) if parallel else rng.uniform(0.2, 1.0, units))
        + path
    )
    if overdispersed:
        mean = 20 * np.exp(0.15 * values)
        values = rng.poisson(mean * rng.gamma(4, 1 / 4, mean.shape)).astype(float)
    chosen = int(values[before - 2 : before].mean(axis=0).argmax()) if worst_first else 0
    values[:, [0, chosen]] = values[:, [chosen, 0]]
    values[before:, 0] += effect
    return pd.DataFrame(values, columns=["treated", *(f"donor {i:02}" for i in range(1, units))]), before + late


def simulate_series(rng, *, before=60, after=30, ratio=1.0, memory=0.0, overdispersed=False, late=0, after_peak=False):
    """Weekly counts around 50 with a trend and a known rate ratio; returns the series and the launch to be fitted.

    After a peak, the programme starts the week after the highest count of the twenty weeks about `before`; then the
    counts are thinned from there on, so that the ratio must not exceed 1.
    """
    periods = before + after
    latent, state = np.empty(periods), 0.0
    for t in range(-50, periods):
        state = memory * state + math.sqrt(1 - memory**2) * rng.normal()
        if t >= 0:
            latent[t] = state
    mean = 50 * np.exp(0.005 * np.arange(periods) + (0.25 * latent if memory else 0.0))
    if overdispersed:
        mean = mean * rng.gamma(8, 1 / 8, periods)
    if after_peak:
        counts = rng.poisson(mean)
        launch = before - 10 + int(counts[before - 10 : before + 10].argmax()) + 1
        counts[launch:] = rng.binomial(counts[launch:], ratio)
        return pd.Series(counts.astype(float), name="cases"), launch
    mean[before:] *= ratio
    return pd.Series(rng.poisson(mean).astype(float), name="cases"), before + late


def study_panels(
    replications, *, methods=("sc", "demeaned", "sdid", "did"), faults=PANELS, kinds=INTERVALS, effect=-1.0
):
    """Bias, coverage and false positives of every method and interval under every fault."""
    rows = []
    for fault, given in faults.items():
        for method in methods:
            rng = np.random.default_rng(SEED)
            intervals = [kind for kind in kinds if (method, kind) != ("sdid", "conformal")]
            kept = {i: [] for i in intervals}
            errors, ranked = [], []
            for replication in range(replications):
                wide, launch = simulate_panel(rng, effect=effect, **given)
                f = synthetic_control(wide, treated="treated", launch=launch, method=method)
                null = wide.copy()
                null.loc[launch - given.get("late", 0) :, "treated"] -= effect
                zero = synthetic_control(null, treated="treated", launch=launch, method=method)
                vars(zero)["_placebo_fits"] = f._placebo_fits  # the donors are the same, and so are their placebos
                errors.append(f.att - effect)
                ranked.append(zero.placebos().p_value <= 0.05)
                for i in intervals:
                    if i == "conformal" and replication >= math.ceil(replications / 5):
                        continue
                    low, high = f.interval(i)
                    kept[i].append((low <= effect <= high, math.isfinite(high - low), zero._p(i) <= 0.05))
            for i in intervals:
                rows.append(interval_row(f"{method}, {i} interval", fault, errors, kept[i]))
            rows.append(alarm_row(f"{method}, rank of the RMSPE ratio", fault, ranked))
    return rows


def study_series(replications, *, faults=SERIES, variants=VARIANTS, ratio=0.8):
    """Bias, coverage and false positives of the mean rate ratio, on the log scale, under every fault."""
    rows = []
    for fault, given in faults.items():
        for family, errors in variants:
            rng = np.random.default_rng(SEED)
            parts = ("effect", "level", "slope") if (family, errors) == variants[0] else ("effect",)
            kept, off = {part: [] for part in parts}, {part: [] for part in parts}
            for _ in range(math.ceil(replications / 2) if family == "negative_binomial" else replications):
                fits = []
                for true in (ratio, 1.0):
                    y, launch = simulate_series(rng, ratio=true, **given)
                    fits.append(fit_interrupted(y, launch=launch, family=family, errors=errors))
                for part in parts:
                    e, null, truth = *(getattr(f, part)() for f in fits), 1.0 if part == "slope" else ratio
                    off[part].append(math.log(e.value / truth))
                    kept[part].append((e.low <= truth <= e.high, e.finite, null.p <= 0.05))
            name = f"interrupted {family.replace('_', ' ')}, {errors.replace('_', '-')} errors"
            words = {"effect": name, "level": f"{name}, change of level", "slope": f"{name}, change of slope"}
            rows += [interval_row(words[part], fault, off[part], kept[part]) for part in parts]
    return rows


def study_checks(replications, *, faults=DRIFTS):
    """How often checks fail when nothing is wrong, and when a pre-trend or a poor match was planted."""
    rows = []
    for fault, (given, drift) in faults.items():
        rng = np.random.default_rng(SEED)
        names = ("pre_trend", "pre_fit", "placebo_in_space", "placebo_in_time", "leave_one_out")
        failed = {f"check_{name}": [] for name in names}
        for replication in range(replications):
            wide, launch = simulate_panel(rng, parallel=True, **given)
            wide["treated"] += drift * np.arange(len(wide))
            f = synthetic_control(wide, treated="treated", launch=launch, method="did")
            failed["check_pre_trend"].append(check_pre_trend(f.gap, launch).passed is False)
            sc = synthetic_control(wide, treated="treated", launch=launch)
            failed["check_pre_fit"].append(check_pre_fit(sc.gap, launch, observed=sc.observed).passed is False)
            if replication < math.ceil(0.4 * replications) and not drift:
                donors = wide.drop(columns="treated")

                def fit(unit, donors=donors, launch=launch):
                    return synthetic_control(donors, treated=unit, launch=launch, method="did")

                def pretend(period, wide=wide, launch=launch):
                    return synthetic_control(wide.iloc[:launch], treated="treated", launch=period, method="did")

                def without(name, wide=wide, launch=launch):
                    kept = wide.drop(columns=name)
                    return synthetic_control(kept, treated="treated", launch=launch, method="did").att

                checked = check_placebo_in_space(fit, donors.columns, worth=1.0)
                failed["check_placebo_in_space"].append(checked.passed is False)
                checked = check_placebo_in_time(pretend, range(launch - 8, launch - 2, 2), worth=1.0)
                failed["check_placebo_in_time"].append(checked.passed is False)
                checked = check_leave_one_out(without, donors.columns, full=f.att, tolerance=1.0)
                failed["check_leave_one_out"].append(checked.passed is False)
        rows += [check_row(name, fault, hits) for name, hits in failed.items() if hits]
    return rows


def main(arguments=None):
    """Run everything, a fault at a time."""
    chosen = options(__doc__, "validity_synthetic", arguments)
    studies = ((study_series, SERIES), (study_panels, PANELS), (study_checks, DRIFTS))
    cells = {
        f"{study.__name__}, {fault}": partial(study, chosen.replications, faults={fault: faults[fault]})
        for study, faults in studies
        for fault in faults
    }
    keep(cells, chosen, seed=SEED)


if __name__ == "__main__":
    main()
