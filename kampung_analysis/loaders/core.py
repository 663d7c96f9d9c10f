"""Is this table the one that was built? Hashes and typed reading; every loader goes through here.

A table is a folder ``data/<table>/`` with ``<table>.csv`` and ``source.yml``, its card. Reading compares the SHA-256 of
the file with the card before a single value is parsed, so an edited digit is an error and not a result.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from kampung_analysis.loaders.cards import TYPES, Card, Column, Correction, Source, parse_card

__all__ = [
    "REBUILD",
    "TYPES",
    "Card",
    "Column",
    "Correction",
    "Source",
    "card",
    "data_folder",
    "names",
    "parse_card",
    "read",
    "read_bytes",
    "root",
    "source_line",
]

REBUILD = "python -m kampung_analysis data build --raw DIR"


def root() -> Path:
    """Repository: the folder that holds the package, ``data/`` and ``seeds/``, wherever the reader started."""
    return Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """Folder of the tables: environment variable ``KAMPUNG_DATA``, else ``data/`` of the repository."""
    return Path(os.environ.get("KAMPUNG_DATA") or root() / "data")


def names(folder: Path | None = None) -> list[str]:
    """List the tables that have a card, in alphabetical order."""
    return sorted(path.parent.name for path in (folder or data_folder()).glob("*/source.yml"))


def card(table: str) -> Card:
    """Read the card of `table`; an unknown table is a FileNotFoundError that lists the tables."""
    path = data_folder() / table / "source.yml"
    return _cached(path, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=64)
def _cached(path: Path, _stamp: int) -> Card:
    return parse_card(path)


def read_bytes(card: Card) -> bytes:
    """Bytes of a table, proved equal to what its card says.

    A build that was killed after it had moved the card and before it moved the table leaves ``<table>.csv.new``; if
    that file is the one the card names, it is read.

    Raises
    ------
    FileNotFoundError
        If the table is absent.
    ValueError
        If its SHA-256 is not the card's.
    """
    path = card.path.parent / f"{card.table}.csv"
    found = "no file"
    for candidate in (path, path.with_name(path.name + ".new")):
        if candidate.is_file():
            content = candidate.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if digest == card.sha256:
                return content
            found = digest if found == "no file" else found
    advice = f"restore it with 'git checkout -- data/{card.table}' or rebuild it with '{REBUILD}'"
    if found == "no file":
        raise FileNotFoundError(f"data/{card.table}/{path.name} is missing; {advice}")
    raise ValueError(
        f"data/{card.table}/{path.name} is not the table its card describes: expected SHA-256 {card.sha256}, "
        f"found {found}; {advice}"
    )


def read(table: str):
    """Read a table with the dtypes of its card.

    Parameters
    ----------
    table : str

    Returns
    -------
    pandas.DataFrame
        Columns of the card in their order, sorted by its keys, index 0, 1, …
    """
    import pandas as pd

    the = card(table)
    dates = [column.name for column in the.columns if column.type == "date"]
    dtypes = {column.name: column.dtype for column in the.columns if column.type != "date"}
    frame = pd.read_csv(
        io.BytesIO(read_bytes(the)), dtype=dtypes, parse_dates=dates, keep_default_na=False, na_values=[""]
    )
    return frame.astype(dict.fromkeys(dates, TYPES["date"]))[the.names]


def source_line(tables: str | Sequence[str], language: str = "en") -> str:
    """Credit line under a figure or table, derived from the cards.

    Parameters
    ----------
    tables : str or sequence of str
        Names of tables.
    language : {"en", "id"}

    Returns
    -------
    str
        For example ``"Source: National COVID-19 task force (covid19.go.id); BPS, population census 2020"``.

    Raises
    ------
    ValueError
        For another language.
    """
    lead = {"en": "Source", "id": "Sumber"}
    if language not in lead:
        raise ValueError(f"language '{language}' is not known; use en or id")
    chosen = [tables] if isinstance(tables, str) else list(tables)
    producers = dict.fromkeys(source.producer for table in chosen for source in card(table).sources)
    return f"{lead[language]}: {'; '.join(producers)}"
