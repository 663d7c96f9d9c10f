"""Which place is meant? Codes as strings, and every spelling of the sources resolved to one of them, or refused.

Codes are those of the Ministry of Home Affairs in the regulation of 2019 (72/2019), in force in 2020: province
``"35"``, district ``"35.07"``, subdistrict (kecamatan) ``"35.07.22"``, village ``"35.07.22.2001"``. This module holds
the 34 provinces and the 38 districts of East Java and opens no file; for other places hand :func:`resolve` the table
``datasets.load_places_names()``.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from functools import lru_cache

LEVELS = ("province", "district", "subdistrict", "village")

_PROVINCES = """
11 11 AC Aceh|Aceh
12 12 SU Sumatera Utara|North Sumatra
13 13 SB Sumatera Barat|West Sumatra
14 14 RI Riau|Riau
15 15 JA Jambi|Jambi
16 16 SS Sumatera Selatan|South Sumatra
17 17 BE Bengkulu|Bengkulu
18 18 LA Lampung|Lampung
19 19 BB Kepulauan Bangka Belitung|Bangka Belitung Islands|Bangka Belitung|Babel
21 21 KR Kepulauan Riau|Riau Islands|Kepri
31 31 JK DKI Jakarta|Jakarta|Daerah Khusus Ibukota Jakarta|Metro Jaya|DKI
32 32 JB Jawa Barat|West Java|Jabar
33 33 JT Jawa Tengah|Central Java|Jateng
34 34 YO DI Yogyakarta|Special Region of Yogyakarta|Daerah Istimewa Yogyakarta|Yogyakarta|DIY|D.I. Yogyakarta
35 35 JI Jawa Timur|East Java|Jatim
36 36 BT Banten|Banten
51 51 BA Bali|Bali
52 52 NB Nusa Tenggara Barat|West Nusa Tenggara|NTB
53 53 NT Nusa Tenggara Timur|East Nusa Tenggara|NTT
61 61 KB Kalimantan Barat|West Kalimantan|Kalbar
62 62 KT Kalimantan Tengah|Central Kalimantan|Kalteng
63 63 KS Kalimantan Selatan|South Kalimantan|Kalsel
64 64 KI Kalimantan Timur|East Kalimantan|Kaltim
65 65 KU Kalimantan Utara|North Kalimantan|Kaltara
71 71 SA Sulawesi Utara|North Sulawesi|Sulut
72 72 ST Sulawesi Tengah|Central Sulawesi|Sulteng
73 73 SN Sulawesi Selatan|South Sulawesi|Sulsel
74 74 SG Sulawesi Tenggara|South East Sulawesi|Southeast Sulawesi|Sultra
75 75 GO Gorontalo|Gorontalo
76 76 SR Sulawesi Barat|West Sulawesi|Sulbar
81 81 MA Maluku|Maluku
82 82 MU Maluku Utara|North Maluku|Malut
91 94 PA Papua|Papua|P A P U A
92 91 PB Papua Barat|West Papua
"""

_REGENCIES = (
    "Pacitan Ponorogo Trenggalek Tulungagung Blitar Kediri Malang Lumajang Jember Banyuwangi Bondowoso Situbondo "
    "Probolinggo Pasuruan Sidoarjo Mojokerto Jombang Nganjuk Madiun Magetan Ngawi Bojonegoro Tuban Lamongan Gresik "
    "Bangkalan Sampang Pamekasan Sumenep"
).split()
_CITIES = "Kediri Blitar Malang Probolinggo Pasuruan Mojokerto Madiun Surabaya Batu".split()

_RESORTS = {"tanjung perak": "35.78"}
"""Police resorts that are not named after a district."""

PROVINCES: dict[str, str] = {}
"""Code -> name of the 34 provinces of 2020."""
BPS_PROVINCES: dict[str, str] = {}
"""Ministry code -> code of Statistics Indonesia (BPS); they differ for Papua and Papua Barat."""
ISO_PROVINCES: dict[str, str] = {}
"""Code -> ISO 3166-2 code, ``"ID-JI"``."""
PROVINCE_VARIANTS: dict[str, tuple[str, ...]] = {}
"""Code -> every spelling known, official name first, English name second."""
for _line in _PROVINCES.strip().splitlines():
    _code, _bps, _iso, _names = _line.split(" ", 3)
    PROVINCE_VARIANTS[_code] = tuple(dict.fromkeys(_names.split("|")))
    PROVINCES[_code], BPS_PROVINCES[_code], ISO_PROVINCES[_code] = _names.split("|")[0], _bps, f"ID-{_iso}"

DISTRICTS: dict[str, str] = {
    **{f"35.{number:02d}": f"Kabupaten {name}" for number, name in enumerate(_REGENCIES, start=1)},
    **{f"35.{number:02d}": f"Kota {name}" for number, name in enumerate(_CITIES, start=71)},
}
"""Code -> name of the 38 districts of East Java."""

_KINDS = {"kabupaten": "kabupaten", "kab": "kabupaten", "regency": "kabupaten", "kota": "kota", "city": "kota"}
_POLICE = {"polres", "polresta", "polrestabes", "polresto"}
_FILLERS = {"provinsi", "prov", "province", "polda", "kotamadya", "adm", "administrasi"}


def level_of(code: str) -> str:
    """Level of a code by its form; ValueError for a code that is not text or has another form."""
    if not isinstance(code, str):
        raise ValueError(f"code {code!r} is not text; codes are strings such as '35.07', never numbers")
    forms = (r"\d\d", r"\d\d\.\d\d", r"\d\d\.\d\d\.\d\d", r"\d\d\.\d\d\.\d\d\.\d{4}")
    for level, form in zip(LEVELS, forms, strict=True):
        if re.fullmatch(form, code):
            return level
    raise ValueError(f"code '{code}' has no level; expected the form of '35', '35.07', '35.07.22' or '35.07.22.2001'")


def parent(code: str) -> str:
    """Code of the place that holds this one; ``""`` for a province."""
    level_of(code)
    return code.rpartition(".")[0]


def bps_code(code: str) -> str:
    """Code that Statistics Indonesia uses for a province or an East Java district, ``"3507"``."""
    if level_of(code) == "province":
        return BPS_PROVINCES[code]
    if code in DISTRICTS:
        return code.replace(".", "")
    raise ValueError(f"the BPS code of '{code}' is not known here; known are provinces and districts of East Java")


def province_name(code: str) -> str:
    """Name of a province; ValueError lists the codes where it is unknown."""
    return _name(code, PROVINCES)


def district_name(code: str) -> str:
    """Name of a district of East Java; ValueError lists the codes where it is unknown."""
    return _name(code, DISTRICTS)


def _name(code: str, table: dict[str, str]) -> str:
    level_of(code)
    if code not in table:
        raise ValueError(f"no place with code '{code}'; the codes are: {', '.join(table)}")
    return table[code]


AREAS = {"malang raya": ("35.07", "35.73", "35.79"), "surabaya raya": ("35.15", "35.25", "35.78")}
"""Areas that sources name and that are no unit of government -> the districts they consist of."""


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Words of a name as they are compared: lower case, without accents, punctuation and titles."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", " ", plain).split()
    if len(found) > 2 and all(len(word) == 1 for word in found):
        found = ["".join(found)]
    return tuple({"kep": "kepulauan"}.get(word, word) for word in found if word not in _FILLERS)


def split_district(name: str) -> tuple[str, str]:
    """Split a name into kind and bare name: ``"KAB. MALANG"`` -> ``("kabupaten", "malang")``.

    The kind is ``""`` where the name does not say. A police resort (Polres) without "Kota" is that of the regency
    wherever regency and city share a name: kind ``"polres"``.
    """
    found = [word for word in words(name) if word not in _POLICE]
    kind = "polres" if len(found) < len(words(name)) else ""
    if len(found) > 1 and found[0] in _KINDS:
        kind = _KINDS[found.pop(0)]
    elif len(found) > 1 and found[-1] in _KINDS:
        kind = _KINDS[found.pop()]
    return kind, " ".join(found)


def resolve(name: str, *, level: str | None = None, names=None, within: str | None = None) -> str:
    """Code of the place that a source calls `name`.

    Parameters
    ----------
    name : str
        ``"KAB. MALANG"``, ``"Polres Probolinggo Kota"``, ``"Kep. Riau"``, ``"East Java"`` …
    level : {"province", "district", "subdistrict"}, optional
        Level to look at; by default every level known.
    names : pandas.DataFrame, optional
        Table of names with columns ``name``, ``code``, ``level`` (``datasets.load_places_names()``) for districts
        outside East Java and for subdistricts.
    within : str, optional
        Code of a province or district that must hold the place.

    Returns
    -------
    str
        A code.

    Raises
    ------
    ValueError
        If the name is unknown (the message gives the nearest names), fits several places (it lists them), or is that
        of an area of several districts (it names them).
    """
    if level is not None and level not in LEVELS[:3]:
        raise ValueError(f"level '{level}' is not known; use province, district or subdistrict")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"place name {name!r} is not text")
    candidates: dict[str, str] = {}
    spellings = []
    for one, code, shown in (*_builtin(), *(_rows(names) if names is not None else ())):
        if (level is None or one == level) and (within is None or code.startswith(f"{within}.")):
            spellings.append(shown)
            if _same(name, shown, one):
                candidates.setdefault(code, shown)
    for resort, code in _RESORTS.items():
        if level in (None, "district") and within in (None, parent(code)) and resort in " ".join(words(name)):
            candidates.setdefault(code, DISTRICTS[code])
    if split_district(name)[0] == "polres" and len(candidates) > 1:
        regencies = {code: shown for code, shown in candidates.items() if split_district(shown)[0] == "kabupaten"}
        candidates = regencies if len(regencies) == 1 else candidates
    if len(candidates) == 1:
        return next(iter(candidates))
    if candidates:
        listed = ", ".join(f"{shown} ({code})" for code, shown in sorted(candidates.items()))
        raise ValueError(f"place name '{name}' fits {len(candidates)} places: {listed}; say which one")
    if area := AREAS.get(" ".join(words(name))):
        members = ", ".join(f"{DISTRICTS[code]} ({code})" for code in area)
        raise ValueError(f"'{name}' is no place of its own but {members}; name one of them, or take them together")
    by_words = {" ".join(words(shown)): shown for shown in spellings}
    bare = {split_district(shown)[1]: shown for shown in spellings}
    near = get_close_matches(" ".join(words(name)), by_words, n=3, cutoff=0.6)
    near_bare = get_close_matches(" ".join(words(name)), bare, n=3, cutoff=0.6)
    nearest = list(dict.fromkeys([*(by_words[key] for key in near), *(bare[key] for key in near_bare)]))[:3]
    where = f" of level {level}" if level else ""
    raise ValueError(f"no place{where} is called '{name}'; the nearest names are: {', '.join(nearest) or 'none'}")


def _same(name: str, shown: str, level: str) -> bool:
    if level != "district":
        return "".join(words(name)) == "".join(words(shown))
    kind, bare = split_district(name)
    other, base = split_district(shown)
    return bare.replace(" ", "") == base.replace(" ", "") and (kind in ("", "polres") or kind == other)


@lru_cache(maxsize=1)
def _builtin() -> tuple[tuple[str, str, str], ...]:
    provinces = (("province", code, name) for code, names in PROVINCE_VARIANTS.items() for name in names)
    return (*provinces, *(("district", code, name) for code, name in DISTRICTS.items()))


def _rows(names) -> list[tuple[str, str, str]]:
    return list(zip(names["level"], names["code"], names["name"], strict=True))
