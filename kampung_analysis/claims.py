"""Is a claim supported? The rule that turns an estimate into a verdict, and the record a notebook leaves behind.

The rule reads an interval as two one-sided tests (Schuirmann 1987, doi:10.1007/BF01068419; Lakens 2017,
doi:10.1177/1948550617697177) against the smallest effect worth claiming, which `seeds/claims.yml` states with its
reason; with 95 % intervals each of the two has size 2.5 %. A design whose checks fail, or that could not be checked at
all, earns no verdict however small its interval.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from kampung_analysis import corpus
from kampung_analysis.inputs import check_number
from kampung_analysis.results import Check, Estimate, number, quantity, rounded

VERDICTS = ("supported", "ruled out", "inconclusive", "cannot tell")
WORDS = {
    "en": {v: v for v in VERDICTS},
    "id": {
        "supported": "didukung",
        "ruled out": "tidak mencapai batas",
        "inconclusive": "belum pasti",
        "cannot tell": "tidak dapat dinilai",
    },
}
NOT_YET = {
    "en": "No result recorded yet; run the refresh command.",
    "id": "Belum ada hasil; jalankan perintah refresh.",
}


@dataclass(frozen=True)
class Verdict:
    """What an estimate says about a claim.

    Parameters
    ----------
    claim : str
        Claim id, "C01".
    verdict : str
        One of `VERDICTS`.
    estimate : str
        Name of the estimate that decided.
    why : str
        The comparison in one sentence.
    checks : mapping of str to str
        Every check that was put to the design, by name, with its outcome: "passed", "failed" or "could not be run".
    """

    claim: str
    verdict: str
    estimate: str
    why: str
    checks: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        if self.verdict not in VERDICTS:
            raise ValueError(f"{self.claim}: {self.verdict!r} is not a verdict; the verdicts are {', '.join(VERDICTS)}")

    @property
    def tested(self) -> str:
        """How many checks failed of those that could be run, and how many could not: "1 of 2 (1 not run)"."""
        outcomes = list(self.checks.values())
        unrun = outcomes.count("could not be run")
        return f"{outcomes.count('failed')} of {len(outcomes) - unrun}" + (f" ({unrun} not run)" if unrun else "")

    def __str__(self) -> str:
        return f"{self.claim} {self.verdict}: {self.why}"


def verdict(estimate: Estimate, *, claim: corpus.Claim | str, checks: Iterable[Check], worth: float | None = None):
    """Judge a claim by an estimate and the checks of the design behind it.

    Parameters
    ----------
    estimate : Estimate
        In the unit of the claim's `worth`; negative values are reductions.
    claim : Claim or str
        The claim or its id, or anything else with `id`, `direction` and `worth`. Its `direction` (−1 or +1) says which
        way the effect is claimed.
    checks : iterable of Check
        Every check that was put to the design, including those that could not be run.
    worth : float, optional
        Smallest effect worth claiming as a magnitude in the direction of the claim; the claim's own unless a
        sensitivity analysis varies it.

    Returns
    -------
    Verdict
        "cannot tell" when a check failed, none could be run, or the interval is not finite; "supported" when the
        whole interval reaches `worth`; "ruled out" when the whole interval falls short of it; else "inconclusive".

    Raises
    ------
    ValueError
        When estimate and worth are in different units, worth is no magnitude, or the claim has no direction.
    """
    claim = corpus.claim(claim) if isinstance(claim, str) else claim
    if worth is None:
        if estimate.unit != claim.worth.unit:
            raise ValueError(
                f"{claim.id}: the estimate is in {estimate.unit!r} and worth in {claim.worth.unit!r}; "
                "convert the estimate, or fix the unit in seeds/claims.yml"
            )
        worth = claim.worth.value
    check_number("worth", worth, least=0)
    if claim.direction not in (-1, 1):
        raise ValueError(f"{claim.id}: direction is {claim.direction!r}; write -1 (reduction) or 1 in seeds/claims.yml")
    checks = list(checks)
    failed = [c for c in checks if c.passed is False]
    low, high = sorted((claim.direction * estimate.low, claim.direction * estimate.high))
    unit = estimate.unit
    kind = "the bounds" if estimate.bounded else "the whole interval"
    bounds = f"{kind}, {number(estimate.low)} to {quantity(estimate.high, unit)}"
    if estimate.exact:
        bounds = f"the value, {quantity(estimate.value, unit)}"
    reach = quantity(claim.direction * worth, unit)

    def decide(word: str, why: str) -> Verdict:
        return Verdict(claim.id, word, estimate.name, why, {c.name: c.outcome for c in checks})

    if failed:
        return decide("cannot tell", f"the design fails {len(failed)} of {len(checks)} checks, first: {failed[0].name}")
    if not any(c.passed for c in checks):
        return decide("cannot tell", "no check of the design could be run")
    if not estimate.finite:
        return decide("cannot tell", "the design gives no finite interval")
    s = "" if estimate.bounded and not estimate.exact else "s"
    if low >= worth:
        return decide("supported", f"{bounds}, reach{'es' if s else ''} the {reach} worth claiming")
    if high < worth:
        return decide("ruled out", f"{bounds}, fall{s} short of the {reach} worth claiming")
    return decide("inconclusive", f"{bounds}, lie{s} on both sides of the {reach} worth claiming")


@dataclass(frozen=True)
class Recorded:
    """What a notebook recorded: `estimates` by key, `checks`, `verdicts`, `tables` and `facts` it rests on."""

    notebook: str
    estimates: dict[str, Estimate]
    checks: tuple[Check, ...]
    verdicts: tuple[Verdict, ...]
    tables: tuple[str, ...]
    facts: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Estimates as rows: `key`, `name`, `value`, `low`, `high`, `unit`, `p`, `n`."""
        rows = [{"key": key, **vars(estimate)} for key, estimate in self.estimates.items()]
        return pd.DataFrame(rows, columns=["key", "name", "value", "low", "high", "unit", "p", "n"])


