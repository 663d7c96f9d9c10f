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
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from kampung_analysis.corpus_rows import Row, check_claim, check_day, check_fact, check_tie, check_unique
from kampung_analysis.corpus_schema import (
    CLAIM_KINDS,
    COLLABORATION,
    NOTEBOOKS,
    VOCABULARY,
    Claim,
    Document,
    Fact,
    Worth,
)
from kampung_analysis.corpus_texts import align, normalise, paragraphs, sentences

__all__ = [
    "CLAIM_KINDS",
    "COLLABORATION",
    "NOTEBOOKS",
    "VOCABULARY",
    "Claim",
    "Document",
    "Fact",
    "Worth",
    "claim",
    "claims",
    "collaboration",
    "collaboration_second",
    "document",
    "documents",
    "fact",
    "facts",
    "first_pass",
    "normalise",
    "paragraphs",
    "rng",
    "second_pass",
    "sentences",
    "verify",
]


def _folder() -> Path:
    override = os.environ.get("KAMPUNG_SEEDS")
    return Path(override) if override else Path(__file__).resolve().parents[1] / "seeds"


def _rows(folder: Path, name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, restkey="surplus")
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            raise ValueError(f"seeds/{name} lacks the column {missing[0]!r}; it must have {', '.join(columns)}")
        rows = list(reader)
    for n, row in enumerate(rows, 2):
        if "surplus" in row or None in row.values():
            raise ValueError(f"seeds/{name} line {n}: the number of cells differs from the header; quote the commas")
    return rows


def _keyed(name: str, rows: list[dict[str, str]], key: str = "id") -> list[Row]:
    return [Row(name, n, cells, cells[key]) for n, cells in enumerate(rows, 2)]


@lru_cache(maxsize=8)
def _ledger(folder: Path) -> tuple[dict[str, Document], dict[str, Fact], dict[tuple[str, str], tuple[str, int]]]:
    rows = _rows(folder, "documents.csv", tuple(Document.__dataclass_fields__))
    keyed = _keyed("documents.csv", rows)
    check_unique(keyed)
    for row in keyed:
        check_day(row, "date")
    whole = {"bytes", "paragraphs"}
    docs = {r["id"]: Document(**{k: (int(v) if v else None) if k in whole else v for k, v in r.items()}) for r in rows}
    marks = {
        (r["document"], r["paragraph"]): (r["sha256"], int(r["sentences"]))
        for r in _rows(folder, "paragraphs.csv", ("document", "paragraph", "sha256", "sentences"))
    }
    rows = _rows(folder, "facts.csv", tuple(Fact.__dataclass_fields__))
    keyed = _keyed("facts.csv", rows)
    check_unique(keyed)
    lengths = {key: count for key, (_, count) in marks.items()}
    for row in keyed:
        check_fact(row, docs, lengths)
    coded = {r["id"]: Fact(**{**r, "value": float(r["value"]) if r["value"] else None}) for r in rows}
    return docs, coded, marks


def _ties(name: str) -> pd.DataFrame:
    folder = _folder()
    known = _ledger(folder)[1]
    rows = _rows(folder, name, ("fact", "criterion", "mode", "parties", "reason"))
    for row in _keyed(name, rows, "fact"):
        check_tie(row, known)
    frame = pd.DataFrame(rows)
    twice = frame[frame.duplicated(["fact", "criterion"])]
    if len(twice):
        raise ValueError(f"seeds/{name} judges {twice['fact'].iloc[0]} twice by one criterion; keep one row")
    return frame


@lru_cache(maxsize=8)
def _claims(folder: Path) -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    known = _ledger(folder)[1]
    for n, entry in enumerate(yaml.safe_load((folder / "claims.yml").read_text(encoding="utf-8")), 1):
        check_claim(n, entry, known, found)
        lists = {"facts": tuple(entry["facts"]), "designs": tuple(entry["designs"]), "worth": Worth(**entry["worth"])}
        found[entry["id"]] = Claim(**{**entry, **lists})
    return found


