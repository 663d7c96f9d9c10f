"""What does the project publish about itself? The HTML book in two editions and the generated parts of the README.

Everything here is written from cards, corpus, results and executed notebooks; nothing is computed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from kampung_analysis import pages_catalogues, pages_stage
from kampung_analysis.pages_content import Content, gather
from kampung_analysis.pages_readme import SECTIONS, filled

ROOT = pages_stage.ROOT
LANGUAGES = ("en", "id")


def build_html(
    notebooks: Path,
    out: Path,
    differing: Mapping[str, Sequence[str]] | None = None,
    language: str | None = None,
    *,
    content: Content | None = None,
) -> None:
    """Render the book.

    Parameters
    ----------
    notebooks : Path
        Folder of executed notebooks.
    out : Path
        Folder of the pages; replaced once the build has succeeded. The Indonesian edition stands in ``out/id``.
    differing : mapping of str to sequence of str, optional
        Notebook name -> what differs from the committed outputs; shown on top of its page.
    language : {"en", "id"}, optional
        One edition alone, in `out`; both when None, with a switch between them.
    content : Content, optional
        What to publish instead of the project's own content.

    Raises
    ------
    ValueError
        For an unknown language, or when `out` holds something that is not a book.
    RuntimeError
        When Sphinx warns; the message holds its lines and the old book is left alone.
    """
    if language not in (None, *LANGUAGES):
        raise ValueError(f"language is {language!r}; the book has the editions {', '.join(LANGUAGES)}")
    out = Path(out)
    if out.exists() and any(out.iterdir()) and not (out / "_static" / "book.css").exists():
        raise ValueError(f"{out} is not empty and holds no book; name a new folder, or empty it yourself")
    content = content or gather(Path(notebooks))
    editions = LANGUAGES if language is None else (language,)
    with tempfile.TemporaryDirectory(prefix="kampung-book-") as held:
        work, running = Path(held).resolve(), []
        for edition in editions:
            source, target = work / edition, work / f"html-{edition}"
            switch = len(editions) > 1
            pages_stage.stage(content, source, differing=differing or {}, language=edition, switch=switch)
            running.append((pages_stage.sphinx(source, target), edition, source, target))
        try:
            for process, edition, source, target in running:
                pages_stage.finish(process, edition, source)
                for surplus in (".buildinfo", "_static/webpack-macros.html"):
                    (target / surplus).unlink(missing_ok=True)
        finally:
            for process, *_ in running:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        if len(editions) > 1:
            shutil.move(running[1][3], running[0][3] / "id")
        _replace(running[0][3], out)


def _replace(fresh: Path, out: Path) -> None:
    """Move a finished folder to `out`; the old one goes only when the new one stands beside it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    beside, old = (out.with_name(f".{out.name}.{os.getpid()}.{what}") for what in ("new", "old"))
    try:
        shutil.move(fresh, beside)
        if out.exists():
            os.replace(out, old)
        os.replace(beside, out)
    finally:
        for leftover in (beside, old):
            shutil.rmtree(leftover, ignore_errors=True)


def update_catalogues(notebooks: Path | None = None, *, content: Content | None = None) -> list[str]:
    """Extract the messages of hand-written pages and notebooks and merge them into the Indonesian catalogues.

    Returns
    -------
    list of str
        Names of the catalogues that changed; translate the empty ``msgstr`` in ``book/locale/id/LC_MESSAGES``.
    """
    content = content or gather(Path(notebooks or ROOT / "notebooks"))
    with tempfile.TemporaryDirectory(prefix="kampung-book-") as held:
        source, target = Path(held).resolve() / "en", Path(held).resolve() / "pot"
        pages_stage.stage(content, source, differing={}, language="en", switch=False, generated=False)
        options = ["-D", "gettext_compact=0"]
        pages_stage.finish(pages_stage.sphinx(source, target, builder="gettext", options=options), "messages", source)
        for name in pages_stage.GENERATED:
            (target / f"{name}.pot").unlink(missing_ok=True)
        return pages_catalogues.merge(target, content)


def _fresh(readme: Path, content: Content | None) -> str:
    content = content or gather(ROOT / "notebooks")
    return filled(readme.read_text(encoding="utf-8"), {name: make(content) for name, make in SECTIONS.items()})


def write(readme: Path = ROOT / "README.md", *, content: Content | None = None) -> list[str]:
    """Rewrite the generated sections of the README; returns the names of the files that changed."""
    text = _fresh(readme, content)
    if text == readme.read_text(encoding="utf-8"):
        return []
    readme.write_text(text, encoding="utf-8", newline="\n")
    return [readme.name]


def stale(readme: Path = ROOT / "README.md", *, content: Content | None = None) -> list[str]:
    """Names of the files whose generated sections are not what :func:`write` would write."""
    return [] if _fresh(readme, content) == readme.read_text(encoding="utf-8") else [readme.name]
