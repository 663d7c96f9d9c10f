"""What Sphinx, myst-nb and the theme leave out: native MathML, alternative texts, links from ids, the translated share.

* mathematics becomes MathML when the page is written, so no script renders it;
* an image of a notebook takes its alternative text from the output's metadata, and an image without one is a warning;
* ids such as C01 or F0012 in prose, printed outputs and HTML tables become links to the pages that explain them, names
  of notebooks and of result files in outputs and tables become links to them;
* every code cell carries its notebook id, and those of the cells joined to it, as anchors that pages can point at;
* a table keeps the heading of each column beside its cells, to be shown where a narrow screen stacks its rows;
* a figure stands in a box of its own that a keyboard can reach and scroll on a narrow screen;
* a page of the Indonesian edition knows how many of its messages are translated.
"""

from __future__ import annotations

import html
import posixpath
import re

from docutils import nodes
from docutils.utils import unescape
from latex2mathml.converter import convert
from myst_nb.core.render import NbElementRenderer
from sphinx.addnodes import toctree
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
FINGERPRINT = "text/vnd.kampung.figure"
IDS = re.compile(r"\b(?:[CDFX]\d{2,5})\b")
NAMES = re.compile(r"\b(\d\d_[a-z_]+)(\.json)?\b")
TAGS = re.compile(r"(<a\b.*?</a>|<[^>]*>)", re.DOTALL)
PRINTED = {"stream", "text_plain"}
NAMELESS = re.compile(r"https?://\S+|\b[CDFX]\d{2,5}\b")
SCROLLED = (("Figure", "scroll sideways"), ("Gambar", "geser ke samping"))
NUMBER = re.compile(r"[−–-]?\d|–$")
SPOKEN = re.compile(r"[^\W\d_]{2}")
VERDICTS = "didukung|tidak mencapai batas|belum pasti|tidak dapat dinilai"
INDONESIAN = re.compile(rf"Ringkasan\.|Dari \d+ klaim: |\d+ ({VERDICTS})")


def mathml(self, node) -> None:
    """Write a formula as MathML; `node` is an inline or a displayed formula."""
    block = isinstance(node, nodes.math_block)
    formula = convert(node.astext(), display="block" if block else "inline")
    anchor = "".join(f' id="{html.escape(i)}"' for i in node.get("ids", [])[:1])
    self.body.append(f'<div class="math"{anchor}>{formula}</div>' if block else formula)
    raise nodes.SkipNode


def image_with_alternative(self, data):
    """Render an image output as myst-nb does, and add the alternative text that the notebook stores beside it."""
    rendered = RENDER_IMAGE(self, data)
    alternative = data.output_metadata.get(data.mime_type, {}).get("alt", "")
    if not alternative:
        where = f"output {data.output_index} of cell {data.cell_index}"
        self.logger.warning(f"the image in {where} has no alternative text", subtype="alt", line=data.line)
    for node in rendered:
        for image in node.findall(nodes.image):
            image["alt"] = alternative
    return rendered


def silent_about_fingerprints(self, data):
    """Render nothing for a figure's fingerprint; any other unknown type still warns."""
    return [] if data.mime_type == FINGERPRINT else RENDER_UNHANDLED(self, data)


RENDER_IMAGE, NbElementRenderer.render_image = NbElementRenderer.render_image, image_with_alternative
RENDER_UNHANDLED, NbElementRenderer.render_unhandled = NbElementRenderer.render_unhandled, silent_about_fingerprints


class SkipWordless(SphinxTransform):
    """Keep numbers, ids, addresses and what is Indonesian already out of the catalogues."""

    default_priority = 5

    def apply(self, **kwargs) -> None:
        """Mark text without a word of two letters as not translatable."""
        for node in self.document.findall(nodes.TextElement):
            spoken = "".join(t for t in node.findall(nodes.Text) if not silent(t.parent))
            silent_or_done = INDONESIAN.match(spoken) or not SPOKEN.search(NAMELESS.sub("", spoken))
            if not isinstance(node, nodes.Inline) and silent_or_done:
                node["translatable"] = False


