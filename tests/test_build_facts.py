"""Do the coded facts arrive whole, in our words and without names, and does a damaged file stop the build?"""

from __future__ import annotations

import hashlib
import re
import shutil

import pytest
from raw_copies import swap

from kampung_analysis import datasets
from kampung_analysis.build import builder
from kampung_analysis.build.core import Raw, to_bytes, validate
from kampung_analysis.build.facts import span
from kampung_analysis.build.reading import ROLES, by_role
from kampung_analysis.loaders.core import card, read, read_bytes

TABLES = {
    "rollout_counts": "kts_counts",
    "rollout_starts": "kts_start_dates",
    "programme_context": "covid_context",
    "awards_funnel": "isna_funnel",
    "kotaku_villages": "kotaku",
    "implementation_decay": "implementation_decay",
    "resources_incentives": "resources_incentives",
    "literature_effects": "theory_anchors",
    "effect_claims": "effect_claims",
    "dimensions": "dimensions",
    "academic_papers": "academic_papers",
}


@pytest.fixture
def raw(tmp_path, shared):
    folder = shared / "facts"
    shutil.copytree(folder, tmp_path / "facts")
    for path in (tmp_path / "facts").iterdir():
        path.chmod(0o644)
    (tmp_path / "facts").chmod(0o755)
    return Raw(tmp_path, tmp_path / "facts")


def damage(raw: Raw, table: str, old: str, new: str) -> None:
    """Change the first occurrence of a text in the facts file of a table."""
    swap(raw, f"facts/{TABLES[table]}.csv", old, new)


@pytest.mark.parametrize("table", TABLES)
def test_the_build_gives_the_committed_table_byte_for_byte(raw, table):
    the = card(table)
    assert to_bytes(validate(builder(table)(raw, the), the)) == read_bytes(the)


@pytest.mark.parametrize("table", TABLES)
def test_no_text_spells_a_name_that_stands_for_a_role(table):
    frame = read(table).drop(columns="source_address")
    texts = " ".join(frame.select_dtypes("str").stack().dropna())
    words = {hashlib.sha256(word.lower().encode()).hexdigest()[:16] for word in re.findall(r"[^\W\d_]+", texts)}
    assert not words & set(ROLES)


@pytest.mark.parametrize("table", TABLES)
def test_no_text_quotes_more_than_a_title(table):
    frame = read(table).drop(columns=["source_title", "citation"], errors="ignore")
    for column in frame.select_dtypes("str"):
        assert not frame[column].dropna().str.contains('["“”]').any(), column


@pytest.mark.parametrize("table", TABLES)
def test_every_row_says_how_its_source_can_be_reached(table):
    frame = read(table)
    allowed = {"address known", "address shortened", "no address", "seed document", "derived"}
    assert set(frame.source_access) <= allowed
    reachable = frame[frame.source_access == "address known"]
    assert reachable.source_address.str.match("https?://").all()


@pytest.mark.parametrize("table", TABLES)
def test_a_truncated_facts_file_stops_the_build(raw, table):
    file = f"facts/{TABLES[table]}.csv"
    path = raw.path(file)
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:-2]), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{file}.*truncated"):
        builder(table)(raw, card(table))


@pytest.mark.parametrize("table", TABLES)
def test_a_repeated_row_stops_the_build(raw, table):
    path = raw.path(f"facts/{TABLES[table]}.csv")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:-1], lines[1]]), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{TABLES[table]}.csv.*repeats line 2"):
        builder(table)(raw, card(table))


