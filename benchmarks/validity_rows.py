"""How do replications become rows of a validity table, and how do rows outlive a script that is stopped?

Used by the scripts ``benchmarks/validity_*.py``; a row holds the number of replications that were run and the Monte
Carlo standard error of every share and bias in it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from functools import partial
from pathlib import Path

import numpy as np

from kampung_analysis.results import rounded

RESULTS = Path(__file__).resolve().parent / "results"
FAMILIES = {
    "none": ("none",),
    "overdispersion": ("overdispersion",),
    "autocorrelation": ("autocorrelation", "neighbours alike in dose and outcome", "neighbours alike"),
    "worst-first placement": ("worst-first placement", "launch after the worst week"),
    "wrong dates": (
        "launch dated two periods late",
        "dates one period late",
        "baseline taken after half of the work",
        "starts known to four weeks only",
        "counts dated up to two weeks late",
    ),
    "few clusters": (
        "few places",
        "very few places",
        "a group of eight",
        "few donors",
        "short series",
        "forty periods",
        "ten units a cohort",
        "five units a cohort",
        "three units a cohort",
        "five never-treated units",
        "whole districts start together",
        "eight treated units",
        "four treated units",
        "three treated units",
    ),
}
"""The faults of real data, and under which labels the studies simulate them; other labels are of no family."""


def family_of(fault: str) -> str:
    """The family of a fault, or nothing where a label stands for several faults at once or for another thing."""
    return next((family for family, labels in FAMILIES.items() if fault in labels), "")


def share_error(share: float, n: int, nominal: float = 0.05) -> float:
    """Monte Carlo standard error of a share of `n` replications, never below that of the `nominal` share."""
    return math.sqrt(max(share * (1 - share), nominal * (1 - nominal)) / n)


def interval_row(estimator: str, fault: str, errors, kept, warned=()) -> dict:
    """Bias, coverage and false positives of one estimator under one fault.

    Parameters
    ----------
    estimator, fault : str
    errors : sequence of float
        Estimate minus truth, by replication.
    kept : sequence of tuple of bool
        Whether the interval covered the truth, whether it was finite, and, where no effect was simulated too, whether
        it was rejected. A refusal counts as an interval without bounds.
    warned : sequence of bool, optional
        Whether the printed estimate carried a warning.
    """
    covered, finite, *rejected = (float(np.mean(x)) for x in zip(*kept, strict=True))
    row = {"estimator": estimator, "fault": fault}
    if len(errors):
        spread = float(np.std(errors) / math.sqrt(len(errors)))
        row |= {"bias": float(np.mean(errors)), "bias_monte_carlo_error": spread}
    row |= {"coverage": covered, "finite": finite}
    row |= {"false_positive_rate": rejected[0]} if rejected else {}
    row |= {"warned": float(np.mean(warned))} if len(warned) else {}
    return row | {"monte_carlo_error": share_error(0.05, len(kept)), "replications": len(kept)}


def band_row(estimator: str, fault: str, covered, warned=()) -> dict:
    """Share of replications in which a band held the whole truth, and in which a warning was printed."""
    row = {"estimator": estimator, "fault": fault, "coverage": float(np.mean(covered))}
    row |= {"warned": float(np.mean(warned))} if len(warned) else {}
    return row | {"monte_carlo_error": share_error(0.05, len(covered)), "replications": len(covered)}


def alarm_row(estimator: str, fault: str, rejected) -> dict:
    """Share of replications in which a test without an interval saw an effect where there was none."""
    row = {"estimator": estimator, "fault": fault, "false_positive_rate": float(np.mean(rejected))}
    return row | {"monte_carlo_error": share_error(0.05, len(rejected)), "replications": len(rejected)}


def check_row(name: str, fault: str, failed) -> dict:
    """Share of replications in which a check failed."""
    share = float(np.mean(failed))
    row = {"estimator": name, "fault": fault, "failed": share}
    return row | {"monte_carlo_error": share_error(share, len(failed)), "replications": len(failed)}


def options(doc: str, name: str, arguments=None, *, replications: int = 1_000) -> argparse.Namespace:
    """The command line of a validity script: how many replications, and where to."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--replications", type=int, default=replications, help=f"a cell ({replications})")
    parser.add_argument("--output", type=Path, default=RESULTS / f"{name}.json")
    parser.add_argument("--only", default="", help="run only cells whose name holds this text; other rows stay")
    return parser.parse_args(arguments)


def cells_of(studies, replications: int) -> dict:
    """A cell for each study and fault; `studies` gives each study its faults, named or by their settings."""
    return {
        f"{study.__name__}, {fault}": partial(
            study, replications, faults={fault: faults[fault]} if isinstance(faults, dict) else (fault,)
        )
        for study, faults in studies.items()
        for fault in faults
    }


def keep(cells, chosen: argparse.Namespace, **head) -> None:
    """Run cells and write the file after every one of them.

    Parameters
    ----------
    cells : mapping of str to callable
        Each gives rows.
    chosen : Namespace
        From :func:`options`.
    **head
        Further entries of the file.

    Rows of an older file whose cells have not been run again yet stay behind the new ones until they have.
    """
    path, rows = chosen.output, []
    old = json.loads(path.read_text(encoding="utf-8")).get("rows", []) if path.is_file() else []
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in cells if chosen.only in name]
    for name in wanted:
        found = cells[name]()
        rows += found
        new = {_key(row) for row in rows}
        later = [row for row in old if _key(row) not in new]
        later = [] if name == list(cells)[-1] and not chosen.only else later
        told = [{**row, "family": family_of(row["fault"])} for row in rows + later]
        text = json.dumps(rounded({**head, "rows": told}, 4), indent=1, ensure_ascii=False)
        path.with_suffix(".part").write_text(text + "\n", encoding="utf-8")
        path.with_suffix(".part").replace(path)
        for row in found:
            told = (f"{k} {v:.3g}" if isinstance(v, float) else str(v) for k, v in row.items())
            print(", ".join(told), file=sys.stderr, flush=True)


def run(doc: str, name: str, studies, arguments=None, **head) -> None:
    """Do what a validity script does: read the command line, run the cells of its studies, keep their rows.

    Parameters
    ----------
    doc, name : str
        Docstring of the script, and its name.
    studies : mapping of callable to faults
        See :func:`cells_of`.
    arguments : sequence of str, optional
        In the place of the command line.
    **head
        Further entries of the file.
    """
    chosen = options(doc, name, arguments)
    keep(cells_of(studies, chosen.replications), chosen, **head)


def _key(row):
    return row["estimator"], row["fault"], row.get("effect", "")
