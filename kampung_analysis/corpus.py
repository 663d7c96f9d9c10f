"""What did the documents say, where, and who said it? Documents, coded facts and claims; the only opener of `seeds/`.

The ledger is stand-off: it holds hashes, locators and our own paraphrases, never a sentence of a source. A reader who
has the texts proves the locators with :func:`verify`. The codebook is `seeds/README.md`.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import os
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

KINDS = ("number", "date", "duration", "place", "actor", "organisation", "programme", "activity", "plan", "claim")
CLAIM_KINDS = ("count", "cause", "comparison", "origin", "effectiveness", "selection")
VOCABULARY = {
    "kind": (*KINDS, "list_item", "reaction"),
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

FACT_COLUMNS = (
    *("id", "document", "locator", "kind", "quantity", "value", "unit", "place", "date", "date_end", "stage", "actor"),
    *("dimension", "level", "branch", "claim_kind", "speaker", "interest", "programme", "links", "paraphrase", "note"),
)
CLAIM_FIELDS = (
    *("id", "text", "text_id", "kind", "facts", "place", "outcome", "estimand", "direction", "worth", "notebook"),
    *("designs", "would_change", "holder", "maryland", "emmie"),
)
NOTEBOOKS = tuple(
    "01_corpus 02_model 03_rollout 04_award_funnel 05_selection 06_covid_provinces 07_crime 08_local_adoption "
    "09_trial_design 10_kotaku 11_verdicts 12_your_programme".split()
)
_SHAPES = {
    "id": r"F\d{4}",
    "document": r"D\d{3}",
    "locator": r"item|p\d+(\.s\d+)?|p\d+-p\d+",
    "value": r"(-?\d+(\.\d+)?)?",
    "place": r"((ID|\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?)(;|$))*",
    "date": r"(\d{4}(-\d\d(-\d\d)?)?)?",
    "date_end": r"(\d{4}(-\d\d(-\d\d)?)?)?",
    "links": r"([\w.]+:\w+(;|$))*",
}
_ABBREVIATIONS = {"AKBP.", "Kab.", "Kec.", "Kel."}


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


@dataclass(frozen=True)
class Claim:
    """A claim worth a verdict. `direction` is −1 for a reduction and +1 for an increase or a lower bound.

    `maryland` is the level (1 to 5, 0 for a bare assertion, None for claims that are not causal) of the evidence the
    claimant offers on the Maryland Scientific Methods Scale (Farrington et al. 2002); `emmie` says what is known of
    effect, mechanism, moderators, implementation and economics (Johnson, Tilley & Bowers 2015).
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


