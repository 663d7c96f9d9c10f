"""How does the book become HTML? Sources are staged in a temporary folder and Sphinx builds from there.

The repository stays clean, a failed build leaves the old book alone, and the same sources give the same bytes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kampung_analysis import __version__
from kampung_analysis.pages_catalogues import compile_catalogues
from kampung_analysis.pages_checks import crosschecks_page
from kampung_analysis.pages_content import Content
from kampung_analysis.pages_corpus import claims_page, documents_page, facts_page, verdict_counts
from kampung_analysis.pages_lists import data_page, items_page, library_page, references_page
from kampung_analysis.pages_markdown import definitions, plain, table
from kampung_analysis.pages_measured import measured_section
from kampung_analysis.pages_readme import filled
from kampung_analysis.pages_scan import Notebook, text_of

ROOT = Path(__file__).resolve().parents[1]
BOOK = ROOT / "book"
EPOCH = "1577836800"
"""Seconds since 1970 that a rebuild takes for its date when SOURCE_DATE_EPOCH is not set: 1 January 2020."""
TITLES = {"en": "Kampung Tangguh Semeru, claim by claim", "id": "Kampung Tangguh Semeru, klaim demi klaim"}
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]*?)([0-9]{2}_\w+)\.ipynb(?:#([\w-]*))?\)")
OUTSIDE = re.compile(r"\[([^\]]*)\]\(\.\./([^)\s]+)\)")
GENERATED = ("claims", "facts", "documents", "data", "crosschecks", "items", "references", "library")
"""Pages that are written whole."""


def sections(content: Content, language: str = "en") -> dict[str, str]:
    """Generated parts of hand-written pages, by the name in their marker."""
    rows = [(f"[{n.number}](notebooks/{n.name}.ipynb)", plain(n.title)) for n in content.notebooks]
    listed = "\n".join(f"notebooks/{n.name}" for n in content.notebooks)
    return {
        "verdicts": verdict_counts(content, language),
        "notebooks": table(["Notebook", "Question"], rows),
        "tree": f"```{{toctree}}\n:caption: Notebooks\n:hidden:\n\n{listed}\n```" if listed else "",
    }


def with_live_links(text: str, content: Content) -> str:
    """Keep links to notebooks and their sections that exist; the others become plain text."""
    known = {n.name: n for n in content.notebooks}

    def live(match) -> str:
        label, folder, name, anchor = match.groups()
        if name not in known:
            return label
        exact = f"#{anchor}" if anchor and anchor in known[name].anchors else ""
        return f"[{label}]({folder}{name}.ipynb{exact})"

    return LINK.sub(live, text)


def with_inward_links(text: str, content: Content) -> str:
    """Turn links to files of the repository into links to the page or file of the book that holds their content."""

    def inward(match) -> str:
        label, path = match.groups()
        name = Path(path.partition("#")[0])
        if path.startswith("data/results/") and name.stem in content.results:
            return f"{{local}}`{label} <results/{name.name}>`"
        if path.startswith("data/") and name.parts[1] in {card.table for card in content.cards}:
            return f"{{local}}`{label} <data#{name.parts[1].replace('_', '-')}>`"
        if path.startswith("seeds/"):
            return f"{{local}}`{label} <{'claims' if 'claims' in path else 'facts'}>`"
        if path == "kampung_analysis/crosschecks.py":
            return f"{{local}}`{label} <crosschecks>`"
        return label

    return OUTSIDE.sub(inward, text)


def rests_on(notebook: Notebook | None, content: Content) -> str:
    """Links from a notebook to everything that links back to it: tables, claims, facts, its result file."""
    if notebook is None:
        return ""
    cards = {card.table for card in content.cards}
    named = sorted({name for cell in notebook.cells for name in cell.ids} & content.ids().keys())
    loaded = sorted({name for cell in notebook.cells for name in cell.tables} & cards)
    entries = [
        ("Tables", ", ".join(f"{{local}}`{name} <data#{name.replace('_', '-')}>`" for name in loaded)),
        ("Claims", ", ".join(name for name in named if name.startswith("C"))),
        ("Facts", ", ".join(name for name in named if name.startswith("F"))),
        ("Figures and tables", "{local}`items <items>`" if notebook.items() else ""),
    ]
    if notebook.name in content.results:
        entries.append(("Result file", f"{{local}}`{notebook.name}.json <results/{notebook.name}.json>`"))
    return "---\n\n" + definitions(entries) if any(text for _, text in entries) else ""


def with_one_fold(cells: Sequence[dict]) -> list[dict]:
    """Join code cells that show nothing to the code cell after them, so that a page folds their code once.

    Parameters
    ----------
    cells : sequence of dict
        Cells of a notebook; left as they are.

    Returns
    -------
    list of dict
        The same cells with fewer of kind "code"; ``metadata.holds`` lists the ids that a joined cell answers to.
    """
    kept: list[dict] = []
    for cell in cells:
        before = kept[-1] if kept else cell
        if cell["cell_type"] == before["cell_type"] == "code" and before is not cell and not before["outputs"]:
            kept.pop()
            held = [*before["metadata"].get("holds", []), before.get("id", "")]
            source = f"{text_of(before['source']).rstrip()}\n\n{text_of(cell['source'])}"
            cell = cell | {"source": source, "metadata": cell["metadata"] | {"holds": held}}
        kept.append(cell)
    return kept


def staged_notebook(path: Path, content: Content, differing: Sequence[str] = ()) -> dict:
    """A notebook as the book shows it: code folded, cells as link targets, links alive, a warning where it differs.

    Parameters
    ----------
    path : Path
        The executed notebook.
    content : Content
        For the links.
    differing : sequence of str
        What differs from the committed outputs, one sentence each.

    Returns
    -------
    dict
        The notebook in nbformat 4.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"] = with_one_fold(notebook["cells"])
    for number, cell in enumerate(notebook["cells"], start=1):
        source = "".join(cell["source"]) if isinstance(cell["source"], list) else cell["source"]
        if cell["cell_type"] == "code":
            cell["metadata"] = {"tags": ["hide-input"], "holds": cell["metadata"].get("holds", [])}
        elif cell["cell_type"] == "markdown":
            anchor = (
                ""
                if number == 1
                else f'<span class="cell-anchor" id="{cell.get("id", f"cell-{number:02d}")}"></span>\n\n'
            )
            cell["source"] = anchor + with_inward_links(with_live_links(source, content), content)
    resting = rests_on(next((n for n in content.notebooks if n.path == path), None), content)
    if resting:
        notebook["cells"].append({"cell_type": "markdown", "id": "rests-on", "metadata": {}, "source": resting})
    if differing:
        lines = "\n".join(str(line).replace("`", "'") for line in differing)
        title = "This run differs from the published notebook"
        warning = f"````{{admonition}} {title}\n:class: danger\n\n```text\n{lines}\n```\n````"
        cell = {"cell_type": "markdown", "id": "differences", "metadata": {}, "source": warning}
        notebook["cells"].insert(1, cell)
    notebook["metadata"].setdefault("language_info", {"name": "python", "pygments_lexer": "ipython3"})
    notebook["metadata"]["language_info"].setdefault("pygments_lexer", "ipython3")
    return notebook


