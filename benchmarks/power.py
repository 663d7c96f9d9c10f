"""How long does a full power study take? A thousand roll-outs over every village of East Java, an event study each.

    python benchmarks/power.py                       # 1,000 replications x 8,501 villages x 40 weeks
    python benchmarks/power.py --replications 100    # a look

Each replication draws a panel in which the villages of a district share the course calibrated on the 38 districts and
have as much weekly noise of their own, opens sites by lots drawn inside districts, draws the effect, and estimates
group-time effects with their event study inside districts. Writes benchmarks/results/power.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from kampung_analysis import datasets, simulation, trial
from kampung_analysis.results import rounded
from kampung_analysis.staggered import att_gt, moments_of

ROOT = Path(__file__).resolve().parent.parent
SEED, WEEKS, WAVES, NEVER = 20200611, 40, np.array([10, 14, 18, 22, 26, 30]), 0.2


def event_study(rates: np.ndarray, starts: np.ndarray, district: np.ndarray) -> tuple[float, float]:
    """Average effect over treated unit-weeks with its error, after the event study; `starts` count weeks from zero."""
    within = simulation.less_district_weeks(rates, district)
    effects = att_gt(moments_of(within, starts + 1, np.arange(1, rates.shape[1] + 1)))
    found = effects.aggregate("dynamic")
    assert np.isfinite(found.se).all()
    overall = effects.aggregate("simple").overall
    return overall.value, overall.se * np.sqrt(len(rates) / (len(rates) - district.max() - 1))


def tell(done: int, of: int, since: float) -> None:
    """Progress on one line of the terminal."""
    passed = time.perf_counter() - since
    text = f"\r{done:,} of {of:,} replications, {passed:.0f} s, about {passed / done * (of - done):.0f} s to go"
    print(text.ljust(70), end="\n" if done == of else "", file=sys.stderr, flush=True)


def main() -> int:
    """Run, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--villages", type=int, default=8501)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--effect", type=float, default=-0.338)
    options = parser.parse_args()
    panel = datasets.load_covid_districts()
    counts = panel.pivot(index="week", columns="code", values="new_confirmed").iloc[:WEEKS]
    people = panel.groupby("code")["population"].first()
    shared = simulation.calibrate(counts, people)
    city = datasets.load_covid_subdistricts_surabaya().pivot(index="week", columns="code", values="new_confirmed")
    lasting = simulation.calibrate(city, people[["35.78"]].reindex(city.columns, fill_value=people["35.78"])).sd_unit
    part = {"sd_noise": shared.sd_noise, "autocorrelation": shared.autocorrelation}
    process = simulation.inside(shared, sd_unit=lasting, **part)
    codes = datasets.load_places_villages().code
    district = counts.columns.get_indexer(codes[codes.str.startswith("35.")].str[:5])
    district = district[np.linspace(0, len(district) - 1, options.villages).round().astype(int)]
    population = (people[counts.columns].to_numpy(float) / np.bincount(district))[district]
    start, used = time.perf_counter(), time.process_time()
    study = trial.power_study(
        process,
        population=population,
        district=district,
        placement=lambda early, rng: simulation.place(
            "random", early, starts=WAVES, rng=rng, never=NEVER, district=district
        ),
        estimate=lambda rates, starts: event_study(rates, starts, district),
        effect=options.effect,
        replications=options.replications,
        rng=np.random.default_rng(SEED),
        early_weeks=9,
        workers=options.workers,
        progress=lambda done: tell(done, options.replications, start),
    )
    seconds = time.perf_counter() - start
    found = {
        "task": "power study, an event study each",
        "units": options.villages,
        "districts": int(district.max()) + 1,
        "weeks": WEEKS,
        "waves": len(WAVES),
        "effect": options.effect,
        "workers": options.workers,
        "seconds": round(seconds, 1),
        "processor_seconds": round(time.process_time() - used, 1),
        "milliseconds_a_replication": round(seconds / options.replications * 1e3, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_1_min_after": round(os.getloadavg()[0], 1),
        "summary": rounded(trial.summarise_power(study).to_dict()),
    }
    if options.replications == 1000:
        out = ROOT / "benchmarks" / "results" / "power.json"
        out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
