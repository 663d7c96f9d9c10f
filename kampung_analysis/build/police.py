"""What did police resorts and releases say? Crime by Polres, competing values side by side, and published totals."""

from __future__ import annotations

import re

import pandas as pd

from kampung_analysis.build.core import Raw, fail, integers, numbers, unique
from kampung_analysis.build.facts import read_facts, sources, span, text
from kampung_analysis.build.reading import complete, known, read_sheet, within
from kampung_analysis.loaders.core import Card
from kampung_analysis.places import DISTRICTS

POLRES_FACTS, RELEASES = "facts/crime_polres.csv", "facts/crime_polda_bps.csv"
WORKBOOK = "crime/jatim_polres/tingkat kriminalitas {}.xlsx"
HEADER = {
    "Kabupaten/Kota": "district",
    "Jumlah Kejahatan yang Dilaporkan": "crimes",
    "Risiko Penduduk Terjadi Tindak Pidana per 100.000 Penduduk": "risk_per_100k",
    "Persentase Penyelesaian Tindak Pidana": "clearance_pct",
    "Selang Waktu Terjadinya Tindak Pidana": "clock",
}
SUMMED = {2020: 22815, 2021: 24844, 2022: 60236, 2023: 66741}
PRINTED = {**SUMMED, 2020: 24186}
"""Sum of the 38 districts, and the total printed below them."""

POLRES = {
    "Probolinggo Kota": "35.74", "Malang Kota": "35.73", "Malang (kab)": "35.07", "Sidoarjo": "35.15",
    "Surabaya (Polrestabes)": "35.78", "Pelabuhan Tanjung Perak": "35.78", "Madiun Kota": "35.77",
    "Banyuwangi": "35.10", "Jember": "35.09", "Lumajang": "35.08", "Jombang": "35.17", "Lamongan": "35.24",
    "Bojonegoro": "35.22", "Mojokerto (kab)": "35.16", "Mojokerto Kota": "35.76", "Batu": "35.79",
    "Pamekasan": "35.28", "Sampang": "35.27", "Pasuruan (kab)": "35.14", "Bangkalan": "35.26", "Ngawi": "35.21",
    "Situbondo": "35.12", "Tuban": "35.23",
}  # fmt: skip
MEASURES = {
    "crime total": "crimes",
    "crime index": "crime_index",
    "cases handled by Satreskrim (Dec 2019 release)": "detective_cases",
    "curanmor": "vehicle_theft",
    "curas": "robbery",
    "curat": "burglary",
}
OTHERS = [
    (1, "crimes", 2019, 489, None, "489 (Koran Pantura"),
    (3, "crimes", 2022, 474, None, "2022 474"),
    (3, "crimes", 2023, 391, 593, "2023 391 (cleared 593"),
    (4, "vehicle_theft", 2019, 68, 35, "vs 35 (Jatimnet)"),
    (10, "crime_index", 2020, 2164, None, "prints 2,164 for 2020"),
    (15, "crime_index", 2019, 309, None, "crime index 309->265"),
    (15, "crime_index", 2020, 265, None, "crime index 309->265"),
    (19, "crime_index", 2019, 318, None, "318 in other source for 2019"),
    (20, "crimes", 2020, 344, None, "prints 344 for 2020"),
    (21, "crimes", 2022, 406, None, "2022 406"),
    (21, "crimes", 2023, 396, None, "2023 396"),
    (23, "crimes", 2022, 900, None, "2022 900"),
    (23, "crimes", 2023, 647, None, "2023 647"),
    (29, "ordinary_theft", 2019, 17, None, "curbis 17->27"),
    (29, "ordinary_theft", 2020, 27, None, "curbis 17->27"),
    (29, "vehicle_theft", 2019, 41, None, "curanmor 41->32"),
    (29, "vehicle_theft", 2020, 32, None, "curanmor 41->32"),
    (29, "fraud", 2019, 82, None, "penipuan 82->66"),
    (29, "fraud", 2020, 66, None, "penipuan 82->66"),
    (29, "gambling", 2019, 39, None, "judi 39->20"),
    (29, "gambling", 2020, 20, None, "judi 39->20"),
]
"""Competing and further values that a remark of the facts file holds: row, measure, year, value, cleared, its words."""
TWINS = {("35.26", 2020), ("35.27", 2020), ("35.04", 2020), ("35.29", 2020)}

