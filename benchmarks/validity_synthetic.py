"""Are the intervals of donor weights honest under the faults of real data, and how often do their checks fail?

Simulates panels with a known effect and counts bias, coverage of 95 % intervals, false positives under zero effect,
printed warnings and failed checks. Run ``python benchmarks/validity_synthetic.py`` for the full size; it writes
results/validity_synthetic.json. The tests run the same code at small size.
"""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pandas as pd
from validity_rows import alarm_row, check_row, interval_row, run

from kampung_analysis.checks import (
    check_fit_rank,
    check_leave_one_out,
    check_placebo_in_space,
    check_placebo_in_time,
    check_pre_fit,
    check_pre_trend,
)
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
DRIFTS = {
    "none": ({}, 0.0),
    "overdispersion": ({"overdispersed": True}, 0.0),
    "autocorrelation": ({"memory": 0.8}, 0.0),
    "worst-first placement": ({"worst_first": True}, 0.0),
    "few donors": ({"donors": 12}, 0.0),
    "launch dated two periods late": ({"late": 2, "effect": -1.0}, 0.0),
    "planted trend": ({}, 0.15),
}
RANKS = tuple(DRIFTS)[:-1]


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
            errors, ranked, warned = [], [], {i: [] for i in intervals}
            for _ in range(replications):
                wide, launch = simulate_panel(rng, effect=effect, **given)
                f = synthetic_control(wide, treated="treated", launch=launch, method=method)
                null = wide.copy()
                null.loc[launch - given.get("late", 0) :, "treated"] -= effect
                zero = synthetic_control(null, treated="treated", launch=launch, method=method)
                vars(zero)["_placebo_fits"] = f._placebo_fits  # the donors are the same, and so are their placebos
                errors.append(f.att - effect)
                ranked.append(zero.placebos().p_value <= 0.05)
                for i in intervals:
                    low, high = f.interval(i)
                    kept[i].append((low <= effect <= high, math.isfinite(high - low), zero._p(i) <= 0.05))
                    warned[i].append(bool(f.cautions(interval=i)))
            for i in intervals:
                rows.append(interval_row(f"{method}, {i} interval", fault, errors, kept[i], warned[i]))
            rows.append(alarm_row(f"{method}, rank of the RMSPE ratio", fault, ranked))
    return rows


def study_checks(replications, *, faults=DRIFTS):
    """How often checks fail when nothing is wrong, and when a pre-trend or a poor match was planted."""
    rows = []
    for fault, (given, drift) in faults.items():
        rng = np.random.default_rng(SEED)
        failed = defaultdict(list)
        for _ in range(replications):
            wide, launch = simulate_panel(rng, parallel=True, **given)
            wide["treated"] += drift * np.arange(len(wide))
            for check in checks_of(wide, launch, nothing_planted=not drift):
                failed[check[0]].append(check[1].passed is False)
        rows += [check_row(name, fault, hits) for name, hits in failed.items()]
    return rows


def checks_of(wide: pd.DataFrame, launch: int, *, nothing_planted: bool):
    """The checks of one panel by name; those that refit it many times only where no trend was planted."""
    f = synthetic_control(wide, treated="treated", launch=launch, method="did")
    sc = synthetic_control(wide, treated="treated", launch=launch)
    yield "check_pre_trend", check_pre_trend(f.gap, launch)
    yield "check_pre_fit", check_pre_fit(sc.gap, launch, observed=sc.observed)
    if not nothing_planted:
        return
    donors = wide.drop(columns="treated")

    def fit(unit):
        return synthetic_control(donors, treated=unit, launch=launch, method="did")

    def pretend(period):
        return synthetic_control(wide.iloc[:launch], treated="treated", launch=period, method="did")

    def without(name):
        return synthetic_control(wide.drop(columns=name), treated="treated", launch=launch, method="did").att

    yield "check_placebo_in_space", check_placebo_in_space(fit, donors.columns, worth=1.0)
    yield "check_placebo_in_time", check_placebo_in_time(pretend, range(launch - 8, launch - 2, 2), worth=1.0)
    yield "check_leave_one_out", check_leave_one_out(without, donors.columns, full=f.att, tolerance=1.0)


def study_ranks(replications, *, faults=RANKS) -> list[dict]:
    """How often the treated unit fits worse than half of the donors although it is one like them."""
    rows = []
    for fault in faults:
        rng, failed = np.random.default_rng(SEED), []
        for _ in range(replications):
            wide, launch = simulate_panel(rng, parallel=True, **DRIFTS[fault][0])
            placebos = synthetic_control(wide, treated="treated", launch=launch).placebos()
            failed.append(check_fit_rank(placebos.frame["pre_rmspe"]).passed is False)
        rows.append(check_row("check_fit_rank", fault, failed))
    return rows


STUDIES = {study_panels: PANELS, study_checks: DRIFTS, study_ranks: RANKS}


if __name__ == "__main__":
    run(__doc__, "validity_synthetic", STUDIES, seed=SEED)
