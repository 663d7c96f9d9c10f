"""What did each design find, and which of them decides? The rungs of a study, printable and as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import pandas as pd

from kampung_analysis.claims import Verdict
from kampung_analysis.results import Check, Estimate, number, quantity
from kampung_analysis.timeline import check_choice

DESIGNS = {
    "before_after": (
        "Before and after, no comparison",
        "how much the treated places changed, whatever changed them",
        "the programme from anything else that changed in time: season, testing, other measures, a peak that passes",
    ),
    "interrupted": (
        "Interrupted series, no comparison",
        "the treated places against their own earlier trend, continued",
        "the programme from a trend that would have bent by itself, and from whatever else began in the same period",
    ),
    "did": (
        "Difference in differences",
        "the change of the treated places less the mean change of the places without the programme",
        "the programme from a path on which the treated places already were, or from a shock of their own",
    ),
    "sc": (
        "Synthetic control",
        "the treated places against a mixture of other places that ran alike before",
        "the programme from a shock of the treated places alone; a poor fit before the launch leaves no comparison",
    ),
    "demeaned": (
        "Synthetic control with intercept",
        "the treated places against a mixture of other places whose changes ran alike before",
        "the programme from a shock of the treated places alone",
    ),
    "sdid": (
        "Synthetic difference in differences",
        "the change of the treated places less that of a mixture of places, against the periods most like those after",
        "the programme from a shock of the treated places alone; which periods are alike is itself estimated",
    ),
    "event_study": (
        "Event study of several places",
        "the average change since each place started, less the change of places that had not started by then",
        "the programme from the reason why some places started first; lots are drawn here, starts were not",
    ),
}
"""Key of each rung, weakest first: title, estimand in words, what the design cannot tell apart."""
COMPARISONS = ("did", "sc", "demeaned", "sdid")
PLACEBOS = 19
"""Fewest donors whose ranks bound a 95 % interval; shifts in time need one period more."""
TOLD = ("failed", "verdict", "why")


@dataclass(frozen=True, repr=False)
class Rung:
    """One design put to one panel.

    Parameters
    ----------
    key : str
        One of `DESIGNS`.
    estimate : Estimate or None
        None where the design could not be run.
    checks : tuple of Check
    verdict : Verdict or None
    detectable : float
        Smallest effect that the design finds four times out of five, as a magnitude in the estimate's unit; NaN where
        its error is unknown.
    refused : str
        Why the design could not be run.
    fit : object
        What the estimator returned, for figures.
    """

    key: str
    estimate: Estimate | None = None
    checks: tuple[Check, ...] = ()
    verdict: Verdict | None = None
    detectable: float = math.nan
    refused: str = ""
    fit: object = field(default=None, compare=False)

    @property
    def title(self) -> str:
        """Name of the design."""
        return DESIGNS[self.key][0]

    def __str__(self) -> str:
        _, estimand, blind = DESIGNS[self.key]
        if self.estimate is None:
            return f"{self.title}: could not be run: {self.refused}."
        lines = [f"{self.title}: {self.estimate.shown}", f"Asks for {estimand}."]
        lines += [f"Caution: {text}" for text in self.estimate.warnings]
        lines += [f"Check. {check}" for check in self.checks]
        if math.isfinite(self.detectable):
            found = quantity(self.detectable, self.estimate.unit)
            lines.append(f"Would find an effect of {found} four times out of five; a smaller one it mostly misses.")
        lines += [f"Cannot tell apart {blind}.", _ended(f"Verdict: {self.verdict.verdict}; {self.verdict.why}")]
        return "\n  ".join(lines)

    __repr__ = __str__


@dataclass(frozen=True, repr=False)
class Ladder:
    """Every design put to a study, weakest first; print it, tabulate it, or take a rung by its key and print that.

    Parameters
    ----------
    study : kampung_analysis.study.Study
    rungs : tuple of Rung
    """

    study: object
    rungs: tuple[Rung, ...]

    def __getitem__(self, key: str) -> Rung:
        check_choice("rung", key, DESIGNS)
        return next(rung for rung in self.rungs if rung.key == key)

    @property
    def main(self) -> Rung:
        """The rung that decides: the one the study names, else the last whose interval the table's shape allows."""
        if self.study.main:
            return self[self.study.main]
        ran = [rung for rung in self.rungs if rung.estimate is not None]
        return next((rung for rung in reversed(ran) if self._bounded(rung.key)), ran[-1] if ran else self.rungs[-1])

    def _bounded(self, key: str) -> bool:
        if key not in COMPARISONS or len(self.study.donors) >= PLACEBOS:
            return key != "before_after"
        return key != "sdid" and len(self.study.times) > PLACEBOS

    @property
    def verdict(self) -> str:
        """The verdict of the deciding rung, in a sentence."""
        rung = self.main
        if rung.verdict is None:
            return f"Verdict on {self.study.name}: cannot tell. {rung.title} decides and could not be run."
        why = f"{rung.verdict.why[0].upper()}{rung.verdict.why[1:]}"
        return f"Verdict on {self.study.name}: {rung.verdict.verdict}. {_ended(why)} Decided by: {rung.title}."

    @property
    def null(self) -> str:
        """What a finding of nothing by the deciding rung would mean."""
        rung, least = self.main, self.study.threshold
        if not math.isfinite(rung.detectable):
            return "How small an effect could have been found is unknown; to find none says nothing."
        found = f"Effects from {quantity(rung.detectable, self.study.worth_unit)} on would mostly have been found"
        if rung.detectable <= least:
            return f"{found}: to find none would say something."
        times = number(rung.detectable / least, 2)
        return f"{found}, {times} times the smallest worth claiming: to find none would not mean that there is none."

    @property
    def estimates(self) -> dict[str, Estimate]:
        """Estimates by key of the rung, for :func:`kampung_analysis.claims.record`."""
        return {rung.key: rung.estimate for rung in self.rungs if rung.estimate is not None}

    @property
    def checks(self) -> list[Check]:
        """All checks, the design before their name."""
        return [replace(check, name=f"{rung.title}: {check.name}") for rung in self.rungs for check in rung.checks]

    def to_frame(self) -> pd.DataFrame:
        """One row a rung: key, design, value, low, high, unit, detectable, failed (of the checks run), verdict, why."""
        rows = []
        for rung in self.rungs:
            e, v = rung.estimate or Estimate(rung.title, math.nan), rung.verdict
            row = {"key": rung.key, "design": rung.title, "value": e.value, "low": e.low, "high": e.high}
            told = ("–", "not run", rung.refused) if v is None else (v.tested, v.verdict, v.why)
            rows.append(row | {"unit": e.unit, "detectable": rung.detectable} | dict(zip(TOLD, told, strict=True)))
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        lines = []
        for i, rung in enumerate(self.rungs, start=1):
            told = f"could not be run: {rung.refused}"
            if rung.estimate is not None:
                told = f"{rung.estimate.shown}. {rung.verdict.verdict.capitalize()}: {rung.verdict.why}"
            lines.append(_ended(f"{i}. {rung.title}: {told}"))
        return "\n".join([*lines, self.null, self.verdict])

    __repr__ = __str__


def _ended(sentence: str) -> str:
    """With a full stop, unless it ends in a question."""
    return sentence if sentence.endswith("?") else f"{sentence}."
