"""What do the notebooks say, show and rest on? Reads executed notebooks into cells, figures, tables and mentions.

Nothing is executed: everything is taken from the committed (or freshly rerun) files as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

FINGERPRINT = "text/vnd.kampung.figure"
IDS = re.compile(r"\b[CDFX]\d{2,5}\b")
DOI = re.compile(r"doi\.org/(10\.\d{4,9}/[^\s)\]>\"']+)")
LOADED = re.compile(r"\bload_([a-z0-9_]+)\(")
TITLES = tuple(
    re.compile(rf"^{place}: (.+)$", re.MULTILINE)
    for place in (r"(?:artists\[0\]\.text|suptitle)", r"axes\[0\]\.title(?:_left)?")
)
"""Where a fingerprint holds the title: of the figure, else of its first panel."""
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Item:
    """A figure or table in a notebook: `kind` "figure" or "table", its title or caption, and the alternative text."""

    kind: str
    title: str
    alt: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell: position from 1, id, kind ("markdown" or "code"), source, what it printed, figures and tables."""

    number: int
    id: str
    kind: str
    source: str
    printed: str = ""
    items: tuple[Item, ...] = ()

    @property
    def ids(self) -> set[str]:
        """Ids of claims, facts, documents and corrections that the cell writes, prints or loads."""
        return set(IDS.findall(self.source)) | set(IDS.findall(self.printed))

    @property
    def tables(self) -> set[str]:
        """Tables that the cell loads."""
        return set(LOADED.findall(self.source)) if self.kind == "code" else set()

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Level and text of the headings of a Markdown cell."""
        return [(len(h), text) for h, text in HEADING.findall(self.source)] if self.kind == "markdown" else []


@dataclass(frozen=True)
class Notebook:
    """A notebook as read: file name without ending, title, cells in order, and where it came from."""

    name: str
    title: str
    cells: tuple[Cell, ...]
    path: Path = field(default=Path(), compare=False)

    @property
    def number(self) -> str:
        """The two digits that give its place in the reading order."""
        return self.name.split("_")[0]

    @property
    def anchors(self) -> dict[str, str]:
        """Anchor -> text of every heading, as the HTML book names them."""
        return {slug(text): text for cell in self.cells for _, text in cell.headings}

    @property
    def dois(self) -> set[str]:
        """DOIs that the prose cites, in lower case."""
        prose = "\n".join(c.source for c in self.cells if c.kind == "markdown")
        return {d.rstrip(".,;").lower() for d in DOI.findall(prose)}

    def items(self) -> list[tuple[Cell, Item]]:
        """Every figure and table with its cell, in order."""
        return [(cell, item) for cell in self.cells for item in cell.items]


def slug(text: str) -> str:
    """Anchor of a heading in the HTML book: lower case, words joined by hyphens, punctuation dropped."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", text)
    return re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")


class _Captions(HTMLParser):
    """Collect the captions of HTML tables and count the tables."""

    def __init__(self):
        super().__init__()
        self.captions, self._inside = [], False

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.captions.append("")
        self._inside = tag == "caption" or (self._inside and tag != "tr")

    def handle_endtag(self, tag):
        if tag == "caption":
            self._inside = False

    def handle_data(self, data):
        if self._inside and self.captions:
            self.captions[-1] += data


def text_of(value) -> str:
    """A notebook's text, which may be stored as a list of lines."""
    return "".join(value) if isinstance(value, list) else str(value)


def _items(data: dict, metadata: dict) -> Iterable[Item]:
    if FINGERPRINT in data:
        mark = text_of(data[FINGERPRINT])
        alt = metadata.get("image/png", {}).get("alt", "")
        found = next(filter(None, (place.search(mark) for place in TITLES)), None)
        yield Item("figure", found[1].strip() if found else alt.split(".")[0] or "Figure", alt)
    elif "text/html" in data:
        parser = _Captions()
        parser.feed(text_of(data["text/html"]))
        for caption in parser.captions:
            yield Item("table", " ".join(caption.split()) or "Table without a caption")


def read_notebook(path: Path) -> Notebook:
    """Read one executed notebook.

    Parameters
    ----------
    path : Path
        An ``.ipynb`` file.

    Returns
    -------
    Notebook

    Raises
    ------
    ValueError
        When the file is not a notebook, or has no title.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        raw = content["cells"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a notebook ({error}); open it in JupyterLab to repair it") from error
    cells = []
    for number, cell in enumerate(raw, start=1):
        printed, items = [], []
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            printed += [text_of(output.get("text", "")), text_of(data.get("text/plain", ""))]
            printed.append(unescape(re.sub(r"<[^>]+>", " ", text_of(data.get("text/html", "")))))
            items += _items(data, output.get("metadata", {}))
        kind, source = cell["cell_type"], text_of(cell["source"])
        cells.append(Cell(number, cell.get("id", f"cell-{number:02d}"), kind, source, "\n".join(printed), tuple(items)))
    title = next((text for cell in cells for level, text in cell.headings if level == 1), None)
    if title is None:
        raise ValueError(f"{path.name} has no title; its first cell should begin with '# ' and a question")
    return Notebook(path.stem, title, tuple(cells), path)


def read_notebooks(folder: Path) -> list[Notebook]:
    """Read the numbered notebooks of a folder in reading order; none is not an error."""
    return [read_notebook(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]


def mentions(notebooks: Iterable[Notebook]) -> dict[str, list[tuple[Notebook, Cell]]]:
    """Id -> the notebook cells that write, print or load it, in reading order."""
    found: dict[str, list[tuple[Notebook, Cell]]] = {}
    for notebook in notebooks:
        for cell in notebook.cells:
            for name in sorted(cell.ids):
                found.setdefault(name, []).append((notebook, cell))
    return found


def loads(notebooks: Iterable[Notebook]) -> dict[str, list[tuple[Notebook, Cell]]]:
    """Table -> the notebook cells that load it, in reading order."""
    found: dict[str, list[tuple[Notebook, Cell]]] = {}
    for notebook in notebooks:
        for cell in notebook.cells:
            for name in sorted(cell.tables):
                found.setdefault(name, []).append((notebook, cell))
    return found
