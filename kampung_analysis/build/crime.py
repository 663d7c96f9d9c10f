"""What did the police record? Crime by Polda (statistics office) and by Polres (office and press releases).

A Polda is not quite a province: Polda Metro Jaya polices DKI Jakarta and neighbouring cities of Jawa Barat and Banten.
"""

from __future__ import annotations

import pandas as pd

from kampung_analysis.build.core import Raw, fail, integers, numbers, read_rows, unique
from kampung_analysis.build.reading import complete, known, read_sheet, within
from kampung_analysis.loaders.core import Card

POLDA = {
    "ACEH": "11", "SUMATERA UTARA": "12", "SUMATERA BARAT": "13", "RIAU": "14", "JAMBI": "15",
    "SUMATERA SELATAN": "16", "BENGKULU": "17", "LAMPUNG": "18", "KEP. BANGKA BELITUNG": "19", "KEP. RIAU": "21",
    "METRO JAYA": "31", "JAWA BARAT": "32", "JAWA TENGAH": "33", "DI YOGYAKARTA": "34", "JAWA TIMUR": "35",
    "BANTEN": "36", "BALI": "51", "NUSA TENGGARA BARAT": "52", "NUSA TENGGARA TIMUR": "53",
    "KALIMANTAN BARAT": "61", "KALIMANTAN TENGAH": "62", "KALIMANTAN SELATAN": "63", "KALIMANTAN TIMUR": "64",
    "KALIMANTAN UTARA": "65", "SULAWESI UTARA": "71", "SULAWESI TENGAH": "72", "SULAWESI SELATAN": "73",
    "SULAWESI TENGGARA": "74", "GORONTALO": "75", "SULAWESI BARAT": "76", "MALUKU": "81", "MALUKU UTARA": "82",
    "PAPUA": "91", "PAPUA BARAT": "92", "INDONESIA": "00",
}  # fmt: skip
"""Spelling of the Polda in the sources and Ministry code of its province; "00" is the country."""

RESIDUAL = "METRO JAYA (residual)"
"""Metro Jaya in the transcription: the national row less all others."""
SHEETS = {
    "crimes": "crime/Jumlah Tindak Pidana Menurut Kepolisian Daerah.xlsx",
    "clearance_pct": "crime/Persentase Penyelesaian Tindak Pidana.xlsx",
    "risk_per_100k": "crime/Risiko Penduduk Terkena Tindak Pidana (Per 100.000 Penduduk).xlsx",
}
HOMICIDES = "crime/Jumlah Kasus Kejahatan Pembunuhan Pada Satu Tahun Terakhir.xlsx"
TRANSCRIBED = "crime/bps_crime_by_polda_2018_2022_transcribed.csv"
YEARS = [str(y) for y in range(2005, 2021)]

REPEATS = {
    ("65", "64"): {"crimes": 2017, "clearance_pct": 2017, "risk_per_100k": 2017},
    ("76", "73"): {"crimes": 2016, "clearance_pct": 2016, "risk_per_100k": 2017},
    ("92", "91"): {"crimes": 2014, "clearance_pct": 2014, "risk_per_100k": 2014},
}
"""Child and parent province, and the last year in which the child's row repeats the parent's, by measure."""

DOUBTS = {
    ("risk_per_100k", 2010, "33"): "leading_digit",
    ("crimes", 2016, "91"): "rows_exchanged",
    ("crimes", 2016, "92"): "rows_exchanged",
    ("clearance_pct", 2016, "91"): "rows_exchanged",
    ("clearance_pct", 2016, "92"): "rows_exchanged",
    ("risk_per_100k", 2016, "91"): "rows_exchanged",
    ("risk_per_100k", 2016, "92"): "rows_exchanged",
    ("risk_per_100k", 2020, "62"): "denominator_exchanged",
    ("risk_per_100k", 2020, "63"): "denominator_exchanged",
}
"""Cells that the other measures contradict; the value stays as published. Reasons in the caveats of the card."""


def _sheet(raw: Raw, measure: str) -> pd.DataFrame:
    rows = read_sheet(raw, SHEETS[measure], "Sheet1", ["POLDA", *YEARS])
    codes = known(rows, "POLDA", POLDA)
    unique(rows, ["POLDA"])
    complete(rows, len(POLDA), "POLDA", POLDA)
    parts = []
    for year in YEARS:
        if measure == "clearance_pct":
            values = within(rows, year, numbers(rows, year, minimum=0), 0, 200)
        else:
            values = integers(rows, year, minimum=0)
        parts.append(
            pd.DataFrame({"year": int(year), "code": codes, "measure": measure, "value": values.astype(float)})
        )
    return pd.concat(parts)


