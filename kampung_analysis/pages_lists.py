"""Which lists does a reader look things up in? Data cards, figures and tables, references, methods, the library."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from kampung_analysis.pages_content import Content
from kampung_analysis.pages_markdown import SPECIAL, cell_link, cell_links, definitions, plain, table, word

BIB_ENTRY = re.compile(r"^@\w+\{(\w+),(.*)\}\s*$", re.MULTILINE)


def data_page(content: Content) -> str:
    """One section per table from its card: sources, columns, corrections, caveats, cells that load it."""
    parts = [f"# {word('Data and codebook')}"]
    for card in content.cards:
        parts += [f"## {card.table}", f"**{plain(card.title)}.** {plain(card.description)}"]
        facts = [("Producer", plain(card.producer)), ("Rows", f"{card.rows:,}")]
        facts.append(("Loaded in", cell_links(content.loads.get(card.table, []), "not loaded yet")))
        parts.append(definitions(facts))
        columns = [
            (f"`{c.name}`", word(c.type), plain(c.unit), plain(c.meaning), plain(c.missing)) for c in card.columns
        ]
        parts.append(table(["Column", "Type", "Unit", "Meaning", "Missing"], columns))
        sources = [
            (
                f"[{plain(s.title)}]({s.url})" if s.url.startswith("http") else plain(s.title),
                plain(s.producer),
                plain(s.licence),
                plain(s.allows),
                plain(s.accessed),
            )
            for s in card.sources
        ]
        parts.append(table(["Source", "Producer", "Licence", "Allows", "Accessed"], sources))
        if card.corrections:
            rows = []
            for x in card.corrections:
                where = ", ".join(f"{k} {v}" for k, v in x.where.items())
                becomes = (
                    "; ".join(f"{k} {v}" for k, v in x.becomes.items()) if isinstance(x.becomes, Mapping) else x.becomes
                )
                change = f"{x.column}: {x.was} → {becomes}" if x.was is not None else f"absent → {becomes}"
                rows.append((f"{{anchor}}`{x.id}`", plain(where), plain(change), plain(x.why)))
            parts.append(table(["Corrections", "Where", "Value", "Why"], rows))
        if card.caveats:
            parts.append(definitions([("Caveats", " ".join(plain(c) for c in card.caveats))]))
    return "\n\n".join(parts) + "\n"


def items_page(content: Content) -> str:
    """Every figure and table of the notebooks, each linked to its cell."""
    parts = [f"# {word('Figures and tables')}"]
    for kind, heading, none in (("figure", "Figures", "No figure yet."), ("table", "Tables", "No table yet.")):
        rows = [
            (
                f"{kind[0].upper()}{i}",
                plain(item.title),
                f"[{plain(n.title)}](notebooks/{n.name}.ipynb)",
                cell_link(n, c),
            )
            for i, (n, c, item) in enumerate(items_of(content, kind), start=1)
        ]
        parts.append(f"## {word(heading)}")
        headers = ["Figure" if kind == "figure" else "Table", "Title", "Notebook", "Cell"]
        parts.append(table(headers, rows) if rows else word(none))
    return "\n\n".join(parts) + "\n"


def items_of(content: Content, kind: str) -> list[tuple]:
    """Notebook, cell and item of every figure or table, in reading order."""
    return [(n, c, item) for n in content.notebooks for c, item in n.items() if item.kind == kind]


def references(bibliography: str) -> dict[str, dict[str, str]]:
    """Entries of a BibTeX text by key, with the fields that the pages need."""
    entries = {}
    for key, body in BIB_ENTRY.findall(bibliography):
        found = dict(re.findall(r"(\w+) = \{((?:[^{}]|\{[^{}]*\})*)\}", body))
        entries[key] = {k: re.sub(r"[{}\\\"]", "", v) for k, v in found.items()}
    return entries


def references_page(
    content: Content, bibliography: str, *, pages: Path | None = None, package: Path | None = None
) -> str:
    """The bibliography: what is cited and where, then further reading.

    Parameters
    ----------
    content : Content
        For the notebooks, which cite by DOI.
    bibliography : str
        BibTeX.
    pages : Path, optional
        Folder of hand-written pages, which cite by key.
    package : Path, optional
        Folder of the library, whose docstrings cite by DOI.

    Returns
    -------
    str
    """
    prose = {p.stem: p.read_text(encoding="utf-8") for p in sorted(pages.glob("*.md"))} if pages else {}
    code = "\n".join(p.read_text(encoding="utf-8").lower() for p in sorted(package.rglob("*.py"))) if package else ""
    cited, further = [], []
    for key, entry in sorted(references(bibliography).items()):
        doi = entry.get("doi", "").lower()
        links = [f"[{n.number}](notebooks/{n.name}.ipynb)" for n in content.notebooks if doi and doi in n.dois]
        links += [f"{{local}}`{name} <{name}>`" for name, text in prose.items() if _cites(text, key)]
        links += ["{local}`library <library>`"] if doi and doi in code else []
        row = (f"{{cite:t}}`{key}`", plain(entry.get("title")))
        (cited if links else further).append((*row, ", ".join(links)) if links else row)
    parts = [f"# {word('The bibliography')}", f"## {word('Cited works and where they are cited')}"]
    parts += [table(["Reference", "Title", "Cited in"], cited)] if cited else []
    if further:
        parts += [f"## {word('Further reading')}", table(["Reference", "Title"], further)]
    return "\n\n".join([*parts, f"## {word('Sources')}", "```{bibliography}\n:all:\n```"]) + "\n"


def _cites(text: str, key: str) -> bool:
    """Whether a page cites a key by a role such as ``{cite:t}`a,b` ``."""
    return any(key in keys.split(",") for keys in re.findall(r"\{cite:\w+\}`([^`]*)`", text))


def _signature(node: ast.FunctionDef) -> str:
    arguments = ast.unparse(node.args)
    returns = f" → {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({arguments}){returns}"


def _sentence(doc: str) -> str:
    """First paragraph of a docstring as Markdown, its reStructuredText marks for code turned into code."""
    pieces = re.split(r"(?::\w+:)?`{1,2}~?([^`]+)`{1,2}", " ".join(doc.split("\n\n")[0].split()))
    return "".join(f"`{piece}`" if i % 2 else SPECIAL.sub(r"\\\1", piece) for i, piece in enumerate(pieces))


def library_page(package: Path) -> str:
    """Public functions and classes of the package: signature and first sentence, module by module, from the source."""
    parts = [f"# {word('Code library')}"]
    for path in sorted(package.glob("*.py")) + sorted(package.glob("*/*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        doc = ast.get_docstring(module) or ""
        name = ".".join(path.relative_to(package).with_suffix("").parts).removesuffix(".__init__")
        public = [
            n for n in module.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")
        ]
        if name.startswith("__") or not public:
            continue
        parts += [f"## {name}", _sentence(doc)]
        for node in public:
            shown = _signature(node) if isinstance(node, ast.FunctionDef) else f"class {node.name}"
            parts.append(f"`{shown.replace('`', '')}`\n: {_sentence(ast.get_docstring(node) or '')}")
    return "\n\n".join(parts) + "\n"
