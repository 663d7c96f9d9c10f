"""What is known elsewhere, and what is claimed here? Effects, papers, claims and lists of dimensions."""

from __future__ import annotations

import re

import pandas as pd

from kampung_analysis.build.core import Raw, fail, integers, unique
from kampung_analysis.build.facts import read_facts, sources, spans, text
from kampung_analysis.build.reading import known
from kampung_analysis.loaders.core import Card

TAIL = ["source_title", "source_date", "source_url", "source_access"]
NUMBER = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(%|\+)?(?: of (\d+))?")
STATUS = {
    "stated": "stated",
    "stated; address not held": "stated, address not held",
    "NOT FOUND in available text": "not found",
    "concept; year stated in stored Campbell protocol, volume/pages from general knowledge, unverified": "concept",
    "stated: interviewing model, not an evidence checklist": "concept",
}
SPOKEN = [
    (7, "risk ratio of crime, control over treated", 1 / (1 - 0.338), "ratio", "RIRR 1/(1-0.338)=1.51"),
    (10, "standardised mean difference d", 0.12, "standard deviations", "d=.12"),
    (10, "relative reduction", 8.1, "per cent", "about 8.1%"),
    (25, "publications on displacement", 33, "publications", "33 publications"),
    (25, "quasi-experiments on displacement", 43, "studies", "43 quasi-experiments"),
]
"""Numbers in the remark of a row: row, quantity, value, unit, the words they rest on."""

CLAIM_PLACES = {
    "Kab Malang": "35.07", "Jawa Tengah (Kampung Siaga)": "33", "Surabaya Raya": "35.15 35.25 35.78",
    "five districts": None, "Malang Raya": "35.07 35.73 35.79", "Jawa Timur": "35", "Kab Pasuruan": "35.14",
    "Surabaya": "35.78", "Kab Kediri": "35.06", "Kab Jombang": "35.17", "Lampung": "18",
    "Kapuk RW (Jakarta)": "31", "Johar Baru (Jakarta)": "31", "Sawah Besar (Jakarta)": "31",
    "Kota Probolinggo": "35.74",
}  # fmt: skip
CLAIM_FIGURES = {
    8: "a decline, called not big", 11: "called very effective", 12: "called very effective",
    17: "a positive response", 18: "called proven and powerful", 19: "called safe and conducive",
    20: "called proven able",
}  # fmt: skip

TERMS = {
    "kesehatan": ["health"], "kesehatan jasmani-rohani": ["health"], "menekan virus": ["health"],
    "kesehatan (quarantine, sick, burial)": ["health"], "karantina": ["health"], "protokol": ["health"],
    "Steril": ["health"], "logistik": ["food_logistics"], "logistik pangan": ["food_logistics"],
    "ketahanan pangan": ["food_logistics"], "ketahanan pangan & logistik": ["food_logistics"],
    "pangan": ["food_logistics"], "lumbung": ["food_logistics"], "SDM": ["human_resources"],
    "informasi": ["information"], "informasi & kreativitas": ["information"], "keamanan": ["security"],
    "keamanan & ketertiban": ["security"], "kamtibmas": ["security"], "psikologi": ["psychology"],
    "psikologis": ["psychology"], "psikologi masyarakat": ["psychology"], "budaya": ["culture"],
    "sosial ekonomi": ["economy", "social"], "sosial ekonomi & kemasyarakatan": ["economy", "social"],
    "ekonomi": ["economy"], "ekonomi mandiri": ["economy"], "Ekonomi produktif": ["economy"],
    "ekonomi (lumbung pangan)": ["economy", "food_logistics"], "sentra industri": ["economy"],
    "sosial (security, mutual aid)": ["security", "social"], "kebersamaan": ["social"], "gotong royong": ["social"],
    "Harmonis": ["social"], "Asri": ["environment"], "ketahanan": ["unspecified"],
    "Tangguh (acronym)": ["unspecified"],
}  # fmt: skip
"""Term of a source -> dimensions of the common vocabulary."""
LISTS = {
    "seed000": "35.74", "ub_guide": "35.73", "kabaharkam": "35.07", "kepri": "21", "tulungagung": "35.04",
    "malangkota_comp": "35.73", "batu_comp": "35.79", "blitar": "35.72", "jombang": "35.17", "sidoarjo": "35.15",
    "jakarta": "31", "buton": "74.04", "ntb": "52", "ijrbs": "35.73",
}  # fmt: skip
LIST_PLACES = {
    "Kota Probolinggo": "seed000", "Malang (Universitas Brawijaya manual)": "ub_guide",
    "Kab Malang (Sitirejo)": "kabaharkam", "Kepulauan Riau KTN": "kepri", "Kab Tulungagung (Ngantru)": "tulungagung",
    "Kota Malang competition": "malangkota_comp", "Kota Batu judging team": "batu_comp", "Blitar Kota": "blitar",
    "Kab Jombang": "jombang", "Kab Sidoarjo": "sidoarjo", "Polda Metro Jaya KTJ": "jakarta",
    "Polres Buton KTN": "buton", "NTB Kampung Sehat": "ntb",
    "Kampung Tangguh Malang (paper citing UB guide)": "ijrbs",
}  # fmt: skip
"""Place as a list writes it -> list."""
LIST_WORDS = {
    1: "the first item has no qualifier: most likely a fragment of the next ones, which leaves the seven of the "
    "university manual (our reading)",
}
BY_REFERENCE = {"seven toughness items as UB": "ub_guide"}

