"""Did every row of the coded facts enter the ledger, with its source, its numbers, its place and its kind?"""

from __future__ import annotations

import csv
import re

import pandas as pd
import pytest

from kampung_analysis import corpus, datasets

NUMBERS = {
    "academic_papers": (),
    "covid_context": (),
    "covid_cumulative": ("cumulative_confirmed",),
    "crime_polda_bps": ("value",),
    "crime_polres": (
        *("y2018", "y2019", "y2020", "y2021", "cleared_2019", "cleared_2020", "cleared_2021", "pct_1920_stated"),
    ),
    "dimensions": ("n_stated",),
    "effect_claims": ("before_value", "after_value"),
    "implementation_decay": ("value",),
    "isna_funnel": ("value",),
    "kotaku": ("value",),
    "kts_counts": ("count",),
    "kts_start_dates": ("count_at_event",),
    "resources_incentives": ("amount",),
    "surabaya_kecamatan_20200602": ("rw_wani_jogo_suroboyo_2jun", "kts_wjs_launched_11jun"),
    "theory_anchors": ("value",),
}
"""Facts file -> columns whose numbers must be told by a fact of the row's source."""
LEFT_OUT = {
    ("theory_anchors", 8): "effect sizes by study: not found by whoever coded, so nothing is said",
    ("theory_anchors", 17): "effect sizes by country: not found either",
    ("theory_anchors", 28): "an interviewing model of the same name as a checklist: no statement, no source",
}
"""Rows that hold no statement of a source -> why."""
KINDS = {
    "stock": "sites|sites_at_least|sites_previous|sites_city|posts",
    "launch": "sites_launched",
    "target": "sites_target(_100_days)?|sites_planned",
    "addition": "sites_planned",
    "coverage": "areas_covered|kelurahan_covered",
    "rule": "sites_per_kecamatan",
    "competition": "sites_judged",
    "ordinal": "site_ordinal",
    "misattributed": "sites_misattributed",
    "announcement": "announcement|programme_start",
}
"""Kind of a count in the table -> quantities that the ledger may give it."""
MILLIONS = {"50": 5e7, "15": 1.5e7, "12.5": 1.25e7, "10": 1e7, "7.5": 7.5e6, "5": 5e6, "3": 3e6, "2": 2e6}


