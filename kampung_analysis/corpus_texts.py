"""What is a paragraph, what a sentence, and which paragraphs of two copies of a text are the same? Opens nothing."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata

_ABBREVIATIONS = {"AKBP.", "Kab.", "Kec.", "Kel."}


def normalise(text: str) -> str:
    """Text in Unicode NFC with every run of white space made one blank: what paragraph hashes are taken of."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def paragraphs(text: str) -> list[str]:
    """The non-empty lines of a text, normalised; paragraph ``p1`` is the first."""
    return [line for line in map(normalise, text.splitlines()) if line]


def sentences(paragraph: str) -> list[str]:
    """Split at a full stop, question or exclamation mark followed by a blank and a capital, digit or quotation mark.

    Police ranks and place abbreviations do not end a sentence, nor does the number that opens a list item.
    """
    found, start = [], 0
    for match in re.finditer(r"[.!?]+[”\"’)]*\s+(?=[“\"‘(#]*[A-Z0-9])", paragraph):
        piece = paragraph[start : match.end()].strip()
        if piece.split()[-1] not in _ABBREVIATIONS and not re.fullmatch(r"\d\d?\.", piece):
            found.append(piece)
            start = match.end()
    return [*found, paragraph[start:].strip()]


def align(
    names: list[str], hashes: list[str], texts: list[str]
) -> tuple[dict[str, str], list[str], list[str], list[str]]:
    """Match recorded paragraphs with those of a text by the longest common order of their hashes.

    Parameters
    ----------
    names, hashes : list of str
        Recorded paragraphs (``p1`` …) and the SHA-256 of each.
    texts : list of str
        Paragraphs of the reader's text.

    Returns
    -------
    tuple
        Text by recorded number (a changed paragraph is that which stands in its place); recorded numbers that changed;
        that are missing; and numbers of the reader's text that are additional.
    """
    found = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    there, differing, missing, extra = {}, [], [], []
    for what, i, k, j, m in difflib.SequenceMatcher(None, hashes, found, autojunk=False).get_opcodes():
        there |= dict(zip(names[i:k], texts[j:m], strict=False))
        if what != "equal":
            paired = min(k - i, m - j)
            differing += names[i : i + paired]
            missing += names[i + paired : k]
            extra += [f"p{n + 1}" for n in range(j + paired, m)]
    return there, differing, missing, extra
