"""Where in Surabaya were cases found, and how many neighbourhoods had joined the city's programme?"""

from __future__ import annotations

import pandas as pd

from kampung_analysis.build.core import Raw, dates, fail, integers, read_rows, unique
from kampung_analysis.build.reading import coded, complete, known
from kampung_analysis.build.weekly import in_order
from kampung_analysis.loaders.core import Card
from kampung_analysis.places import DISTRICTS

CASES = "covid_kecamatan/radar_daily_kecamatan.csv"
DOSE = "facts/surabaya_kecamatan_20200602.csv"
SURABAYA = "35.78"
ROWS = 5539
"""Rows of the daily counts."""
NOWHERE = {"", "AWAK BUAH KAPAL"}
"""Cases without a district: unknown, and the crew of a ship."""
NAMES = (
    "Karang Pilang|Wonocolo|Rungkut|Wonokromo|Tegalsari|Sawahan|Genteng|Gubeng|Sukolilo|Tambaksari|Simokerto|"
    "Pabean Cantian|Bubutan|Tandes|Krembangan|Semampir|Kenjeran|Lakarsantri|Benowo|Wiyung|Dukuh Pakis|Gayungan|"
    "Jambangan|Tenggilis Mejoyo|Gunung Anyar|Mulyorejo|Sukomanunggal|Asem Rowo|Bulak|Pakal|Sambikerep"
).split("|")
SUBDISTRICTS = {f"{SURABAYA}.{number:02d}": name for number, name in enumerate(NAMES, start=1)}
"""Code -> name of the 31 subdistricts (kecamatan) of Kota Surabaya, as the Ministry spells them."""
VARIANTS = {"Karangpilang": "Karang Pilang", "Gununganyar": "Gunung Anyar", "Asemrowo": "Asem Rowo"}
"""Spelling of the newspaper -> spelling of the Ministry."""


def _cases(raw: Raw) -> pd.DataFrame:
    rows = read_rows(raw, CASES, ["date", "kab", "kkab", "kkec", "new_cases"], exact=True)
    unique(rows, ["date", "kkab", "kkec"])
    days = dates(rows, "date", "%Y-%m-%d")
    in_order(days, CASES)
    _places(rows)
    complete(rows, ROWS)
    cases = integers(rows, "new_cases", minimum=1)
    frame = pd.DataFrame({"date": days, "code": rows["kkec"], "cases": cases})[rows["kkab"] == SURABAYA]
    odd = frame[(frame.code != "") & ~frame.code.isin(SUBDISTRICTS)]
    if len(odd):
        why = f"not a subdistrict of Surabaya; the codes run from {min(SUBDISTRICTS)} to {max(SUBDISTRICTS)}"
        raise fail(CASES, why, line=odd.index[0], column="kkec", value=odd.code.iloc[0])
    return frame


def _places(rows: pd.DataFrame) -> None:
    """Stop where district, its code and the code of the subdistrict do not belong together, or one is absent."""
    located = rows[rows["kkab"] != ""]
    pairs = located.drop_duplicates(["kab", "kkab"])
    located.attrs["file"] = pairs.attrs["file"] = CASES
    codes = coded(pairs, "kab", level="district")
    for line, code in pairs["kkab"].items():
        if code != codes[line]:
            raise fail(CASES, f"the code of {pairs.at[line, 'kab']} is '{codes[line]}'", line=line, column="kkab",
                       value=code)  # fmt: skip
    apart = located[(located["kkec"] != "") & (located["kkec"].str[:5] != located["kkab"])]
    if len(apart):
        why = f"not a subdistrict of {apart['kab'].iloc[0]}"
        raise fail(CASES, why, line=apart.index[0], column="kkec", value=apart["kkec"].iloc[0])
    nowhere = rows[(rows["kkab"] == "") & ~rows["kab"].isin(NOWHERE)]
    if len(nowhere):
        why = "a place without a code"
        raise fail(CASES, why, line=nowhere.index[0], column="kab", value=nowhere["kab"].iloc[0])
    complete(located, column="kkab", names=DISTRICTS)
    complete(located, column="kkec", names=SUBDISTRICTS)


def _dose(raw: Raw) -> pd.DataFrame:
    columns = ["kecamatan", "rw_wani_jogo_suroboyo_2jun", "kts_wjs_launched_11jun"]
    rows = read_rows(raw, DOSE, columns)
    codes = {name: code for code, name in SUBDISTRICTS.items()}
    spelt = {**codes, **{variant: codes[name] for variant, name in VARIANTS.items()}}
    table = pd.DataFrame(
        {
            "code": known(rows, "kecamatan", spelt),
            "rw_enrolled": integers(rows, "rw_wani_jogo_suroboyo_2jun", minimum=0),
            "kts_launched": integers(rows, "kts_wjs_launched_11jun", minimum=0, missing=True).fillna(0).astype("int64"),
        }
    )
    unique(rows, ["kecamatan"])
    official = rows.assign(kecamatan=table["code"].map(SUBDISTRICTS))
    official.attrs["file"] = DOSE
    unique(official, ["kecamatan"])
    complete(official, len(SUBDISTRICTS), "kecamatan", NAMES)
    return table


def build_covid_subdistricts_surabaya(raw: Raw, card: Card) -> pd.DataFrame:
    """New confirmed cases by week and subdistrict of Surabaya, beside the two measures of dose.

    Full weeks only; cases whose subdistrict is unknown are counted by week in ``city_unlocated``.

    Raises
    ------
    ValueError
        For an unknown subdistrict, repeated or unordered rows, or a count that is not a positive whole number.
    """
    cases = _cases(raw)
    cases["week"] = cases.date - pd.to_timedelta(cases.date.dt.day_of_week, unit="D")
    first, last = cases.date.min(), cases.date.max()
    weeks = pd.date_range(first, last, freq="W-MON")
    weeks = weeks[weeks + pd.Timedelta(days=6) <= last]
    grid = pd.MultiIndex.from_product([weeks, SUBDISTRICTS], names=["week", "code"])
    weekly = cases.groupby(["week", "code"]).cases.sum()
    frame = weekly.reindex(grid, fill_value=0).rename("new_confirmed").reset_index()
    blank = weekly.xs("", level="code").reindex(weeks, fill_value=0)
    frame["city_unlocated"] = frame.week.map(blank)
    frame["subdistrict"] = frame.code.map(SUBDISTRICTS)
    return frame.merge(_dose(raw), on="code", validate="many_to_one")[card.names]
