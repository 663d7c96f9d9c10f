"""The map of the systems: every system of the seeds leads to the heading that names it, in both editions."""

import json
from html.parser import HTMLParser

import pytest

from kampung_analysis import claims, corpus, pages
from kampung_analysis.pages_content import Content
from kampung_analysis.pages_scan import read_notebooks

SYSTEMS = {
    "02_model.html#kampung-tangguh-semeru": ("Kampung Tangguh Semeru", "Kampung Tangguh Semeru"),
    "02_model.html#resilience-dimensions": ("Resilience dimensions", "Dimensi ketangguhan"),
    "02_model.html#pop-and-sara": ("POP and SARA", "POP dan SARA"),
    "02_model.html#collaborative-policing": ("Collaborative policing", "Pemolisian kolaboratif"),
    "02_model.html#pentahelix": ("Pentahelix", "Pentahelix"),
    "02_model.html#the-administrative-ladder": ("The administrative ladder", "Jenjang pemerintahan"),
    "02_model.html#branches": ("Branches", "Cabang"),
    "02_model.html#kampung-aman": ("Kampung Aman", "Kampung Aman"),
    "03_rollout.html#kampung-tangguh-nusantara": ("Kampung Tangguh Nusantara", "Kampung Tangguh Nusantara"),
    "03_rollout.html#bengkulu": ("Bengkulu", "Bengkulu"),
    "03_rollout.html#parallel-programmes": ("Parallel programmes", "Program sejajar"),
    "03_rollout.html#the-launch-in-kota-probolinggo": (
        "The launch in Kota Probolinggo",
        "Peresmian di Kota Probolinggo",
    ),
    "04_award_funnel.html#the-funnel-of-the-isna-award": (
        "The funnel of the ISNA award",
        "Corong seleksi penghargaan ISNA",
    ),
    "10_kotaku.html#kotaku-the-slum-programme": ("Kotaku, the slum programme", "Kotaku, program permukiman kumuh"),
}
"""Where a system is linked to -> heading there in English and in Indonesian."""
NAMES = ("02_model", "03_rollout", "04_award_funnel", "10_kotaku")


class Page(HTMLParser):
    """Links of a page, and the heading that opens each element with an id."""

    def __init__(self, text):
        super().__init__()
        self.links, self.headings, self._waiting, self._inside = set(), {}, [], False
        self.admits_english = "halaman ini yang diterjemahkan" in text
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.links |= {attrs["href"]} if tag == "a" and "href" in attrs else set()
        self._waiting += [attrs["id"]] if "id" in attrs else []
        if tag in ("h1", "h2", "h3", "h4"):
            self._inside = True
            self.headings |= dict.fromkeys(self._waiting, "")

    def handle_data(self, data):
        if self._inside:
            self.headings |= {key: self.headings[key] + data for key in self._waiting}

    def handle_endtag(self, tag):
        if tag in ("h1", "h2", "h3", "h4"):
            self._inside, self._waiting = False, []


@pytest.fixture(scope="module")
def book(root, tmp_path_factory):
    """Both editions of the start page and of the prose of the notebooks that it leads to."""
    folder = tmp_path_factory.mktemp("notebooks")
    for name in NAMES:
        notebook = json.loads((root / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
        notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), "utf-8")
    out = tmp_path_factory.mktemp("book") / "html"
    results = {name: claims.recall(name) for name in claims.recorded()}
    content = Content(notebooks=tuple(read_notebooks(folder)), claims=corpus.claims(), results=results)
    pages.build_html(folder, out, content=content)
    return {p.relative_to(out).as_posix(): Page(p.read_text("utf-8")) for p in out.rglob("*.html")}


@pytest.mark.parametrize(("edition", "language"), [("", 0), ("id/", 1)])
@pytest.mark.parametrize("target", SYSTEMS)
def test_the_map_leads_to_the_heading_that_names_the_system(book, edition, language, target):
    path, _, fragment = f"notebooks/{target}".partition("#")
    assert f"{path}#{fragment}" in book[f"{edition}index.html"].links
    assert book[edition + path].headings[fragment].rstrip("#¶ \n") == SYSTEMS[target][language]


def test_the_indonesian_start_page_is_translated_in_full_and_does_not_excuse_itself(book):
    assert not book["id/index.html"].admits_english
    assert book["id/claims.html"].admits_english
