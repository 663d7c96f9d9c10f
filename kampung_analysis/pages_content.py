"""Everything the generated pages are made of, gathered once: claims, facts, documents, cards, results, notebooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kampung_analysis.pages_scan import Notebook, loads, mentions, read_notebooks


@dataclass(frozen=True)
class Content:
    """What is published.

    Attributes
    ----------
    notebooks : tuple of Notebook
        In reading order.
    claims : tuple
        Objects with the fields of ``corpus.Claim``, by id.
    facts, documents : tuple of dict
        Rows of ``seeds/facts.csv`` and ``seeds/documents.csv``.
    cards : tuple of datasets.Card
        One per table.
    results : mapping of str to claims.Recorded
        By notebook name.
    benchmarks : mapping of str to object
        Parsed files of ``benchmarks/results``, by file name without ending.
    crosschecks, findings : tuple of dict
        Comparisons of tables and findings of the rules over the corpus, differing or not.
    """

    notebooks: tuple[Notebook, ...] = ()
    claims: tuple = ()
    facts: tuple[dict, ...] = ()
    documents: tuple[dict, ...] = ()
    cards: tuple = ()
    results: Mapping = field(default_factory=dict)
    benchmarks: Mapping = field(default_factory=dict)
    crosschecks: tuple[dict, ...] = ()
    findings: tuple[dict, ...] = ()

    @cached_property
    def mentions(self) -> dict:
        """Id -> cells that mention it."""
        return mentions(self.notebooks)

    @cached_property
    def loads(self) -> dict:
        """Table -> cells that load it."""
        return loads(self.notebooks)

    @property
    def verdicts(self) -> dict[str, tuple]:
        """Claim id -> (notebook name, verdict, its estimate): 11_verdicts decides where it can, else its own."""
        found: dict[str, tuple] = {}
        primary = {claim.id: claim.notebook for claim in self.claims}
        order = sorted(self.results, key=lambda name: name.startswith("11_"))
        for name in order:
            recorded = self.results[name]
            estimates = {e.name: e for e in recorded.estimates.values()}
            for v in recorded.verdicts:
                if v.claim not in found or name == primary.get(v.claim) or name.startswith("11_"):
                    found[v.claim] = (name, v, estimates.get(v.estimate))
        return found

    def ids(self) -> dict[str, str]:
        """Id -> page that explains it."""
        pages = {claim.id: "claims" for claim in self.claims}
        pages |= {str(row["id"]): "facts" for row in self.facts}
        pages |= {str(row["id"]): "documents" for row in self.documents}
        return pages | {x.id: "data" for card in self.cards for x in card.corrections}


def _rows(frame) -> tuple[dict, ...]:
    frame = frame.reset_index() if frame.index.name else frame
    return tuple(frame.to_dict("records"))


def _crosschecks(datasets):
    """Every comparison of the committed tables with one another."""
    from kampung_analysis.crosschecks import all_crosschecks

    provinces = {v: datasets.load_covid_provinces(vintage=v) for v in ("2020-09", "2021-03")}
    return all_crosschecks(
        provinces=provinces,
        national={v: datasets.load_covid_national(vintage=v) for v in provinces},
        districts=datasets.load_covid_districts(),
        counts=datasets.load_covid_cumulative(),
    )


def gather(notebooks: Path, *, benchmarks: Path | None = None) -> Content:
    """Gather the project's own content.

    Parameters
    ----------
    notebooks : Path
        Folder of executed notebooks.
    benchmarks : Path, optional
        Folder of measurement files; ``benchmarks/results`` of the repository by default.

    Returns
    -------
    Content
    """
    from kampung_analysis import claims, corpus, corpus_checks, datasets

    folder = benchmarks or datasets.root() / "benchmarks" / "results"
    return Content(
        notebooks=tuple(read_notebooks(notebooks)),
        claims=tuple(sorted(corpus.claims(), key=lambda claim: claim.id)),
        facts=_rows(corpus.facts()),
        documents=_rows(corpus.documents()),
        cards=tuple(datasets.cards().values()),
        results={name: claims.recall(name) for name in claims.recorded()},
        benchmarks={p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.json"))},
        crosschecks=_rows(_crosschecks(datasets)),
        findings=_rows(corpus_checks.contradictions(corpus.facts())),
    )