def _transcribed(raw: Raw) -> pd.DataFrame:
    rows = read_rows(raw, TRANSCRIBED, ["year", "polda", "wikidata", "crimes"], exact=True)
    unique(rows, ["year", "polda"])
    frame = pd.DataFrame({
        "year": within(rows, "year", integers(rows, "year"), 2018, 2022),
        "code": known(rows, "polda", POLDA | {RESIDUAL: "31"}),
        "measure": "crimes",
        "value": integers(rows, "crimes", minimum=0).astype(float),
    })  # fmt: skip
    complete(rows, 5 * len(POLDA), "polda", [*(set(POLDA) - {"METRO JAYA"}), RESIDUAL])
    for year, part in frame.groupby("year"):
        total = part.value[part.code == "00"].item()
        if part.value[part.code != "00"].sum() != total:
            why = f"not the sum of the Polda in {year}"
            raise fail(TRANSCRIBED, why, line=part.index[part.code == "00"][0], column="crimes", value=f"{total:g}")
    return frame


def _homicides(raw: Raw) -> pd.DataFrame:
    rows = read_sheet(raw, HOMICIDES, "Sheet1", ["TAHUN", "JUMLAH"])
    unique(rows, ["TAHUN"])
    complete(rows, 10, "TAHUN", [str(year) for year in range(2011, 2021)])
    years = within(rows, "TAHUN", integers(rows, "TAHUN"), 2011, 2020)
    counts = integers(rows, "JUMLAH", minimum=0).astype(float)
    return pd.DataFrame({"year": years, "code": "00", "measure": "homicides", "value": counts})


def _flags(frame: pd.DataFrame) -> list[str | None]:
    cells = frame.set_index(["measure", "year", "code"]).value
    flags = dict(DOUBTS)
    for (child, parent), last in REPEATS.items():
        for measure, until in last.items():
            for year in map(int, YEARS):
                value = cells[measure, year, child]
                if (value == cells[measure, year, parent]) != (year <= until):
                    why = f"province {child} should repeat its parent {parent} to {until} and no longer; review REPEATS"
                    raise fail(SHEETS[measure], why, column=str(year), value=f"{value:g}")
                if year <= until:
                    flags[measure, year, child] = "repeats_parent"
    for measure in SHEETS:
        for code in POLDA.values():
            flags.setdefault((measure, 2010, code), "doubtful_year")
    return [flags.get(key) for key in cells.index]


def _add_up(crimes: pd.DataFrame) -> None:
    repeated = {(year, pair[0]) for pair, last in REPEATS.items() for year in range(2005, last["crimes"] + 1)}
    for year, part in crimes.groupby("year"):
        own = [code != "00" and (year, code) not in repeated for code in part.code]
        total, parts = part.value[part.code == "00"].item(), part.value[own].sum()
        if total != parts:
            why = f"the national row is not the sum of the distinct Polda, {parts:g}"
            raise fail(SHEETS["crimes"], why, column=str(year), value=f"{total:g}")


def build_crime_polda(raw: Raw, card: Card) -> pd.DataFrame:
    """Crime by Polda and year in long form, both series side by side, doubtful cells flagged.

    Returns
    -------
    pandas.DataFrame
        Columns of the card.

    Raises
    ------
    ValueError
        When a cell cannot be read, when the national row is not the sum of the distinct rows, when a row repeats its
        parent otherwise than the card says, or when a cell that both series hold differs.
    """
    sheets = pd.concat([*(_sheet(raw, measure) for measure in SHEETS), _homicides(raw)]).assign(series="bps_sheet")
    sheets["flag"] = _flags(sheets)
    crimes = sheets[sheets.measure == "crimes"]
    _add_up(crimes)
    typed = _transcribed(raw).assign(series="bps_transcribed")
    typed["flag"] = ["residual" if code == "31" else None for code in typed.code]
    both = typed.reset_index().merge(crimes, on=["year", "code"], suffixes=("", "_sheet"))
    odd = both[both.value != both.value_sheet]
    if len(odd):
        first = odd.iloc[0]
        why = f"the sheet of the statistics office says {first.value_sheet:g} for Polda {first.code} in {first.year}"
        raise fail(TRANSCRIBED, why, line=first.line, column="crimes", value=f"{first.value:g}")
    frame = pd.concat([sheets, typed], ignore_index=True)
    frame["polda"] = frame.code.map({code: _title(name) for name, code in POLDA.items()})
    return frame[card.names]


def _title(name: str) -> str:
    return name.title().replace("Di ", "DI ").replace("Kep. ", "Kepulauan ")
