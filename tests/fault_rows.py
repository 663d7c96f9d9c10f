"""The matrix of faults: what every raw or facts file holds that can be spoilt, or why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class No:
    """A fault that a file cannot have, and why; the tests hold the reason against the file."""

    why: str


@dataclass(frozen=True)
class Row:
    """What one builder reads in one file.

    Attributes
    ----------
    table : str
        Table whose builder is tried.
    date : str or No
        Column of days.
    number : str or No
        Column of numbers.
    place : tuple of str or No
        Column of names, and the name whose rows are taken away.
    total : str or No
        Column of cumulative counts.
    ambiguous : tuple of str or No
        A name of two places, and words of the message that lists them (none where the name is unknown).
    only : tuple of str, optional
        Column and value of the rows that are used.
    other : str, optional
        Column changed in a row that is there twice; by default `number`.
    form : str
        Form of the days.
    """

    table: str
    date: str | No
    number: str | No
    place: tuple[str, str] | No
    total: str | No
    ambiguous: tuple[str, ...] | No
    only: tuple[str, str] | None = None
    other: str | None = None
    form: str = "%Y-%m-%d"


UNDATED = No("holds no days")
STATIC = No("holds no cumulative count: no days")
FLOW = No("holds no cumulative count: its numbers fall as they should")
NAMELESS = No("holds no place names")
CITY_OR_REGENCY = ("Malang", "Kabupaten Malang (35.07)", "Kota Malang (35.73)")
ELSEWHERE = ("Malang",)
"""Where no district of this name can stand, it is refused as unknown."""
POLDA = Row("crime_polda", UNDATED, "2019", ("POLDA", "JAWA TIMUR"), STATIC, ELSEWHERE)
POLRES = Row(
    "crime_polres", UNDATED, "Persentase Penyelesaian Tindak Pidana", ("Kabupaten/Kota", "Ngawi"), STATIC,
    No("'Malang' is the regency in these sheets, beside 'Kota Malang': every name is on a closed list"),
)  # fmt: skip
POLICY = Row(
    "policy_stringency", No("names its days in the header, with the month in letters; tried by a test of its own"),
    "05Jun2020", ("CountryCode", "IDN"), FLOW, ELSEWHERE, only=("CountryCode", "IDN"),
)  # fmt: skip
MOBILITY = Row(
    "mobility_provinces", "date", "workplaces_percent_change_from_baseline", ("sub_region_1", "East Java"), FLOW,
    ELSEWHERE, only=("sub_region_1", "East Java"),
)  # fmt: skip
TITLE = "source_title"

ROWS: dict[str, list[Row]] = {
    "covid_province/covidn/*.csv": [
        Row("covid_provinces", "date", "confirmed", No("is of one place, which its name on the card says"),
            "total_confirmed", No("is of one place, which its name on the card says")),
    ],
    "covid_province/covid_19_indonesia_time_series_all.csv": [
        Row("covid_provinces", "Date", "New Cases", ("Location", "Jawa Timur"), "Total Cases", ELSEWHERE,
            form="%m/%d/%Y"),
    ],
    "covid_district/rn_data.csv": [
        Row("covid_districts", "date", "infected_total", ("kabko", "KAB. JEMBER"), "infected_total", CITY_OR_REGENCY,
            form="%d/%m/%Y"),
    ],
    "covid_district/jatim_odp_pdp_daily.csv": [
        Row("covid_districts", "tanggal", "pdp_meninggal", ("kabko", "KAB. JEMBER"), "pdp_meninggal",
            CITY_OR_REGENCY),
        Row("covid_districts", "tanggal", "otg", ("kabko", "KAB. JEMBER"), "otg", CITY_OR_REGENCY),
    ],
    "covid_kecamatan/radar_daily_kecamatan.csv": [
        Row("covid_subdistricts_surabaya", "date", "new_cases", ("kab", "KAB. JEMBER"), FLOW, CITY_OR_REGENCY,
            only=("kab", "KOTA SURABAYA")),
    ],
    "places/jatim_kabko_admin_pop.csv": [
        Row("population", UNDATED, "pop_rn_kabko", ("kabko", "KAB. JEMBER"), STATIC, CITY_OR_REGENCY),
        Row("places", UNDATED, "luas_km2_BIG2024", ("kabko", "KAB. JEMBER"), STATIC, CITY_OR_REGENCY),
    ],
    "places/jatim_kabko_adjacency.csv": [
        Row("places_neighbours", UNDATED, No("holds no numbers"), ("a", "KAB. BANGKALAN"), STATIC, CITY_OR_REGENCY),
    ],
    "places/sp2020_province.csv": [
        Row("population", UNDATED, "pop_sp2020", ("provinsi", "JAWA TIMUR"), STATIC, ELSEWHERE),
    ],
    "places/wilayah_2020.sql": [
        Row("places_villages", UNDATED, No("holds no numbers"), ("nama", "KAB. JEMBER"), STATIC, CITY_OR_REGENCY,
            other="nama"),
    ],
    "places/wilayah_luas.sql": [
        Row("places", UNDATED, "luas", ("nama", "Kabupaten Jember"), STATIC, CITY_OR_REGENCY),
    ],
    "places/denyherianto_indonesia-38-provinces.topo.json": [
        Row("places_outlines", UNDATED, "arcs", ("PROVINSI", "Jawa Timur"), STATIC, ELSEWHERE,
            other="KODE_PROV"),
    ],
    "mobility/2020_ID_Region_Mobility_Report.csv": [MOBILITY],
    "mobility/2021_ID_Region_Mobility_Report.csv": [MOBILITY],
    "policy/OxCGRT_timeseries_StringencyIndex_v1.csv": [POLICY],
    "policy/OxCGRT_timeseries_ContainmentHealthIndex_v1.csv": [POLICY],
    "crime/Jumlah Tindak Pidana Menurut Kepolisian Daerah.xlsx": [POLDA],
    "crime/Persentase Penyelesaian Tindak Pidana.xlsx": [POLDA],
    "crime/Risiko Penduduk Terkena Tindak Pidana (Per 100.000 Penduduk).xlsx": [POLDA],
    "crime/Jumlah Kasus Kejahatan Pembunuhan Pada Satu Tahun Terakhir.xlsx": [
        Row("crime_polda", UNDATED, "JUMLAH", NAMELESS, STATIC, NAMELESS),
    ],
    "crime/bps_crime_by_polda_2018_2022_transcribed.csv": [
        Row("crime_polda", UNDATED, "crimes", ("polda", "JAWA TIMUR"), STATIC, ELSEWHERE),
    ],
    "crime/jatim_polres/tingkat kriminalitas *.xlsx": [POLRES],
    "facts/academic_papers.csv": [
        Row("academic_papers", UNDATED, "year", NAMELESS, STATIC, NAMELESS, other=TITLE),
    ],
    "facts/covid_context.csv": [
        Row("programme_context", "date", No("holds no numbers: its figures are words"), ("scope", "Malang Raya"),
            STATIC, ("Malang", "Malang Raya"), other=TITLE),
        Row("programme_context", "date_end", No("holds no numbers: its figures are words"),
            ("scope", "Surabaya Raya"), STATIC, ELSEWHERE, other=TITLE),
    ],
    "facts/covid_cumulative.csv": [
        Row("covid_cumulative", "date", "cumulative_confirmed", ("place", "Kota Probolinggo"),
            "cumulative_confirmed", ("Probolinggo", "Kabupaten Probolinggo (35.13)", "Kota Probolinggo (35.74)")),
    ],
    "facts/crime_polda_bps.csv": [
        Row("crime_releases", UNDATED, "value", ("series", "BPS Polda Jatim"), STATIC, ELSEWHERE, other=TITLE),
    ],
    "facts/crime_polres.csv": [
        Row("crime_polres", "source_date", "y2019", ("polres", "Jember"), STATIC,
            ("Malang", "Malang (kab)", "Malang Kota"), other=TITLE),
    ],
    "facts/dimensions.csv": [
        Row("dimensions", "date", "n_listed", ("place", "Kab Jombang"), FLOW, ELSEWHERE, other=TITLE),
    ],
    "facts/effect_claims.csv": [
        Row("effect_claims", "date", "before_value", ("place", "Lampung"), FLOW,
            ("Probolinggo", "Kota Probolinggo"), other=TITLE),
    ],
    "facts/implementation_decay.csv": [
        Row("implementation_decay", "date", "value", ("place", "Jombang"), FLOW, ELSEWHERE, other=TITLE),
    ],
    "facts/isna_funnel.csv": [
        Row("awards_funnel", "source_date", "value", NAMELESS, FLOW, NAMELESS, other=TITLE),
    ],
    "facts/kotaku.csv": [
        Row("kotaku_villages", "date", "value", ("place", "Kota Probolinggo"), FLOW,
            ("Probolinggo", "Kab Probolinggo", "Kota Probolinggo"), other=TITLE),
    ],
    "facts/kts_counts.csv": [
        Row("rollout_counts", "date", "count", ("place", "Kota Batu"), FLOW,
            ("Probolinggo", "Kabupaten Probolinggo", "Kota Probolinggo"), other=TITLE),
    ],
    "facts/kts_start_dates.csv": [
        Row("rollout_starts", "first_dated_event", "count_at_event", ("unit", "Gresik"), FLOW,
            ("Probolinggo", "Probolinggo (kab)", "Probolinggo Kota"), other=TITLE),
    ],
    "facts/resources_incentives.csv": [
        Row("resources_incentives", "date", No("holds amounts as words, which the builder looks for"),
            ("place", "Jawa Tengah"), STATIC, ELSEWHERE, other=TITLE),
    ],
    "facts/surabaya_kecamatan_20200602.csv": [
        Row("covid_subdistricts_surabaya", UNDATED, "rw_wani_jogo_suroboyo_2jun", ("kecamatan", "Genteng"), STATIC,
            ELSEWHERE, other=TITLE),
    ],
    "facts/theory_anchors.csv": [
        Row("literature_effects", UNDATED, "value", NAMELESS, STATIC, NAMELESS, other=TITLE),
    ],
}  # fmt: skip
"""File, or pattern of the names of files of one form -> what its builders read."""
