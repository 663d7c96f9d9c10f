"""Does every estimator and check stand under each of the five faults of real data, and who is told where it fails?

Lists every public function of the methods: the rows of results/validity_*.json that simulate it, or why it has none.
``python benchmarks/validity_matrix.py`` prints what is missing; tests/test_validity_matrix.py fails while anything is.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

from validity_rows import FAMILIES, RESULTS

PACKAGE = Path(__file__).resolve().parents[1] / "kampung_analysis"
FIVE = tuple(family for family in FAMILIES if family != "none")
ROWS = {
    "awards.funnel": "share passing a stage",
    "checks.check_agreement": "check_agreement",
    "checks_before.check_fit_rank": "check_fit_rank",
    "checks.check_leave_one_out": "check_leave_one_out",
    "checks.check_placebo_in_space": "check_placebo_in_space",
    "checks.check_placebo_in_time": "check_placebo_in_time",
    "checks_before.check_pre_fit": "check_pre_fit",
    "checks_before.check_pre_trend": "check_pre_trend",
    "checks.check_vintage": "check_vintage",
    "claims.verdict": ("interrupted negative binomial, placebo launches", "sc, placebo interval, two checks",
                       "demeaned, placebo interval, two checks", "event study, band before adoption"),
    "claims_ledger.posterior": "posterior of a prior",
    "counts.against_others": "ratio against the other places",
    "counts.normal_update": "posterior of a prior",
    "counts.pooled_change": "pooled ratio",
    "counts.rate_ratio": "ratio of two counts",
    "epidemic.check_scales": "check_scales",
    "growth.dose_slope": "slope on a dose",
    "growth.growth_change": "change of weekly growth",
    "interrupted.fit_interrupted": "interrupted ",
    "placebos.conformal_interval": ("sc, conformal", "demeaned, conformal", "did, conformal"),
    "placebos.conformal_p": ("sc, conformal", "demeaned, conformal", "did, conformal"),
    "placebos.placebo_interval": ("sc, placebo", "demeaned, placebo", "sdid, placebo", "did, placebo"),
    "placebos.rank_p": ("sc, rank", "demeaned, rank", "sdid, rank", "did, rank"),
    "placement.difference_of_means": "difference of baselines, bootstrap",
    "placement.permutation_p": "difference of baselines, permutation",
    "placement.rank_correlation": "rank correlation",
    "rollout.ceiling_profile": "ceiling of a growth curve",
    "segments.fit_segments": "interrupted ",
    "segments.regress": "interrupted ",
    "selection.compare_scores": ("ANCOVA", "change scores"),
    "selection.follow_worst": "fall of the worst decile",
    "selection.selection_alone": "count that selection alone predicts",
    "specification.specification_curve": "specification curve",
    "staggered.aggregate.aggregate": "event study, ",
    "staggered.aggregate.critical_value": ("event study, never-treated controls, dynamic, band",
                                           "event study, not-yet-treated controls, dynamic, band"),
    "staggered.average.average_effect": "average effect inside districts",
    "staggered.effects.att_gt": "event study, ",
    "staggered_dates.draw_starts": "span of estimates over possible dates",
    "staggered_dates.redate": "span of estimates over possible dates",
    "staggered_randomised.fit_starts": "average of group-time effects",
    "staggered_randomised.invert": "average of group-time effects",
    "staggered_randomised.rank_p": "average of group-time effects",
    "staggered_randomised.start_choices": "average of group-time effects",
    "synthetic.synthetic_control": ("sc, ", "demeaned, ", "sdid, ", "did, "),
    "trial_formulas.one_unit": "one unit against its own weeks before",
}  # fmt: skip
"""Public function that makes a statement with an error rate -> beginnings of the estimators whose rows simulate it."""
INPUT = "reads, checks or arranges what is handed over"
SILENT = {
    "awards.lottery": "an exact probability",
    "checks.as_estimate": INPUT,
    "claims": "keeps and prints results; the rule itself is verdict",
    "claims_ledger": "arranges recorded results",
    "crosschecks": "tables that agree or do not; every difference is listed",
    "donors": INPUT,
    "epidemic.comparison": "hands choices to synthetic_control",
    "epidemic.wide_outcome": INPUT,
    "growth.log_total": INPUT,
    "inputs": INPUT,
    "kernels": INPUT,
    "linkage": "names that match or do not; misses and ties are listed, no rate is promised",
    "placebos.cautions": "the warnings themselves",
    "placebos.refit_donors": "refits; the ranks of its fits have rows",
    "placebos.refit_earlier": "refits; check_placebo_in_time judges them",
    "placebos.refit_without_each": "refits; check_leave_one_out judges them",
    "placebos.tabulate_placebos": INPUT,
    "programme": "describes coded sentences, outside the methods that judge programmes",
    "rollout.adoption_bounds": "bounds from counting, true whatever the data",
    "rollout.coverage_bounds": "bounds from counting, true whatever the data",
    "rollout.logistic": "a formula",
    "rollout.reversals": "a comparison of counts",
    "rollout.sites_affordable": "a division",
    "rollout.time_to_share": "bounds from counting, true whatever the data",
    "segments.check_lags": INPUT,
    "segments.check_length": INPUT,
    "segments.covariance": "arithmetic below the estimators",
    "segments.length_caution": "the warnings themselves",
    "segments.read_series": INPUT,
    "segments.segment_terms": INPUT,
    "selection.regression_to_mean": "an expectation without an interval, tested against simulation",
    "selection.variance_components": "an expectation without an interval, tested against simulation",
    "selection_simulated": "a simulation itself",
    "simplex": "arithmetic below the estimators; weights are checked for optimality",
    "simulation": "a simulation itself",
    "staggered.aggregate.pointwise": "a normal quantile",
    "staggered.batches": INPUT,
    "staggered.matrix": INPUT,
    "staggered.moments": "sums, checked to be exact",
    "staggered.periods": INPUT,
    "staggered.processors": INPUT,
    "staggered.read": INPUT,
    "staggered_dates.certain_by_week": "bounds from counting, true whatever the data",
    "staggered_dates.limit_delay": INPUT,
    "staggered_dates.share_recovered": "a simulation itself",
    "staggered_dates.simulate_dates": "a simulation itself",
    "staggered_randomised.effect_weights": "arithmetic below the estimators",
    "staggered_randomised.on": INPUT,
    "staggered_randomised.positions_of": INPUT,
    "staggered_randomised.unit_weights": "arithmetic below the estimators",
    "timeline": INPUT,
    "trial": "a simulation itself (benchmarks/power.py)",
    "trial_formulas": "published formulas, tested against their sources",
    "trial_pilot": "a simulation itself",
    "trial_starts": INPUT,
    "trial_report": "words and errors of simulated shares",
}
"""Module, or public function, without an error rate of its own -> why."""
NEEDS_NO_DATE = "no launch and no date enters"
MEASURES_IT = "worst-first choice is what it measures"
CANNOT = {
    ("ceiling of a growth curve", "worst-first placement"): "one curve of sites; nobody is chosen",
    ("count that selection alone predicts", "worst-first placement"): MEASURES_IT,
    ("fall of the worst decile", "worst-first placement"): MEASURES_IT,
    ("fall of the worst decile", "wrong dates"): NEEDS_NO_DATE,
    ("share passing a stage", "worst-first placement"): "no outcome; places pass or do not",
    ("share passing a stage", "wrong dates"): NEEDS_NO_DATE,
    ("difference of baselines", "worst-first placement"): MEASURES_IT,
    ("rank correlation", "worst-first placement"): MEASURES_IT,
}
"""Beginning of an estimator's name and a fault that cannot reach it -> why."""
DATE = "no column shows that a date is wrong"
RATES = "two counts do not show how rates vary; use the spread of other places"
QUICK = "the quick inner step of power studies prints nothing"
STOOD_HIGH = "counts of two periods do not show that places were chosen for the first"
READER = {
    ("", "wrong dates"): DATE,
    ("ratio of two counts, exact", "overdispersion"): RATES,
    (
        "ratio of two counts, exact",
        "autocorrelation",
    ): RATES,
    ("ratio", "worst-first placement"): STOOD_HIGH,
    ("pooled ratio", "worst-first placement"): STOOD_HIGH,
    ("posterior of a prior", "worst-first placement"): STOOD_HIGH,
    ("posterior of a prior", "few clusters"): "an estimate and its error arrive without the number of places",
    ("ceiling of a growth curve", "overdispersion"): "counts close below a ceiling hide their scatter",
    ("ceiling of a growth curve", "autocorrelation"): "ten counts are too few to see it",
    (
        "change scores",
        "worst-first placement",
    ): "ANCOVA stands beside it; where they part, look there",
    ("count that selection alone predicts", "overdispersion"): "one count does not show that its rate moves",
    ("count that selection alone predicts", "autocorrelation"): "one count does not show that its rate moves",
    ("difference of baselines", "autocorrelation"): "values do not say who are neighbours",
    ("rank correlation", "autocorrelation"): "values do not say who are neighbours",
    ("share passing a stage", "autocorrelation"): "a count does not show that neighbours pass alike",
    ("slope on a dose", "worst-first placement"): "doses and changes do not show how doses were dealt out",
    ("slope on a dose", "autocorrelation"): "values do not say who are neighbours",
    ("average of group-time effects", "worst-first placement"): "two dozen units do not show it before adoption",
    (
        "average effect inside districts",
        "worst-first placement",
    ): QUICK,
    ("span of estimates", ""): "a span over dates is no interval and promises no coverage",
}
"""Beginning of an estimator and family of faults whose failure it cannot see -> why: what stays with the reader."""