@pytest.mark.parametrize("table", TABLES)
def test_another_header_stops_the_build(raw, table):
    path = raw.path(f"facts/{TABLES[table]}.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("source_access", "access", 1), encoding="utf-8")
    with pytest.raises(ValueError, match=f"{TABLES[table]}.csv, line 1, column 'source_access'"):
        builder(table)(raw, card(table))


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        ("rollout_counts", "Kota Batu,kota", "Kota Batoe,kota", "column 'place', value 'Kota Batoe'.*Kota Batu"),
        ("rollout_counts", "Kota Batu,kota", "Probolinggo,kota", "column 'place', value 'Probolinggo'.*Kota Prob"),
        ("rollout_counts", "kampung,637,actual", "hamlet,637,actual", "column 'unit_stated', value 'hamlet'"),
        ("rollout_counts", "kampung,637,actual", "kampung,-637,actual", "column 'count', value '-637'"),
        ("rollout_counts", "kampung,637,actual", 'kampung,"6,37",actual', "column 'count', value '6,37'"),
        ("rollout_counts", "kampung,637,actual", "kampung,637,guessed", "column 'count_type', value 'guessed'"),
        ("rollout_counts", "2020-06-13,day,Jawa", "13-06-2020,day,Jawa", "column 'date', value '13-06-2020'.*swapped"),
        ("rollout_counts", "2020-06-13,day,Jawa", "2020-13-06,day,Jawa", "column 'date', value '2020-13-06'"),
        ("rollout_counts", "1,691", "1691", "words '1,691', which are gone"),
        ("rollout_counts", "34 launched by", "34 formed by", "words 'launched by mayor and police chief', which are"),
        ("rollout_counts", "Peresmian Kampung", "Pendataan Kampung", "words 'Peresmian', which are gone"),
        ("rollout_starts", "Gresik,polres", "Grissee,polres", "column 'unit', value 'Grissee'.*Gresik"),
        ("rollout_starts", "2020-06-09", "09/06/2020", "column 'first_dated_event', value '09/06/2020'"),
        ("rollout_starts", "2020-06-09", "2019-06-09", "line 16.*too early"),
        ("programme_context", "2020-05-26,2020-06-08", "2020-05-26,2020-05-08", "ends before it begins"),
        ("programme_context", "Surabaya Raya,PSBB I,", "Surabaja,PSBB I,", "column 'scope', value 'Surabaja'"),
        ("awards_funnel", ",175,kab/kota", ",17.5,kab/kota", "column 'value', value '17.5'"),
        ("awards_funnel", ",175,kab/kota", ",175,villages", "column 'unit', value 'villages'"),
        ("kotaku_villages", ",13.9,ha", ',"13,9",ha', "column 'value', value '13,9'"),
        ("kotaku_villages", "Sukomulyo", "Sukomulja", "words 'Sukomulyo', which are gone"),
        ("implementation_decay", "2022-02,Jombang", "2022-02,Djombang", "column 'place', value 'Djombang'"),
        ("resources_incentives", "Rp17,500,000", "Rp18,000,000", "words 'Rp17,500,000', which are gone"),
        ("literature_effects", ",33.8%,stated", ',"33,8 %",stated', "column 'value', value '33,8 %'"),
        ("literature_effects", "d=.12", "d=0.2", "words 'd=.12', which are gone"),
        ("effect_claims", ",72,36,", ",72,thirty,", "column 'after_value', value 'thirty'"),
        ("effect_claims", ",2,KT began", ",9,KT began", "not a level of the Maryland scale"),
        ("dimensions", "kesehatan; SDM; logistik", "kesehatan; SDM & logistik", "6 terms where n_listed says 7"),
        ("dimensions", "menekan virus; keamanan", "menekan virus; ketertiban", "value 'ketertiban'.*without a dim"),
        ("academic_papers", "IJRBS\",2021,yes", "IJRBS\",MMXXI,yes", "column 'year', value 'MMXXI'"),
    ],
)  # fmt: skip
def test_a_damaged_cell_stops_the_build(raw, table, old, new, says):
    damage(raw, table, old, new)
    with pytest.raises(ValueError, match=says) as stopped:
        builder(table)(raw, card(table))
    assert f"facts/{TABLES[table]}.csv" in str(stopped.value)


def test_another_encoding_stops_the_build(raw):
    path = raw.path("facts/kts_counts.csv")
    path.write_bytes(path.read_bytes().replace(b"Kota Batu", b"Kota B\xe4tu", 1))
    with pytest.raises(ValueError, match="facts/kts_counts.csv.*not UTF-8"):
        builder("rollout_counts")(raw, card("rollout_counts"))


def test_stocks_of_east_java_are_not_monotone():
    frame = datasets.load_rollout_counts()
    east = frame[(frame.code == "35") & (frame.programme == "kts") & (frame.kind == "stock")]
    assert set(east["count"]) >= {637, 1559, 3721, 2906, 3160, 3449}
    assert not east.sort_values("date_from")["count"].is_monotonic_increasing


def test_an_inauguration_is_a_launch_also_where_it_was_coded_as_existing():
    frame = datasets.load_rollout_counts().set_index("id")
    assert frame.loc[["R023", "R068"], "kind"].eq("launch").all()
    assert frame.loc[["R023", "R068"], "kind_stated"].eq("actual").all()


