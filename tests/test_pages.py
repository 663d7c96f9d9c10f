"""Generated pages: what they say of notebooks, claims, facts, tables, and when they are stale."""

import re
from types import SimpleNamespace

import pytest
from toy_book import toy_content, toy_notebook, write_notebook

from kampung_analysis import pages, pages_catalogues, pages_content, pages_stage
from kampung_analysis.pages_checks import crosschecks_page
from kampung_analysis.pages_corpus import claims_page, estimate_text, facts_page, verdict_counts, verdict_table
from kampung_analysis.pages_lists import items_page, library_page, references, references_page
from kampung_analysis.pages_markdown import WORDS, plain, word
from kampung_analysis.pages_readme import filled
from kampung_analysis.pages_scan import read_notebook, read_notebooks, slug
from kampung_analysis.results import Estimate


@pytest.fixture
def content(tmp_path):
    return toy_content(tmp_path)


def test_a_notebook_gives_its_title_figures_tables_and_citations(tmp_path):
    notebook = read_notebook(write_notebook(tmp_path, "06_covid_provinces", toy_notebook("Did it work?")))
    assert notebook.title == "Did it work?"
    assert [item.kind for _, item in notebook.items()] == ["figure", "table"]
    assert [item.title for _, item in notebook.items()] == ["East Java and its donors", "Two & more facts"]
    assert notebook.dois == {"10.1198/jasa.2009.ap08746"}
    assert notebook.anchors["what-is-claimed"] == "What is claimed"


def test_a_figure_of_several_panels_is_listed_by_its_own_title(tmp_path):
    notebook = toy_notebook("Did it work?")
    data = notebook["cells"][2]["outputs"][0]["data"]
    data["text/vnd.kampung.figure"] = "axes[0].title_left: One panel\n" + data["text/vnd.kampung.figure"]
    items = read_notebook(write_notebook(tmp_path, "06_covid_provinces", notebook)).items()
    assert items[0][1].title == "East Java and its donors"


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    path = tmp_path / "01_corpus.ipynb"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"01_corpus\.ipynb is not a notebook"):
        read_notebook(path)


