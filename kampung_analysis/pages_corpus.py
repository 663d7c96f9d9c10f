"""Which pages explain claims, facts and documents? Three pages whose anchors every id in the book points at."""

from __future__ import annotations

from collections import Counter

from kampung_analysis.corpus_schema import EMMIE
from kampung_analysis.pages_content import Content
from kampung_analysis.pages_markdown import WORDS, cell_links, definitions, plain, table, word
from kampung_analysis.results import number, quantity

KINDS = ("cause", "effectiveness", "comparison", "count", "selection", "origin")
VERDICTS = ("supported", "ruled out", "inconclusive", "cannot tell")
MANY = 10
"""Facts from which on a document has its own section."""


def estimate_text(estimate) -> str:
    """Value, unit and interval of an estimate in a table cell; a dash without a number."""
    if estimate is None or estimate.value != estimate.value:
        return "–"
    shown = quantity(estimate.value, estimate.unit)
    if estimate.low == estimate.low and estimate.high == estimate.high and not estimate.exact:
        shown += f" ({number(estimate.low)} to {number(estimate.high)})"
    return plain(shown)


def notebook_link(content: Content, name: str, *, results: bool = False) -> str:
    """Link to a notebook by name, with its result file on request; plain text where the notebook does not exist yet."""
    known = {n.name for n in content.notebooks}
    text = f"[{name.split('_')[0]}](notebooks/{name}.ipynb)" if name in known else plain(name.split("_")[0])
    if results and name in content.results:
        text += f", {{local}}`{name}.json <results/{name}.json>`"
    return text


def verdict_rows(content: Content) -> list[tuple[str, ...]]:
    """Rows of the verdict table: claim, text, verdict, estimate with interval, notebook."""
    rows = []
    for claim in content.claims:
        name, verdict, estimate = content.verdicts.get(claim.id, (claim.notebook, None, None))
        word_of = word(verdict.verdict) if verdict else word("No result yet")
        rows.append((claim.id, plain(claim.text), word_of, estimate_text(estimate), notebook_link(content, name)))
    return rows


def told(size: Counter, language: str = "en") -> str:
    """Verdicts with their counts, in the order of the rule and the words of the edition's language."""
    return ", ".join(f"{n} {WORDS[v] if language == 'id' else v}" for v in VERDICTS if (n := size[v]))


def count_sentence(size: Counter, language: str = "en") -> str:
    """How many claims earned which verdict, in one sentence of the edition's language."""
    counted = told(size, language)
    open_, total = size["No result yet"], size.total()
    if language == "id":
        rest = f"; {open_} belum ada hasil" if open_ else ""
        return f"Dari {total} klaim: {counted or 'belum ada putusan'}{rest}."
    rest = f"; {open_} without a result yet" if open_ else ""
    return f"Of {total} claims: {counted or 'no verdict'}{rest}."


def verdict_counts(content: Content, language: str = "en") -> str:
    """How many claims earned which verdict, in all and kind by kind; for the start page."""
    sizes: dict[str, Counter] = {kind: Counter() for kind in kinds_of(content)}
    for claim, row in zip(content.claims, verdict_rows(content), strict=True):
        sizes[claim.kind][row[2]] += 1
    rows = [(kind.capitalize(), str(size.total()), told(size, language) or "–") for kind, size in sizes.items()]
    whole = sum(sizes.values(), Counter())
    return count_sentence(whole, language) + "\n\n" + table(["Kind", "Claims", "Verdict"], rows)


def verdict_table(content: Content) -> str:
    """Every claim with its verdict, estimate and notebook; the claim's number leads to its reasons."""
    return table(["Claim", "What is claimed", "Verdict", "Estimate", "Notebook"], verdict_rows(content))


def kinds_of(content: Content) -> list[str]:
    """Kinds of claims that occur, the usual order first."""
    found = {claim.kind for claim in content.claims}
    return [k for k in KINDS if k in found] + sorted(found - set(KINDS))


def checks_text(verdict) -> str:
    """How many checks of the design failed of those run, then each with its outcome; empty where none is recorded."""
    if not verdict.checks:
        return ""
    return f"{verdict.tested}. " + " ".join(f"{plain(name)} *{said}*." for name, said in verdict.checks.items())


def graded(claim) -> list[tuple[str, str]]:
    """Level of the evidence offered on the Maryland scale and the letters of EMMIE; empty for a non-causal claim."""
    if claim.maryland is None:
        return []
    said = [(letter.capitalize(), plain(claim.letters.get(letter))) for letter in EMMIE]
    return [("Maryland level", str(claim.maryland)), *said]


