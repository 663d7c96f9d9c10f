"""Donor weights with all placebos: ours against peers, in one run, on the same panel, equal optima asserted first.

Peers are an extra (``pip install kampung-analysis[bench]``); those that are not installed are left out and named.
Writes results/synthetic.json. ``--slow`` adds pysyncon, which needs about a minute of processor time.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import platform
import statistics
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from kampung_analysis.specification import specification_curve
from kampung_analysis.synthetic import synthetic_control

UNITS, PERIODS, BEFORE, SEED = 34, 60, 40, 1


def make_panel():
    """34 units × 60 weeks with a common factor, wide and long; the first unit is treated from period 40."""
    rng = np.random.default_rng(SEED)
    common = rng.normal(size=(PERIODS, 1)).cumsum(axis=0)
    values = rng.normal(size=(PERIODS, UNITS)).cumsum(axis=0) + common + 20
    wide = pd.DataFrame(values, columns=[f"u{i:02}" for i in range(UNITS)]).rename_axis(index="time", columns="unit")
    long = wide.unstack().rename("y").reset_index()
    long["ever"] = (long["unit"] == "u00").astype(int)
    long["treat"] = long["ever"] * (long["time"] >= BEFORE)
    return wide, long


def loss(wide, weights):
    """Mean squared gap before the launch of the weights a package found."""
    weights = pd.Series(weights, dtype=float).reindex(wide.columns[1:]).fillna(0.0)
    before = wide.iloc[:BEFORE]
    return float(((before["u00"] - before[weights.index] @ weights) ** 2).mean())


def ours_sc(wide, long):
    """Synthetic control with all placebos; returns its loss."""
    f = synthetic_control(wide, treated="u00", launch=BEFORE)
    f.placebos()
    return loss(wide, f.weights)


def mlsynth_sc(wide, long):
    """The same by mlsynth."""
    from mlsynth import VanillaSC

    names = {"outcome": "y", "treat": "treat", "unitid": "unit", "time": "time"}
    result = VanillaSC({"df": long, **names, "display_graphs": False, "inference": "placebo"}).fit()
    return loss(wide, result.weights.donor_weights)


def statspai_sc(wide, long):
    """The same by StatsPAI."""
    import statspai

    names = {"outcome": "y", "unit": "unit", "time": "time", "treated_unit": "u00", "treatment_time": BEFORE}
    weights = statspai.synth(long, **names, placebo=True).model_info["weights"]
    if isinstance(weights, pd.DataFrame):
        weights = weights.set_index(weights.columns[0])[weights.columns[1]]
    return loss(wide, weights)


def pysyncon_sc(wide, long):
    """The same by pysyncon: every period before the launch is a predictor."""
    from pysyncon import Dataprep, Synth
    from pysyncon.utils import PlaceboTest

    before = range(BEFORE)
    prepared = Dataprep(
        foo=long,
        predictors=[],
        predictors_op="mean",
        special_predictors=[("y", [t], "mean") for t in before],
        dependent="y",
        unit_variable="unit",
        time_variable="time",
        treatment_identifier="u00",
        controls_identifier=list(wide.columns[1:]),
        time_predictors_prior=before,
        time_optimize_ssr=before,
    )
    method = Synth()
    weight = wide.iloc[:BEFORE].var(axis=1).to_numpy()  # it divides predictors by their spread; this undoes it
    with contextlib.redirect_stdout(io.StringIO()):
        PlaceboTest().fit(prepared, method, scm_options={"custom_V": weight}, verbose=False)
        method.fit(prepared, custom_V=weight)
    return loss(wide, method.weights(round=12))


def ours_sdid(wide, long):
    """Synthetic difference in differences with 200 placebo replications; returns effect and standard error."""
    f = synthetic_control(wide, treated="u00", launch=BEFORE, method="sdid")
    return f.att, f.placebo_se(rng=np.random.default_rng(SEED), replications=200)


def diff_diff_sdid(wide, long):
    """The same by diff-diff."""
    from diff_diff import SyntheticDiD

    names = {"outcome": "y", "treatment": "ever", "unit": "unit", "time": "time"}
    result = SyntheticDiD(seed=SEED, n_bootstrap=200).fit(long, **names, post_periods=list(range(BEFORE, PERIODS)))
    return result.att, result.se


def ours_curve(wide, long):
    """A specification curve of 192 specifications, each with all placebos; returns how many were fitted."""

    def fit(method, log, start, end, pool):
        part = wide.iloc[start:end, :pool].clip(lower=0.1)
        return synthetic_control(np.log(part) if log else part, treated="u00", launch=BEFORE, method=method)

    choices = {
        "method": ["sc", "demeaned", "sdid", "did"],
        "log": [False, True],
        "start": [0, 6, 12, 18],
        "end": [50, 55, 60],
        "pool": [25, 34],
    }
    return len(specification_curve(choices, fit).fitted)


def measure(call, repeats):
    """Median and all seconds of `repeats` calls after one that is not counted, and the last result."""
    seconds, result = [], call()
    for _ in range(repeats):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), seconds, result


def main(arguments=None):
    """Time everything, assert equal answers, write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slow", action="store_true", help="include pysyncon")
    out = Path(__file__).parent / "results" / "synthetic.json"
    parser.add_argument("--out", type=Path, default=out)
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    wide, long = make_panel()
    tasks = {
        "synthetic control, all placebos": [
            ("kampung-analysis", ours_sc),
            ("mlsynth", mlsynth_sc),
            ("StatsPAI", statspai_sc),
            *([("pysyncon", pysyncon_sc)] if options.slow else []),
        ],
        "synthetic difference in differences, 200 placebo replications": [
            ("kampung-analysis", ours_sdid),
            ("diff-diff", diff_diff_sdid),
        ],
        "specification curve of 192 specifications, all placebos": [("kampung-analysis", ours_curve)],
    }
    rows = []
    for task, packages in tasks.items():
        first = None
        for name, call in packages:
            try:
                version = "this repository" if name == "kampung-analysis" else importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                print(f"{name} is not installed; left out", file=sys.stderr)
                continue
            median, seconds, result = measure(lambda call=call: call(wide, long), options.repeats)
            first = (median, result) if first is None else first
            rows.append(
                {
                    "task": task,
                    "package": name,
                    "version": version,
                    "median_s": round(median, 5),
                    "seconds": [round(s, 5) for s in seconds],
                    "times_ours": round(median / first[0], 2),
                    "result": np.round(result, 10).tolist(),
                }
            )
            compare(task, name, first[1], result)
            print(f"{task}: {name} {version}: {median:.4f} s, {median / first[0]:.1f} times ours", flush=True)
    machine = {"python": platform.python_version(), "numpy": np.__version__, "processors": os.cpu_count()}
    options.out.parent.mkdir(exist_ok=True)
    table = {"machine": machine, "units": UNITS, "periods": PERIODS, "before": BEFORE, "rows": rows}
    options.out.write_text(json.dumps(table, indent=1) + "\n")


def compare(task, name, ours, theirs):
    """Stop when a peer finds another optimum (synthetic control) or another effect (difference in differences)."""
    if task.startswith("synthetic control"):
        if not abs(theirs - ours) <= 1e-8 * max(1.0, ours):
            raise AssertionError(f"{name} reaches a loss of {theirs!r}, we {ours!r}")
    elif task.startswith("synthetic difference") and not abs(theirs[0] - ours[0]) <= 0.01 * abs(ours[0]):
        raise AssertionError(f"{name} finds {theirs[0]!r}, we {ours[0]!r}")


if __name__ == "__main__":
    main()