class LinkIds(SphinxPostTransform):
    """Turn ids of claims, facts, documents and corrections into links, and give code cells their anchors."""

    default_priority = 250
    formats = ("html",)

    def run(self, **kwargs) -> None:
        """Link prose, printed outputs and HTML tables of one page."""
        book = self.config.kampung_book
        self.targets = book.get("ids", {})
        cells = book.get("cells", {}).get(self.env.docname, [])
        for cell in self.document.findall(lambda n: n.get("nb_element") == "cell_code" if is_box(n) else False):
            if cell["cell_index"] < len(cells):
                cell["ids"] = cells[cell["cell_index"]]
        for text in list(self.document.findall(nodes.Text)):
            self.link_text(text)
        for table in list(self.document.findall(nodes.table)):
            stack(table)
        for image in list(self.document.findall(nodes.image)):
            scroll(image, *SCROLLED[self.config.language == "id"])
        for block in list(self.document.findall(nodes.literal_block)):
            if "output" in block["classes"] and PRINTED & set(block["classes"]):
                shown = self.linked(html.escape(block.astext().rstrip("\n"), quote=False))
                block.replace_self(nodes.raw("", f'<pre class="printed">{shown}</pre>', format="html"))
        for raw in self.document.findall(nodes.raw):
            if "text_html" in raw["classes"]:
                raw.children[:] = [nodes.Text(self.linked(raw.astext()))]

    def address(self, name: str) -> str | None:
        """Relative address of the explanation of an id, or None for an id the corpus does not know."""
        page = self.targets.get(name)
        if not page:
            return None
        here = self.env.docname
        base = "" if page == here else self.env.app.builder.get_relative_uri(here, page)
        return f"{base}#{name.lower()}"

    def linked(self, markup: str) -> str:
        """HTML with its ids linked, outside tags and existing links."""

        def link(match):
            address = self.address(match[0])
            return f'<a class="id" href="{address}">{match[0]}</a>' if address else match[0]

        pieces = TAGS.split(markup)
        return "".join(p if p.startswith("<") else NAMES.sub(self.notebook, IDS.sub(link, p)) for p in pieces)

    def notebook(self, match) -> str:
        """The name of a notebook as a link to its answer, the name of its result file as a link to the file."""
        page, here = f"notebooks/{match[1]}", self.env.docname
        if page not in self.config.kampung_book.get("cells", {}):
            return match[0]
        if match[2]:
            address = posixpath.relpath(f"results/{match[0]}", posixpath.dirname(here) or ".")
        else:
            section = "#answer" if self.config.language == "en" else ""
            address = f"{self.env.app.builder.get_relative_uri(here, page)}{section}"
        return f'<a href="{address}">{match[0]}</a>'

    def link_text(self, text: nodes.Text) -> None:
        """Replace one run of text by the same text with its ids linked."""
        if not IDS.search(text) or inside(text, (nodes.reference, nodes.title, nodes.literal_block, nodes.raw, Anchor)):
            return
        pieces, last = [], 0
        for match in IDS.finditer(text):
            address = self.address(match[0])
            if address:
                link = nodes.reference("", match[0], internal=True, refuri=address, classes=["id"])
                pieces += [nodes.Text(text[last : match.start()]), link]
                last = match.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[last:])])


def stack(table) -> None:
    """Write the headings of a table of words beside its cells, hidden until its rows are stacked.

    A table of two columns, and one with numbers in two thirds of the cells beyond its first column, keep their columns.
    """
    rows = [[list(row.findall(nodes.entry)) for row in part.findall(nodes.row)] for part in table.findall(is_part)]
    if len(rows) != 2 or len(rows[0][0]) < 3:
        return
    texts = [entry.astext() for row in rows[1] for entry in row[1:]]
    if 3 * sum(bool(NUMBER.match(text)) for text in texts) >= 2 * len(texts):
        return
    table["classes"].append("stacked")
    headings = [entry.astext() for entry in rows[0][0]]
    for row in rows[1]:
        for heading, entry in list(zip(headings, row, strict=True))[1:]:
            if entry.astext() in ("", "–"):
                entry["classes"].append("empty")
            held = next(iter(entry.findall(nodes.paragraph)), entry)
            held.insert(0, nodes.inline("", f"{heading}: ", classes=["heading"]))


