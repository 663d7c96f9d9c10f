"""Are the intervals of interrupted series honest under the faults of real data?

Simulates weekly counts with a known rate ratio and counts bias, coverage of 95 % intervals, false positives under zero
effect and printed warnings, for the mean ratio, the change of level and the change of slope; and how often pretended
launches of sound series fail. Run ``python benchmarks/validity_series.py`` for the full size; it writes
results/validity_series.json. The tests run the same code at small size.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from validity_rows import check_row, interval_row, run

from kampung_analysis.checks import check_placebo_in_time
from kampung_analysis.interrupted import fit_interrupted

SEED = 20200525
SERIES = {
    "none": {},
    "overdispersion": {"overdispersed": True},
    "autocorrelation": {"memory": 0.6},
    "launch after the worst week": {"after_peak": True},
    "launch dated two periods late": {"late": 2},
    "short series": {"before": 10, "after": 6},
    "short, autocorrelated": {"before": 10, "after": 6, "memory": 0.6},
    "launch after the worst week, autocorrelated": {"after_peak": True, "memory": 0.6},
    "forty periods": {"before": 26, "after": 14},
}
VARIANTS = (
    ("negative_binomial", "newey_west"),
    ("negative_binomial", "model"),
    ("poisson", "newey_west"),
    ("poisson", "model"),
    ("log_linear", "newey_west"),
    ("log_linear", "ar1"),
    ("log_linear", "model"),
)
LAUNCHES = (*list(SERIES)[:5], "forty periods")


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


def study_series(replications, *, faults=SERIES, variants=VARIANTS, ratio=0.8) -> list[dict]:
    """Bias, coverage and false positives on the log scale: mean rate ratio, change of level, change of slope."""
    rows, parts = [], ("effect", "level", "slope")
    for fault, given in faults.items():
        for family, errors in variants:
            rng = np.random.default_rng(SEED)
            kept, off, warned = ({part: [] for part in parts} for _ in range(3))
            for _ in range(replications):
                fits = []
                for true in (ratio, 1.0):
                    y, launch = simulate_series(rng, ratio=true, **given)
                    fits.append(fit_interrupted(y, launch=launch, family=family, errors=errors))
                for part in parts:
                    e, null, truth = *(getattr(f, part)() for f in fits), 1.0 if part == "slope" else ratio
                    off[part].append(math.log(e.value / truth))
                    kept[part].append((e.low <= truth <= e.high, e.finite, null.p <= 0.05))
                    warned[part].append(bool(e.warnings))
            name = f"interrupted {family.replace('_', ' ')}, {errors.replace('_', '-')} errors"
            words = {"effect": name, "level": f"{name}, change of level", "slope": f"{name}, change of slope"}
            rows += [interval_row(words[part], fault, off[part], kept[part], warned[part]) for part in parts]
    return rows


def study_launches(replications, *, faults=LAUNCHES) -> list[dict]:
    """Pretended launches of one interrupted series, before the true one, of which forty periods leave one."""
    rows = []
    for fault in faults:
        rng, failed = np.random.default_rng(SEED), []
        for _ in range(replications):
            y, launch = simulate_series(rng, **SERIES[fault])

            def fit(at, y=y, launch=launch):
                return fit_interrupted(y.iloc[:launch], launch=at)

            pretended = [launch - weeks for weeks in (30, 20, 10) if launch - weeks >= 10]
            checked = check_placebo_in_time(fit, pretended, null=1.0)
            failed.append(checked.passed is False)
        rows.append(check_row("check_placebo_in_time, interrupted series", fault, failed))
    return rows


STUDIES = {study_series: {k: v for k, v in SERIES.items() if k != "forty periods"}, study_launches: LAUNCHES}


if __name__ == "__main__":
    run(__doc__, "validity_series", STUDIES, seed=SEED)