def normalise(text: str) -> str:
    """Text in Unicode NFC with every run of white space made one blank: what paragraph hashes are taken of."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def paragraphs(text: str) -> list[str]:
    """The non-empty lines of a text, normalised; paragraph ``p1`` is the first."""
    return [line for line in map(normalise, text.splitlines()) if line]


def sentences(paragraph: str) -> list[str]:
    """Split at a full stop, question or exclamation mark followed by a blank and a capital, digit or quotation mark.

    Police ranks and place abbreviations do not end a sentence, nor does a number that opens a paragraph.
    """
    found, start = [], 0
    for match in re.finditer(r"[.!?]+[”\"’)]*\s+(?=[“\"‘(#]*[A-Z0-9])", paragraph):
        last = paragraph[start : match.end()].split()[-1]
        if last not in _ABBREVIATIONS and not re.fullmatch(r"\d\.|10\.", last):
            found.append(paragraph[start : match.end()].strip())
            start = match.end()
    return [*found, paragraph[start:].strip()]


def _folder() -> Path:
    override = os.environ.get("KAMPUNG_SEEDS")
    return Path(override) if override else Path(__file__).resolve().parents[1] / "seeds"


def _rows(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    with (_folder() / name).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, restkey="surplus")
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(f"seeds/{name} lacks the column {missing[0]!r}; it must have {', '.join(columns)}")
        rows = list(reader)
    for n, row in enumerate(rows, 2):
        if "surplus" in row or None in row.values():
            raise ValueError(f"seeds/{name} line {n}: the number of cells differs from the header; quote the commas")
    return rows


def _wrong(name: str, row: int, key: str, column: str, value: str, way_out: str) -> ValueError:
    return ValueError(f"seeds/{name} row {row} ({key}), column {column!r}: {value!r} {way_out}")


def _check_fact(n: int, row: dict[str, str], known: set[str], lengths: dict[tuple[str, str], int]) -> None:
    name = "facts.csv"
    for column, shape in _SHAPES.items():
        if not re.fullmatch(shape, row[column]):
            raise _wrong(name, n, row["id"], column, row[column], f"does not have the form {shape}")
    for column, allowed in VOCABULARY.items():
        for code in filter(None, row[column].split(";")):
            if code not in allowed:
                raise _wrong(name, n, row["id"], column, code, f"is not one of {', '.join(allowed)}")
    if row["document"] not in known:
        raise _wrong(name, n, row["id"], "document", row["document"], "is not in documents.csv; add it there first")
    if not row["paraphrase"] or len(row["paraphrase"].split()) > 20:
        raise _wrong(name, n, row["id"], "paraphrase", row["paraphrase"], "must have 1 to 20 words")
    if row["locator"] == "item":
        return
    for part in row["locator"].split("-"):
        place, _, sentence = part.partition(".s")
        count = lengths.get((row["document"], place))
        if count is None or (sentence and not 1 <= int(sentence) <= count):
            raise _wrong(name, n, row["id"], "locator", row["locator"], "points outside paragraphs.csv")


def _unique(name: str, ids: list[str]) -> None:
    seen: set[str] = set()
    for n, key in enumerate(ids, 2):
        if key in seen:
            raise _wrong(name, n, key, "id", key, "is used twice; ids are never reused")
        seen.add(key)


@lru_cache(maxsize=8)
def _ledger(folder: Path) -> tuple[dict[str, Document], dict[str, Fact], dict[tuple[str, str], tuple[str, int]]]:
    rows = _rows("documents.csv", tuple(Document.__dataclass_fields__))
    _unique("documents.csv", [r["id"] for r in rows])
    whole = {"bytes", "paragraphs"}
    docs = {r["id"]: Document(**{k: (int(v) if v else None) if k in whole else v for k, v in r.items()}) for r in rows}
    marks = {
        (r["document"], r["paragraph"]): (r["sha256"], int(r["sentences"]))
        for r in _rows("paragraphs.csv", ("document", "paragraph", "sha256", "sentences"))
    }
    rows = _rows("facts.csv", FACT_COLUMNS)
    _unique("facts.csv", [r["id"] for r in rows])
    lengths = {key: count for key, (_, count) in marks.items()}
    for n, row in enumerate(rows, 2):
        _check_fact(n, row, set(docs), lengths)
    coded = {r["id"]: Fact(**{**r, "value": float(r["value"]) if r["value"] else None}) for r in rows}
    return docs, coded, marks


@lru_cache(maxsize=8)
def _claims(folder: Path) -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    known = _ledger(folder)[1]
    for n, entry in enumerate(yaml.safe_load((folder / "claims.yml").read_text(encoding="utf-8")), 1):
        key = entry.get("id", "no id")
        where = f"seeds/claims.yml entry {n} ({key})"
        absent = [f for f in CLAIM_FIELDS if f not in entry]
        surplus = [f for f in entry if f not in CLAIM_FIELDS]
        if absent or surplus:
            raise ValueError(f"{where}: field {(absent or surplus)[0]!r} is {'missing' if absent else 'unknown'}")
        if not re.fullmatch(r"C\d\d", key) or key in found:
            raise ValueError(f"{where}: the id must be C and two digits, used once")
        if entry["kind"] not in CLAIM_KINDS:
            raise ValueError(f"{where}: kind {entry['kind']!r} is not one of {', '.join(CLAIM_KINDS)}")
        if entry["notebook"] not in NOTEBOOKS:
            raise ValueError(f"{where}: notebook {entry['notebook']!r} is not one of {', '.join(NOTEBOOKS)}")
        if entry["direction"] not in (-1, 1):
            raise ValueError(f"{where}: direction {entry['direction']!r} must be -1 (reduction) or 1")
        unknown = [f for f in entry["facts"] if f not in known]
        if unknown or not entry["facts"]:
            raise ValueError(f"{where}: fact {(unknown or ['none'])[0]!r} is not in facts.csv")
        if set(entry["worth"]) != {"value", "unit", "reason"} or not entry["worth"]["value"] >= 0:
            raise ValueError(f"{where}: worth needs value (0 or more), unit and reason; it is {entry['worth']}")
        if (entry["maryland"] is None) is (entry["kind"] == "cause"):
            raise ValueError(
                f"{where}: causal claims, and only they, carry a Maryland level; it is {entry['maryland']!r}"
            )
        lists = {"facts": tuple(entry["facts"]), "designs": tuple(entry["designs"]), "worth": Worth(**entry["worth"])}
        found[key] = Claim(**{**entry, **lists})
    return found


def _pick(items: dict, key: str, what: str, name: str):
    if key in items:
        return items[key]
    near = difflib.get_close_matches(str(key), items, n=4, cutoff=0.5)
    near = near or list(items)[:1] + list(items)[-1:]
    raise KeyError(f"no {what} {key!r} in seeds/{name}; nearest: {', '.join(near)}")


def documents() -> pd.DataFrame:
    """All sources, one row a document, indexed by id (D001 …); columns as in :class:`Document`."""
    return pd.DataFrame(list(_ledger(_folder())[0].values())).set_index("id")


def document(key: str) -> Document:
    """The document with this id. KeyError with the nearest ids when there is none."""
    return _pick(_ledger(_folder())[0], key, "document", "documents.csv")


def fact(key: str) -> Fact:
    """The fact with this id (F0001 …). KeyError with the nearest ids when there is none."""
    return _pick(_ledger(_folder())[1], key, "fact", "facts.csv")


def facts(**filters: str) -> pd.DataFrame:
    """Coded facts, one row a fact, indexed by id, in the order of the ledger.

    Parameters
    ----------
    **filters : str
        Column and code, for instance ``document="D001"`` or ``actor="police"``. In columns that hold several codes
        joined by semicolons a row matches when any of them does.

    Returns
    -------
    pandas.DataFrame
        `value` is float with NaN where the source gives no number; every other column is text, "" where not coded.

    Raises
    ------
    ValueError
        For a filter that is not a column.
    """
    frame = pd.DataFrame(list(_ledger(_folder())[1].values())).set_index("id")
    frame["value"] = frame["value"].astype(float)
    for column, wanted in filters.items():
        if column not in frame:
            raise ValueError(f"facts have no column {column!r}; they have {', '.join(frame.columns)}")
        frame = frame[[str(wanted) == str(cell) or str(wanted) in str(cell).split(";") for cell in frame[column]]]
    return frame


def claims() -> tuple[Claim, ...]:
    """Every claim worth a verdict, in the order of `seeds/claims.yml`."""
    return tuple(_claims(_folder()).values())


def claim(key: str) -> Claim:
    """The claim with this id (C01 …). KeyError with the nearest ids when there is none."""
    return _pick(_claims(_folder()), key, "claim", "claims.yml")


def rng(notebook: str) -> np.random.Generator:
    """The generator of a notebook, seeded by its integer in `seeds/rng.toml`; the same draws on every call."""
    seeds = tomllib.loads((_folder() / "rng.toml").read_text(encoding="utf-8"))
    return np.random.default_rng(_pick(seeds, notebook, "notebook", "rng.toml"))


def second_pass() -> pd.DataFrame:
    """The codes of the second coder: columns document, locator, field, value; one row a code."""
    return pd.DataFrame(_rows("coding_second_pass.csv", ("document", "locator", "field", "value")))


def verify(folder: str | os.PathLike) -> pd.DataFrame:
    """Compare the texts a reader has with the hashes and locators of the ledger.

    Parameters
    ----------
    folder : path
        Holds the texts, under the names in documents.csv.

    Returns
    -------
    pandas.DataFrame
        One row a document that has a file, indexed by id: `file`, `status` ("equal", "differs" or "text not
        present"), `paragraphs` recorded, `equal` paragraphs, `differing` (their numbers), `locators` used by facts and
        `unresolved` (those the text does not have).
    """
    docs, coded, marks = _ledger(_folder())
    rows = []
    for doc in (d for d in docs.values() if d.file):
        recorded = {p: mark for (d, p), mark in marks.items() if d == doc.id}
        used = sorted({f.locator for f in coded.values() if f.document == doc.id})
        row = {"id": doc.id, "file": doc.file, "status": "text not present", "paragraphs": len(recorded)}
        path = Path(folder) / doc.file
        if not path.is_file():
            rows.append({**row, "equal": 0, "differing": "", "locators": len(used), "unresolved": ""})
            continue
        raw = path.read_bytes()
        texts = {f"p{n}": text for n, text in enumerate(paragraphs(raw.decode("utf-8", "replace")), 1)}
        counts = {p: len(sentences(text)) for p, text in texts.items()}
        hashes = {p: hashlib.sha256(text.encode()).hexdigest() for p, text in texts.items()}
        differing = [p for p in {**recorded, **hashes} if recorded.get(p, ("",))[0] != hashes.get(p)]
        lost = []
        for locator in used:
            for part in locator.split("-"):
                place, _, sentence = part.partition(".s")
                if place not in counts or (sentence and int(sentence) > counts[place]):
                    lost.append(locator)
        same = hashlib.sha256(raw).hexdigest() == doc.sha256 and not differing and not lost
        row["status"] = "equal" if same else "differs"
        row |= {"equal": sum(p not in differing for p in recorded), "differing": ";".join(differing)}
        rows.append({**row, "locators": len(used), "unresolved": ";".join(lost)})
    return pd.DataFrame(rows).set_index("id")
