"""The ledger of documents and facts: what it refuses, what it finds, what it proves against the texts."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import corpus

SEEDS = ["D001", "D002", "D003", "D004", "D005"]


@pytest.fixture
def edited(copy_of, monkeypatch):
    """A function that changes one cell of a copied ledger and makes the corpus read the copy."""
    folder = copy_of("seeds")

    def edit(name, key, column, value):
        path = folder / name
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.DictReader(handle))
        next(row for row in rows if row["id"] == key)[column] = value
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    monkeypatch.setenv("KAMPUNG_SEEDS", str(folder))
    corpus._ledger.cache_clear()
    corpus._claims.cache_clear()
    yield edit
    corpus._ledger.cache_clear()
    corpus._claims.cache_clear()


def test_all_five_seed_documents_are_coded_at_sentence_level():
    for document in SEEDS:
        own = corpus.facts(document=document)
        assert len(own) >= 20
        assert own["locator"].str.fullmatch(r"p\d+\.s\d+|p\d+-p\d+").all()


def test_every_document_has_facts_or_is_not_listed():
    assert set(corpus.facts()["document"]) == set(corpus.documents().index)


def test_ids_are_consecutive_so_that_a_deleted_row_is_seen():
    assert list(corpus.facts().index) == [f"F{n:04d}" for n in range(1, len(corpus.facts()) + 1)]
    assert list(corpus.documents().index) == [f"D{n:03d}" for n in range(1, len(corpus.documents()) + 1)]


def test_a_fact_carries_a_number_with_its_unit_and_place():
    (key,) = corpus.facts(document="D001", quantity="isna_places_considered").index
    fact = corpus.fact(key)
    assert (fact.value, fact.unit, fact.place, fact.locator) == (514.0, "districts", "ID", "p14.s2")
    assert str(fact).startswith(f"{key} (D001 p14.s2): ")


def test_every_number_has_a_value_or_says_why_not():
    numbers = corpus.facts(kind="number")
    assert numbers["quantity"].ne("").all()
    without = numbers[numbers["value"].isna()]
    assert without["paraphrase"].str.contains(r"\d").all()


@pytest.mark.parametrize("find", [corpus.fact, corpus.claim, corpus.document])
@pytest.mark.parametrize("key", [4, "", None])
def test_an_id_of_no_known_form_is_answered_in_a_line(find, key):
    with pytest.raises(
        KeyError, match=rf"no \w+ {re.escape(repr(key))} in seeds/.*there are: \w\d+, .* … \w\d+"
    ) as error:
        find(key)
    assert len(str(error.value)) < 200


def test_an_unknown_fact_names_the_nearest_ids():
    with pytest.raises(KeyError, match="no fact 'F9001'.*nearest: F"):
        corpus.fact("F9001")
    with pytest.raises(KeyError, match="F0012"):
        corpus.fact("F012")


def test_an_unknown_document_claim_and_notebook_are_named():
    with pytest.raises(KeyError, match="no document 'D999' in seeds/documents.csv"):
        corpus.document("D999")
    with pytest.raises(KeyError, match="no claim 'C00'"):
        corpus.claim("C00")
    with pytest.raises(KeyError, match="no notebook '06_covid_province'.*06_covid_provinces"):
        corpus.rng("06_covid_province")


def test_filters_match_one_of_several_codes_in_a_cell():
    police = corpus.facts(document="D001", actor="police")
    assert (police["actor"] == "police;army;government").any()
    assert not corpus.facts(document="D00").shape[0]


def test_a_filter_on_a_column_that_does_not_exist_is_an_error():
    with pytest.raises(ValueError, match="no column 'actors'"):
        corpus.facts(actors="police")


def test_a_filter_by_a_code_outside_the_codebook_is_an_error_and_no_empty_table():
    with pytest.raises(ValueError, match="actor 'navy' is not one of government, police"):
        corpus.facts(actor="navy")
    assert len(corpus.facts(actor="police;army")) and len(corpus.facts(stage=""))


def test_a_notebook_draws_the_same_numbers_on_every_call_and_differs_from_its_neighbours():
    first = [tuple(corpus.rng(n).integers(10**9, size=4)) for n in corpus.NOTEBOOKS]
    again = [tuple(corpus.rng(n).integers(10**9, size=4)) for n in corpus.NOTEBOOKS]
    assert first == again
    assert len(set(first)) == len(corpus.NOTEBOOKS)


@pytest.mark.parametrize(
    ("key", "column", "value", "message"),
    [
        ("F0012", "stage", "assesment", r"row 13 \(F0012\), column 'stage': 'assesment' is not one of scanning"),
        ("F0012", "actor", "police;polisi", "column 'actor': 'polisi'"),
        ("F0012", "kind", "", "column 'kind': '' must be one of"),
        ("F0012", "document", "D999", "column 'document': 'D999' is not in documents.csv"),
        ("F0012", "locator", "p8.s9", "column 'locator': 'p8.s9' points outside paragraphs.csv"),
        ("F0012", "locator", "p99", "points outside paragraphs.csv"),
        ("F0012", "locator", "page 8", "column 'locator': 'page 8' does not have the form"),
        ("F0012", "value", "1.559,0", "column 'value': '1.559,0'"),
        ("F0012", "date", "2020-13", "column 'date': '2020-13'"),
        ("F0012", "date", "6/10/2020", "column 'date': '6/10/2020'"),
        ("F0012", "date", "2020-02-31", r"row 13 \(F0012\), column 'date': '2020-02-31' is a day that the calendar"),
        ("F0012", "date_end", "2021-02-29", r"row 13 \(F0012\), column 'date_end': '2021-02-29' is a day that"),
        ("F0012", "place", "Malang", "column 'place': 'Malang'"),
        ("F0012", "links", "alone", "column 'links': 'alone'"),
        ("F0012", "links", "sum:hole", "column 'links': 'sum:hole' has a role that no rule knows; use whole, part"),
        ("F0012", "dimension", "health;health", "column 'dimension': 'health;health' names a code twice"),
        ("F0012", "interest", "", "column 'interest': '' must be one of runs"),
        ("F0012", "paraphrase", "word " * 21, "must have 1 to 20 words"),
        ("F0012", "paraphrase", "", "must have 1 to 20 words"),
        ("F0012", "id", "F0011", r"row 13 \(F0011\), column 'id': 'F0011' is used twice"),
    ],
)
def test_a_cell_outside_the_codebook_names_file_row_column_and_value(edited, key, column, value, message):
    edited("facts.csv", key, column, value)
    with pytest.raises(ValueError, match=message) as error:
        corpus.facts()
    assert str(error.value).startswith("seeds/facts.csv row")


@pytest.mark.parametrize("value", ["n/a", "2020-09?", "2020-21", "2020-06-31", "June 2020"])
def test_a_document_dated_by_no_date_is_named(edited, value):
    edited("documents.csv", "D003", "date", value)
    with pytest.raises(ValueError, match=r"seeds/documents.csv row 4 \(D003\), column 'date': ") as error:
        corpus.documents()
    assert repr(value) in str(error.value)


def test_no_document_is_dated_otherwise_than_its_own_address():
    documents = corpus.documents()
    printed = documents["address"].str.extract(r"/(20\d\d)/?(\d\d)(?:/?(\d\d))?/").fillna("")
    printed = printed[printed[0] != ""]
    assert len(printed) > 40
    for key, parts in printed.iterrows():
        address, date = "-".join(filter(None, parts)), documents.at[key, "date"]
        shared = min(len(address), len(date))
        assert address[:shared] == date[:shared], key


def test_a_missing_column_is_named(edited, tmp_path):
    path = tmp_path / "seeds" / "facts.csv"
    path.write_text(path.read_text("utf-8").replace("speaker", "who", 1), "utf-8")
    with pytest.raises(ValueError, match=r"seeds/facts.csv lacks the column 'speaker'"):
        corpus.facts()


def test_a_comma_without_quotes_is_an_error_with_its_line(edited, tmp_path):
    path = tmp_path / "seeds" / "facts.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:4], lines[4] + ",surplus", *lines[5:]]), "utf-8")
    with pytest.raises(ValueError, match="seeds/facts.csv line 5"):
        corpus.facts()


@pytest.fixture
def ties(copy_of, monkeypatch):
    """A function that replaces a line of a copied `collaboration.csv` and makes the corpus read the copy."""
    folder = copy_of("seeds")
    monkeypatch.setenv("KAMPUNG_SEEDS", str(folder))

    def replace(old, new):
        path = folder / "collaboration.csv"
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")

    return replace


def test_every_fact_that_names_two_parties_is_judged_by_the_criteria_of_collaboration():
    facts, judged = corpus.facts(), corpus.collaboration()
    assert set(facts.index[facts["actor"].str.contains(";")]) <= set(judged["fact"])
    assert judged["fact"].is_monotonic_increasing


def test_a_fact_meets_a_criterion_or_none_and_never_both():
    judged = corpus.collaboration()
    refused = set(judged.loc[judged["criterion"] == "none", "fact"])
    assert not refused & set(judged.loc[judged["criterion"] != "none", "fact"])
    met = judged[judged["criterion"] != "none"]
    assert set(met["criterion"]) <= set(corpus.COLLABORATION["criterion"])
    assert met["parties"].str.contains(";").all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("F0008,shared_resources", "F9999,shared_resources", "column 'fact': 'F9999' is not in facts.csv"),
        ("F0008,shared_resources", "F0008,sharing", "column 'criterion': 'sharing' is not one of forum"),
        ("F0094,shared_decision,asserted", "F0094,shared_decision,said", "column 'mode': 'said' is not one of shown"),
        ("F0001,none,,", "F0001,none,shown,", "column 'mode': 'shown' is not one of"),
        ("F0001,none,,", "F0001,none,,police;army", "must name two or more with a criterion, nobody with none"),
        ("planned,police;army,special", "planned,police,special", "must name two or more with a criterion"),
        ("planned,police;army,special", "planned,police;navy,special", "column 'parties': 'navy' is not one of"),
        (",prize names no deed", ",", "column 'reason': '' must have 1 to 20 words"),
        ("F0009,none,,,", "F0008,shared_resources,shown,police;army,", "judges F0008 twice by one criterion"),
    ],
)
def test_a_tie_outside_the_codebook_names_row_column_and_value(ties, old, new, message):
    ties(old, new)
    with pytest.raises(ValueError, match=message) as error:
        corpus.collaboration()
    assert str(error.value).startswith("seeds/collaboration.csv")


def test_a_slip_of_the_second_coder_is_reported_in_the_file_of_the_second_coder(ties):
    path = Path(os.environ["KAMPUNG_SEEDS"]) / "collaboration_second.csv"
    path.write_text(path.read_text("utf-8").replace("F0001,none", "F0001,nothing", 1), "utf-8")
    with pytest.raises(ValueError, match="'nothing' is not one of forum") as error:
        corpus.collaboration_second()
    assert str(error.value).startswith("seeds/collaboration_second.csv")
    assert len(corpus.collaboration())


def test_paragraphs_are_lines_that_hold_something():
    assert corpus.paragraphs(" One  two \n\n \u00a0\nthree\n") == ["One two", "three"]


def test_normalisation_joins_accents_and_blanks():
    assert corpus.normalise("e\u0301\t a") == "é a"


def test_sentences_end_before_capitals_digits_and_quotation_marks():
    assert corpus.sentences("Satu dua. Tiga? “Empat,” kata dia. 5 orang.") == [
        "Satu dua.",
        "Tiga?",
        "“Empat,” kata dia.",
        "5 orang.",
    ]


def test_ranks_decimals_and_list_numbers_end_no_sentence():
    assert corpus.sentences("AKBP. Budi naik 2.5 kali") == ["AKBP. Budi naik 2.5 kali"]
    assert corpus.sentences("3. Nama hal") == ["3. Nama hal"]
    assert corpus.sentences("Dua hal. 12. Nama hal. 3. Hal lain") == ["Dua hal.", "12. Nama hal.", "3. Hal lain"]


def test_a_number_that_closes_a_sentence_ends_it():
    assert corpus.sentences("Jumlahnya 7. Lalu naik 12. Selesai") == ["Jumlahnya 7.", "Lalu naik 12.", "Selesai"]


def test_the_texts_equal_their_hashes_and_hold_every_locator(shared):
    report = corpus.verify(shared / "seeds")
    assert list(report.index) == SEEDS
    assert (report["status"] == "equal").all()
    assert (report["equal"] == report["paragraphs"]).all()
    assert (report["locators"] >= 17).all()


def test_without_texts_the_report_says_so(tmp_path):
    report = corpus.verify(tmp_path)
    assert (report["status"] == "text not present").all()
    assert (report["equal"] == 0).all()


def test_a_changed_word_is_found_in_its_paragraph_and_only_there(shared, tmp_path):
    name = corpus.document("D003").file
    text = (shared / "seeds" / name).read_text("utf-8")
    (tmp_path / name).write_text(text.replace("30 kampung", "31 kampung"), "utf-8")
    report = corpus.verify(tmp_path)
    assert report.loc["D003", "status"] == "differs"
    changed = [f"p{n}" for n, line in enumerate(corpus.paragraphs(text), 1) if "30 kampung" in line]
    assert report.loc["D003", "differing"].split(";") == changed
    assert report.loc["D001", "status"] == "text not present"


@pytest.mark.parametrize("number", [1, 9, 13])
def test_a_deleted_paragraph_is_named_and_no_later_one_is_marked(shared, tmp_path, number):
    name = corpus.document("D004").file
    lines = [line for line in (shared / "seeds" / name).read_text("utf-8").splitlines() if line.strip()]
    (tmp_path / name).write_text("\n".join(lines[: number - 1] + lines[number:]), "utf-8")
    row = corpus.verify(tmp_path).loc["D004"]
    assert (row["status"], row["missing"], row["differing"], row["extra"]) == ("differs", f"p{number}", "", "")
    assert row["equal"] == row["paragraphs"] - 1
    assert {at.partition(".")[0] for at in row["unresolved"].split(";")} == {f"p{number}"}
    assert row["reason"] == "missing paragraphs: 1"


def test_an_additional_paragraph_is_named_by_its_number_in_the_readers_text(shared, tmp_path):
    name = corpus.document("D004").file
    lines = (shared / "seeds" / name).read_text("utf-8").splitlines()
    (tmp_path / name).write_text("\n".join(["Added above.", *lines]), "utf-8")
    row = corpus.verify(tmp_path).loc["D004"]
    assert (row["extra"], row["missing"], row["differing"], row["unresolved"]) == ("p1", "", "", "")
    assert row["equal"] == row["paragraphs"]


def test_a_truncated_text_loses_locators(shared, tmp_path):
    name = corpus.document("D005").file
    lines = (shared / "seeds" / name).read_text("utf-8").splitlines()
    (tmp_path / name).write_text("\n".join(lines[:16]), "utf-8")
    row = corpus.verify(tmp_path).loc["D005"]
    assert row["status"] == "differs"
    assert "p14.s1" in row["unresolved"].split(";")


def test_changed_white_space_between_paragraphs_differs_as_a_file_only(shared, tmp_path):
    name = corpus.document("D004").file
    shutil.copy(shared / "seeds" / name, tmp_path / name)
    path = tmp_path / name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"\n\n")
    row = corpus.verify(tmp_path).loc["D004"]
    assert (row["status"], row["differing"], row["equal"]) == ("differs", "", row["paragraphs"])
    assert "white space" in row["reason"]


def test_no_run_of_eight_words_of_a_seed_text_is_in_the_ledger(shared, root):
    def runs(text):
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}

    texts = set().union(*(runs(p.read_text("utf-8")) for p in (shared / "seeds").glob("*.txt")))
    for path in sorted((root / "seeds").iterdir()):
        assert not runs(path.read_text("utf-8")) & texts, path.name


NAMES = {
    "8d4e3bb67cb7e47e",
    "780f5a9916ab85e2",
    "e0d7f04f2a616ecb",
    "27744e6bfe12100d",
    "bdbe4d9741709f8b",
    "b77cee999c72f1af",
    "25a6de5a3ec26613",
    "986a0083e691bffc",
    "73f844e9566890b6",
    "ee2ea585920a49bf",
}
"""First 16 digits of the SHA-256 of lower-case names of speakers and commenters, which are not spelt in the project."""


def test_no_commenter_and_no_speaker_of_the_seeds_is_named(root):
    ledger = (root / "seeds" / "facts.csv").read_text("utf-8") + (root / "seeds" / "claims.yml").read_text("utf-8")
    words = set(re.findall(r"\w+", ledger.lower()))
    assert len(words) > 1000
    assert not {hashlib.sha256(word.encode()).hexdigest()[:16] for word in words} & NAMES


def test_the_hashes_of_names_are_those_of_words_in_the_texts(shared):
    texts = " ".join(path.read_text("utf-8") for path in (shared / "seeds").glob("*.txt"))
    words = set(re.findall(r"\w+", texts.lower()))
    assert {hashlib.sha256(word.encode()).hexdigest()[:16] for word in words} >= NAMES


def test_frames_have_documented_types():
    facts = corpus.facts()
    assert facts["value"].dtype == np.float64
    assert all(pd.api.types.is_string_dtype(facts[c]) for c in facts.columns if c != "value")
    assert not facts.drop(columns="value").isna().any().any()
