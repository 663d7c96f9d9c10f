"""How many sites were counted, and when did each police unit start? Counts and interval-censored starts."""

from __future__ import annotations

from datetime import date

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, dates, fail, integers
from kampung_analysis.build.facts import CODES, NATION, around, numbered, read_facts, sources, spans, text
from kampung_analysis.build.reading import known
from kampung_analysis.build.weekly import in_order
from kampung_analysis.loaders.core import Card

COUNTS, STARTS = "facts/kts_counts.csv", "facts/kts_start_dates.csv"

PLACES = {
    "7 provinces": None, "Malang Raya": None, "Indonesia": NATION, "NTB": "52", "Polda Metro Jaya": "31",
    "DKI/Polda Metro Jaya": "31", "Kab. Buton": "74.04", "Kab. Pesawaran": "18.09", "Kota Bengkulu": "17.71",
    "Malang": "35.73", "Kota Malang (Narubuk RW, Sukun)": "35.73", "Surabaya": "35.78",
    "Surabaya (Polres Pelabuhan Tanjung Perak)": "35.78", "Surabaya, Kec. Sukolilo": "35.78.09",
    "Kabupaten Kediri, Kec. Pagu": "35.06.11", "Kabupaten Trenggalek, Kec. Suruh": "35.03.14",
    "Blitar Kota (Polres)": "35.72", "Kediri Kota (Polres)": "35.71", "Kabupaten Mojokerto (Polres)": "35.16",
    "Kabupaten Pasuruan (Polres Pasuruan)": "35.14", "Kabupaten Probolinggo (Polres Probolinggo)": "35.13",
    **CODES,
}  # fmt: skip
"""Place as a source writes it -> code; None for areas of several units."""
NAMED = [
    "Jawa Timur", "Bali", "Banten", "DI Yogyakarta", "DKI Jakarta", "Jawa Barat", "Jawa Tengah", "Kepulauan Riau",
    "Lampung", "Kabupaten Bojonegoro", "Kabupaten Jombang", "Kabupaten Lamongan", "Kabupaten Madiun",
    "Kabupaten Malang", "Kabupaten Sidoarjo", "Kota Batu", "Kota Malang", "Kota Probolinggo", "Kota Surabaya",
]  # fmt: skip
"""Places with a count under their official name."""
LEVELS = {
    "national": "national", "province": "province", "metro": "metro", "kabupaten": "district", "kota": "district",
    "city": "district", "polres": "district", "kecamatan": "subdistrict", "RW": "rw",
}  # fmt: skip
PROGRAMMES = {
    "KTS": "kts", "KTS/KT": "kts", "KTS-WJS (police label)": "kts", "KT": "kt", "KT (UB)": "kt_university",
    "KT (UB/MBLC install)": "kt_university", "KTN": "ktn", "KTN Kalimaya": "ktn",
    "Kampung Sehat (local KTN)": "kampung_sehat", "Kampung Siaga Covid-19": "kampung_siaga",
    "Kampung Tangguh Jaya": "ktj", "Kampung WJS": "wjs", "Kampung Wani Jogo Suroboyo (city hall)": "wjs",
    "posko PPKM mikro / posko terpadu KT": "ppkm_post",
}  # fmt: skip
UNITS = {
    "kampung": "kampung", "RW": "rw", "desa": "village", "kelurahan": "village", "desa/kel": "village",
    "desa/kelurahan": "village", "kecamatan": "subdistrict", "lokasi": "site", "posko in kelurahan": "posko",
    "RT/RW": "mixed", "RW/desa": "mixed", "kampung/desa": "mixed", "RW/dusun/desa (mixed)": "mixed",
}  # fmt: skip
KINDS = {
    "actual": "stock", "actual (more than)": "stock", 'actual ("complete")': "stock", 'actual ("installed")': "stock",
    "actual (previous)": "stock", "actual (role model)": "stock", "actual/ready for launch 9 July": "stock",
    "actual (coverage)": "coverage", "coverage": "coverage", "target": "target", "target (100 days)": "target",
    "ordered": "target", "planned pilot": "target", "planned pilots": "target",
    "implied target (3 x 13 kecamatan)": "target", "launched": "launch", "launched in one day": "launch",
    "addition planned next week": "addition", "addition planned (2 weeks)": "addition", "rule per kecamatan": "rule",
    "judged in competition": "competition", "ordinal (third KT)": "ordinal", "MISATTRIBUTED": "misattributed",
    "announcement": "announcement", "start": "announcement",
}  # fmt: skip
PRECISION = {
    "day": lambda a, b: (a, b),
    "target date": lambda a, b: (a, b),
    "month": lambda a, b: (a, b),
    "undated": lambda a, b: (a, b),
    "about": around(3),
    "mid-month": around(4),
    "before 11 Jan": lambda a, b: (a, date(2021, 1, 10)),
    "before 9 Jul": lambda a, b: (a, date(2020, 7, 8)),
    "a Friday, before 1 July": lambda a, b: (a, b),
    "mid/late (2 weeks before 4 May)": lambda a, b: (date(2020, 4, 15), b),
}
"""Precision stated in the facts -> first and last possible day, from those of the date as written."""
DENOMINATORS = {18: (1691, "1,691"), 37: (148, "148 desa"), 67: (1390, "1,390"), 27: (55, "55 red-zone")}
"""Row -> units of which the count is a part, and the words in the row that say so."""
LAUNCHED = {23: ("source_title", "Peresmian"), 68: ("paraphrase", "launched by mayor and police chief")}
"""Row coded as existing that counts a launch -> column and words that say so; a launch is no stock."""
COUNT_WORDS = {
    3: "Governor, citing the police chief: 637 sites; takes the fall in cases to be their result",
    11: "Stock before the expansion: 2,906",
}
COUNT_NOTES = {
    4: "seed 001; calls them nearly all RW, which cannot be: Surabaya alone has 1,390 RW",
    67: "other outlets give 1,339 and call them embryonic; of 1,390 RW",
}

