"""Which sources disagree? Every difference between tables and every finding of the rules over the corpus."""

from __future__ import annotations

from kampung_analysis.pages_content import Content
from kampung_analysis.pages_markdown import plain, table, word
from kampung_analysis.results import number

HEADERS = ["Unit", "Until", "First", "Second", "Difference", "Note"]


def _row(row: dict) -> tuple[str, ...]:
    share = row["difference_pct"]
    size = "" if share != share else f" ({share:.1f} %)".replace("-", "−")
    return (
        plain(f"{row['unit']}, {row['measure']}"),
        f"{row['until']:%Y-%m-%d}",
        number(row["ours"]),
        number(row["theirs"]),
        number(row["difference"]) + size,
        plain(row["note"]),
    )


def crosschecks_page(content: Content) -> str:
    """Summary by pair of sources, every comparison of tables that differs, every finding of the rules with its facts.

    Parameters
    ----------
    content : Content
        `crosschecks` holds the rows of :func:`kampung_analysis.crosschecks.all_crosschecks`, `findings` those of
        :func:`kampung_analysis.corpus_checks.contradictions`.

    Returns
    -------
    str
        Markdown. "First" is the source named first in a heading, "second" the other; a printed count stands against
        the nearest value that the weekly series allows.
    """
    pairs: dict[str, list[dict]] = {}
    for row in content.crosschecks:
        pairs.setdefault(row["check"], []).append(row)
    apart = {pair: [r for r in rows if r["difference"]] for pair, rows in pairs.items()}
    summary = []
    for pair, rows in pairs.items():
        sizes = [abs(r["difference_pct"]) for r in rows if r["difference_pct"] == r["difference_pct"]]
        most = f"{max(sizes, default=0):.1f}"
        summary.append((plain(pair), str(len(rows)), str(len(apart[pair])), most))
    parts = [f"# {word('Cross-checks')}", f"## {word('Tables against each other')}"]
    parts.append(table(["Pair of sources", "Compared", "Different", "Largest difference, %"], summary))
    for pair, rows in apart.items():
        if rows:
            parts += [f"### {plain(pair.capitalize())}", table(HEADERS, map(_row, rows))]
    parts.append(f"## {word('Findings of the rules over the corpus')}")
    found = [(plain(f["rule"]), f["facts"].replace(";", ", "), plain(f["finding"])) for f in content.findings]
    return "\n\n".join([*parts, table(["Rule", "Facts", "Finding"], found)]) + "\n"