RELATION = {
    "yes": "programme", "yes (WJS)": "city programme", "yes (Malang KT)": "precursor", "indirect": "indirect",
    "related": "related", "no": "context", "no (POP)": "context", "no (Bhabinkamtibmas)": "context",
}  # fmt: skip


def build_literature_effects(raw: Raw, card: Card) -> pd.DataFrame:
    """Numbers of the policing-evaluation literature, one row a number, with the study each belongs to."""
    file = "facts/theory_anchors.csv"
    rows = read_facts(raw, file, ["key", "citation", "numeric_fact", "value", "status", "note", *TAIL], 28)
    rows["citation"] = rows["citation"].where(rows["citation"] != "same").ffill()
    wrong = rows.groupby("key").citation.nunique()
    if (wrong > 1).any():
        raise fail(file, "two citations for one study", column="key", value=wrong.index[wrong > 1][0])
    rows["source_title"] = rows["citation"]
    frame = sources(rows)
    frame["study"], frame["status"] = rows["key"], known(rows, "status", STATUS)
    frame["year"] = rows["citation"].str.extract(r"(\d{4})")[0].astype("Int64")
    frame["note"], frame["kind"] = text(rows, "note"), "stated"
    parts = []
    for number, (line, row) in enumerate(frame.iterrows(), start=1):
        quantities = rows.loc[line, "numeric_fact"].split(" / ")
        values = rows.loc[line, "value"].split(" / ")
        together = len(quantities) == len(values)
        pairs = zip(quantities, values, strict=True) if together else [(" / ".join(quantities), " / ".join(values))]
        for letter, (quantity, value) in zip("abc", pairs, strict=False):
            found = NUMBER.fullmatch(value)
            if not found and re.search(r"\d", value):
                raise fail(file, "not a number, share or count of a count", line=line, column="value", value=value)
            parts.append({**row, "id": f"L{number:02d}{letter * (len(quantities) > 1 and together)}",
                          "quantity": quantity or "none", "value_stated": value or None,
                          "value": float(found[1].replace(",", "")) if found else None,
                          "of": int(found[3]) if found and found[3] else None,
                          "at_least": bool(found and found[2] == "+"),
                          "unit": None if not found else "per cent" if found[2] == "%" else "count"})  # fmt: skip
    for k, (number, quantity, value, unit, words) in enumerate(SPOKEN):
        line = rows.index[number - 1]
        if words not in rows.loc[line, "note"]:
            raise fail(file, f"a number rests on the words {words!r}, which are gone", line=line, column="note",
                       value=rows.loc[line, "note"])  # fmt: skip
        parts.append({**frame.loc[line], "id": f"L{number:02d}{'xyz'[k % 3]}", "quantity": quantity,
                      "value_stated": None, "value": round(value, 4), "of": None, "at_least": False, "unit": unit,
                      "kind": "computed" if "RIRR" in words else "stated"})  # fmt: skip
    return pd.DataFrame(parts).astype({"of": "Int64"})[card.names]


