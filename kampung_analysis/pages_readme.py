"""Which parts of README.md and of the start page are written by the program? Sections between two markers.

A section stands between ``<!-- generated: NAME -->`` and ``<!-- end -->``; what is between them is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kampung_analysis.pages_content import Content
from kampung_analysis.pages_corpus import estimate_text
from kampung_analysis.pages_lists import items_of

MARKED = re.compile(r"(<!-- generated: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def escaped(text) -> str:
    """Text for a cell of a pipe table on GitHub."""
    return " ".join(str(text).split()).replace("|", "\\|") or "–"


def _table(headers: list[str], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(headers)} |", f"|{' --- |' * len(headers)}"]
    return "\n".join(lines + [f"| {' | '.join(cells)} |" for cells in rows])


def verdicts(content: Content) -> str:
    """One line a claim: verdict, estimate with interval, notebook."""
    known = {n.name for n in content.notebooks}
    rows = []
    for claim in content.claims:
        name, verdict, estimate = content.verdicts.get(claim.id, (claim.notebook, None, None))
        number = name.split("_")[0]
        link = f"[{number}](notebooks/{name}.ipynb)" if name in known else number
        shown = estimate_text(estimate).replace("\\", "") if estimate else "–"
        rows.append(
            (claim.id, escaped(claim.text), verdict.verdict if verdict else "no result yet", escaped(shown), link)
        )
    return _table(["Claim", "What is claimed", "Verdict", "Estimate (interval)", "Notebook"], rows)


def notebooks(content: Content) -> str:
    """The notebooks in reading order with their questions."""
    rows = [(n.number, f"[{escaped(n.title)}](notebooks/{n.name}.ipynb)") for n in content.notebooks]
    return _table(["Notebook", "Question"], rows)


def data(content: Content) -> str:
    """Availability and rights, source by source: who published it, under which licence, what is in the repository."""
    parts = []
    for card in content.cards:
        lines = [
            f"### {card.table}",
            "",
            f"{card.title}. {card.rows:,} rows, provided as `data/{card.table}/{card.table}.csv`.",
        ]
        for source in card.sources:
            derived = f" {source.derived.rstrip('.')}." if source.derived else ""
            title = f"[{source.title}]({source.url})" if source.url.startswith("http") else source.title
            lines.append(
                f"- {title}, {source.producer}; accessed {source.accessed}. Licence: "
                f"{source.licence.rstrip('.')}. Allows: {source.allows.rstrip('.')}.{derived}"
            )
        parts.append("\n".join([*lines[:3], "", *lines[3:]]))
    return "\n\n".join(parts) or "No table yet."


def items(content: Content) -> str:
    """Every figure and table with the notebook and the cell that makes it."""
    rows = []
    for kind in ("figure", "table"):
        for i, (n, c, item) in enumerate(items_of(content, kind), start=1):
            where = f"[{n.number}](notebooks/{n.name}.ipynb)"
            rows.append((f"{kind.capitalize()} {i}", escaped(item.title), where, f"{c.number} (`{c.id}`)"))
    return _table(["Item", "Title", "Notebook", "Cell"], rows)


SECTIONS: dict[str, Callable[[Content], str]] = {
    "verdicts": verdicts,
    "notebooks": notebooks,
    "data": data,
    "figures and tables": items,
}
"""Sections of README.md by the name in their marker."""


def filled(text: str, sections: dict[str, str]) -> str:
    """Put sections between their markers.

    Parameters
    ----------
    text : str
        A page with markers.
    sections : dict of str to str
        By name.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        For a marker that names no section, or a marker without its end.
    """
    opened = len(re.findall(r"<!-- generated: ", text))
    if opened != len(MARKED.findall(text)):
        raise ValueError(f"{opened} markers are opened and {len(MARKED.findall(text))} closed; add '<!-- end -->'")

    def fill(match) -> str:
        if match[2] not in sections:
            raise ValueError(f"no generated section is called {match[2]!r}; there are {', '.join(sorted(sections))}")
        return f"{match[1]}\n{sections[match[2]]}\n\n{match[4]}"

    return MARKED.sub(fill, text)