def public() -> list[str]:
    """Public functions of the methods as module.function, without those of modules that hold no method."""
    others = (
        "pages",
        "corpus",
        "figspec",
        "tables",
        "notebooks",
        "environment",
        "compare",
        "datasets",
        "study",
        "places",
    )
    others += ("results", "__main__", "__init__")
    found = []
    for path in sorted([*PACKAGE.glob("*.py"), *PACKAGE.glob("staggered/*.py")]):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        if module.endswith("__init__") or module.startswith(others):
            continue
        body = ast.parse(path.read_text(encoding="utf-8")).body
        found += [f"{module}.{n.name}" for n in body if isinstance(n, ast.FunctionDef) and n.name[0] != "_"]
    return found


def committed() -> list[dict]:
    """Every row of the committed results."""
    files = sorted(RESULTS.glob("validity_*.json"))
    return [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))["rows"]]


def unlisted() -> list[str]:
    """Public functions that neither have rows nor a reason for having none."""
    return [f for f in public() if f not in ROWS and f not in SILENT and f.rpartition(".")[0] not in SILENT]


def missing(rows) -> list[tuple[str, str]]:
    """Pairs of estimator and fault without a row, save those that cannot apply; ("", ...) for a name without rows."""
    families: dict[str, set] = {}
    for row in rows:
        families.setdefault(row["estimator"], set()).add(row["family"])
    starts = [(f, s) for f, named in ROWS.items() for s in ([named] if isinstance(named, str) else named)]
    found = [("", f"{f}: {s}") for f, s in starts if not any(e.startswith(s) for e in families)]
    for estimator, have in families.items():
        spared = {family for (start, family) in CANNOT if estimator.startswith(start)}
        found += [(estimator, family) for family in FIVE if family not in have | spared]
    return found


def untold(rows, *, least: float = 0.9, warned: float = 0.8) -> list[tuple[str, str, float]]:
    """Intervals that cover too rarely, without a printed warning and without a place on the reader's list."""
    found = []
    for row in rows:
        low = row.get("coverage") is not None and row["coverage"] < least and row["family"] in FAMILIES
        if not low or row.get("warned", 0) >= warned:
            continue
        if not any(row["estimator"].startswith(start) and family in ("", row["family"]) for start, family in READER):
            found.append((row["estimator"], row["fault"], row["coverage"]))
    return found


def main() -> int:
    rows = committed()
    gaps = {"without a reason": unlisted(), "without a row": missing(rows), "without a warning": untold(rows)}
    for words, found in gaps.items():
        print(f"{len(found)} {words}", *found, sep="\n  ")
    return int(any(gaps.values()))


if __name__ == "__main__":
    sys.exit(main())