def rows_of(shared, name):
    with (shared / "facts" / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(enumerate(csv.DictReader(handle), 1))


def bare(address):
    return re.sub(r"^https?://((www|m)\.)?", "", address.lower()).partition("?page")[0].rstrip("/")


def sources(row, documents):
    """Ids of the documents that a row names by address, as a seed, or by title or date where it has no address."""
    links = {bare(link) for link in re.findall(r"https?://[^\s;]+", f"{row['source_url']} {row.get('doi_or_url', '')}")}
    known = documents.index[documents["address"].map(bare).isin(links)]
    seed = re.search(r"seed 00(\d)", f"{row['source_url']} {row['source_title']}")
    if seed:
        known = [f"D00{int(seed[1]) + 1}"]
    if not len(known):
        wanted = row["source_title"].lower()
        undated = f"Press count without address {row.get('date')}"
        title = documents["title"].map(lambda text: text.lower() in wanted and len(text) > 15)
        known = documents.index[title | documents["title"].eq(undated)]
    return list(known)


def numbers(text):
    return [float(n.replace(",", "")) for n in re.findall(r"(?<![\d.])[-+]?\d[\d,]*(?:\.\d+)?", text)]


def absent(rows, facts, documents, columns):
    """What of these rows the ledger does not tell: (row, column, number), or (row, "source", what it names)."""
    missing = []
    for n, row in rows:
        own = facts[facts["document"].isin(sources(row, documents))]
        if own.empty:
            missing.append((n, "source", row["source_title"]))
            continue
        ranges = own[own["kind"].eq("number") & own["value"].isna()]
        told = set(own["value"].dropna()) | set(numbers(" ".join(ranges["paraphrase"])))
        for column in columns:
            text = re.sub(
                r"Rp([\d./]+)m", lambda m: " ".join(f"{MILLIONS[x]:.0f}" for x in m[1].split("/")), row[column]
            )
            text = re.sub(r"\d+/KPTS/M/\d+|(?<=\d)[-/](?=\d)|/(?=\d+m)", " ", text)
            missing += [(n, column, x) for x in numbers(text) if x not in told and MILLIONS.get(f"{x:g}") not in told]
    return missing


@pytest.mark.parametrize("name", NUMBERS)
def test_every_row_of_a_facts_file_is_told_by_a_fact_of_its_source_or_stands_on_the_list(shared, name):
    rows = [(n, row) for n, row in rows_of(shared, name) if (name, n) not in LEFT_OUT]
    if name.startswith("surabaya"):
        for _, row in rows:
            row["source_url"] += " https://jatimnet.com/34-kampung-tangguh-semeru-wani-jogo-suroboyo-diresmikan"
    assert absent(rows, corpus.facts(), corpus.documents(), NUMBERS[name]) == []


def test_every_facts_file_is_compared(shared):
    assert {path.stem for path in (shared / "facts").glob("*.csv")} == set(NUMBERS)


def test_a_row_whose_fact_is_taken_away_is_reported(shared):
    facts, documents = corpus.facts(), corpus.documents()
    rows = rows_of(shared, "crime_polres")
    dropped = facts.drop(index=facts.index[facts["quantity"].eq("vehicle_theft") & facts["value"].eq(84)])
    found = absent(rows, dropped, documents, NUMBERS["crime_polres"])
    assert {(column, value) for _, column, value in found} <= {("y2020", 84.0)}
    silent = facts[facts["document"] != "D145"]
    assert [n for n, what, _ in absent(rows, silent, documents, ()) if what == "source"] == [18, 19]


def test_every_count_of_sites_has_the_place_and_the_kind_of_its_row_in_the_table(shared):
    counts, facts, documents = datasets.load_rollout_counts(), corpus.facts(), corpus.documents()
    wrong = []
    for (n, row), count in zip(rows_of(shared, "kts_counts"), counts.itertuples(), strict=True):
        own = facts[facts["document"].isin(sources(row, documents)) & facts["locator"].eq("item")]
        if own.empty:
            own = facts[facts["document"].isin(sources(row, documents))]
        same = own["quantity"].str.fullmatch(KINDS[count.kind])
        if not pd.isna(count.count):
            same &= own["value"].eq(float(count.count))
        code = "" if pd.isna(count.code) else "ID" if count.code == "00" else count.code
        there = own["place"].map(lambda cell, code=code: any(c.startswith(code) for c in cell.split(";")))
        if not (same & there).any():
            wrong.append((n, count.id, count.kind, code, count.count))
    assert wrong == []


def test_every_first_date_of_a_district_is_in_the_ledger_with_its_place(shared):
    starts, facts, documents = datasets.load_rollout_starts().set_index("unit"), corpus.facts(), corpus.documents()
    for n, row in rows_of(shared, "kts_start_dates"):
        own = facts[facts["document"].isin(sources(row, documents)) & facts["quantity"].eq("first_dated_event")]
        own = own[own["place"].eq(starts.code[row["unit"]])]
        day = row["first_dated_event"].removesuffix("~")
        assert (own["date"].le(day) & own["date_end"].where(own["date_end"].ne(""), own["date"]).ge(day)).any(), n


def test_no_statement_of_a_launch_is_coded_as_a_stock():
    facts = corpus.facts(kind="number")
    stocks = facts[facts["quantity"].str.fullmatch(KINDS["stock"])]
    said = stocks["paraphrase"] + " " + stocks["note"]
    launched = said[said.str.contains(r"\b(?:launched|inaugurated|opened)\b")]
    assert list(launched.index) == []
