"""Which place is meant? Codes as strings, and every spelling of the sources resolved to one of them, or refused.

Codes are those of the Ministry of Home Affairs in the regulation of 2019 (72/2019), in force in 2020: province
``"35"``, district ``"35.07"``, subdistrict (kecamatan) ``"35.07.22"``, village ``"35.07.22.2001"``. This module holds
the 34 provinces, the 38 districts of East Java and the five districts elsewhere that are called like their province,
and opens no file; for other districts and for subdistricts hand :func:`resolve` the table
``datasets.load_places_names()``. Villages are not resolved by name, because thousands share one.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

from kampung_analysis.places_titles import BETWEEN, HOLDER, TITLES, stated, words

LEVELS = ("province", "district", "subdistrict", "village")
_FORM = re.compile(r"\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?")

_PROVINCES = """
11 11 AC Aceh|Aceh
12 12 SU Sumatera Utara|North Sumatra|Sumut
13 13 SB Sumatera Barat|West Sumatra|Sumbar
14 14 RI Riau|Riau
15 15 JA Jambi|Jambi
16 16 SS Sumatera Selatan|South Sumatra|Sumsel
17 17 BE Bengkulu|Bengkulu
18 18 LA Lampung|Lampung
19 19 BB Kepulauan Bangka Belitung|Bangka Belitung Islands|Bangka Belitung|Babel
21 21 KR Kepulauan Riau|Riau Islands|Kepri
31 31 JK DKI Jakarta|Jakarta|Daerah Khusus Ibukota Jakarta|Metro Jaya|Polda Metro|DKI
32 32 JB Jawa Barat|West Java|Jabar
33 33 JT Jawa Tengah|Central Java|Jateng
34 34 YO DI Yogyakarta|Special Region of Yogyakarta|Daerah Istimewa Yogyakarta|Yogyakarta|Yogya|Jogja|DIY
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

_ALSO = (
    ("35.78", "Pelabuhan Tanjung Perak"), ("35.78", "Tanjung Perak"),
    ("15.71", "Kota Jambi"), ("17.71", "Kota Bengkulu"), ("34.71", "Kota Yogyakarta"), ("34.71", "Kota Yogya"),
    ("34.71", "Kota Jogja"), ("75.01", "Kabupaten Gorontalo"), ("75.71", "Kota Gorontalo"),
)  # fmt: skip
"""Code and name: the police resort of a harbour, and the districts that are called like their province."""

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

AREAS = {"malang raya": ("35.07", "35.73", "35.79"), "surabaya raya": ("35.15", "35.25", "35.78")}
"""Areas that sources name and that are no unit of government -> the districts they consist of."""


def level_of(code: str) -> str:
    """Level of a code by its form; ValueError for a code that is not text or has another form."""
    if not isinstance(code, str):
        raise ValueError(f"code {code!r} is not text; codes are strings such as '35.07', never numbers")
    if _FORM.fullmatch(code):
        return LEVELS[code.count(".")]
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


def resolve(name: str, *, level: str | None = None, names=None, within: str | None = None) -> str:
    """Code of the place that a source calls `name`.

    Titles and offices tell the level and, of a district, the kind: ``"Kapolda Jatim"``, ``"Pemkot Probolinggo"``,
    ``"Camat Sukun"``. A cell with several names means one place if they mean the same one (``"DKI/Polda Metro Jaya"``)
    or if, after a comma or in brackets, one holds the other (``"Surabaya, Kec. Sukolilo"``).

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
        If the name is unknown (the message gives the nearest names), fits several places (it lists them), joins
        several places or is that of an area of several districts (it names them), or is that of a village (it names
        what holds the village, where the name does).
    """
    if level is not None and level not in LEVELS[:3]:
        raise ValueError(f"level '{level}' is not known; use province, district or subdistrict")
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"place name {name!r} is not text")
    every = (*_builtin(), *(_rows(names) if names is not None else ()))
    rows = [row for row in every if level in (None, row[0]) and (within is None or row[1].startswith(f"{within}."))]
    found = _candidates(name, rows) or _joined(name, every, within)
    if len(found) > 1:
        raise ValueError(f"place name '{name}' fits {len(found)} places: {_listed(found, every)}; say which one")
    if not found & {code for _, code, _ in rows}:
        raise ValueError(_unknown(name, rows, level, alone=names is None))
    return found.pop()


@lru_cache(maxsize=8192)
def _keys(level: str, shown: str) -> tuple[str, str, str]:
    """What a name of the tables is compared by: all its letters, those without its titles, and its kind."""
    whole, own = "".join(words(shown)), stated(shown)
    return whole, own.bare.replace(" ", "") if own.level in ("", level) else whole, own.kind