MEANT = {"Malang": "city"}
"""Name that a city and a regency share -> level that must stand beside it."""
LABEL, EARLIEST = date(2020, 5, 19), date(2020, 3, 1)
"""First announcement of the police programme, and the earliest start claimed for any precursor."""
UNITS_OF_START = {
    "Kota Malang": ("35.73", "kt_university", "about"),
    "Pelabuhan Tanjung Perak (Surabaya utara)": ("35.78", "kts", "dated"),
    "Sidoarjo": ("35.15", "kts", "by"),
    "Kediri Kota": ("35.71", "kts", "by"),
    "Mojokerto (kab)": ("35.16", "kts", "by"),
    "Blitar Kota": ("35.72", "kts", "dated"),
    "Banyuwangi": ("35.10", "kts", "dated"),
    "Malang (kab)": ("35.07", "kt", "by"),
    "Batu": ("35.79", "kt", "by"),
    "Magetan": ("35.20", "kts", "by"),
    "Madiun (kab)": ("35.19", "kts", "dated"),
    "Ponorogo": ("35.02", "kts", "dated"),
    "Probolinggo (kab)": ("35.13", "kts", "by"),
    "Kediri (kab)": ("35.06", "kts", "by"),
    "Gresik": ("35.25", "kts", "by"),
    "Bojonegoro": ("35.22", "kts", "by"),
    "Probolinggo Kota": ("35.74", "kts", "by"),
    "Tulungagung": ("35.04", "kts", "about"),
    "Mojokerto Kota": ("35.76", "kts", "by"),
    "Jombang": ("35.17", "kts", "by"),
    "Lamongan": ("35.24", "kts", "by"),
    "Trenggalek": ("35.03", "kts", "by"),
    "Pasuruan (kab)": ("35.14", "kts", "by"),
    "Sumenep": ("35.29", "kts", "by"),
}
"""Unit -> code, programme, and how the date is to be read."""
LATEST = {"Kota Malang": date(2020, 5, 4), "Tulungagung": date(2020, 6, 20), "Banyuwangi": date(2020, 5, 29)}