def stage(
    content: Content,
    folder: Path,
    *,
    differing: Mapping[str, Sequence[str]],
    language: str,
    switch: bool,
    generated: bool = True,
) -> None:
    """Write everything Sphinx reads into an empty folder.

    Parameters
    ----------
    content : Content
        What is published.
    folder : Path
        Created; must not exist.
    differing : mapping of str to sequence of str
        Notebook name -> what differs.
    language : {"en", "id"}
        Edition.
    switch : bool
        Whether the other edition stands beside this one.
    generated : bool
        Whether generated parts of hand-written pages are filled in; not so when messages are extracted.
    """
    shutil.copytree(BOOK, folder, ignore=shutil.ignore_patterns("__pycache__", "locale", "README.md", "_build"))
    parts = sections(content, language) | {"measurements": ""}
    if not generated:
        parts = dict.fromkeys(parts, "") | {"tree": parts["tree"]}
    else:
        parts["measurements"], pictures = measured_section(content, language)
        (folder / "measured").mkdir()
        for name, picture in pictures.items():
            (folder / "measured" / name).write_bytes(picture)
    for page in sorted(folder.glob("*.md")):
        text = filled(page.read_text(encoding="utf-8"), parts)
        page.write_text(with_live_links(text, content), encoding="utf-8")
    bibliography = (BOOK / "references.bib").read_text(encoding="utf-8")
    pages = {
        "claims": claims_page(content),
        "facts": facts_page(content),
        "documents": documents_page(content),
        "data": data_page(content),
        "crosschecks": crosschecks_page(content),
        "items": items_page(content),
        "references": references_page(content, bibliography, pages=BOOK, package=Path(__file__).parent),
        "library": library_page(Path(__file__).parent),
    }
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    cells = {}
    (folder / "notebooks").mkdir()
    for notebook in content.notebooks:
        shown = staged_notebook(notebook.path, content, differing.get(notebook.name, ()))
        anchors = [[cell.get("id", ""), *cell["metadata"].get("holds", [])] for cell in shown["cells"]]
        cells[f"notebooks/{notebook.name}"] = anchors
        text = json.dumps(shown, indent=1, ensure_ascii=False, sort_keys=True)
        (folder / "notebooks" / f"{notebook.name}.ipynb").write_text(text, encoding="utf-8")
    results = folder / "_extra" / "results"
    results.mkdir(parents=True)
    from kampung_analysis.datasets import data_folder

    for name in content.results:
        shutil.copy(data_folder() / "results" / f"{name}.json", results)
    book = {
        "title": TITLES[language],
        "version": __version__,
        "language": language,
        "switch": switch,
        "domain": "book",
        "ids": content.ids(),
        "cells": cells,
    }
    (folder / "book.json").write_text(json.dumps(book, indent=1, sort_keys=True), encoding="utf-8")
    if language != "en":
        compile_catalogues(content, folder / "locale", language)


def sphinx(folder: Path, out: Path, *, builder: str = "html", options: Sequence[str] = ()) -> subprocess.Popen:
    """Start Sphinx on a staged folder; warnings are errors and do not stop at the first."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("LC_")}
    env |= {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", EPOCH), "PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}
    env |= {"TZ": "UTC"}
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", builder, *options]
    command += ["-d", str(folder.with_name(folder.name + ".doctrees")), str(folder), str(out)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen, what: str, folder: Path) -> None:
    """Wait for Sphinx.

    Raises
    ------
    RuntimeError
        When it warned or failed; the message holds its lines with paths relative to the book.
    """
    told, _ = process.communicate()
    if process.returncode:
        lines = told.replace(str(folder.resolve()) + os.sep, "").strip()
        raise RuntimeError(f"the book ({what}) was not built; Sphinx says:\n{lines}")