def _claim(content: Content, claim) -> str:
    name, verdict, estimate = content.verdicts.get(claim.id, (claim.notebook, None, None))
    worth = f"{quantity(claim.worth.value, claim.worth.unit)}. {claim.worth.reason}"
    parts = [f"### {claim.id}", plain(claim.text)]
    entries = [
        ("Verdict", word(verdict.verdict) if verdict else word("No result yet")),
        ("Why this verdict", plain(verdict.why) if verdict else ""),
        ("Estimate", estimate_text(estimate) if estimate else ""),
        ("Checks failed of those run", checks_text(verdict) if verdict else ""),
        ("Estimand", plain(claim.estimand)),
        ("Smallest effect worth claiming", plain(worth)),
        ("Designs tried", plain(", ".join(claim.designs))),
        *graded(claim),
        ("What would change the verdict", plain(claim.would_change)),
        ("Holder", plain(claim.holder)),
        ("Facts", ", ".join(claim.facts)),
        ("Notebook", notebook_link(content, name, results=True)),
        ("Mentioned in", cell_links(content.mentions.get(claim.id, []))),
    ]
    return "\n\n".join([*parts, definitions(entries)])


def claims_page(content: Content) -> str:
    """The verdicts in one table, then every claim with facts, estimand, worth, designs, checks, grade and mentions."""
    parts = [f"# {word('Every claim')}", f"## {word('Claims by number')}", verdict_table(content)]
    for kind in kinds_of(content):
        parts.append(f"## {kind.capitalize()}")
        parts += [_claim(content, claim) for claim in content.claims if claim.kind == kind]
    return "\n\n".join(parts) + "\n"


def _fact_row(fact: dict, resting: dict[str, list[str]], used: dict) -> tuple[str, ...]:
    name = str(fact["id"])
    value = fact.get("value")
    shown = (
        "–" if value is None or value != value or value == "" else f"{plain(f'{value:g}')} {plain(fact['unit'] or '')}"
    )
    mentioned = [*resting.get(name, []), *([cell_links(used[name])] if name in used else [])]
    where = ", ".join(mentioned) or "–"
    says = plain(fact.get("paraphrase"))
    return f"{{anchor}}`{name}`", f"{fact['document']} {plain(fact['locator'])}", says, shown.removesuffix(" –"), where


def facts_page(content: Content) -> str:
    """Every fact: document and locator, paraphrase, value, the claims that rest on it and the cells that use it.

    Documents with `MANY` facts or more have a section of their own; the others are grouped by kind.
    """
    resting: dict[str, list[str]] = {}
    for claim in content.claims:
        for fact in claim.facts:
            resting.setdefault(fact, []).append(claim.id)
    documents = {str(d["id"]): d for d in content.documents}
    sections: dict[str, list[dict]] = {}
    size = Counter(str(f["document"]) for f in content.facts)
    for fact in content.facts:
        name = str(fact["document"])
        document = documents.get(name, {})
        many = size[name] >= MANY
        heading = f"{name} {plain(document.get('title'))}" if many else str(document.get("kind", "other")).capitalize()
        sections.setdefault(heading, []).append(fact)
    used = content.mentions
    parts = [f"# {word('Facts')}"]
    for heading, facts in sorted(sections.items(), key=lambda entry: not entry[0].startswith("D0")):
        rows = [_fact_row(fact, resting, used) for fact in facts]
        parts += [f"## {heading}", "{.facts}\n" + table(["Fact", "Locator", "Says", "Value", "Mentioned in"], rows)]
    return "\n\n".join(parts) + "\n"


def documents_page(content: Content) -> str:
    """Every document by kind: title with its address, outlet, date, who runs the programme, its facts."""
    facts: dict[str, list[str]] = {}
    for fact in content.facts:
        facts.setdefault(str(fact["document"]), []).append(str(fact["id"]))
    parts = [f"# {word('Documents')}"]
    for kind in sorted({str(d["kind"]) for d in content.documents}):
        rows = []
        for document in content.documents:
            if str(document["kind"]) != kind:
                continue
            name, title = str(document["id"]), plain(document.get("title"))
            address = str(document.get("address") or "").split(" ")[0]
            shown = f"[{title}](<{address}>)" if address.startswith("http") else title
            listed = facts.get(name, [])
            span = ", ".join(listed) if len(listed) <= 3 else f"{listed[0]}–{listed[-1]} ({len(listed)})"
            runs = plain(document.get("speaker_runs"))
            outlet = plain(document.get("outlet"))
            rows.append((f"{{anchor}}`{name}`", shown, outlet, plain(document.get("date")), runs, span or "–"))
        parts += [f"## {kind.capitalize()}"]
        parts += [table(["Document", "Title", "Outlet", "Date", "Runs the programme", "Facts"], rows)]
    return "\n\n".join(parts) + "\n"