def test_a_notebook_without_a_title_is_named(tmp_path):
    path = write_notebook(tmp_path, "01_corpus", {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    with pytest.raises(ValueError, match=r"01_corpus\.ipynb has no title"):
        read_notebook(path)


def test_anchors_follow_the_headings_of_the_book():
    assert slug("What this cannot tell us") == "what-this-cannot-tell-us"
    assert slug("Who's *first*, and when?") == "whos-first-and-when"


def test_mentions_come_from_prose_and_from_printed_outputs(content):
    found = {name: {(n.name, c.id) for n, c in cells} for name, cells in content.mentions.items()}
    assert ("06_covid_provinces", "cell-02") in found["C01"]
    assert ("06_covid_provinces", "cell-05") in found["C01"]
    assert ("06_covid_provinces", "cell-04") in found["F0001"]


def test_a_table_knows_the_cells_that_load_it(content):
    assert {c.id for _, c in content.loads["covid_provinces"]} == {"cell-03"}


def test_the_notebook_of_verdicts_overrules_the_primary_one(content):
    assert content.verdicts["C01"][1].verdict == "inconclusive"
    content.results["11_verdicts"] = SimpleNamespace(
        estimates={},
        verdicts=(SimpleNamespace(claim="C01", verdict="cannot tell", estimate="none", why="a check fails"),),
    )
    assert content.verdicts["C01"][1].verdict == "cannot tell"


def test_a_claim_lists_facts_worth_verdict_and_the_cells_that_mention_it(content):
    page = claims_page(content)
    for part in (
        "### C01",
        "F0001",
        "half a case",
        "inconclusive",
        "results/06_covid_provinces.json",
        "06.5 <notebooks/06_covid_provinces#cell-05>",
    ):
        assert part in page


def test_a_claim_shows_its_checks_and_the_grade_of_the_evidence_offered(content):
    page = claims_page(content)
    assert "0 of 1 (1 not run). Is the fit close? *passed*. Are tests known? *could not be run*." in page
    assert "Maryland level\n: 1" in page and "Effect\n: asserted; no figure" in page and "Economics\n: no" in page


def test_every_difference_and_every_finding_stands_on_the_page_of_cross_checks(content):
    page = crosschecks_page(content)
    assert "| vintages | 2 | 1 | 18.2 |" in page
    assert "| Jawa Timur, deaths | 2020-05-24 | 458 | 560 | −102 (−18.2 %) | – |" in page and "Bali" not in page
    assert "| one thing counted | F0001, F0002 | sites: 30, 33 kampung |" in page


def test_the_page_of_cross_checks_holds_all_differences_of_the_committed_tables():
    content = pages_content.gather(pages.ROOT / "notebooks")
    apart = [row for row in content.crosschecks if row["difference"]]
    page = crosschecks_page(content)
    tables = page.partition("## Findings of the rules")[0]
    assert len(apart) > 100 and len(re.findall(r"\| 202\d-\d\d-\d\d \|", tables)) == len(apart)
    assert all(finding["facts"].replace(";", ", ") in page for finding in content.findings)


def test_an_estimate_without_a_number_is_a_dash_and_one_with_an_interval_shows_it():
    assert estimate_text(None) == estimate_text(Estimate("gap", float("nan"))) == "–"
    assert estimate_text(Estimate("gap", 2, 1, 3, unit="cases")) == "2 cases (1 to 3)"


def test_a_claim_without_result_says_so(content):
    content.results.clear()
    assert "No result yet" in verdict_table(content)
    assert "Of 1 claims: no verdict; 1 without a result yet." in verdict_counts(content)


def test_the_start_page_counts_verdicts_by_kind_and_leaves_the_claims_to_their_page(content):
    counts = verdict_counts(content)
    assert "Of 1 claims: 1 inconclusive." in counts and "| Cause | 1 | 1 inconclusive |" in counts
    assert "C01" not in counts and "The programme reduced infections" not in counts
    assert "| Cause | 1 | 1 belum pasti |" in verdict_counts(content, "id")
    assert "| C01 | The programme reduced infections | inconclusive |" in claims_page(content)


def _code(name, *outputs):
    return {"cell_type": "code", "id": name, "metadata": {}, "source": f"{name}()\n", "outputs": list(outputs)}


def test_code_that_shows_nothing_is_folded_with_the_code_after_it_and_keeps_its_anchor():
    prose = {"cell_type": "markdown", "id": "m", "metadata": {}, "source": "Prose."}
    cells = [_code("a"), _code("b"), _code("c", {}), _code("d", {}), _code("e"), prose, _code("f")]
    joined = pages_stage.with_one_fold(cells)
    assert [cell["id"] for cell in joined] == ["c", "d", "e", "m", "f"]
    assert joined[0]["source"] == "a()\n\nb()\n\nc()\n" and joined[0]["metadata"]["holds"] == ["a", "b"]
    assert [cell["source"] for cell in cells[:2]] == ["a()\n", "b()\n"]


def test_code_that_shows_something_is_never_joined_to_what_follows():
    cells = [_code("a", {}), _code("b", {})]
    assert pages_stage.with_one_fold(cells) == cells


def test_a_fact_lists_its_claim_and_its_cells(content):
    line = next(line for line in facts_page(content).splitlines() if "`F0001`" in line)
    assert "C01" in line
    assert "06.4" in line


def test_figures_and_tables_are_listed_with_their_cell(content):
    page = items_page(content)
    assert "East Java and its donors" in page
    assert "06.4 <notebooks/06_covid_provinces#cell-04>" in page


def test_a_reference_lists_the_notebooks_that_cite_its_doi(content):
    bibliography = "@article{abadie2010, title = {Synthetic {C}ontrol}, doi = {10.1198/JASA.2009.ap08746}}\n"
    assert references(bibliography)["abadie2010"]["title"] == "Synthetic Control"
    assert "[06](notebooks/06_covid_provinces.ipynb)" in references_page(content, bibliography)


def test_cited_works_stand_apart_from_further_reading(content, tmp_path):
    entry = "@article{{{0}, title = {{{0}}}, doi = {{10.1/{0}}}}}\n"
    bibliography = "".join(entry.format(key) for key in ("a1", "b2", "c3"))
    (tmp_path / "methods.md").write_text("As {cite:t}`x0,b2` say; c3 is a mere word.", encoding="utf-8")
    (tmp_path / "weights.py").write_text('"""Source: doi:10.1/A1."""', encoding="utf-8")
    page = references_page(content, bibliography, pages=tmp_path, package=tmp_path)
    cited, further = page.split("## Further reading")
    assert "{cite:t}`a1` | a1 | {local}`library <library>` |" in cited
    assert "{cite:t}`b2` | b2 | {local}`methods <methods>` |" in cited
    assert "{cite:t}`c3`" in further and "{cite:t}`c3`" not in cited


def test_every_doi_of_the_library_stands_in_the_bibliography():
    entries = references((pages_stage.BOOK / "references.bib").read_text(encoding="utf-8"))
    known = {entry["doi"].lower() for entry in entries.values() if "doi" in entry}
    form = re.compile(r"doi(?:\.org/|:)(10\.\d{4,9}/[^\s)\]>\"'`;,]+)")
    sources = sorted((pages.ROOT / "kampung_analysis").rglob("*.py"))
    cited = {(path.name, doi.rstrip(".").lower()) for path in sources for doi in form.findall(path.read_text("utf-8"))}
    assert len(cited) > 30
    assert sorted(pair for pair in cited if pair[1] not in known) == [], "add them to book/references.bib"


def test_every_entry_of_the_bibliography_is_read():
    text = (pages_stage.BOOK / "references.bib").read_text(encoding="utf-8")
    entries = references(text)
    assert len(entries) == text.count("\n@") and len(entries) > 30
    dois = [e["doi"].lower() for e in entries.values() if "doi" in e]
    assert len(dois) == len(set(dois))
    assert all(e.get("title") and e.get("year") for e in entries.values())


def test_every_doi_that_a_notebook_cites_stands_in_the_bibliography():
    entries = references((pages_stage.BOOK / "references.bib").read_text(encoding="utf-8"))
    known = {entry["doi"].lower() for entry in entries.values() if "doi" in entry}
    for notebook in read_notebooks(pages.ROOT / "notebooks"):
        assert notebook.dois <= known, f"{notebook.name} cites {sorted(notebook.dois - known)}; add book/references.bib"


def test_text_from_data_cannot_become_markup():
    assert plain("a|b *c* <script> $x$ [y](z)") == r"a\|b \*c\* \<script\> \$x\$ \[y\](z)"
    assert plain(float("nan")) == "–"


def test_a_fixed_word_without_indonesian_is_refused():
    with pytest.raises(ValueError, match="no Indonesian"):
        word("Unheard of")
    assert all(text.strip() for text in WORDS.values())


def test_links_to_missing_notebooks_and_sections_become_harmless(content):
    text = "[a](notebooks/06_covid_provinces.ipynb#answer) [b](03_rollout.ipynb) [c](06_covid_provinces.ipynb#nowhere)"
    shown = pages_stage.with_live_links(text, content)
    assert shown == "[a](notebooks/06_covid_provinces.ipynb#answer) b [c](06_covid_provinces.ipynb)"


def test_every_section_that_a_hand_written_page_leads_to_exists():
    """Links to lost headings fall back to the page in silence, so the sources are asked."""
    known = {n.name: n.anchors for n in read_notebooks(pages.ROOT / "notebooks")}
    pages_and_links = [
        (page.name, *match.groups()[2:])
        for page in sorted(pages_stage.BOOK.glob("*.md"))
        for match in pages_stage.LINK.finditer(page.read_text(encoding="utf-8"))
    ]
    assert len(pages_and_links) > 20
    lost = [found for found in pages_and_links if found[2] and found[1] in known and found[2] not in known[found[1]]]
    assert lost == []


def test_links_to_files_of_the_repository_lead_into_the_book(content):
    text = "[r](../data/results/06_covid_provinces.json) [c](../seeds/claims.yml) [m](../CONTRIBUTING.md)"
    shown = pages_stage.with_inward_links(text, content)
    assert shown == "{local}`r <results/06_covid_provinces.json>` {local}`c <claims>` m"
    content.results.clear()
    assert pages_stage.with_inward_links(text, content).startswith("r {local}")


def test_sections_are_filled_between_their_markers_and_only_there():
    text = "before\n<!-- generated: verdicts -->\nold\n<!-- end -->\nafter"
    assert filled(text, {"verdicts": "new"}) == "before\n<!-- generated: verdicts -->\n\nnew\n\n<!-- end -->\nafter"
    assert filled(filled(text, {"verdicts": "new"}), {"verdicts": "new"}) == filled(text, {"verdicts": "new"})


def test_an_unknown_or_open_marker_is_refused():
    with pytest.raises(ValueError, match="no generated section is called 'verdict'"):
        filled("<!-- generated: verdict -->\n<!-- end -->", {"verdicts": ""})
    with pytest.raises(ValueError, match="1 markers are opened and 0 closed"):
        filled("<!-- generated: verdicts -->\n", {"verdicts": ""})


def test_a_changed_result_makes_the_readme_stale(content, tmp_path):
    readme = tmp_path / "README.md"
    markers = [f"<!-- generated: {name} -->\n<!-- end -->" for name in pages.SECTIONS]
    readme.write_text("\n\n".join(markers), encoding="utf-8")
    assert pages.write(readme, content=content) == ["README.md"]
    assert pages.stale(readme, content=content) == []
    assert pages.write(readme, content=content) == []
    readme.write_text(readme.read_text(encoding="utf-8").replace("inconclusive", "supported"), encoding="utf-8")
    assert pages.stale(readme, content=content) == ["README.md"]


def test_the_generated_parts_of_the_readme_are_up_to_date():
    assert pages.stale() == [], "run 'python -m kampung_analysis pages' and commit README.md"


def test_a_translation_survives_an_update_and_a_vanished_sentence_does_not(tmp_path, content):
    templates, locale = tmp_path / "pot", tmp_path / "locale"
    templates.mkdir()
    pot = templates / "index.pot"
    pot.write_text('msgid "Two commands"\nmsgstr ""\n\nmsgid "Old"\nmsgstr ""\n', encoding="utf-8")
    assert pages_catalogues.merge(templates, content, target=locale) == ["index"]
    path = locale / "id" / "LC_MESSAGES" / "index.po"
    path.write_text(path.read_text(encoding="utf-8").replace('commands"\nmsgstr ""', 'commands"\nmsgstr "Dua"'))
    pot.write_text('msgid "Two commands"\nmsgstr ""\n\nmsgid "New"\nmsgstr ""\n', encoding="utf-8")
    pages_catalogues.merge(templates, content, target=locale)
    text = path.read_text(encoding="utf-8")
    assert 'msgstr "Dua"' in text and '"New"' in text and '"Old"' not in text
    assert pages_catalogues.merge(templates, content, target=locale) == []


def test_every_committed_catalogue_is_readable_and_keeps_links_and_roles():
    folder = pages_catalogues.LOCALE / "id" / "LC_MESSAGES"
    paths = sorted(folder.glob("*.po"))
    assert paths
    for path in paths:
        for message in pages_catalogues.read(path, "id"):
            if message.id and message.string:
                assert message.id.count("](") == message.string.count("]("), f"{path.name}: {message.id}"
                assert message.id.count("{cite") == message.string.count("{cite"), f"{path.name}: {message.id}"


@pytest.mark.parametrize("page", ["index", "glossary", "disagree", "edition", "methods"])
def test_hand_written_pages_are_translated_in_full(page):
    catalogue = pages_catalogues.read(pages_catalogues.LOCALE / "id" / "LC_MESSAGES" / f"{page}.po", "id")
    assert [message.id for message in catalogue if message.id and not message.string] == []


def test_an_unknown_language_and_a_foreign_folder_are_refused(tmp_path, content):
    with pytest.raises(ValueError, match="language is 'nl'"):
        pages.build_html(tmp_path, tmp_path / "html", language="nl", content=content)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(ValueError, match="holds no book"):
        pages.build_html(tmp_path, tmp_path / "letters", content=content)
    assert (tmp_path / "letters" / "mine.txt").read_text(encoding="utf-8") == "keep"


def test_the_library_page_shows_code_as_code_and_stars_as_stars(tmp_path):
    source = (
        '"""What is *here*?"""\n\n\ndef f(x: int) -> int:\n    """Half of ``x``; see :func:`g`.\n\n    More.\n    """\n'
    )
    (tmp_path / "halves.py").write_text(source, encoding="utf-8")
    page = library_page(tmp_path)
    assert "## halves\n\nWhat is \\*here\\*?" in page
    assert "`f(x: int) → int`\n: Half of `x`; see `g`." in page
    assert "More" not in page


def test_sphinx_never_takes_the_empty_source_for_a_newer_catalogue(tmp_path, content):
    pages_catalogues.compile_catalogues(content, tmp_path, "id")
    folder = tmp_path / "id" / "LC_MESSAGES"
    assert (folder / "book.po").stat().st_mtime < (folder / "book.mo").stat().st_mtime - 1
