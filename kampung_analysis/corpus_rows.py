"""Does a row of the corpus follow the codebook? The checks of rows and claims; opens nothing.

The codebook is `seeds/README.md`. Every check raises a ValueError that names file, row, column, value and the way out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date as Day

from kampung_analysis.corpus_schema import CLAIM_KINDS, COLLABORATION, NOTEBOOKS, ROLES, VOCABULARY, Claim

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
class Row:
    """A row of a file of `seeds/`, as text.

    Attributes
    ----------
    file : str
        Name of the file.
    number : int
        Line in the file, the header being line 1.
    cells : mapping of str to str
        Column -> cell.
    key : str
        What a message calls the row: its id, or the fact that it judges.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    key: str

    def refused(self, column: str, way_out: str, code: str | None = None) -> ValueError:
        """The error for one cell, or for one `code` in it. Use ``raise row.refused(…)``."""
        value = self.cells[column] if code is None else code
        return ValueError(f"seeds/{self.file} row {self.number} ({self.key}), column {column!r}: {value!r} {way_out}")


def check_unique(rows: Iterable[Row]) -> None:
    """Raise when an id is used twice."""
    seen: set[str] = set()
    for row in rows:
        if row.key in seen:
            raise row.refused("id", "is used twice; ids are never reused")
        seen.add(row.key)


def check_day(row: Row, column: str) -> None:
    """Raise for a cell that is no ISO date of day, month or year, or a day that the calendar does not have."""
    value = row.cells[column]
    if not re.fullmatch(_DATE, value):
        raise row.refused(column, f"does not have the form {_DATE}")
    if len(value) == 10:
        try:
            Day.fromisoformat(value)
        except ValueError:
            raise row.refused(column, "is a day that the calendar does not have") from None


def check_fact(row: Row, documents: Collection[str], lengths: Mapping[tuple[str, str], int]) -> None:
    """Raise when a row of facts.csv breaks the codebook.

    Parameters
    ----------
    row : Row
    documents : collection of str
        Ids in documents.csv.
    lengths : mapping
        Number of sentences by (document, paragraph).
    """
    cells = row.cells
    for column, shape in SHAPES.items():
        if not re.fullmatch(shape, cells[column]):
            raise row.refused(column, f"does not have the form {shape}")
    for column in ("date", "date_end"):
        check_day(row, column)
    for column, allowed in VOCABULARY.items():
        codes = [code for code in cells[column].split(";") if code]
        for code in codes:
            if code not in allowed:
                raise row.refused(column, f"is not one of {', '.join(allowed)}", code)
        if len(set(codes)) < len(codes):
            raise row.refused(column, "names a code twice")
    for link in filter(None, cells["links"].split(";")):
        if link.partition(":")[2] not in ROLES:
            raise row.refused("links", f"has a role that no rule knows; use {', '.join(ROLES)}", link)
    for column in ("kind", "interest"):
        if not cells[column]:
            raise row.refused(column, f"must be one of {', '.join(VOCABULARY[column])}")
    if cells["document"] not in documents:
        raise row.refused("document", "is not in documents.csv; add it there first")
    check_words(row, "paraphrase")
    for part in cells["locator"].split("-") if cells["locator"] != "item" else ():
        place, _, sentence = part.partition(".s")
        count = lengths.get((cells["document"], place))
        if count is None or (sentence and not 1 <= int(sentence) <= count):
            raise row.refused("locator", "points outside paragraphs.csv")


def check_tie(row: Row, facts: Collection[str]) -> None:
    """Raise when a row of a pass over the ties breaks the codebook; `facts` are the ids in facts.csv."""
    cells = row.cells
    if cells["fact"] not in facts:
        raise row.refused("fact", "is not in facts.csv; add it there first")
    parties = cells["parties"].split(";") if cells["parties"] else []
    for code in [p for p in parties if p not in VOCABULARY["actor"]]:
        raise row.refused("parties", f"is not one of {', '.join(VOCABULARY['actor'])}", code)
    none = cells["criterion"] == "none"
    for column, allowed in COLLABORATION.items():
        fits = cells[column] in ("none", "") if none else cells[column] in allowed
        if not fits:
            raise row.refused(column, f"is not one of {', '.join(allowed)}, or empty after none")
    if none == bool(parties) or len(set(parties)) == 1:
        raise row.refused("parties", "must name two or more with a criterion, nobody with none")
    check_words(row, "reason")


def check_words(row: Row, column: str) -> None:
    """Raise for a text of ours that is empty or long enough to be a passage."""
    if not 1 <= len(row.cells[column].split()) <= MOST_WORDS:
        raise row.refused(column, f"must have 1 to {MOST_WORDS} words")


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
