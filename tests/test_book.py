"""The HTML book: complete, closed in itself, the same bytes every time, and honest about what differs."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from toy_book import ALT, toy_content, toy_notebook, write_notebook

from kampung_analysis import pages
from kampung_analysis.pages_scan import read_notebooks

LOADING = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "object": "data",
}
HARMLESS = ("canonical", "search", "index", "next", "prev", "author", "alternate")


class Page(HTMLParser):
    """What a page loads, links to, and can be linked at."""

    def __init__(self, text: str):
        super().__init__()
        self.loads, self.links, self.ids, self.images, self.tags, self.styles = [], [], [], [], [], ""
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        self._style = tag == "style"
        if tag in LOADING and attrs.get(LOADING[tag]) and attrs.get("rel") not in HARMLESS:
            self.loads.append(attrs[LOADING[tag]])
        self.loads += [part.split()[0] for part in attrs.get("srcset", "").split(",") if part.strip()]
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if tag == "img":
            self.images.append(attrs)
        if attrs.get("id"):
            self.ids.append(attrs["id"])

    def handle_data(self, data):
        if self._style:
            self.styles += data


def without_results(content):
    """The content without recorded results, whose files belong to the repository and may change meanwhile."""
    content.results.clear()
    return content


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def book(sources, tmp_path_factory):
    content = without_results(toy_content(sources))
    out = tmp_path_factory.mktemp("book") / "html"
    pages.build_html(sources, out, {"01_corpus": ["cell 3: committed 1 → now 2"]}, content=content)
    return out


@pytest.fixture(scope="module")
def parsed(book):
    return {path.relative_to(book): Page(path.read_text(encoding="utf-8")) for path in sorted(book.rglob("*.html"))}


def test_no_page_loads_anything_from_another_host(parsed):
    assert len(parsed) > 20
    for path, page in parsed.items():
        for address in page.loads:
            assert not re.match(r"(https?:)?//", address), f"{path} loads {address}"
        assert "url(http" not in page.styles and "@import" not in page.styles, path


def test_no_stylesheet_loads_anything_from_another_host(book):
    for path in book.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import\s+(url\()?['\"]?(https?:)?//", text), path.name


def test_everything_a_page_loads_exists(book, parsed):
    for path, page in parsed.items():
        for address in page.loads:
            if not address.startswith("data:"):
                assert (book / path.parent / address.split("?")[0].split("#")[0]).exists(), f"{path}: {address}"


def test_every_link_inside_the_book_leads_to_a_place_that_exists(book, parsed):
    for path, page in parsed.items():
        for address in page.links:
            if re.match(r"[a-z]+:", address):
                continue
            target, _, fragment = address.split("?")[0].partition("#")
            found = Path(*(book / path.parent / target).resolve().relative_to(book.resolve()).parts) if target else path
            assert (book / found).exists(), f"{path} links to {address}"
            if fragment and found in parsed:
                assert fragment in parsed[found].ids, f"{path} links to {address}"


def test_no_id_stands_twice_on_a_page(parsed):
    for path, page in parsed.items():
        doubled = {i for i in page.ids if page.ids.count(i) > 1}
        assert not doubled, f"{path}: {doubled}"


def test_every_figure_has_its_alternative_text(parsed):
    pictures = [image for path, page in parsed.items() if path.parts[0] == "notebooks" for image in page.images]
    assert len(pictures) == 2
    assert {image["alt"] for image in pictures} == {ALT}


def test_a_figure_can_be_scrolled_by_itself_and_is_named(book):
    for page, name in (("notebooks/06_covid_provinces.html", "Figure"), ("id/methods.html", "Gambar")):
        text = (book / page).read_text(encoding="utf-8")
        boxes = re.findall(r'<span class="figure" tabindex="0" role="group" aria-label="(\w+)">\s*<img', text)
        assert boxes == [name] * text.count("<img ")


def test_a_cell_of_a_wide_table_carries_the_heading_of_its_column(book):
    for page, heading in (("facts.html", "Value"), ("id/facts.html", "Nilai")):
        text = (book / page).read_text(encoding="utf-8")
        assert re.search(r'<table class="[^"]*\bstacked\b', text)
        assert f'<span class="heading">{heading}: </span>1559 kampung' in text


def test_a_table_of_numbers_keeps_its_columns_on_a_narrow_screen(book):
    text = (book / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<table class="[^"]*\bstacked\b', text)
    tables = re.findall(r"<table.*?</table>", text, re.DOTALL)
    counts = [found for found in tables if "<p>Cause</p>" in found]
    assert len(counts) == 1 and "stacked" not in counts[0]


def test_measurements_are_drawn_in_both_editions_with_their_alternative_text(book, parsed):
    for page, begins in (("methods.html", "Two panels"), ("id/methods.html", "Dua panel")):
        pictures = parsed[Path(page)].images
        assert len(pictures) == 2 and pictures[0]["alt"].startswith(begins)
        assert (book / Path(page).parent / pictures[0]["src"]).stat().st_size > 5_000


def test_mathematics_is_native(book, parsed):
    page = parsed[Path("notebooks/06_covid_provinces.html")]
    assert page.tags.count("math") == 2 and "mfrac" in page.tags
    assert not any("mathjax" in path.name.lower() for path in book.rglob("*"))


def test_ids_lead_to_their_explanation_and_back(book, parsed):
    page = parsed[Path("notebooks/06_covid_provinces.html")]
    assert page.links.count("../claims.html#c01") == 3
    assert page.links.count("../facts.html#f0001") == 3
    assert "../data.html#covid-provinces" in page.links
    assert "notebooks/06_covid_provinces.html#cell-05" in parsed[Path("claims.html")].links
    assert "notebooks/06_covid_provinces.html#cell-04" in parsed[Path("facts.html")].links
    assert "C99 is no claim" in (book / "notebooks" / "06_covid_provinces.html").read_text(encoding="utf-8")


def test_printed_text_is_shown_as_text(book):
    assert "INCONCLUSIVE: &lt;wide&gt;" in (book / "notebooks" / "06_covid_provinces.html").read_text(encoding="utf-8")


def test_code_is_folded_and_tables_keep_their_caption(book):
    text = (book / "notebooks" / "06_covid_provinces.html").read_text(encoding="utf-8")
    assert text.count("<details") == 3 and "<details open" not in text
    assert "<caption>Two &amp; more facts</caption>" in text


def test_a_notebook_that_differs_says_so_on_top_and_no_other_does(book):
    text = (book / "notebooks" / "01_corpus.html").read_text(encoding="utf-8")
    assert text.index("This run differs from the published notebook") < text.index('id="answer"')
    assert "committed 1 → now 2" in text
    other = (book / "notebooks" / "06_covid_provinces.html").read_text(encoding="utf-8")
    assert "This run differs" not in other


def test_the_editions_lead_to_each_other(parsed):
    for path in ("index.html", "notebooks/06_covid_provinces.html"):
        up = "../" * path.count("/")
        assert f"{up or './'}id/{path}" in parsed[Path(path)].links
        assert f"{up or './'}../{path}" in parsed[Path("id", path)].links


def test_the_indonesian_edition_speaks_indonesian_and_admits_what_it_lacks(book):
    index = (book / "id" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="id"' in index and "klaim demi klaim" in index and "Peta sistem" in index
    assert "Program ini menurunkan penularan" in (book / "id" / "claims.html").read_text(encoding="utf-8")
    untranslated = (book / "id" / "notebooks" / "06_covid_provinces.html").read_text(encoding="utf-8")
    assert re.search(r"Baru \d+&nbsp;% halaman ini yang diterjemahkan", untranslated)
    assert "halaman ini yang diterjemahkan" not in (book / "index.html").read_text(encoding="utf-8")


def test_search_needs_no_server(book):
    options = (book / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    assert re.search(r"SHOW_SEARCH_SUMMARY: false", options)
    assert (book / "searchindex.js").read_text(encoding="utf-8").startswith("Search.setIndex(")


def test_the_same_sources_give_the_same_bytes(book, sources, tmp_path):
    content = without_results(toy_content(sources))
    again = tmp_path / "again"
    pages.build_html(sources, again, {"01_corpus": ["cell 3: committed 1 → now 2"]}, content=content)
    first = {p.relative_to(book): p.read_bytes() for p in sorted(book.rglob("*")) if p.is_file()}
    second = {p.relative_to(again): p.read_bytes() for p in sorted(again.rglob("*")) if p.is_file()}
    assert first.keys() == second.keys()
    assert [str(p) for p in first if first[p] != second[p]] == []


def test_an_image_without_alternative_text_stops_the_build_and_leaves_the_old_book(book, tmp_path):
    notebook = toy_notebook("Nothing to see?")
    notebook["cells"][2]["outputs"][0]["metadata"] = {}
    write_notebook(tmp_path, "01_corpus", notebook)
    content = pages.Content(notebooks=tuple(read_notebooks(tmp_path)))
    before = (book / "index.html").read_bytes()
    with pytest.raises(RuntimeError, match="no alternative text"):
        pages.build_html(tmp_path, book, content=content, language="en")
    assert (book / "index.html").read_bytes() == before