def build_effect_claims(raw: Raw, card: Card) -> pd.DataFrame:
    """Public claims that the programme worked, with figures, comparison and the grade of the design."""
    file = "facts/effect_claims.csv"
    columns = ["id", "date", "claimant", "role", "place", "outcome", "claim_figure", "before_value", "after_value",
               "comparison", "design_as_reported", "sms_level_inferred", "main_threats_inferred", "paraphrase",
               *TAIL]  # fmt: skip
    rows = read_facts(raw, file, columns, 20, {"place": CLAIM_PLACES})
    unique(rows, ["id"])
    frame = sources(rows)
    frame["id"] = rows["id"]
    rows["last"] = rows["date"].str.split("/").str[-1]
    rows["date"] = rows["date"].str.split("/").str[0]
    frame["date_from"], (_, frame["date_to"]) = spans(rows, "date")[0], spans(rows, "last")
    frame["claimant"], frame["role"] = text(rows, "claimant"), text(rows, "role")
    frame["place"], frame["codes"] = rows["place"], known(rows, "place", CLAIM_PLACES)
    frame["outcome"], frame["claimed"] = rows["outcome"], text(rows, "claim_figure", CLAIM_FIGURES)
    frame["before"] = integers(rows, "before_value", missing=True)
    frame["after"] = integers(rows, "after_value", missing=True)
    frame["comparison"] = rows["comparison"]
    frame["design"] = text(rows, "design_as_reported")
    grades = rows["sms_level_inferred"].str.extract(r"^([0-5])(?:-([0-5]))?$")
    odd = grades.index[grades[0].isna()]
    if len(odd):
        value = rows.loc[odd[0], "sms_level_inferred"]
        raise fail(file, "not a level of the Maryland scale", line=odd[0], column="sms_level_inferred", value=value)
    frame["sms_low"], frame["sms_high"] = grades[0].astype("int64"), grades[1].fillna(grades[0]).astype("int64")
    frame["threats"] = text(rows, "main_threats_inferred")
    frame["statement"] = text(rows, "paraphrase", {4: "the governor called the programme significant for the decline"})
    return frame[card.names]


def build_dimensions(raw: Raw, card: Card) -> pd.DataFrame:
    """Lists of resilience dimensions in long form: list, position, term of the source, dimension of ours."""
    file = "facts/dimensions.csv"
    columns = ["source_key", "place", "date", "n_stated", "n_listed", "dimensions_listed", "note", *TAIL]
    rows = read_facts(raw, file, columns, len(LISTS), {"place": LIST_PLACES, "source_key": LISTS})
    odd = rows.index[rows["source_key"] != known(rows, "place", LIST_PLACES)]
    if len(odd):
        raise fail(file, "another list has this place", line=odd[0], column="place", value=rows.at[odd[0], "place"])
    frame = sources(rows)
    frame["list"], frame["place"], frame["code"] = rows["source_key"], rows["place"], known(rows, "source_key", LISTS)
    frame["date_from"], frame["date_to"] = spans(rows, "date")
    frame["n_stated"] = integers(rows, "n_stated", minimum=1, missing=True)
    frame["n_listed"] = integers(rows, "n_listed", minimum=1)
    frame["note"] = text(rows, "note", LIST_WORDS)
    listed = dict(zip(rows["source_key"], rows["dimensions_listed"], strict=True))
    parts = []
    for line, row in frame.iterrows():
        words = listed[row.list]
        named = words not in BY_REFERENCE
        terms = (words if named else listed[BY_REFERENCE[words]]).split("; ")
        if len(terms) != row.n_listed:
            why = f"{len(terms)} terms where n_listed says {row.n_listed}; is the list cut off?"
            raise fail(file, why, line=line, column="dimensions_listed", value=words)
        for position, term in enumerate(terms, start=1):
            if term not in TERMS:
                raise fail(file, "a term without a dimension; add it to TERMS", line=line, column="dimensions_listed",
                           value=term)  # fmt: skip
            for dimension in TERMS[term]:
                parts.append({**row, "position": position, "term": term, "dimension": dimension, "named": named})
    return pd.DataFrame(parts)[card.names]


def build_academic_papers(raw: Raw, card: Card) -> pd.DataFrame:
    """Papers, theses and essays on the programme and around it, with design and finding."""
    file = "facts/academic_papers.csv"
    columns = ["id", "citation", "year", "about_KTS", "method", "N", "design_strength", "finding", "doi_or_url", "note",
               *TAIL]  # fmt: skip
    rows = read_facts(raw, file, columns, 21)
    unique(rows, ["id"])
    frame = sources(rows)
    frame["id"], frame["citation"] = rows["id"], text(rows, "citation")
    years = rows["year"].str.extract(r"^(\d{4})(?:-(\d\d))?(~)?$")
    odd = years.index[years[0].isna()]
    if len(odd):
        raise fail(file, "not a year", line=odd[0], column="year", value=rows.loc[odd[0], "year"])
    frame["year_from"] = years[0].astype("int64")
    frame["year_to"] = [int(a if pd.isna(b) else a[:2] + b) for a, b in zip(years[0], years[1], strict=True)]
    frame["year_uncertain"] = years[2].notna()
    frame["relation"] = known(rows, "about_KTS", RELATION)
    frame["method"], frame["sample"] = text(rows, "method"), text(rows, "N")
    frame["design"], frame["finding"] = text(rows, "design_strength"), text(rows, "finding")
    frame["doi"] = rows["doi_or_url"].str.extract(r"(?<![\w./-])(10\.\d{4,}/[^\s;]+)")[0]
    frame["note"] = text(rows, "note")
    return frame[card.names]