def build_rollout_counts(raw: Raw, card: Card) -> pd.DataFrame:
    """Every dated count of sites, with unit, kind and date brought to closed lists beside what the source states.

    Raises
    ------
    ValueError
        For an unknown place, unit, kind, programme or precision, or a count that is not a whole number.
    """
    columns = ["date", "date_precision", "place", "level", "programme", "unit_stated", "count", "count_type",
               "note_or_flag", "paraphrase", "source_title", "source_date", "source_url", "source_access"]  # fmt: skip
    rows = read_facts(raw, COUNTS, columns, 78, {"place": [name for name in PLACES if name not in CODES] + NAMED})
    frame = sources(rows)
    frame["id"] = numbered(rows, "R")
    frame["date_from"], frame["date_to"] = spans(rows, "date", PRECISION, "date_precision")
    frame["date_stated"] = rows["date"] + " (" + rows["date_precision"] + ")"
    frame["place"], frame["code"] = rows["place"], known(rows, "place", PLACES)
    _one_place(rows)
    frame["level"] = known(rows, "level", LEVELS)
    frame["programme"], frame["programme_stated"] = known(rows, "programme", PROGRAMMES), rows["programme"]
    frame["unit"], frame["unit_stated"] = known(rows, "unit_stated", UNITS), rows["unit_stated"]
    frame["kind_stated"] = rows["count_type"].str.replace('"', "")
    frame["count"] = integers(rows, "count", minimum=1, missing=True)
    frame["at_least"] = rows["count_type"].str.contains("more than")
    share = rows["count_type"].str.extract(r"\(of (\d+) kelurahan")[0]
    rows["count_type"] = rows["count_type"].str.replace(r" \(of \d+ kelurahan.*\)", "", regex=True)
    frame["kind"] = known(rows, "count_type", KINDS)
    frame["denominator"] = pd.array([None if pd.isna(n) else int(n) for n in share], dtype="Int64")
    for number, (value, words) in DENOMINATORS.items():
        line = rows.index[number - 1]
        if words not in " ".join(rows.loc[line, ["note_or_flag", "paraphrase"]]):
            why = f"the denominator {value} rests on the words {words!r}, which are gone"
            raise fail(COUNTS, why, line=line, column="paraphrase", value=rows.loc[line, "paraphrase"])
        frame.loc[line, "denominator"] = value
    for number, (column, words) in LAUNCHED.items():
        line = rows.index[number - 1]
        if words not in rows.loc[line, column]:
            why = f"that a launch was counted rests on the words {words!r}, which are gone"
            raise fail(COUNTS, why, line=line, column=column, value=rows.loc[line, column])
        frame.loc[line, "kind"] = "launch"
    frame["statement"] = text(rows, "paraphrase", COUNT_WORDS)
    frame["note"] = text(rows, "note_or_flag", COUNT_NOTES)
    return frame[card.names]


def _one_place(rows: pd.DataFrame) -> None:
    """Stop at a name that two places share where the level beside it does not say which is meant."""
    for line, place, level in zip(rows.index, rows["place"], rows["level"], strict=True):
        if place in MEANT and level != MEANT[place]:
            try:
                places.resolve(place, level="district")
            except ValueError as error:
                why = f"{error}; level '{level}' does not say so, '{MEANT[place]}' would"
                raise fail(COUNTS, why, line=line, column="place", value=place) from None


def build_rollout_starts(raw: Raw, card: Card) -> pd.DataFrame:
    """First dated event per district as an interval: the start was not before, and not after.

    Raises
    ------
    ValueError
        For an unknown unit, a repeated one, or a date that cannot be read.
    """
    columns = ["unit", "unit_type", "first_dated_event", "event", "count_at_event", "paraphrase", "source_title",
               "source_url", "caveat", "source_date", "source_access"]  # fmt: skip
    rows = read_facts(raw, STARTS, columns, len(UNITS_OF_START), {"unit": UNITS_OF_START})
    rows["first_dated_event"] = rows["first_dated_event"].str.removesuffix("~")
    days = dates(rows, "first_dated_event", "%Y-%m-%d")
    in_order(days, STARTS)
    read = known(rows, "unit", UNITS_OF_START)
    frame = sources(rows)
    frame["code"], frame["unit"] = [code for code, _, _ in read], rows["unit"]
    frame["programme"], frame["reading"] = [name for _, name, _ in read], [how for _, _, how in read]
    early = pd.Series([LABEL if name == "kts" else EARLIEST for name in frame.programme], index=rows.index)
    frame["event_date"] = days
    frame["not_before"] = early.astype("datetime64[us]").where(frame.reading != "dated", days)
    frame["not_after"] = pd.Series(
        [LATEST.get(unit, day.date()) for unit, day in zip(rows["unit"], days, strict=True)], index=rows.index
    ).astype("datetime64[us]")
    frame["sites"] = integers(rows, "count_at_event", minimum=1, missing=True)
    frame["event"], frame["note"] = text(rows, "event"), text(rows, "caveat")
    frame["statement"] = text(rows, "paraphrase")
    wrong = frame[frame.not_before > frame.not_after]
    if len(wrong):
        why = "lies before the first announcement of the programme"
        raise fail(STARTS, why, line=wrong.index[0], column="first_dated_event", value=f"{wrong.event_date.iloc[0]:%F}")
    return frame[[*card.names]]