SERIES = {
    "Polda Jatim (own, monthly)": ("police_monthly", "35"),
    "Polda Jatim (own, annual)": ("police_annual", "35"),
    "Polda Jatim krimum": ("police_annual_general", "35"),
    "Polda Jatim krimsus": ("police_annual_special", "35"),
    "Polda Jatim narkoba": ("police_annual_narcotics", "35"),
    "BPS Polda Jatim": ("bps_press", "35"),
    "Jatim dalam Angka": ("bps_yearbook", "35"),
    "Jatim (BPS via Innalar)": ("bps_other", "35"),
    "BPS Indonesia": ("bps_press", "00"),
    "BPS Indonesia (Susenas)": ("susenas", "00"),
    "BPS Jatim (Susenas)": ("susenas", "35"),
    "Polda Metro Jaya (own)": ("police_annual", "31"),
    "Polda Jateng (own)": ("police_annual", "33"),
    "Polda Jateng (Kampung Siaga claim)": ("police_claim", "33"),
    "Polri national weekly": ("police_weekly", "00"),
    "Polri national monthly": ("police_monthly", "00"),
    **{
        f"BPS {name}": ("bps_press", code)
        for name, code in (
            ("Sumut", "12"), ("Sumbar", "13"), ("Riau", "14"), ("Sumsel", "16"), ("Metro Jaya", "31"),
            ("Jabar", "32"), ("Jateng", "33"), ("NTB", "52"), ("Sulsel", "73"),
        )
    },
}  # fmt: skip
TOGETHER = ("BPS Sulsel / Sumsel / Jabar / Jateng", "BPS NTB / Riau / Sumbar")
"""Cells that hold several series."""
UNITS = {
    "crimes": "crimes", "crime total": "crimes", "reported": "reported", "crime reports": "reported",
    "cleared": "cleared", "complaints": "complaints", "crime rate /100k": "risk_per_100k",
    "victim %": "victims_pct", "crimes/day": "crimes_per_day",
}  # fmt: skip


def _workbook(raw: Raw, file: str) -> tuple[pd.DataFrame, pd.Series]:
    """Rows of the 38 districts and of the total below them, with their codes."""
    codes = {name.removeprefix("Kabupaten "): code for code, name in DISTRICTS.items()} | {"Jawa Timur": "35"}
    rows = read_sheet(raw, file, "Sheet1", list(HEADER))
    end = rows.index[rows["Kabupaten/Kota"] == "Jawa Timur"]
    rows = rows.loc[: end[0]] if len(end) else rows
    rows.attrs["file"] = file
    code = known(rows, "Kabupaten/Kota", codes)
    unique(rows, ["Kabupaten/Kota"])
    return complete(rows, len(codes), "Kabupaten/Kota", codes), code


