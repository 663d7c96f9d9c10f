"""Which designs does a panel allow, from the weakest to the strongest, and what does each of them find?

Every rung uses an estimator and checks of the floors below, and ends in the rule of :mod:`kampung_analysis.claims`. A
rung that cannot be run keeps its place and says why.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from kampung_analysis import checks
from kampung_analysis.claims import Verdict
from kampung_analysis.interrupted import MINIMUM_AFTER, MINIMUM_BEFORE, fit_interrupted
from kampung_analysis.results import Check, Estimate, number
from kampung_analysis.staggered_randomised import fit_starts, rank_p
from kampung_analysis.study_ladder import COMPARISONS, DESIGNS, PLACEBOS, Rung
from kampung_analysis.synthetic import synthetic_control
from kampung_analysis.timeline import label
from kampung_analysis.trial import minimum_detectable_effect


def climb(
    study, *, rng: np.random.Generator, judge: Callable[[Estimate, list[Check]], Verdict], keys=tuple(DESIGNS)
) -> tuple[Rung, ...]:
    """Run every design on a study, weakest first.

    Parameters
    ----------
    study : kampung_analysis.study.Study
    rng : numpy.random.Generator
        For the permuted starts of the event study.
    judge : callable
        (estimate, checks) → Verdict.
    keys : sequence of str
        Designs to run.

    Returns
    -------
    tuple of Rung
        One per design, in the order of `keys`.
    """
    builders = {"before_after": _before_after, "interrupted": _interrupted}
    builders |= {m: lambda s, m=m: _comparison(s, m) for m in COMPARISONS}
    builders["event_study"] = lambda s: _event_study(s, rng)
    rungs, last = [], max(study.first.dropna())
    mixed = f"places start up to {label(last)}; all count as treated from {label(study.launch_period)} on"
    mixed = mixed if last != study.launch_period else ""
    for key in keys:
        try:
            estimate, asked, fit = builders[key](study)
        except np.linalg.LinAlgError:
            raise
        except ValueError as refusal:
            rungs.append(Rung(key, refused=str(refusal)))
            continue
        asked = [*asked, _alone(study)]
        warnings = (*estimate.warnings, *([mixed] if mixed and key != "event_study" else []))
        estimand = f"{DESIGNS[key][1]}; {study.span}"
        estimate = replace(estimate, name=DESIGNS[key][0], estimand=estimand, warnings=warnings)
        rungs.append(Rung(key, estimate, tuple(asked), judge(estimate, asked), detectable(estimate), fit=fit))
    return tuple(rungs)


def detectable(estimate: Estimate) -> float:
    """Smallest effect that an interval of this width finds four times out of five; NaN without a finite interval.

    Half the interval stands for its quantile times the standard error; see
    :func:`kampung_analysis.trial.minimum_detectable_effect`.
    """
    if not estimate.finite or estimate.low == estimate.high:
        return math.nan
    alpha = 1 - estimate.level
    se = (estimate.high - estimate.low) / 2 / norm.ppf(1 - alpha / 2)
    return float(minimum_detectable_effect(se, alpha=alpha))


def _alone(study) -> Check:
    """What else began is knowledge, not data: a list of it fails the design, an empty list proves nothing."""
    name = "Did only the programme change in the treated places?"
    if study.also:
        return Check(name, False, f"Also there and then: {'; '.join(study.also)}.")
    return Check(name, None, "No table shows it, and the study names nothing; list what else began in `also`.")


def _before_after(study):
    wide, after = study.pooled(), len(study.times) - study.before
    span = min(study.before, after)

    def change(place):
        series = wide[place]
        return float(series.iloc[study.before :].mean() - series.iloc[study.before - span : study.before].mean())

    flat = checks.check_pre_trend(wide[study.group], study.launch_period, worth=study.threshold)
    asked = [
        replace(flat, name="Was the outcome flat before the launch?"),
        checks.check_placebo_in_space(change, study.donors, worth=study.threshold),
    ]
    method = f"mean of {after} periods less mean of the {span} before; such a difference has no interval"
    value = Estimate("", change(study.group), unit=study.worth_unit, n=span + after, method=method)
    return value, asked, wide[study.group]


def _interrupted(study):
    if study.scale != "log":
        raise ValueError(f"its effect is a ratio and the scale is {study.scale!r}; use scale='log' to run it")
    options = {"outcome": "outcome", "exposure": "exposure"}
    options["family"] = "negative_binomial" if study.counted else "log_linear"

    def fit(place, launch, last=None):
        return fit_interrupted(study.series(place).iloc[:last], launch=launch, **options)

    main = fit(study.group, study.launch_period)
    early = study.times[MINIMUM_BEFORE : study.before - MINIMUM_AFTER + 1]
    asked = checks.check_placebo_in_time(lambda day: fit(study.group, day, study.before).effect(), _some(early), null=1)
    if not len(early):
        need = MINIMUM_BEFORE + MINIMUM_AFTER
        why = f"{study.before} periods before the launch; {need} are needed to pretend an earlier one."
        asked = replace(asked, why=why)
    space = checks.check_placebo_in_space(lambda p: fit(p, study.launch_period).effect(), study.donors, null=1)
    p = main.autocorrelation_p
    left = Check("Are the residuals free of autocorrelation?", p >= 0.05, f"Ljung–Box p = {number(p, 2)}.", p, 0.05)
    return main.effect().logged(), [asked, space, left], main


def _comparison(study, method):
    """The fit before the launch must be within `worth` or, where noise forbids that, as good as half the placebos'."""
    wide = study.pooled()
    main = synthetic_control(wide, treated=study.group, launch=study.launch_period, method=method)
    kind = interval_of(main)
    early = wide.iloc[: study.before]
    worth = study.threshold
    asked = [checks.check_pre_trend(main.gap, study.launch_period, worth=worth)] if method == "did" else []
    close = checks.check_pre_fit(main.gap, study.launch_period, limit=worth)
    if not close.passed and len(study.donors) >= 3:
        close = checks.check_fit_rank(main.placebos().frame["pre_rmspe"], what="placebo place")
    asked.append(close)
    asked.append(
        checks.check_placebo_in_time(
            lambda day: synthetic_control(early, treated=study.group, launch=day, method=method).estimate(
                interval=kind
            ),
            _some(early.index[5:-2]),
            worth=worth,
        )
    )
    heavy = main.weights[main.weights > 0.01].index
    full = main.estimate(interval=kind, unit=study.worth_unit)
    asked.append(checks.check_leave_one_out(lambda p: main.without(p).att, heavy, full=full, tolerance=worth))

    def relative(scale):
        found = synthetic_control(study.pooled(scale), treated=study.group, launch=study.launch_period, method=method)
        return math.expm1(found.att) if scale == "log" else found.relative

    asked.append(_scales(study, relative))
    return full, asked, main


