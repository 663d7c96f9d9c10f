"""How often does the verdict rule call a claim supported when the programme did nothing?

Simulates panels and series without and with an effect, puts the design's checks to each, and counts the four verdicts
of :func:`kampung_analysis.claims.verdict`. Run ``python benchmarks/validity_verdict.py`` for the full size; it writes
results/validity_verdict.json. "ruled out" under a true effect beyond the smallest one worth claiming is the other
error.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import validity_series
import validity_staggered
import validity_synthetic
from validity_rows import run, share_error

from kampung_analysis.checks import check_placebo_in_time, check_pre_fit, check_pre_trend
from kampung_analysis.claims import VERDICTS, verdict
from kampung_analysis.interrupted import fit_interrupted
from kampung_analysis.results import Check
from kampung_analysis.staggered import att_gt, moments_of
from kampung_analysis.synthetic import synthetic_control

LATE = "launch dated two periods late"
FAULTS = ("none", "overdispersion", "autocorrelation", "worst-first placement", "few donors", LATE)
SERIES_FAULTS = ("none", "overdispersion", "autocorrelation", "short series", "launch after the worst week", LATE)
EVENT_FAULTS = tuple(validity_staggered.FAULTS)
PANEL = {"name": "reduction of 1, half of it worth claiming", "worth": 0.5, "true": -1.0, "unit": "units"}
SERIES = {"name": "reduction by 20 %, 10 % worth claiming", "worth": 10.0, "true": -20.0, "unit": "per cent"}
EVENTS = {"name": "reduction of 0.5, half of it worth claiming", "worth": 0.25, "true": -0.5, "unit": "units"}


def claimed(size) -> SimpleNamespace:
    """A claim of a reduction, as the rule reads it."""
    return SimpleNamespace(id="C00", direction=-1, worth=SimpleNamespace(value=size["worth"], unit=size["unit"]))


def judge_panel(wide, launch, method):
    """Verdict on one panel: donor weights, placebo interval, fit and trend before the launch."""
    f = synthetic_control(wide, treated="treated", launch=launch, method=method)
    low, high = f.interval("placebo")
    checks = [check_pre_fit(f.gap, launch, observed=f.observed), check_pre_trend(f.gap, launch)]
    estimate = replace(f.estimate(), value=f.att, low=low, high=high, unit=PANEL["unit"])
    return verdict(estimate, claim=claimed(PANEL), checks=checks).verdict


def judge_series(y, launch):
    """Verdict on one series: negative binomial with Newey–West errors, placebo launches before the true one."""

    def fit(series, at):
        return fit_interrupted(series, launch=at, family="negative_binomial", errors="newey_west").effect()

    e = fit(y, launch)
    pretended = [launch - weeks for weeks in (30, 20) if launch - weeks >= 10]
    checks = [check_placebo_in_time(lambda at: fit(y.iloc[:launch], at), pretended, null=1.0)] if pretended else []
    value, low, high = (100 * (x - 1) for x in (e.value, e.low, e.high))
    estimate = replace(e, value=value, low=low, high=high, unit=SERIES["unit"])
    return verdict(estimate, claim=claimed(SERIES), checks=checks).verdict


def judge_events(y, starts, times):
    """Verdict on one staggered roll-out: overall dynamic effect, band of the periods before adoption."""
    found = att_gt(moments_of(y, starts, times)).aggregate("dynamic")
    band = found.to_frame(simultaneous=True).query("event_time < 0").dropna()
    flat = bool(((band["low"] <= 0) & (band["high"] >= 0)).all())
    check = Check("Was there nothing before adoption?", flat, f"{len(band)} periods before adoption, band about zero.")
    return verdict(replace(found.overall, unit=EVENTS["unit"]), claim=claimed(EVENTS), checks=[check]).verdict


def counted(name, fault, effect, found) -> dict:
    """One row of the table: the share of each verdict."""
    size, n = Counter(found), len(found)
    shares = {v: size[v] / n for v in VERDICTS}
    errors = {"monte_carlo_error": max(share_error(share, n) for share in shares.values())}
    return {"estimator": name, "fault": fault, "effect": effect, **shares, **errors, "replications": n}


def study_panels(replications: int, *, methods=("sc", "demeaned"), faults=FAULTS) -> list[dict]:
    """Shares of the four verdicts for donor weights, without and with an effect."""
    rows = []
    for method in methods:
        for fault in faults:
            for words, effect in (("none", 0.0), (PANEL["name"], PANEL["true"])):
                rng = np.random.default_rng(validity_synthetic.SEED)
                given = {"effect": effect, **validity_synthetic.PANELS[fault]}
                panels = (validity_synthetic.simulate_panel(rng, **given) for _ in range(replications))
                found = [judge_panel(wide, launch, method) for wide, launch in panels]
                rows.append(counted(f"{method}, placebo interval, two checks", fault, words, found))
    return rows


def study_series(replications: int, *, faults=SERIES_FAULTS) -> list[dict]:
    """The same for interrupted series; a replication takes up to three regressions."""
    rows = []
    for fault in faults:
        for words, effect in (("none", 0.0), (SERIES["name"], SERIES["true"])):
            rng = np.random.default_rng(validity_series.SEED)
            given = {"ratio": 1 + effect / 100, **validity_series.SERIES[fault]}
            drawn = (validity_series.simulate_series(rng, **given) for _ in range(replications))
            found = [judge_series(*series) for series in drawn]
            rows.append(counted("interrupted negative binomial, placebo launches", fault, words, found))
    return rows


def study_events(replications: int, *, faults=EVENT_FAULTS) -> list[dict]:
    """The same for event studies against never-treated units."""
    rows = []
    for fault in faults:
        for words, effect in (("none", 0.0), (EVENTS["name"], EVENTS["true"])):
            rng = np.random.default_rng(validity_synthetic.SEED)
            given = {"effect": effect, **validity_staggered.FAULTS[fault]}
            found = [judge_events(*validity_staggered.simulate(rng, **given)) for _ in range(replications)]
            rows.append(counted("event study, band before adoption", fault, words, found))
    return rows


STUDIES = {study_events: EVENT_FAULTS, study_panels: FAULTS, study_series: SERIES_FAULTS}


if __name__ == "__main__":
    run(
        __doc__,
        "validity_verdict",
        STUDIES,
        worth={"panel": PANEL["worth"], "series": SERIES["worth"], "events": EVENTS["worth"]},
    )