def test_parts_of_malang_raya_add_up_to_its_total():
    frame = datasets.load_rollout_counts()
    day = frame[(frame.date_from == "2020-05-30") & (frame.programme == "kt")].set_index("place")["count"]
    assert day["Malang Raya"] == day[["Kabupaten Malang", "Kota Malang", "Kota Batu"]].sum() == 290


def test_seven_provinces_add_up_to_the_posts_stated_for_them():
    frame = datasets.load_rollout_counts()
    posts = frame[frame.programme == "ppkm_post"].set_index("place")
    parts = posts.drop(index="7 provinces")
    assert len(parts) == 7
    assert parts["count"].sum() == posts.loc["7 provinces", "count"] == 13175
    assert (parts.denominator.sum(), posts.loc["7 provinces", "denominator"]) == (17662, 17680)


def test_every_start_is_an_interval_and_only_dated_ones_are_narrow():
    frame = datasets.load_rollout_starts()
    width = (frame.not_after - frame.not_before).dt.days
    assert (width >= 0).all()
    assert width[frame.reading == "dated"].max() == 1
    assert width[frame.reading != "dated"].min() > 1
    assert frame.code.is_unique
    assert len(frame) == 24


def test_eleven_starts_are_dated_between_25_may_and_3_june():
    frame = datasets.load_rollout_starts()
    assert frame.event_date.between("2020-05-25", "2020-06-03").sum() == 11


def test_shares_of_the_award_are_computed_only_inside_one_unit():
    frame = datasets.load_awards_funnel().set_index("step")
    assert frame.share_kept["1"] == round(175 / 514, 4)
    assert frame.share_kept["3"] == round(60 / 183, 4)
    assert frame.share_kept[["0", "1b", "5", "c2"]].isna().all()


def test_the_list_that_refers_to_the_manual_repeats_it():
    frame = datasets.load_dimensions()
    sets = frame.groupby("list").dimension.agg(set)
    assert sets["ijrbs"] == sets["ub_guide"] == sets["kabaharkam"]
    assert sets["seed000"] - sets["ub_guide"] == {"unspecified"}
    assert not frame.named[frame.list == "ijrbs"].any()


def test_no_claim_of_effect_has_a_comparison():
    frame = datasets.load_effect_claims()
    assert set(frame.comparison) == {"none"}
    assert frame.sms_high.max() == 2


def test_a_ratio_computed_from_a_stated_reduction_follows_from_it():
    frame = datasets.load_literature_effects().set_index("id")
    stated = frame.value["L07"]
    assert frame.value["L07x"] == round(1 / (1 - stated / 100), 4)
    assert frame.kind["L07x"] == "computed"


def test_the_size_of_the_break_in_slum_area_follows_from_the_two_areas():
    frame = datasets.load_kotaku_villages().set_index("id").value
    assert frame["KD3"] == round(196.87 / 13.9, 4)
    assert frame[["K05a", "K05b", "K05c", "K05d", "K05e"]].sum() == frame["K05"]


def test_dates_of_any_precision_become_first_and_last_day():
    assert [str(day) for day in span("2020-02")] == ["2020-02-01", "2020-02-29"]
    assert [str(day) for day in span("2020")] == ["2020-01-01", "2020-12-31"]
    with pytest.raises(ValueError, match="not YYYY"):
        span("05/06/2020")


def test_a_text_without_names_is_left_as_it_is():
    text = "burden ... in Java (v2): 3 per kecamatan"
    assert by_role(text) == text
    assert by_role("") is None


OURS = sorted({*TABLES, "crime_polda", "crime_polres", "crime_releases", "mobility_provinces", "policy_stringency",
               "covid_subdistricts_surabaya"})  # fmt: skip


@pytest.mark.parametrize("table", OURS)
def test_the_docstring_of_a_loader_is_the_codebook_of_its_table(table):
    load = getattr(datasets, f"load_{table}")
    documented = re.findall(r"^        (\w+) +(str|bool|[Ii]nt64|float64|datetime64\[us\])  ", load.__doc__, re.M)
    frame = load()
    assert documented == [(column, str(kind)) for column, kind in frame.dtypes.items()]


@pytest.mark.parametrize("table", OURS)
def test_raw_files_of_a_card_are_those_of_the_published_list_of_hashes(table, shared):
    lines = (shared / "raw" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split(maxsplit=1) for line in lines)}
    for file, digest in card(table).files.items():
        if file.startswith("facts/"):
            assert hashlib.sha256((shared / file).read_bytes()).hexdigest() == digest
        else:
            assert listed[file] == digest