def interval_of(fit) -> str:
    """Ranks among placebos where 19 donors allow them, shifts in time where 20 periods do, else no finite interval."""
    if len(fit.panel.donors) >= PLACEBOS:
        return "studentised"
    return "conformal" if fit.method != "sdid" and len(fit.panel.times) > PLACEBOS else "placebo"


def _event_study(study, rng):
    starts, worth = study.first, study.threshold
    treated = starts.index[starts.notna()]
    if len(set(starts.dropna())) < 2:
        who = f"all {len(treated)} places start" if len(treated) > 1 else f"{treated[0]} alone starts"
        raise ValueError(f"{who} in {label(study.launch_period)}; it needs places with different starts")
    clock = pd.date_range("2000-01-03", periods=len(study.times), freq="W-MON")
    position = pd.Series(study.times.get_indexer(starts.dropna()), treated)
    dated = pd.Series(clock[position], treated).reindex(starts.index)
    wide = study.scaled().set_axis(clock)
    main = fit_starts(wide, dated, rng=rng)
    lots = f"the interval takes starts as dealt out by lot among {len(starts)} places; nobody drew lots"
    estimate = replace(main.overall("", unit=study.worth_unit), warnings=(lots,))
    early = wide.iloc[: study.before]

    def pretended(weeks):
        return fit_starts(early, dated - pd.Timedelta(weeks=weeks), draws=499, rng=rng).overall("", unit="")

    before = [i for i, e in enumerate(main.index) if e != "simple" and e < 0]
    largest = np.abs(main.draws[:, before]).max(axis=1) if before else np.array([])
    path = Check("Did the places move alike before they started?", None, "No period before a start can be compared.")
    if before:
        p = rank_p(float(np.abs(main.value[before]).max()), largest)
        why = f"The largest of {len(before)} steps before has rank p = {number(p, 2)} among permuted starts."
        path = Check(path.name, p > 0.05, why, p, 0.05)

    def relative(scale):
        found = fit_starts(study.scaled(scale).set_axis(clock), dated, draws=1)
        if scale == "log":
            return math.expm1(found.value[0])
        base = np.mean([study.scaled(scale)[p].iloc[position[p] :].mean() for p in treated]) - found.value[0]
        return found.value[0] / base if base else math.nan

    asked = [
        path,
        checks.check_placebo_in_time(pretended, _some(range(2, study.before - 3)), worth=worth),
        checks.check_leave_one_out(
            lambda p: fit_starts(wide, dated.drop(p), draws=1).value[0],
            treated,
            full=estimate,
            tolerance=worth,
            what="place",
        ),
        _scales(study, relative),
    ]
    return estimate, asked, main


def _scales(study, relative) -> Check:
    """Do logs and levels lie on one side of zero, or both nearer to it than the effect worth claiming?"""
    name = "Do logs and levels agree?"
    try:
        found = {scale: relative(scale) for scale in ("log", "level")}
    except np.linalg.LinAlgError:
        raise
    except ValueError as refusal:
        return Check(name, None, str(refusal))
    low, high = sorted(found.values())
    level = float(study.pooled("level")[study.group].iloc[study.before :].mean())
    least = study.worth if study.scale == "log" else study.worth / abs(level) if level else math.inf
    said = " and ".join(f"{100 * x:+.0f}% in {s}s".replace("-", "−") for s, x in found.items())
    return Check(name, low * high > 0 or max(-low, high) < least, f"The effect is {said}.")


def _some(items, most: int = 10) -> list:
    """At most `most` of them, evenly spread."""
    items = list(items)
    return [items[i] for i in np.unique(np.linspace(0, len(items) - 1, most).round().astype(int))] if items else []
