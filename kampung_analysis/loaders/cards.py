"""What is the birth certificate of a table? The source card ``source.yml`` as frozen values.

A card says who measured, where the raw files were published and what their licence allows, which columns the table has,
which raw values were repaired and why, and what a reader should beware of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

TYPES = {
    "string": "str",
    "integer": "int64",
    "number": "float64",
    "date": "datetime64[us]",
    "boolean": "bool",
}
"""Type in a card -> pandas dtype; with missing values integer is ``Int64`` and boolean ``boolean``."""


@dataclass(frozen=True)
class Column:
    """A column of a table: what it means, in which unit, and what a missing value means.

    Attributes
    ----------
    name : str
    type : {"string", "integer", "number", "date", "boolean"}
    unit : str
        Unit of the value, ``""`` where there is none.
    meaning : str
    missing : str
        ``"never"``, or what an empty cell means.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    missing: str = "never"

    @property
    def dtype(self) -> str:
        """Dtype of the loaded column in pandas 3."""
        if self.missing != "never" and self.type in ("integer", "boolean"):
            return {"integer": "Int64", "boolean": "boolean"}[self.type]
        return TYPES[self.type]


@dataclass(frozen=True)
class Source:
    """Where raw files of a table were published, by whom, and what their licence allows.

    Attributes
    ----------
    title, producer : str
        Name for a source line, and who measured.
    url : str
        Address of the repository or page.
    commit, path : str
        Pinned commit and path in it; a path that ends in ``/`` takes the name of each file.
    accessed : date
    licence, allows : str
    files : mapping of str to str
        Path below the raw folder (``facts/…`` below the facts folder) -> SHA-256.
    derived : str
        How a file was derived where it is not published as it is; ``""`` for a file that can be fetched.
    """

    title: str
    producer: str
    url: str
    commit: str
    path: str
    accessed: date
    licence: str
    allows: str
    files: Mapping[str, str]
    derived: str = ""


@dataclass(frozen=True)
class Correction:
    """A repair of one raw value, and what the source must still say for the repair to hold.

    Attributes
    ----------
    id : str
        ``X`` and digits, never reused.
    file : str
    where : mapping of str to str
        Column -> raw text; together they name one row.
    column : str
        Column repaired; ``"*"`` where the whole row is absent from the source.
    was : str or None
        What the source says; None for a row that is absent.
    becomes : str or mapping of str to str
        The value used instead; for an absent row, column -> value.
    why : str
    """

    id: str
    file: str
    where: Mapping[str, str]
    column: str
    was: str | None
    becomes: str | Mapping[str, str]
    why: str


@dataclass(frozen=True)
class Card:
    """Birth certificate of a table, read from ``source.yml``.

    Attributes
    ----------
    table, title, description, producer : str
    sources : tuple of Source
    keys : tuple of str
        Columns that together name a row; the table is sorted by them.
    columns : tuple of Column
    corrections : tuple of Correction
    caveats : tuple of str
    sha256 : str
        Hash of the built table.
    rows : int
    """

    table: str
    title: str
    description: str
    producer: str
    sources: tuple[Source, ...]
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    corrections: tuple[Correction, ...] = ()
    caveats: tuple[str, ...] = ()
    sha256: str = ""
    rows: int = 0
    path: Path = field(default=Path(), compare=False)

    @property
    def names(self) -> list[str]:
        """Names of the columns in their order."""
        return [column.name for column in self.columns]

    @property
    def files(self) -> dict[str, str]:
        """Every raw file of the table with its SHA-256."""
        return {name: digest for source in self.sources for name, digest in source.files.items()}


def parse_card(path: Path) -> Card:
    """Read a source card.

    Parameters
    ----------
    path : Path
        A ``source.yml``.

    Returns
    -------
    Card

    Raises
    ------
    FileNotFoundError
        If there is no card.
    ValueError
        If the card is no YAML, or a key is missing, unknown or of an unknown type; the message names card and key.
    """
    import yaml

    if not path.is_file():
        known = ", ".join(sorted(card.parent.name for card in path.parent.parent.glob("*/source.yml"))) or "none"
        raise FileNotFoundError(f"no table '{path.parent.name}' in {path.parent.parent.name}/; the tables are: {known}")
    where = f"{path.parent.name}/source.yml"
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else ""
        raise ValueError(f"{where}: not YAML{line}: {getattr(error, 'problem', None) or error}") from error
    try:
        raw["sources"] = tuple(_source(source) for source in raw["sources"])
        raw["columns"] = tuple(Column(**column) for column in raw["columns"])
        raw["corrections"] = tuple(_correction(entry) for entry in raw.get("corrections") or ())
        raw["keys"], raw["caveats"] = tuple(raw["keys"]), tuple(raw.get("caveats") or ())
        card = Card(path=path, **raw)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{where}: a key is missing, unknown or misplaced: {error}") from error
    for column in card.columns:
        if column.type not in TYPES:
            raise ValueError(f"{where}: column '{column.name}' has type '{column.type}'; use {', '.join(TYPES)}")
    return card


def _source(raw: Mapping) -> Source:
    raw = dict(raw)
    if "file" in raw:
        raw["files"] = {raw.pop("file"): raw.pop("sha256")}
    return Source(**{"commit": "", "path": "", **raw})


def _correction(raw: Mapping) -> Correction:
    raw = dict(raw)
    raw["where"] = {str(key): str(value) for key, value in raw["where"].items()}
    raw["was"] = None if raw["was"] is None else str(raw["was"])
    becomes = raw["becomes"]
    raw["becomes"] = {k: str(v) for k, v in becomes.items()} if isinstance(becomes, Mapping) else str(becomes)
    return Correction(**raw)