def _pick(items: dict, key: str, what: str, name: str):
    if key in items:
        return items[key]
    near = difflib.get_close_matches(str(key), items, n=4, cutoff=0.7)
    if re.fullmatch(r"[A-Z]\d+", str(key)):
        near = sorted(items, key=lambda other: (abs(int(other[1:]) - int(key[1:])), other))[:4]
    few = [*items] if len(items) <= 12 else [*[*items][:12], f"… {[*items][-1]}"]
    there = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(few)}"
    raise KeyError(f"no {what} {key!r} in seeds/{name}; {there}")


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
        For a filter that is not a column, or a code that the codebook does not give to the column.
    """
    frame = pd.DataFrame(list(_ledger(_folder())[1].values())).set_index("id")
    frame["value"] = frame["value"].astype(float)
    for column, wanted in filters.items():
        if column not in frame:
            raise ValueError(f"facts have no column {column!r}; they have {', '.join(frame.columns)}")
        if column in VOCABULARY and not {*str(wanted).split(";")} <= {"", *VOCABULARY[column]}:
            raise ValueError(f"{column} {wanted!r} is not one of {', '.join(VOCABULARY[column])}")
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


def first_pass() -> pd.DataFrame:
    """The codes of the first coder as they stood when the passes were compared; columns as in :func:`second_pass`."""
    return pd.DataFrame(_rows(_folder(), "coding_first_pass.csv", ("document", "locator", "field", "value")))


def second_pass() -> pd.DataFrame:
    """The codes of the second coder: columns document, locator, field, value; one row a code."""
    return pd.DataFrame(_rows(_folder(), "coding_second_pass.csv", ("document", "locator", "field", "value")))


def collaboration() -> pd.DataFrame:
    """Ties between parties, judged by the criteria of collaborative policing in the codebook.

    Returns
    -------
    pandas.DataFrame
        One row a judgement, in the order of the facts: `fact`, `criterion` ("none" where a statement names parties and
        meets none), `mode` (shown, planned, asserted), `parties` (codes of actors joined by semicolons), `reason`.

    Raises
    ------
    ValueError
        For a code outside the codebook, or a fact judged twice by one criterion; names row, column and value.
    """
    return _ties("collaboration.csv")


def collaboration_second() -> pd.DataFrame:
    """The same facts judged by a second coder who had not seen the first judgements; as :func:`collaboration`."""
    return _ties("collaboration_second.csv")


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
        present"), `reason` why it differs, `paragraphs` recorded, `equal` paragraphs (wherever they now stand),
        `differing` (recorded numbers that the text has otherwise), `missing` (recorded numbers that it lacks), `extra`
        (numbers in the reader's text that the ledger does not know), `locators` used by facts and `unresolved` (those
        that point to a missing paragraph or past the end of one).
    """
    docs, coded, marks = _ledger(_folder())
    rows = []
    for doc in (d for d in docs.values() if d.file):
        recorded = {p: mark for (d, p), mark in marks.items() if d == doc.id}
        used = sorted({f.locator for f in coded.values() if f.document == doc.id})
        row = {"id": doc.id, "file": doc.file, "status": "text not present", "reason": "", "paragraphs": len(recorded)}
        path = Path(folder) / doc.file
        if not path.is_file():
            nothing = {"equal": 0, "differing": "", "missing": "", "extra": "", "locators": len(used), "unresolved": ""}
            rows.append(row | nothing)
            continue
        raw = path.read_bytes()
        texts = paragraphs(raw.decode("utf-8", "replace"))
        there, differing, missing, extra = align(list(recorded), [mark[0] for mark in recorded.values()], texts)
        lost = []
        for locator in used:
            for part in locator.split("-"):
                place, _, sentence = part.partition(".s")
                text = there.get(place)
                if text is None or (sentence and int(sentence) > len(sentences(text))):
                    lost.append(locator)
        reasons = [
            f"{what}: {len(found)}"
            for found, what in (
                (differing, "changed paragraphs"),
                (missing, "missing paragraphs"),
                (extra, "additional paragraphs"),
            )
            if found
        ]
        if not reasons and hashlib.sha256(raw).hexdigest() != doc.sha256:
            reasons = ["the paragraphs are equal; white space or encoding of the file differs"]
        row |= {"status": "differs" if reasons else "equal", "reason": "; ".join(reasons)}
        row |= {"equal": len(recorded) - len(differing) - len(missing), "differing": ";".join(differing)}
        row |= {"missing": ";".join(missing), "extra": ";".join(extra)}
        rows.append({**row, "locators": len(used), "unresolved": ";".join(dict.fromkeys(lost))})
    return pd.DataFrame(rows).set_index("id")
