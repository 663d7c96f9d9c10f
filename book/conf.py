"""Configuration of the HTML book; ``kampung_analysis.pages`` stages the sources and calls Sphinx with it.

Everything that changes between builds (language, edition switch, known ids) stands in ``book.json`` beside this file.
"""

import json
import sys
from pathlib import Path

# jsonschema compiles grammars of internet addresses on import, a fifth of the build; no notebook is judged by them.
sys.modules.setdefault("rfc3987_syntax", None)

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
BOOK = json.loads((HERE / "book.json").read_text(encoding="utf-8")) if (HERE / "book.json").exists() else {}
INDONESIAN = BOOK.get("language", "en") == "id"

project = BOOK.get("title", "Kampung Tangguh Semeru, claim by claim")
author = "kampung_analysis contributors"
copyright = ""
version = release = BOOK.get("version", "")
language = BOOK.get("language", "en")

extensions = ["myst_nb", "sphinxcontrib.bibtex", "kampung_book"]
exclude_patterns = ["README.md", "locale", "_ext", "_build"]
root_doc = "index"

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
nb_execution_mode = "off"
nb_ipywidgets_js = {}
nb_merge_streams = True
nb_code_prompt_show = "Tampilkan kode" if INDONESIAN else "Show the code"
nb_code_prompt_hide = "Sembunyikan kode" if INDONESIAN else "Hide the code"

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

locale_dirs = ["locale"]
gettext_compact = BOOK.get("domain", False)
gettext_uuid = False
gettext_location = False
gettext_last_translator = ""
gettext_language_team = ""
translation_progress_classes = False

html_theme = "pydata_sphinx_theme"
html_title = project
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_extra_path = ["_extra"] if (HERE / "_extra").exists() else []
html_css_files = ["book.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_search_summary = False
html_search_language = "en"
html_permalinks_icon = "#"
html_domain_indices = False
html_use_index = False
templates_path = ["_templates"]
html_sidebars = {"**": ["book-tree.html"]}
html_theme_options = {
    "navbar_start": ["navbar-logo"],
    "navbar_center": [],
    "navbar_end": ["language-switch.html", "theme-switcher"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["book-footer.html"],
    "footer_end": [],
    "primary_sidebar_end": [],
    "search_bar_text": "Cari …" if INDONESIAN else "Search …",
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_context = {
    "default_mode": "auto",
    "book_switch": BOOK.get("switch", False),
    "book_tree_label": "Isi" if INDONESIAN else "Contents",
}
