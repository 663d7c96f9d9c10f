"""Do specification curves cry wolf, and how often do checks fail when nothing is wrong?

Simulates panels, editions of data, series and pooled counts, and counts how often the test of a whole specification
curve rejects a true zero and how often checks fail, without a fault and with the fault they are made for. Run
``python benchmarks/validity_choices.py`` for the full size; it writes results/validity_choices.json.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from validity_counts import draw_changes
from validity_rows import alarm_row, check_row, run
from validity_synthetic import DRIFTS, PANELS, simulate_panel

from kampung_analysis.checks import (
    check_agreement,
    check_leave_one_out,
    check_pre_trend,
    check_vintage,
)
from kampung_analysis.counts import pooled_change
from kampung_analysis.epidemic import check_scales
from kampung_analysis.specification import specification_curve
from kampung_analysis.synthetic import synthetic_control

SEED = 20200525
CURVES = (
    "none",
    "overdispersion",
    "autocorrelation",
    "worst-first placement",
    "unequal noise",
    "short series",
    "few donors",
    "launch dated two periods late",
)
EDITIONS = (
    "none",
    "overdispersion",
    "autocorrelation",
    "worst-first placement",
    "few donors",
    "launch dated two periods late",
    "treated unit counted anew",
)
POOLED = {
    "none": {},
    "overdispersion": {"spread": 0.3},
    "autocorrelation": {"wobble": 0.6, "memory": 0.8},
    "worst-first placement": {"worst_first": True, "wobble": 0.6, "memory": 0.8},
    "launch dated two periods late": {"late": 2},
    "few places": {"places": 5},
    "one place fell by itself": {"deviant": -2.0},
}
CHOICES = {"method": ("did", "demeaned"), "start": (0, 2), "end": (None, -1)}


def curve(wide: pd.DataFrame, launch: int):
    """Eight specifications of one panel: two methods, two starts, two ends."""
    return specification_curve(CHOICES, partial(fit_one, wide, launch))


def fit_one(wide, launch, method, start, end):
    """One of them."""
    return synthetic_control(wide.iloc[start:end], treated="treated", launch=launch, method=method)


def study_curves(replications, *, faults=CURVES) -> list[dict]:
    """The test of the whole curve under zero effect, and agreement on the direction with and without an effect."""
    rows = []
    for fault in faults:
        rng, found, failed = np.random.default_rng(SEED), defaultdict(list), defaultdict(list)
        for _ in range(replications):
            wide, launch = simulate_panel(rng, **PANELS[fault])
            fitted = curve(wide, launch)
            for test in fitted.joint().itertuples():
                found[test.statistic].append(test.p <= 0.05)
            failed["check_agreement, no effect"].append(check_agreement(fitted.fitted["value"]).passed is False)
            wide.loc[launch - PANELS[fault].get("late", 0) :, "treated"] -= 2.0
            agreed = check_agreement([fit_one(wide, launch, *choice).att for choice in product(*CHOICES.values())])
            failed["check_agreement, an effect of twice the noise"].append(agreed.passed is False)
        rows += [alarm_row(f"specification curve, {name}", fault, hits) for name, hits in found.items()]
        rows += [check_row(name, fault, hits) for name, hits in failed.items()]
    return rows


def study_editions(replications, *, faults=EDITIONS) -> list[dict]:
    """Two editions of a panel that differ by revisions of a fifth of the noise; or the treated unit counted anew."""
    rows = []
    for fault in faults:
        rng, failed = np.random.default_rng(SEED), []
        for _ in range(replications):
            first, launch = simulate_panel(rng, parallel=True, **PANELS.get(fault, {}))
            second = first + 0.2 * rng.standard_normal(first.shape)
            if fault not in PANELS:
                second.loc[launch:, "treated"] += 3.0
            editions = {"first": first, "second": second}

            def fit(name, editions=editions, launch=launch):
                return synthetic_control(editions[name], treated="treated", launch=launch, method="did")

            failed.append(check_vintage(fit, list(editions)).passed is False)
        rows.append(check_row("check_vintage", fault, failed))
    return rows


def study_scales(replications, *, faults=CURVES) -> list[dict]:
    """Agreement of levels, logarithms and growth, without an effect and with a lasting one."""
    rows = []
    for fault in faults:
        rng, failed = np.random.default_rng(SEED), defaultdict(list)
        for _ in range(replications):
            wide, launch = simulate_panel(rng, **PANELS[fault])
            logs = np.log(wide + 0.5) if PANELS[fault].get("overdispersed") else 0.2 * wide
            for words, effect in (("no effect", 0.0), ("an effect of twice the noise", -0.4)):
                logs.loc[launch - PANELS[fault].get("late", 0) :, "treated"] += effect
                scales = {"level": np.exp(logs), "log": logs, "growth": logs.diff().iloc[1:]}
                fitted = [
                    (scale, fit_one(scaled, launch, method, start, end).att)
                    for scale, scaled in scales.items()
                    for method, start, end in product(*CHOICES.values())
                ]
                checked = check_scales(pd.DataFrame(fitted, columns=["scale", "value"]))
                failed[f"check_scales, {words}"].append(checked.passed is False)
        rows += [check_row(name, fault, hits) for name, hits in failed.items()]
    return rows


def study_trends(replications, *, faults=DRIFTS) -> list[dict]:
    """The check of the trend when an effect worth claiming is named: it then asks for proof of flatness."""
    rows = []
    for fault, (given, drift) in faults.items():
        rng, failed = np.random.default_rng(SEED), []
        for _ in range(replications):
            wide, launch = simulate_panel(rng, parallel=True, **given)
            wide["treated"] += drift * np.arange(len(wide))
            gap = synthetic_control(wide, treated="treated", launch=launch, method="did").gap
            failed.append(check_pre_trend(gap, launch, worth=1.0).passed is False)
        rows.append(check_row("check_pre_trend, worth claiming named", fault, failed))
    return rows


def study_pooled(replications, *, faults=POOLED) -> list[dict]:
    """Leaving out one place of a pooled ratio; one place that fell by itself is what the check is made for."""
    rows = []
    for fault, given in faults.items():
        rng, failed = np.random.default_rng(SEED), {"its own interval": [], "a worth of 0.1": []}
        given = {"effect": -0.4, **given}
        for _ in range(replications):
            frame = draw_changes(rng, **given).clip(lower=1)

            def fit(place, frame=frame):
                return pooled_change(frame.drop(index=place))[0]

            full = pooled_change(frame)[0]
            for (_, hits), tolerance in zip(failed.items(), (None, 0.1), strict=True):
                checked = check_leave_one_out(fit, frame.index, full=full, tolerance=tolerance, what="place")
                hits.append(checked.passed is False)
        rows += [check_row(f"check_leave_one_out, pooled ratio, {k}", fault, hits) for k, hits in failed.items()]
    return rows


STUDIES = {
    study_curves: CURVES,
    study_scales: CURVES,
    study_editions: EDITIONS,
    study_trends: DRIFTS,
    study_pooled: POOLED,
}


if __name__ == "__main__":
    run(__doc__, "validity_choices", STUDIES, seed=SEED)
