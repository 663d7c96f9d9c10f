"""Names resolve to one code, or are refused with the way out."""

from __future__ import annotations

import pandas as pd
import pytest

from kampung_analysis import datasets, places


@pytest.fixture(scope="module")
def names() -> pd.DataFrame:
    return datasets.load_places_names()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("KAB. MALANG", "35.07"),
        ("Malang (kab)", "35.07"),
        ("Kota Malang", "35.73"),
        ("Malang Kota", "35.73"),
        ("Polresta Malang Kota", "35.73"),
        ("Polres Malang", "35.07"),
        ("Polres Probolinggo Kota", "35.74"),
        ("Polres Probolinggo", "35.13"),
        ("Kapolres Kediri Kota", "35.71"),
        ("Polresta Sidoarjo", "35.15"),
        ("Kapolrestabes Surabaya", "35.78"),
        ("Pemkab Malang", "35.07"),
        ("Kotamadya Malang", "35.73"),
        ("Wali Kota Blitar", "35.72"),
        ("Pelabuhan Tanjung Perak", "35.78"),
        ("Surabaya (Polrestabes)", "35.78"),
        ("Batu", "35.79"),
        ("Gresik", "35.25"),
    ],
)
def test_the_spellings_of_police_press_and_ministry_name_one_district(name, code):
    assert places.resolve(name, level="district") == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("East Java", "35"),
        ("JAWA TIMUR", "35"),
        ("DAERAH_ISTIMEWA_YOGYAKARTA", "34"),
        ("Special Region of Yogyakarta", "34"),
        ("KEP. BANGKA BELITUNG", "19"),
        ("P A P U A", "91"),
        ("Polda Jawa Tengah", "33"),
        ("NTB", "52"),
    ],
)
def test_the_spellings_of_task_force_google_and_police_name_one_province(name, code):
    assert places.resolve(name, level="province") == code


@pytest.mark.parametrize("name", ["Malang", "Probolinggo", "Kediri", "Blitar", "Madiun", "Mojokerto", "Pasuruan"])
def test_a_name_shared_by_regency_and_city_is_refused_with_both_candidates(name):
    with pytest.raises(ValueError, match=rf"fits 2 places: Kabupaten {name} \(35\.\d\d\), Kota {name} \(35\.\d\d\)"):
        places.resolve(name)


@pytest.mark.parametrize("title", ["Polresta", "Kodim 0818", ""])
def test_a_title_that_does_not_tell_city_from_regency_is_refused_with_both(title):
    with pytest.raises(ValueError, match=r"Kabupaten Malang \(35.07\), Kota Malang \(35.73\); say which one"):
        places.resolve(f"{title} Malang".strip())


def test_candidates_outside_east_java_are_listed_by_their_official_names(names):
    with pytest.raises(ValueError, match=r": Kabupaten Serang \(36.04\), Kota Serang \(36.73\); say which one"):
        places.resolve("Serang", names=names)


def test_a_title_of_one_level_finds_no_place_of_another(names):
    for name in ("Polda Malang", "Bupati Surabaya", "Kecamatan Sidoarjo Kota", "Wali Kota Jawa Timur"):
        with pytest.raises(ValueError, match="no place"):
            places.resolve(name, names=names)


@pytest.mark.parametrize("joined", ["Malang dan Surabaya", "Surabaya/Malang", "Kota Batu, Malang"])
def test_an_ambiguous_part_of_several_names_is_refused_as_such(joined):
    with pytest.raises(ValueError, match=r"'Malang' of '.*' fits 2 places: Kabupaten Malang"):
        places.resolve(joined)


@pytest.mark.parametrize(
    ("joined", "code"),
    [
        ("DKI/Polda Metro Jaya", "31"),
        ("Surabaya, Jawa Timur", "35.78"),
        ("Taman, Sidoarjo", "35.15.13"),
        ("Kecamatan Sukolilo Surabaya", None),
        ("Surabaya, Kec. Sukolilo", "35.78.09"),
        ("Surabaya Kecamatan Sukolilo", "35.78.09"),
        ("Jawa Timur dan Surabaya", None),
        ("Kota Probolinggo & Kab. Probolinggo", None),
        ("Surabaya + nowhere", None),
        ("Kabupaten/Kota Malang", None),
        ("Malang Raya dan Surabaya", None),
        ("Jawa Timur (Surabaya Raya)", None),
    ],
)
def test_names_in_one_cell_mean_one_place_or_are_refused(names, joined, code):
    if code:
        assert places.resolve(joined, names=names) == code
        assert places.resolve(joined, names=names, level=places.level_of(code)) == code
        return
    with pytest.raises(ValueError, match="is no place of its own but|no place is called"):
        places.resolve(joined, names=names)