def _candidates(name: str, rows) -> set[str]:
    """Codes of the rows that a name fits: written alike, or by its bare name at the level that its titles state."""
    whole, said, found = "".join(words(name)), stated(name), {}
    bare = said.bare.replace(" ", "")
    for level, code, shown in rows:
        letters, base, kind = _keys(level, shown)
        same = said.level in ("", level) and bare == (base if said.level or level == "district" else letters)
        if whole == letters or (same and said.kind in ("", "polres", kind)):
            found[code] = kind
    regencies = {code for code, kind in found.items() if kind == "kabupaten"}
    return regencies if said.kind == "polres" and len(regencies) == 1 else set(found)


def _joined(name: str, rows, within: str | None) -> set[str]:
    """The one place that the parts of a name mean together, or none; ValueError for several places and for villages."""
    cut = BETWEEN.split(name)
    village = any(stated(part).level == "village" for part in (name, *cut[::2]) if part)
    parts = [piece for part in cut[::2] for piece in (HOLDER.split(part) if village else [part]) if piece]
    if village:
        parts = [part for part in parts if set(words(part)) - set(TITLES) and stated(part).level != "village"]
    found = {part: set(AREAS.get(" ".join(words(part)), ())) or _candidates(part, rows) for part in parts}
    alone = len(parts) == 1 and " ".join(words(name)) not in AREAS
    if not village and (alone or not all(found.values())):
        return set()
    for part, codes in found.items():
        if len(codes) > 1 and " ".join(words(part)) not in AREAS:
            other = {code for one, several in found.items() if one != part for code in several}
            found[part] = {code for code in codes if any(_nested(code, one) for one in other)}
            if len(found[part]) != 1:
                where = f"'{part}' of '{name}' fits {len(codes)} places"
                raise ValueError(f"{where}: {_listed(codes, rows)}; say which one")
    codes = set().union(*found.values())
    if village or not any(cut[1::2]):
        codes = {code for code in codes if not any(other.startswith(f"{code}.") for other in codes)}
    if village:
        held = _listed(codes or {within} - {None}, rows)
        why = "many villages share a name; datasets.load_places_villages() has the codes of East Java's"
        raise ValueError(f"'{name}' is a village{held and f' of {held}'}, which is not resolved by its name: {why}")
    if len(codes) > 1:
        why = "name one of them, or take them together"
        raise ValueError(f"'{name}' is no place of its own but {_listed(codes, rows)}; {why}")
    return codes


def _nested(one: str, other: str) -> bool:
    return f"{one}.".startswith(f"{other}.") or other.startswith(f"{one}.")


def _listed(codes, rows) -> str:
    """Places in words, by code: the official name where it is known here, else the first that is not in capitals."""
    capitals_first = sorted(reversed(rows), key=lambda row: not row[2].isupper())
    called = {code: shown for _, code, shown in capitals_first} | PROVINCES | DISTRICTS
    return ", ".join(f"{called[code]} ({code})" for code in sorted(codes) if code in called)


def _unknown(name: str, rows, level: str | None, *, alone: bool) -> str:
    if stated(name).bare == "indonesia":
        return f"'{name}' is the country, which has no code of the Ministry; the corpus writes 'ID', the tables '00'"
    if re.fullmatch(r"[\d.\s]+", name):
        return (
            f"'{name}' is no name; codes have the form '35.07' and need no resolving, datasets.load_places() names them"
        )
    wanted = " ".join(words(name))
    by_words = {" ".join(words(shown)): shown for _, _, shown in rows}
    bare = {stated(shown).bare: shown for _, _, shown in rows}
    close = (spelt[key] for spelt in (by_words, bare) for key in get_close_matches(wanted, spelt, n=3, cutoff=0.6))
    near = dict.fromkeys(close)
    where = f" of level {level}" if level else ""
    more = "other districts and subdistricts stand in datasets.load_places_names(), " if alone else ""
    return (
        f"no place{where} is called '{name}'; the nearest names are: {', '.join([*near][:3]) or 'none'}; "
        f"{more}villages in datasets.load_places_villages()"
    )


@lru_cache(maxsize=1)
def _builtin() -> tuple[tuple[str, str, str], ...]:
    provinces = (("province", code, name) for code, names in PROVINCE_VARIANTS.items() for name in names)
    return (*provinces, *(("district", code, name) for code, name in (*DISTRICTS.items(), *_ALSO)))


def _rows(names) -> list[tuple[str, str, str]]:
    return list(zip(names["level"], names["code"], names["name"], strict=True))
