"""What do power studies of a thousand replications say, and how long do they take? Every village of East Java.

    python benchmarks/power.py                       # 1,000 replications of every cell and of the timed study
    python benchmarks/power.py --replications 100    # a look; writes nothing

The cells are those of notebook 09, for three kinds of village: sites by lot inside districts, worst first in six slow
waves, worst first in three quick waves as told, and four fifths of the villages by lot, each without and with the
effect; trials in 1, 4 and 12 districts beside them. The timed study estimates group-time effects with their event
study in every replication. Writes benchmarks/results/power.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from kampung_analysis import datasets, simulation, trial
from kampung_analysis.results import rounded
from kampung_analysis.staggered import att_gt, average_effect, moments_of

ROOT = Path(__file__).resolve().parent.parent
SEED, WEEKS, WAVES, QUICK = 20200611, 40, np.array([10, 14, 18, 22, 26, 30]), np.array([9, 11, 13])
SITES, FEWER, FIRST = 1559, 0.2, 9
"""Sites that were told; share of the villages that a larger trial leaves out; last week before the first start."""
AGAIN = 200
"""Resamples of a study behind the simulation error of the smallest effect it finds."""


def event_study(rates: np.ndarray, starts: np.ndarray, district: np.ndarray) -> tuple[float, float]:
    """Average effect over treated unit-weeks with its error, after the event study; `starts` count weeks from zero."""
    within = simulation.less_district_weeks(rates, district)
    effects = att_gt(moments_of(within, starts + 1, np.arange(1, rates.shape[1] + 1)))
    found = effects.aggregate("dynamic")
    assert np.isfinite(found.se).all()
    overall = effects.aggregate("simple").overall
    return overall.value, overall.se * np.sqrt(len(rates) / (len(rates) - district.max() - 1))


def tell(done: int, of: int, since: float) -> None:
    """Progress on one line of the terminal, a hundred times in all."""
    if done % max(1, of // 100) and done != of:
        return
    passed = time.perf_counter() - since
    text = f"\r{done:,} of {of:,} replications, {passed:.0f} s, about {passed / done * (of - done):.0f} s to go"
    print(text.ljust(70), end="\n" if done == of else "", file=sys.stderr, flush=True)


def kinds_of_village() -> tuple[dict[str, simulation.Process], np.ndarray, np.ndarray]:
    """Three processes of villages, residents of each village, and the number of its district."""
    panel = datasets.load_covid_districts()
    counts = panel.pivot(index="week", columns="code", values="new_confirmed").iloc[:WEEKS]
    people = panel.groupby("code")["population"].first()
    shared = simulation.calibrate(counts, people)
    city = datasets.load_covid_subdistricts_surabaya().pivot(index="week", columns="code", values="new_confirmed")
    smaller = simulation.calibrate(city, pd.Series(people["35.78"] / city.shape[1], index=city.columns))
    noise = {
        "calm": (smaller.sd_noise, smaller.autocorrelation),
        "main": (shared.sd_noise, shared.autocorrelation),
        "noisy": (1.5 * shared.sd_noise, shared.autocorrelation),
    }
    kinds = {
        kind: simulation.inside(shared, sd_unit=smaller.sd_unit, sd_noise=sd, autocorrelation=again)
        for kind, (sd, again) in noise.items()
    }
    codes = datasets.load_places_villages().code
    district = counts.columns.get_indexer(codes[codes.str.startswith("35.")].str[:5])
    return kinds, (people[counts.columns].to_numpy(float) / np.bincount(district))[district], district


def by_lot(starts: np.ndarray, never: float, district: np.ndarray, effects: tuple[float, ...]) -> trial.Design:
    """Lots drawn inside districts, and the average effect compared inside them."""
    placement = trial.placed("random", starts=starts, never=never, district=district)
    return trial.Design(placement, lambda rates, starts: average_effect(rates, starts, within=district), effects)


def row(study: pd.DataFrame, *, kind: str, design: str, villages: int, effect: float) -> dict:
    """One cell: its summary with simulation errors, and the smallest effect found where there was one."""
    found = {"kind": kind, "design": design, "villages": villages, "effect": effect}
    found |= trial.summarise_power(study).to_dict()
    if effect:
        rng = np.random.default_rng(SEED)
        again = [study.iloc[rng.integers(len(study), size=len(study))] for _ in range(AGAIN)]
        found["smallest"] = trial.relative_effect_found(study, effect)
        found["smallest_error"] = float(np.std([trial.relative_effect_found(one, effect) for one in again]))
    return found


def cells(options: argparse.Namespace) -> list[dict]:
    """The table of notebook 09 with equal replications in every cell."""
    kinds, population, district = kinds_of_village()
    never, effects, rows = 1 - SITES / len(district), (0, options.effect), []
    designs = {
        "lot": by_lot(WAVES, never, district, effects),
        "worst": trial.Design(trial.placed("worst_first", starts=WAVES, never=never), average_effect, effects),
        "told": trial.Design(trial.placed("worst_first", starts=QUICK, never=never), average_effect, effects),
        "most": by_lot(WAVES, FEWER, district, effects),
    }
    own = {"replications": options.replications, "early_weeks": FIRST, "workers": options.workers}
    for number, (kind, process) in enumerate(kinds.items()):
        start = time.perf_counter()
        studies = trial.compare_designs(
            process, population=population, district=district, designs=designs,
            rng=np.random.default_rng([SEED, 1, number]),
            progress=lambda done, start=start: tell(done, options.replications, start), **own,
        )  # fmt: skip
        rows += [row(s, kind=kind, design=d, villages=len(district), effect=e) for (d, e), s in studies.items()]
    later = replace(kinds["main"], week_log_rate=kinds["main"].week_log_rate[FIRST:])
    for districts in (1, 4, 12):
        group = np.repeat(np.arange(districts), round(len(district) / 38))
        design = by_lot(WAVES - FIRST, FEWER, group, (options.effect,))
        studies = trial.compare_designs(
            later, population=np.full(len(group), population.mean()), district=group, designs={"most": design},
            rng=np.random.default_rng([SEED, 2, districts]), **own,
        )  # fmt: skip
        rows += [row(s, kind="main", design=d, villages=len(group), effect=e) for (d, e), s in studies.items()]
    return rows


def timed(options: argparse.Namespace) -> dict:
    """A study with an event study in every replication, and what it cost."""
    kinds, population, district = kinds_of_village()
    start, used = time.perf_counter(), time.process_time()
    study = trial.power_study(
        kinds["main"],
        population=population,
        district=district,
        placement=trial.placed("random", starts=WAVES, never=FEWER, district=district),
        estimate=lambda rates, starts: event_study(rates, starts, district),
        effect=options.effect,
        replications=options.replications,
        rng=np.random.default_rng(SEED),
        early_weeks=FIRST,
        workers=options.workers,
        progress=lambda done: tell(done, options.replications, start),
    )
    seconds = time.perf_counter() - start
    return {
        "task": "power study, an event study each",
        "units": len(district),
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
        "summary": trial.summarise_power(study).to_dict(),
    }


def main() -> int:
    """Run, print and record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--effect", type=float, default=-0.338)
    options = parser.parse_args()
    found = rounded(timed(options) | {"rows": cells(options)})
    if options.replications == 1000:
        out = ROOT / "benchmarks" / "results" / "power.json"
        out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
