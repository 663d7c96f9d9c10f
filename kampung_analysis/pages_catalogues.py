"""How is the book translated? Gettext catalogues for prose, the project's own texts for claims and fixed words.

``book/locale/id/LC_MESSAGES/`` holds one catalogue per hand-written page and notebook; ``sphinx.po`` is the interface.
All are merged into one when the book is built, so a sentence is translated once wherever it stands.
"""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kampung_analysis.pages_content import Content
from kampung_analysis.pages_markdown import WORDS, plain

LOCALE = Path(__file__).resolve().parents[1] / "book" / "locale"


def known(content: Content) -> dict[str, str]:
    """Texts whose Indonesian the project holds itself: fixed words, claims and verdicts."""
    texts = dict(WORDS) | {word.capitalize(): text.capitalize() for word, text in WORDS.items() if word.islower()}
    texts |= {plain(claim.text): plain(claim.text_id) for claim in content.claims if claim.text_id}
    return texts | {claim.text: claim.text_id for claim in content.claims if claim.text_id}


def read(path: Path, language: str) -> Catalog:
    """Read a catalogue."""
    with path.open("rb") as handle:
        return read_po(handle, locale=language, charset="utf-8")


def compile_catalogues(content: Content, folder: Path, language: str, *, source: Path = LOCALE) -> int:
    """Merge every catalogue of a language into the ones Sphinx reads.

    Parameters
    ----------
    content : Content
        For the texts that need no catalogue.
    folder : Path
        Locale folder of the staged book; created.
    language : str
        "id".
    source : Path
        Locale folder of the repository.

    Returns
    -------
    int
        Messages that have a translation.
    """
    target = folder / language / "LC_MESSAGES"
    target.mkdir(parents=True)
    merged = Catalog(locale=language, charset="utf-8", fuzzy=False)
    for path in sorted((source / language / "LC_MESSAGES").glob("*.po")):
        catalogue = read(path, language)
        if path.stem == "sphinx":
            with (target / "sphinx.mo").open("wb") as handle:
                write_mo(handle, catalogue)
            continue
        for message in catalogue:
            if message.id and message.string and not message.fuzzy:
                merged.add(message.id, message.string)
    for english, own in known(content).items():
        if english not in merged:
            merged.add(english, own)
    with (target / "book.mo").open("wb") as handle:
        write_mo(handle, merged)
    # Sphinx looks for a source and compiles one that is newer than its catalogue: this one is empty, and oldest.
    (target / "book.po").write_text("", encoding="utf-8")
    os.utime(target / "book.po", (0, 0))
    return len(merged)


def merge(templates: Path, content: Content, language: str = "id", *, target: Path = LOCALE) -> list[str]:
    """Bring the catalogues up to date with extracted messages; translations are kept, vanished messages dropped.

    Parameters
    ----------
    templates : Path
        Folder of ``.pot`` files as Sphinx writes them.
    content : Content
        Texts that need no catalogue are left out.
    language : str
        "id".
    target : Path
        Locale folder of the repository.

    Returns
    -------
    list of str
        Names of the catalogues that changed.
    """
    folder = target / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    own, seen, changed = set(known(content)), set(), []
    done = {m.id: m.string for path in folder.glob("*.po") for m in read(path, language) if m.id and m.string}
    for pot in sorted(templates.rglob("*.pot"), key=lambda path: (path.parent == templates, path)):
        fresh = Catalog(locale=language, charset="utf-8", fuzzy=False, project="kampung_analysis", version="")
        path = folder / f"{pot.stem}.po"
        for message in read(pot, "en"):
            if message.id and message.id not in own and message.id not in seen:
                seen.add(message.id)
                fresh.add(message.id, done.get(message.id, ""))
        text = _text(fresh)
        if text != (path.read_text(encoding="utf-8") if path.exists() else ""):
            path.write_text(text, encoding="utf-8")
            changed.append(pot.stem)
    return changed


def _text(catalogue: Catalog) -> str:
    from io import BytesIO

    held = BytesIO()
    write_po(held, catalogue, width=110, omit_header=True, sort_output=False)
    return (
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        + held.getvalue().decode("utf-8").strip()
        + "\n"
    )