def _office(raw: Raw) -> pd.DataFrame:
    parts = []
    for year in SUMMED:
        file = WORKBOOK.format(year)
        rows, code = _workbook(raw, file)
        for source, measure in list(HEADER.items())[1:4]:
            values = numbers(rows, source, minimum=0, missing=measure == "clearance_pct")
            if measure == "crimes":
                counts = integers(rows, source, minimum=0)
                if (counts[:-1].sum(), counts.iloc[-1]) != (SUMMED[year], PRINTED[year]):
                    why = f"districts sum to {counts[:-1].sum()}, expected {SUMMED[year]}; printed {PRINTED[year]}"
                    raise fail(file, why, line=rows.index[-1], column=source, value=str(counts.iloc[-1]))
            if measure == "clearance_pct":
                within(rows, source, values, 0, 300)
            parts.append(pd.DataFrame({"code": code, "measure": measure, "year": year, "value": values}))
    frame = pd.concat(parts, ignore_index=True).dropna(subset="value")
    frame["polres"] = frame.code.map(DISTRICTS | {"35": "Jawa Timur (total as printed)"})
    frame["source"], frame["cleared"] = "bps_table", None
    frame["note"] = [_doubt(*cell) for cell in zip(frame.code, frame.measure, frame.year, strict=True)]
    title = "Tingkat kriminalitas menurut kabupaten/kota, {} (BPS Jawa Timur, from the provincial police)"
    frame["source_title"] = [title.format(year) for year in frame.year]
    frame["source_date"] = [str(year + 1) for year in frame.year]
    return frame.assign(source_address="https://github.com/0ryzal/Clustering-Tingkat-Keamanan-Daerah-Jawa-Timur",
                        source_access="address known", cause_given=None)  # fmt: skip


def _doubt(code: str, measure: str, year: int) -> str | None:
    if measure == "risk_per_100k" and year == 2022:
        return "divided by the population of the province, not of the district"
    if measure == "risk_per_100k" and year == 2023:
        return "base unknown: fits neither the district nor the province"
    if measure == "crimes" and (code, year) == ("35", 2020):
        return "the 38 districts sum to 22,815"
    if measure == "crimes" and (code, year) in TWINS:
        return "the same count and interval as another district: one of the two may be a copy"
    if (code, measure, year) == ("35.72", "risk_per_100k", 2020):
        return "the risk of Kabupaten Blitar, although the counts differ"
    return None


def _still_broken(raw: Raw) -> None:
    file = WORKBOOK.format(2024)
    rows, _ = _workbook(raw, file)
    for column in list(HEADER)[1:4]:
        numbers(rows, column, minimum=0, missing=True)
    total = rows[rows["Kabupaten/Kota"] == "Jawa Timur"]
    if list(total["Jumlah Kejahatan yang Dilaporkan"]) != ["60"]:
        why = "2024 was left out because its total read 60; the source has changed, so review the exclusion"
        raise fail(file, why, column="Jumlah Kejahatan yang Dilaporkan", value=",".join(total.iloc[:, 1]))


def build_crime_polres(raw: Raw, card: Card) -> pd.DataFrame:
    """Crime by Polres in long form: releases, values that compete with them, and the tables of the statistics office.

    Raises
    ------
    ValueError
        For an unknown Polres or measure, a count that cannot be read, a sum that changed, or a remark whose words are
        gone.
    """
    years = ["y2018", "y2019", "y2020", "y2021"]
    cleared = {2019: "cleared_2019", 2020: "cleared_2020", 2021: "cleared_2021"}
    columns = ["polres", "measure", *years, *cleared.values(), "credit_or_cause_given_by_police", "flag",
               "source_title", "source_date", "source_url", "source_access"]  # fmt: skip
    rows = read_facts(raw, POLRES_FACTS, columns, 29, {"polres": POLRES})
    base = sources(rows)
    base["polres"], base["code"] = rows["polres"], known(rows, "polres", POLRES)
    base["measure"] = known(rows, "measure", MEASURES)
    base["note"], base["cause_given"] = text(rows, "flag"), text(rows, "credit_or_cause_given_by_police")
    parts = []
    for column in years:
        year = int(column[1:])
        part = base.assign(year=year, value=integers(rows, column, minimum=0, missing=True), source="release")
        empty = pd.Series(None, index=rows.index, dtype="Int64")
        part["cleared"] = integers(rows, cleared[year], minimum=0, missing=True) if year in cleared else empty
        parts.append(part[part.value.notna()])
    for number, measure, year, value, solved, words in OTHERS:
        line = rows.index[number - 1]
        if words not in rows.loc[line, "flag"]:
            why = f"the competing value rests on the words {words!r}, which are gone"
            raise fail(POLRES_FACTS, why, line=line, column="flag", value=rows.loc[line, "flag"][:80])
        parts.append(base.loc[[line]].assign(
            measure=measure, year=year, value=value, cleared=solved, source="release_other"))  # fmt: skip
    _still_broken(raw)
    typed = [p.astype({"value": "float64", "cleared": "Int64"}) for p in (*parts, _office(raw))]
    return pd.concat(typed, ignore_index=True)[card.names]


