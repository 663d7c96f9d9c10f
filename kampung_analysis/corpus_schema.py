"""What may a row of the corpus hold? Records, allowed codes and the checks of a row; opens nothing.

The codebook behind the codes is `seeds/README.md`. Every check raises a ValueError that names file, row, column, value
and the way out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Day

CLAIM_KINDS = ("count", "cause", "comparison", "origin", "effectiveness", "selection")
VOCABULARY = {
    "kind": (
        *("number", "date", "duration", "place", "actor", "organisation", "programme", "activity", "plan", "claim"),
        *("list_item", "reaction"),
    ),
    "stage": ("scanning", "analysis", "response", "assessment"),
    "actor": ("government", "police", "army", "community", "academia", "business", "media"),
    "dimension": (
        *("health", "food", "economy", "human_resources", "information", "security", "psychology", "culture"),
        *("environment", "resilience_unspecified"),
    ),
    "level": ("rt", "rw", "dusun", "village", "subdistrict", "district", "province", "national"),
    "branch": ("school", "market", "mosque", "pesantren", "industry"),
    "claim_kind": CLAIM_KINDS,
    "interest": ("runs", "oversees", "paid", "independent", "unknown"),
}
"""Allowed codes per column of facts.csv; several codes in one cell are joined by a semicolon."""

NOTEBOOKS = tuple(
    "01_corpus 02_model 03_rollout 04_award_funnel 05_selection 06_covid_provinces 07_crime 08_local_adoption "
    "09_trial_design 10_kotaku 11_verdicts 12_your_programme".split()
)
COLLABORATION = {
    "criterion": ("forum", "shared_resources", "joint_problem", "shared_decision", "mutual_accountability"),
    "mode": ("shown", "planned", "asserted"),
}
"""Codes of collaboration.csv; a criterion may also be "none", and then mode and parties are empty."""
_DATE = r"(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?)?"
SHAPES = {
    "id": r"F\d{4}",
    "document": r"D\d{3}",
    "locator": r"item|p\d+(\.s\d+)?|p\d+-p\d+",
    "value": r"(-?\d+(\.\d+)?)?",
    "place": r"((ID|\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?)(;|$))*",
    "date": _DATE,
    "date_end": _DATE,
    "links": r"([\w.]+:\w+(;|$))*",
}
MOST_WORDS = 20
"""Longest paraphrase allowed: long enough for a statement, too short for a passage."""


@dataclass(frozen=True)
class Document:
    """A source: who published it, when, in whose interest, and the hash by which a copy is recognised.

    `paragraphs` is the number of non-empty lines and `sha256` the hash of the file's bytes; both are empty for a
    source of which the project holds coded items only.
    """

    id: str
    kind: str
    outlet: str
    title: str
    date: str
    language: str
    speaker_runs: str
    address: str
    access: str
    file: str
    sha256: str
    bytes: int | None
    paragraphs: int | None
    note: str


@dataclass(frozen=True)
class Fact:
    """One coded statement. `value` is a float where the source gives a number, else None; absent codes are ""."""

    id: str
    document: str
    locator: str
    kind: str
    quantity: str
    value: float | None
    unit: str
    place: str
    date: str
    date_end: str
    stage: str
    actor: str
    dimension: str
    level: str
    branch: str
    claim_kind: str
    speaker: str
    interest: str
    programme: str
    links: str
    paraphrase: str
    note: str

    def __str__(self) -> str:
        return f"{self.id} ({self.document} {self.locator}): {self.paraphrase}"


@dataclass(frozen=True)
class Worth:
    """Smallest effect worth claiming: a magnitude in `unit`, and the reason it was fixed there."""

    value: float
    unit: str
    reason: str


EMMIE = ("effect", "mechanism", "moderators", "implementation", "economics")
"""Letters of EMMIE (Johnson, Tilley & Bowers 2015)."""


@dataclass(frozen=True)
class Claim:
    """A claim worth a verdict. `direction` is −1 for a reduction and +1 for an increase or a lower bound.

    `maryland` is the level (0 to 5, None for claims that are not causal) of the evidence the claimant offers, on the
    Maryland Scientific Methods Scale (Farrington et al. 2002) extended by 0 for a bare assertion; `emmie` says what
    is known of effect, mechanism, moderators, implementation and economics (Johnson, Tilley & Bowers 2015,
    doi:10.1007/s11292-015-9238-7).
    """

    id: str
    text: str
    text_id: str
    kind: str
    facts: tuple[str, ...]
    place: str
    outcome: str
    estimand: str
    direction: int
    worth: Worth
    notebook: str
    designs: tuple[str, ...]
    would_change: str
    holder: str
    maryland: int | None
    emmie: str

    def __str__(self) -> str:
        return f"{self.id}: {self.text}"

    @property
    def letters(self) -> dict[str, str]:
        """`emmie` letter by letter, empty for a claim that is not causal; see :func:`emmie_letters`."""
        return emmie_letters(self.emmie)


def emmie_letters(text: str) -> dict[str, str]:
    """Split what is known of a causal claim into effect, mechanism, moderators, implementation and economics.

    Each letter is named before a colon; a remark between two semicolons belongs to the letter before it.
    """
    said: dict[str, str] = {}
    for piece in text.split("; "):
        letter, colon, rest = piece.partition(": ")
        if colon and letter in EMMIE:
            said[letter] = rest
        elif said:
            said[list(said)[-1]] += f"; {piece}"
    return said


def wrong(name: str, row: int, key: str, column: str, value: str, way_out: str) -> ValueError:
    """The error for one cell; rows count from 2, the header being row 1."""
    return ValueError(f"seeds/{name} row {row} ({key}), column {column!r}: {value!r} {way_out}")


def check_unique(name: str, ids: Sequence[str]) -> None:
    """Raise when an id is used twice."""
    seen: set[str] = set()
    for n, key in enumerate(ids, 2):
        if key in seen:
            raise wrong(name, n, key, "id", key, "is used twice; ids are never reused")
        seen.add(key)


def check_day(name: str, n: int, key: str, column: str, value: str) -> None:
    """Raise for a cell that is no ISO date of day, month or year, or a day that the calendar does not have."""
    if not re.fullmatch(_DATE, value):
        raise wrong(name, n, key, column, value, f"does not have the form {_DATE}")
    if len(value) == 10:
        try:
            Day.fromisoformat(value)
        except ValueError:
            raise wrong(name, n, key, column, value, "is a day that the calendar does not have") from None


def check_fact(n: int, row: Mapping[str, str], known: Collection[str], lengths: Mapping[tuple[str, str], int]) -> None:
    """Raise when row `n` of facts.csv breaks the codebook.

    Parameters
    ----------
    n : int
        Line in the file, the header being line 1.
    row : mapping
        The cells as text.
    known : collection of str
        Ids in documents.csv.
    lengths : mapping
        Number of sentences by (document, paragraph).
    """
    name, key = "facts.csv", row["id"]
    for column, shape in SHAPES.items():
        if not re.fullmatch(shape, row[column]):
            raise wrong(name, n, key, column, row[column], f"does not have the form {shape}")
    for column in ("date", "date_end"):
        check_day(name, n, key, column, row[column])
    for column, allowed in VOCABULARY.items():
        for code in filter(None, row[column].split(";")):
            if code not in allowed:
                raise wrong(name, n, key, column, code, f"is not one of {', '.join(allowed)}")
    if not row["kind"]:
        raise wrong(name, n, key, "kind", "", f"must be one of {', '.join(VOCABULARY['kind'])}")
    if row["document"] not in known:
        raise wrong(name, n, key, "document", row["document"], "is not in documents.csv; add it there first")
    if not 1 <= len(row["paraphrase"].split()) <= MOST_WORDS:
        raise wrong(name, n, key, "paraphrase", row["paraphrase"], f"must have 1 to {MOST_WORDS} words")
    for part in row["locator"].split("-") if row["locator"] != "item" else ():
        place, _, sentence = part.partition(".s")
        count = lengths.get((row["document"], place))
        if count is None or (sentence and not 1 <= int(sentence) <= count):
            raise wrong(name, n, key, "locator", row["locator"], "points outside paragraphs.csv")


def check_tie(n: int, row: Mapping[str, str], known: Collection[str], *, name: str = "collaboration.csv") -> None:
    """Raise when row `n` of a pass over the ties breaks the codebook.

    Parameters
    ----------
    n : int
        Line in the file, the header being line 1.
    row : mapping
        The cells as text.
    known : collection of str
        Ids in facts.csv.
    name : str
        File of the pass, for the message.
    """
    key = row["fact"]
    if key not in known:
        raise wrong(name, n, key, "fact", key, "is not in facts.csv; add it there first")
    parties = row["parties"].split(";") if row["parties"] else []
    for code in [p for p in parties if p not in VOCABULARY["actor"]]:
        raise wrong(name, n, key, "parties", code, f"is not one of {', '.join(VOCABULARY['actor'])}")
    none = row["criterion"] == "none"
    for column, allowed in COLLABORATION.items():
        fits = row[column] in ("none", "") if none else row[column] in allowed
        if not fits:
            raise wrong(name, n, key, column, row[column], f"is not one of {', '.join(allowed)}, or empty after none")
    if none == bool(parties) or len(set(parties)) == 1:
        raise wrong(name, n, key, "parties", row["parties"], "must name two or more with a criterion, nobody with none")
    if not 1 <= len(row["reason"].split()) <= MOST_WORDS:
        raise wrong(name, n, key, "reason", row["reason"], f"must have 1 to {MOST_WORDS} words")


def check_claim(n: int, entry: Mapping, known: Collection[str], taken: Collection[str]) -> None:
    """Raise when entry `n` of claims.yml lacks a field, has a strange one, or names what does not exist.

    Parameters
    ----------
    n : int
        Position in the file, from 1.
    entry : mapping
        The fields as read.
    known, taken : collection of str
        Ids of the facts, and of the claims before this one.
    """
    key, fields = entry.get("id", "no id"), Claim.__dataclass_fields__
    where = f"seeds/claims.yml entry {n} ({key})"
    for field in [f for f in fields if f not in entry or entry[f] in ("", [])]:
        raise ValueError(f"{where}: field {field!r} is missing or empty; a claim has {', '.join(fields)}")
    for field in [f for f in entry if f not in fields]:
        raise ValueError(f"{where}: field {field!r} is unknown; a claim has {', '.join(fields)}")
    if not re.fullmatch(r"C\d\d", key) or key in taken:
        raise ValueError(f"{where}: the id must be C and two digits, used once")
    for field, allowed in (("kind", CLAIM_KINDS), ("notebook", NOTEBOOKS), ("direction", (-1, 1))):
        if entry[field] not in allowed:
            raise ValueError(f"{where}: {field} {entry[field]!r} is not one of {', '.join(map(str, allowed))}")
    for fact in [f for f in entry["facts"] if f not in known]:
        raise ValueError(f"{where}: fact {fact!r} is not in facts.csv")
    worth = entry["worth"]
    if set(worth) != {"value", "unit", "reason"} or not worth["value"] >= 0 or not worth["unit"] or not worth["reason"]:
        raise ValueError(f"{where}: worth needs value (0 or more), unit and reason; it is {worth}")
    level = entry["maryland"]
    if (level not in range(6)) if entry["kind"] == "cause" else (level is not None):
        raise ValueError(f"{where}: maryland is {level!r}; 0 to 5 for a claim of kind cause, null for every other")