def _committed() -> Path:
    data = os.environ.get("KAMPUNG_DATA")
    return (Path(data) if data else Path(__file__).resolve().parents[1] / "data") / "results"


def record(
    notebook: str,
    *,
    estimates: Mapping[str, Estimate],
    checks: Iterable[Check] = (),
    verdicts: Iterable[Verdict] = (),
    tables: Iterable[str] = (),
    facts: Iterable[str] = (),
) -> None:
    """Write what a notebook found to ``data/results/<notebook>.json`` and say so in one line.

    Parameters
    ----------
    notebook : str
        File name without ending, "06_covid_provinces".
    estimates : mapping of str to Estimate
        By a short stable key; verdicts name the estimate that decided.
    checks, verdicts : iterables
        All of them, including checks that could not be run.
    tables, facts : iterables of str
        Tables and fact ids that the results rest on.

    Raises
    ------
    ValueError
        When a verdict names no recorded estimate or two of them, a claim is judged twice, or a fact does not exist.
    """
    verdicts, facts = list(verdicts), sorted(set(facts))
    names = [e.name for e in estimates.values()]
    judged = [v.claim for v in verdicts]
    for v in verdicts:
        if v.estimate not in names:
            raise ValueError(f"{v.claim} rests on {v.estimate!r}, which is not recorded; recorded are {sorted(names)}")
        if names.count(v.estimate) > 1:
            raise ValueError(f"{v.claim} rests on {v.estimate!r}, as two estimates are called; give each its own name")
    if len(set(judged)) < len(judged):
        raise ValueError(f"{notebook} judges a claim twice: {sorted(c for c in set(judged) if judged.count(c) > 1)}")
    for fact in facts:
        corpus.fact(fact)
    content = {
        "notebook": notebook,
        "estimates": {key: e.to_dict() for key, e in sorted(estimates.items())},
        "checks": [c.to_dict() for c in checks],
        "verdicts": [rounded(vars(v)) for v in sorted(verdicts, key=lambda v: v.claim)],
        "tables": sorted(set(tables)),
        "facts": facts,
    }
    folder = Path(os.environ.get("KAMPUNG_RESULTS") or _committed())
    folder.mkdir(parents=True, exist_ok=True)
    target, half = folder / f"{notebook}.json", folder / f".{notebook}.{os.getpid()}.tmp"
    half.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(half, target)
    print(
        f"Recorded {len(content['estimates'])} estimates, {len(content['checks'])} checks and {len(verdicts)} verdicts."
    )


def recall(notebook: str) -> Recorded:
    """Read what a notebook recorded in the committed ``data/results``.

    Raises
    ------
    FileNotFoundError
        When the notebook has recorded nothing; the message lists those that have.
    """
    path = _committed() / f"{notebook}.json"
    if not path.exists():
        have = ", ".join(recorded()) or "none"
        raise FileNotFoundError(f"{notebook} has recorded no result (recorded: {have}); run `run.py refresh`")
    content = json.loads(path.read_text(encoding="utf-8"))
    return Recorded(
        notebook,
        {key: Estimate.from_dict(e) for key, e in content["estimates"].items()},
        tuple(Check(**c) for c in content["checks"]),
        tuple(Verdict(**v) for v in content["verdicts"]),
        tuple(content["tables"]),
        tuple(content["facts"]),
    )


def recorded() -> list[str]:
    """Names of the notebooks that have a committed result, in reading order."""
    return sorted(p.stem for p in _committed().glob("*.json"))


def answer(notebook: str, *, language: str = "en") -> None:
    """Print the verdict lines of a notebook for its section *Answer*, recalled from the committed result.

    Parameters
    ----------
    notebook : str
        "06_covid_provinces".
    language : {"en", "id"}
        English gives claim, verdict and reason; Indonesian gives claim and verdict.

    Raises
    ------
    ValueError
        For an unknown language.
    """
    if language not in WORDS:
        raise ValueError(f"language is {language!r}; choose one of {sorted(WORDS)}")
    if notebook not in recorded():
        print(NOT_YET[language])
        return
    for v in recall(notebook).verdicts:
        claim = corpus.claim(v.claim)
        text, reason = (claim.text, f" — {v.why}") if language == "en" else (claim.text_id, "")
        end = "" if reason.endswith("?") else "."
        print(f"{v.claim} {WORDS[language][v.verdict].upper()}: {text.rstrip('.')}{reason}{end}")