def _periods(value: str) -> list[str]:
    if value == "before / Apr 2020":
        return ["before 2020-04", "2020-04"]
    week = re.fullmatch(r"(\d{4}) wk(\d\d)/(\d\d)", value)
    if week:
        return [f"{week[1]}-W{week[2]}", f"{week[1]}-W{week[3]}"]
    month = re.fullmatch(r"(\d{4})-(\d\d(/\d\d)+)", value)
    return [f"{month[1]}-{m}" for m in month[2].split("/")] if month else value.split("/")


def _bounds(period: str) -> tuple:
    if period == "before 2020-04":
        return None, pd.Timestamp("2020-03-31")
    if "W" in period:
        first = pd.Timestamp.fromisocalendar(int(period[:4]), int(period[-2:]), 1)
        return first, first + pd.Timedelta(days=6)
    return tuple(pd.Timestamp(day) for day in span(period))


def build_crime_releases(raw: Raw, card: Card) -> pd.DataFrame:
    """Published totals of police and statistics office, one row per series, place, measure and period.

    Raises
    ------
    ValueError
        For an unknown series or unit, a period or value that cannot be read, or cells whose parts do not match.
    """
    columns = ["series", "unit", "period", "value", "note", "source_title", "source_url", "paraphrase", "source_date",
               "source_access"]  # fmt: skip
    apart = [f"BPS {name}" for cell in TOGETHER for name in cell.removeprefix("BPS ").split(" / ")]
    alone = [name for name in SERIES if name not in apart]
    rows = read_facts(raw, RELEASES, columns, 37, {"series": [*TOGETHER, *alone]})
    base = sources(rows)
    base["note"] = text(rows, "note")
    parts = []
    for line, row in rows.iterrows():
        head, *more = row["series"].split(" / ")
        names = [head, *(f"BPS {name}" for name in more)]
        units, values = row["unit"].replace("=", " / ").split(" / "), row["value"].split(" / ")
        periods = _periods(row["period"])
        size = max(len(names), len(units), len(periods))
        if len(values) not in (1, size) or (len(values) == 1 and size > 1 and "=" not in row["unit"]):
            why = f"{len(values)} values for {size} series, units or periods"
            raise fail(RELEASES, why, line=line, column="value", value=row["value"])
        for k in range(size):
            name, unit, period, value = (p[k] if len(p) == size else p[0] for p in (names, units, periods, values))
            cell = re.fullmatch(r"(\d+(?:\.\d+)?)(?:-(\d+))?", value)
            for column, found, allowed in (("series", name, SERIES), ("unit", unit, UNITS)):
                if found not in allowed:
                    raise fail(RELEASES, "not known here", line=line, column=column, value=found)
            if cell is None:
                raise fail(RELEASES, "no number or range of numbers", line=line, column="value", value=value)
            try:
                first, last = _bounds(period)
            except ValueError:
                raise fail(RELEASES, "no period known here", line=line, column="period", value=period) from None
            parts.append(base.loc[[line]].assign(
                series=SERIES[name][0], code=SERIES[name][1], measure=UNITS[unit], period=period, period_from=first,
                period_to=last, value=float(cell[1]), value_to=float(cell[2]) if cell[2] else None))  # fmt: skip
    frame = pd.concat([p.astype({"period_from": "datetime64[us]", "value_to": "float64"}) for p in parts])
    return frame.reset_index(drop=True)[card.names]