def is_part(node) -> bool:
    """Whether a node is the head or the body of a table."""
    return isinstance(node, nodes.thead | nodes.tbody)


def scroll(image, name: str, hint: str) -> None:
    """Put an image into a box that scrolls sideways by itself, under a hint for narrow screens."""
    told = f'<span class="hint" aria-hidden="true">{hint} →</span>'
    box = nodes.raw("", f'{told}<span class="figure" tabindex="0" role="group" aria-label="{name}">', format="html")
    place = image.parent.index(image)
    image.parent[place : place + 1] = [box, image, nodes.raw("", "</span>", format="html")]


class Anchor(nodes.inline):
    """An id at the place that explains it: a target, not a link."""


def silent(node) -> bool:
    """Whether a node holds code or a citation key, in which there is nothing to translate."""
    return isinstance(node, nodes.literal) or "cite" in (node.get("refdomain"), node.parent.get("refdomain"))


def is_box(node) -> bool:
    """Whether a node is a container, the shape myst-nb gives to cells."""
    return isinstance(node, nodes.container)


def is_translated(node) -> bool:
    """Whether a node was offered for translation; not the tree of contents, which takes its titles from pages."""
    return isinstance(node, nodes.Element) and "translated" in node and not isinstance(node, toctree)


def inside(node, kinds) -> bool:
    """Whether any ancestor of a node is one of `kinds`."""
    while node.parent is not None:
        node = node.parent
        if isinstance(node, kinds):
            return True
    return False


def anchor_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """``{anchor}`C01` `` writes the id and makes it the target ``#c01``."""
    return [Anchor(rawtext, text, ids=[text.lower()], classes=["anchor"])], []


def local_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """``{local}`06.12 <notebooks/06_x#cell-12>` `` links a page, cell or file by its path from the start page."""
    label, _, target = unescape(text).rstrip(">").rpartition(" <")
    page, _, fragment = target.partition("#")
    here = inliner.document.settings.env.docname
    address = posixpath.relpath(page, posixpath.dirname(here) or ".")
    address += "" if "." in page.rsplit("/", 1)[-1] else ".html"
    address += f"#{fragment}" if fragment else ""
    return [nodes.reference(rawtext, label or target, internal=True, refuri=address)], []


def page_context(app, pagename, templatename, context, doctree) -> None:
    """Hand the translated share of a page to the template; None where nothing is left to translate."""
    told = [n["translated"] for n in doctree.findall(is_translated)] if doctree else []
    share = 100 * sum(told) // len(told) if told else 100
    context["translated_percent"] = share if app.config.language == "id" and share < 100 else None
    context["book_language"] = app.config.language
    tree = context["toctree"]
    context["toctree"] = lambda **options: numbered(tree(**options), pagename)


def numbered(tree: str, pagename: str) -> str:
    """The tree of contents with the numbers of the notebooks before their titles."""
    here = re.match(r"notebooks/(\d\d)_", pagename)
    tree = re.sub(r'(href="[^"]*?\b(\d\d)_\w+\.html">)', r'\1<span class="number">\2</span> ', tree)
    return tree.replace('href="#">', f'href="#"><span class="number">{here[1]}</span> ') if here else tree


def setup(app):
    """Register the pieces with Sphinx."""
    app.add_config_value("kampung_book", app.config._raw_config.get("BOOK", {}), "env")
    app.add_html_math_renderer("mathml", inline_renderers=(mathml, None), block_renderers=(mathml, None))
    app.add_node(Anchor, html=(lambda s, n: s.visit_inline(n), lambda s, n: s.depart_inline(n)))
    app.add_role("anchor", anchor_role)
    app.add_role("local", local_role)
    app.add_transform(SkipWordless)
    app.add_post_transform(LinkIds)
    app.connect("html-page-context", page_context)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