def test_a_village_is_refused_with_what_holds_it(names):
    for name, of in (("Desa Dukuh", ""), ("Kel. Mayangan, Kec. Mayangan", r" of Mayangan \(35.74.03\)")):
        with pytest.raises(ValueError, match=rf"is a village{of}, which is not resolved by its name.*places_villages"):
            places.resolve(name, names=names)
    with pytest.raises(ValueError, match=r"is a village of Kota Probolinggo \(35.74\)"):
        places.resolve("Kelurahan Kanigaran", within="35.74")


def test_an_unknown_name_is_refused_with_the_nearest_names():
    with pytest.raises(ValueError, match="called 'Surbaya'.*Kota Surabaya"):
        places.resolve("Surbaya", level="district")
    with pytest.raises(ValueError, match="called 'Jawa Timor'.*Jawa Timur"):
        places.resolve("Jawa Timor", level="province")


def test_every_spelling_in_the_sources_resolves_to_its_code(names):
    known = names[names["level"] != "subdistrict"]
    found = [places.resolve(row.name, level=row.level, names=known) for row in known.itertuples(index=False)]
    assert found == known["code"].tolist()


def test_a_subdistrict_needs_its_district_where_the_name_comes_twice(names):
    with pytest.raises(ValueError, match=r"fits \d+ places.*35\.\d\d\.\d\d"):
        places.resolve("Sukorejo", level="subdistrict", names=names)
    assert places.resolve("Sukolilo", level="subdistrict", names=names, within="35.78") == "35.78.09"


def test_a_district_of_another_province_needs_the_table_of_names(names):
    assert places.resolve("Kota Denpasar", level="district", names=names) == "51.71"
    with pytest.raises(
        ValueError, match=r"no place.*other districts and subdistricts stand in .*load_places_names\(\)"
    ):
        places.resolve("Kota Denpasar", level="district")


@pytest.mark.parametrize("name", [None, 35, "", "  "])
def test_a_name_that_is_not_text_is_refused(name):
    with pytest.raises(ValueError, match="is not text"):
        places.resolve(name)


@pytest.mark.parametrize("code", ["35", "35.07", "3507", "35.07.22", " 35.07 "])
def test_a_code_in_place_of_a_name_is_told_from_an_unknown_name(code):
    with pytest.raises(ValueError, match=rf"'{code}' is no name; codes have the form '35.07' and need no resolving"):
        places.resolve(code)


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="province, district or subdistrict"):
        places.resolve("Malang", level="city")


def test_codes_are_text_of_a_known_form():
    assert [places.level_of(code) for code in ("35", "35.07", "35.07.22", "35.07.22.2001")] == list(places.LEVELS)
    assert places.parent("35.07.22") == "35.07"
    assert places.parent("35") == ""
    for wrong in (35.07, 3507):
        with pytest.raises(ValueError, match="never numbers"):
            places.level_of(wrong)
    with pytest.raises(ValueError, match="'3507' has no level"):
        places.level_of("3507")


def test_ministry_and_statistics_office_differ_on_papua_alone():
    differing = {code for code in places.PROVINCES if places.bps_code(code) != code}
    assert differing == {"91", "92"}
    assert places.bps_code("35.07") == "3507"
    with pytest.raises(ValueError, match="BPS code"):
        places.bps_code("17.71")


def test_an_unknown_code_has_no_name():
    assert places.district_name("35.07") == "Kabupaten Malang"
    assert places.province_name("35") == "Jawa Timur"
    with pytest.raises(ValueError, match="no place with code '99'"):
        places.province_name("99")


def test_there_are_34_provinces_and_38_districts():
    assert len(places.PROVINCES) == len(set(places.PROVINCES.values())) == 34
    assert len(places.DISTRICTS) == len(set(places.DISTRICTS.values())) == 38


@pytest.mark.parametrize(
    ("area", "members"),
    [
        ("Malang Raya", ["Kabupaten Malang (35.07)", "Kota Malang (35.73)", "Kota Batu (35.79)"]),
        ("SURABAYA RAYA", ["Kabupaten Sidoarjo (35.15)", "Kabupaten Gresik (35.25)", "Kota Surabaya (35.78)"]),
    ],
)
@pytest.mark.parametrize("level", [None, "district"])
def test_an_area_of_several_districts_is_refused_with_its_members(area, members, level):
    with pytest.raises(ValueError, match="is no place of its own but") as error:
        places.resolve(area, level=level)
    assert all(member in str(error.value) for member in members)
