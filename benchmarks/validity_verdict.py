"""How often does the verdict rule call a claim supported when the programme did nothing?

Simulates panels and series without and with an effect, puts the design's checks to each, and counts the four verdicts
of :func:`kampung_analysis.claims.verdict`. Run ``python benchmarks/validity_verdict.py`` for the full size; it writes
results/validity_verdict.json. "ruled out" under a true effect beyond the smallest one worth claiming is the other
error.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from kampung_analysis.checks import check_placebo_in_time, check_pre_fit, check_pre_trend
from kampung_analysis.claims import VERDICTS, verdict
from kampung_analysis.interrupted import fit_interrupted
from kampung_analysis.results import rounded
from kampung_analysis.synthetic import synthetic_control

HERE = Path(__file__).resolve().parent
LATE = "launch dated two periods late"
FAULTS = ("none", "overdispersion", "autocorrelation", "worst-first placement", "few donors", LATE)
SERIES_FAULTS = ("none", "overdispersion", "autocorrelation", "short series", "launch after the worst week", LATE)
PANEL = {"name": "reduction of 1, half of it worth claiming", "worth": 0.5, "true": -1.0, "unit": "units"}
SERIES = {"name": "reduction by 20 %, 10 % worth claiming", "worth": 10.0, "true": -20.0, "unit": "per cent"}


def simulators():
    """The module that simulates panels and series, with its faults."""
    spec = importlib.util.spec_from_file_location("validity_synthetic", HERE / "validity_synthetic.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def counted(name, fault, effect, found) -> dict:
    """One row of the table: the share of each verdict."""
    size = Counter(found)
    shares = {v: size[v] / len(found) for v in VERDICTS}
    return {"estimator": name, "fault": fault, "effect": effect, **shares, "replications": len(found)}


def study(replications: int, *, methods=("sc", "demeaned"), faults=FAULTS, series=SERIES_FAULTS) -> list[dict]:
    """Shares of the four verdicts for every design and fault, without and with an effect."""
    simulated, rows = simulators(), []
    for method in methods:
        for fault in faults:
            for words, effect in (("none", 0.0), (PANEL["name"], PANEL["true"])):
                rng = np.random.default_rng(simulated.SEED)
                options = {"effect": effect, **simulated.PANELS[fault]}
                panels = (simulated.simulate_panel(rng, **options) for _ in range(replications))
                found = [judge_panel(wide, launch, method) for wide, launch in panels]
                rows.append(counted(f"{method}, placebo interval, two checks", fault, words, found))
                print(rows[-1], file=sys.stderr, flush=True)
    for fault in series:
        for words, effect in (("none", 0.0), (SERIES["name"], SERIES["true"])):
            rng = np.random.default_rng(simulated.SEED)
            options = {"ratio": 1 + effect / 100, **simulated.SERIES[fault]}
            found = [judge_series(*simulated.simulate_series(rng, **options)) for _ in range(replications)]
            rows.append(counted("interrupted negative binomial, placebo launches", fault, words, found))
            print(rows[-1], file=sys.stderr, flush=True)
    return rows


def main(arguments=None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=1_000, help="panels and series per cell (1000)")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "validity_verdict.json")
    chosen = parser.parse_args(arguments)
    record = {"worth": {"panel": PANEL["worth"], "series": SERIES["worth"]}, "rows": study(chosen.replications)}
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps(rounded(record, 4), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
