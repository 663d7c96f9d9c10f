"""What does a written name say of its place? Titles and offices tell its level and kind; the rest is its bare name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_FOUND = {
    ("province", ""): "provinsi prov province pemprov gubernur polda kapolda",
    ("district", "kabupaten"): "kabupaten kab regency pemkab bupati",
    ("district", "kota"): "kota city kotamadya pemkot walikota polrestabes kapolrestabes",
    ("district", "polres"): "polres kapolres",
    ("district", ""): "polresta kapolresta kodim dandim metro",
    ("subdistrict", ""): "kecamatan kec subdistrict camat polsek kapolsek danramil",
    ("village", ""): "kelurahan kel desa village lurah",
    ("", ""): "pemerintah wali adm administrasi bps",
}
_KINDS = {"kabupaten", "kota"}
TITLES = {word: title for title, found in _FOUND.items() for word in found.split()}
"""Word that stands before or behind a name -> level and kind of the place that it tells of."""
BETWEEN = re.compile(r"\s*(?:([/+&;]|\bdan\b|\band\b)|[,()]|\s(?=kec(?:amatan)?\b))\s*", re.IGNORECASE)
"""What joins places in one cell; the first group joins places side by side, the rest one place and what holds it."""

HOLDER = re.compile(r"\s+(?=(?:kota|kab(?:upaten)?)\b)", re.IGNORECASE)
"""Where the district begins that holds a village."""


class Stated(NamedTuple):
    """What a written name says by its titles; level and kind are ``""`` where it does not say."""

    level: str
    kind: str
    bare: str


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Words of a name as they are compared: lower case, without accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = (
        re.sub(r"[^a-z0-9]+", " ", plain).strip().replace("metro jaya", "metrojaya")
    )  # one word, as Metro alone is a title
    found = plain.split()
    if len(found) > 2 and all(len(word) == 1 for word in found):
        found = ["".join(found)]
    return tuple({"kep": "kepulauan"}.get(word, word) for word in found)


@lru_cache(maxsize=4096)
def stated(name: str) -> Stated:
    """Read the titles of a name: ``"KAB. MALANG"`` -> ``("district", "kabupaten", "malang")``.

    The first title decides the level. A police resort (Polres) without "Kota" is that of the regency wherever regency
    and city share a name: kind ``"polres"``. A Polresta polices a city or a regency and says neither.
    """
    found, level, kind = list(words(name)), "", ""
    while len(found) > 1:
        numbered = bool(level) and found[0].isdigit()
        side = 0 if numbered or found[0] in TITLES else -1
        title = ("", "") if numbered else TITLES.get(found[side])
        if title is None or level not in ("", title[0] or level) or {kind, title[1]} == _KINDS:
            break
        level, kind = level or title[0], kind if kind in _KINDS else title[1] or kind
        found.pop(side)
    return Stated(level, kind, " ".join(found))


def split_district(name: str) -> tuple[str, str]:
    """Kind and bare name of a district: ``"KAB. MALANG"`` -> ``("kabupaten", "malang")``; see :func:`stated`."""
    return stated(name)[1:]
