"""What would a stranger need to use the tables? ``data/README.md`` and ``data/datapackage.json``, from the cards.

Both are generated, so that prose, codebook and machine-readable description cannot drift apart from the cards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from kampung_analysis.build.run import replace
from kampung_analysis.loaders.core import Card, data_folder, names, parse_card

LICENCES = {
    "MIT": ("MIT", "https://opensource.org/license/mit"),
    "CC BY 4.0": ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
}
PROFILE = "https://datapackage.org/profiles/2.0"
HEAD = """# Data

Generated from the source cards (`<table>/source.yml`); edit a card, not this page. Every table is a UTF-8 CSV file with
ISO dates and empty cells for missing values, and has one loader, `kampung_analysis.datasets.load_<table>()`, that
compares the file with the SHA-256 of its card before reading it. `datapackage.json` describes the same tables for
[Frictionless](https://datapackage.org) tools.

Raw files are not copied here. `python -m kampung_analysis data fetch --raw DIR` downloads the public originals; after a
break the same command goes on where it stopped, inside a file too (`NAME.HASH.part` is such a beginning).
`python -m kampung_analysis data build --raw DIR` rebuilds the tables byte for byte, and
`python -m kampung_analysis data verify` checks them. Some raw files cannot be downloaded as they are: workbooks read
off by hand and facts coded from single pages. `data fetch` lists them with the way they came about.
"""


def _cell(value) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _table(headers: list[str], rows: list[list]) -> str:
    lines = ["| " + " | ".join(headers) + " |", "|" + " --- |" * len(headers)]
    return "\n".join([*lines, *("| " + " | ".join(map(_cell, row)) + " |" for row in rows)])


def _origin(source) -> str:
    if not source.url.startswith("http"):
        return source.url
    return f"{source.url}" + (f" @ `{source.commit[:12]}`" if source.commit else "")


def _becomes(value) -> str:
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, Mapping) else value


def section(card: Card) -> str:
    """Codebook of one table in Markdown: sources and rights, columns, corrections, caveats."""
    parts = [f"## {card.table}", f"**{card.title}.** {card.description}"]
    parts.append(f"{card.rows:,} rows; key: {', '.join(f'`{key}`' for key in card.keys)}; SHA-256 `{card.sha256}`.")
    columns = [[f"`{c.name}`", c.type, c.unit or "–", c.meaning, c.missing] for c in card.columns]
    parts.append(_table(["Column", "Type", "Unit", "Meaning", "Missing"], columns))
    sources = [
        [s.title, s.producer, _origin(s), s.accessed, s.licence, s.allows, s.derived or "as published"]
        for s in card.sources
    ]
    headers = ["Source", "Producer", "Published at", "Accessed", "Licence", "Allows", "Form"]
    parts.append(_table(headers, sources))
    if card.corrections:
        rows = [
            [
                x.id,
                ", ".join(x.where.values()),
                x.column,
                "absent" if x.was is None else x.was,
                _becomes(x.becomes),
                x.why,
            ]
            for x in card.corrections
        ]
        parts.append(_table(["Correction", "Where", "Column", "Was", "Becomes", "Why"], rows))
    if card.caveats:
        parts.append("\n".join(f"- {_cell(caveat)}" for caveat in card.caveats))
    return "\n\n".join(parts)


def readme(cards: list[Card]) -> str:
    """Text of ``data/README.md``."""
    overview = [[f"[{card.table}](#{card.table})", card.title, f"{card.rows:,}", card.producer] for card in cards]
    return (
        "\n\n".join([HEAD.strip(), _table(["Table", "What", "Rows", "Producer"], overview), *map(section, cards)])
        + "\n"
    )


def _licences(card: Card) -> list[dict]:
    found = {}
    for source in card.sources:
        for start, (name, path) in LICENCES.items():
            if source.licence.startswith(start):
                found[name] = {"name": name, "path": path}
    return list(found.values())


def _field(column) -> dict:
    described = {
        "name": column.name,
        "type": column.type,
        "description": " ".join(column.meaning.split()),
    }
    if column.unit:
        described["unit"] = column.unit
    if column.missing == "never":
        described["constraints"] = {"required": True}
    else:
        described["missing"] = " ".join(column.missing.split())
    return described


def resource(card: Card, size: int) -> dict:
    """Description of one table as a Frictionless tabular resource; `size` in bytes."""
    described = {
        "$schema": f"{PROFILE}/dataresource.json",
        "name": card.table,
        "type": "table",
        "title": card.title,
        "description": " ".join(card.description.split()),
        "path": f"{card.table}/{card.table}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{card.sha256}",
        "dialect": {"$schema": f"{PROFILE}/tabledialect.json", "delimiter": ",", "lineTerminator": "\n"},
        "schema": {
            "$schema": f"{PROFILE}/tableschema.json",
            "fields": [_field(column) for column in card.columns],
            "primaryKey": list(card.keys),
            "missingValues": [""],
        },
        "sources": [{"title": s.title, **({"path": s.url} if s.url.startswith("http") else {})} for s in card.sources],
    }
    licences = _licences(card)
    return described | ({"licenses": licences} if licences else {})


def datapackage(cards: list[Card], sizes: Mapping[str, int]) -> str:
    """Text of ``data/datapackage.json``: a data package as https://datapackage.org (version 2) defines it."""
    package = {
        "$schema": f"{PROFILE}/datapackage.json",
        "name": "kampung-analysis",
        "title": "Tables for the evaluation of Kampung Tangguh Semeru",
        "description": "Weekly cases, recorded crime, context and coded counts with which the programme is evaluated.",
        "resources": [resource(card, sizes[card.table]) for card in cards],
    }
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def texts(folder: Path | None = None) -> dict[str, str]:
    """Both generated files, name -> text, from the cards as they are now."""
    folder = folder or data_folder()
    cards = [parse_card(folder / name / "source.yml") for name in names(folder)]
    cards = [card for card in cards if (folder / card.table / f"{card.table}.csv").is_file()]
    sizes = {card.table: (folder / card.table / f"{card.table}.csv").stat().st_size for card in cards}
    return {"README.md": readme(cards), "datapackage.json": datapackage(cards, sizes)}


def stale(folder: Path | None = None) -> list[str]:
    """Names of the generated files that differ from what the cards say."""
    folder = folder or data_folder()
    found = {path: folder / path for path in ("README.md", "datapackage.json")}
    fresh = texts(folder)
    return [name for name, path in found.items() if not path.is_file() or path.read_text("utf-8") != fresh[name]]


def write(folder: Path | None = None) -> list[str]:
    """Write the generated files that are stale; returns their names."""
    folder = folder or data_folder()
    changed = stale(folder)
    for name in changed:
        replace(folder / name, texts(folder)[name].encode("utf-8"))
    return changed
