"""The builds of places, neighbours, names, outlines, populations and printed counts, and the faults that stop them."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from raw_copies import Copies, committed_card

from kampung_analysis import build, datasets
from kampung_analysis.build import outlines
from kampung_analysis.build import places as building
from kampung_analysis.build.core import to_bytes, validate
from kampung_analysis.loaders.core import read_bytes


@pytest.fixture
def copies(shared, tmp_path) -> Copies:
    return Copies(shared, tmp_path)


def rebuild(copies, table: str) -> pd.DataFrame:
    card = committed_card(table)
    return validate(build.builder(table)(copies.raw, card), card)


@pytest.mark.parametrize(
    "table",
    [
        "places",
        "places_names",
        "places_neighbours",
        "places_outlines",
        "places_villages",
        "population",
        "covid_cumulative",
    ],
)
def test_the_rebuilt_table_is_the_committed_one_byte_for_byte(copies, table):
    assert to_bytes(rebuild(copies, table)) == read_bytes(committed_card(table))


@pytest.mark.parametrize(
    ("table", "file", "old", "new", "words"),
    [
        ("places", building.CODES, "('11.01', 'KAB. ACEH SELATAN'),\n", "", ["line 43", "11.01 is not listed"]),
        ("places", building.CODES, "('11.01', 'KAB. ACEH", "('1101', 'KAB. ACEH", ["line 43", "kode", "'1101'"]),
        ("places", building.CODES, "('11.01.01', 'Bakongan'),", "('11.01.01', 'Bakongan", ["not a row of 2 values"]),
        ("places", building.CODES, "('11.01.02'", "('11.01.01'", ["repeats line"]),
        ("places", building.AREAS, "('11.02'", "('11.01'", ["repeats line"]),
        (
            "places",
            building.AREAS,
            "'Kabupaten Aceh Selatan',4174.211",
            "'Kabupaten Aceh Selatan','4174,211'",
            ["luas"],
        ),
        ("places", building.AREAS, "('11.1','Kabupaten Aceh Singkil'", "('11.10','Kabupaten Aceh Singkil'", ["X201"]),
        ("places", building.AREAS, "Kabupaten Merauke", "Kabupaten Maroke", ["nama", "Maroke"]),
        (
            "places",
            building.COUNTS,
            "35.01,KAB. PACITAN,12,166,5",
            "35.01,KAB. PACITAN,12,167,5",
            ["desa", "167", "166"],
        ),
        ("places_neighbours", building.BORDERS, "a,b\n", "x,y\n", ["line 1", "header"]),
        ("places_neighbours", building.BORDERS, "KAB. PACITAN,", "PACITAM,", ["line 2", "column 'a'", "Pacitan"]),
        ("places_neighbours", building.BORDERS, "KAB. BLITAR,KOTA BLITAR", "BLITAR,KOTA BLITAR", ["fits 2 places"]),
        ("places_outlines", outlines.TOPOLOGY, '"KODE_PROV": "72"', '"KODE_PROV": "99"', ["KODE_PROV", "'99'"]),
        (
            "population",
            "places/jatim_kabko_admin_pop.csv",
            ",555984,",
            ",-555984,",
            ["line 2", "pop_rn_kabko", "below"],
        ),
        ("population", "places/jatim_kabko_admin_pop.csv", ",555984,", ",555.984,", ["line 2", "555.984"]),
    ],
)
def test_a_fault_in_a_file_of_places_stops_the_build_and_is_named(copies, table, file, old, new, words):
    copies.swap(file, old, new)
    with pytest.raises(ValueError) as caught:
        rebuild(copies, table)
    for word in [re.escape(file), *words]:
        assert re.search(word, str(caught.value)), f"{word!r} is not in: {caught.value}"


@pytest.mark.parametrize(
    ("table", "file"),
    [
        ("places", building.CODES),
        ("places", building.AREAS),
        ("places_neighbours", building.BORDERS),
        ("places_outlines", outlines.TOPOLOGY),
        ("population", "places/sp2020_province.csv"),
    ],
)
def test_a_truncated_file_of_places_stops_the_build(copies, table, file):
    copies.change(file, lambda content: content[: len(content) // 2], binary=True)
    with pytest.raises(ValueError, match=re.escape(file)):
        rebuild(copies, table)


def test_every_province_and_every_district_of_east_java_is_in_the_table():
    table = datasets.load_places()
    assert table["level"].value_counts().to_dict() == {"subdistrict": 666, "district": 514, "province": 34}
    east_java = table[table["code"] == "35"].iloc[0]
    assert (east_java["villages"], east_java["rural_villages"], east_java["urban_villages"]) == (8501, 7724, 777)
    districts = table[(table["parent"] == "35")]
    assert len(districts) == 38
    assert districts["villages"].sum() == 8501
    assert districts["subdistricts"].sum() == 666
    assert table.loc[table["level"] == "province", "villages"].sum() == 83_449


def test_the_area_of_a_province_is_about_the_sum_of_its_districts():
    table = datasets.load_places()
    sums = table[table["level"] == "district"].groupby("parent")["area_km2"].sum()
    own = table[table["level"] == "province"].set_index("code")["area_km2"]
    apart = ((sums - own) / own).abs()
    assert apart.max() < 0.001


def test_no_two_districts_share_a_tile_and_most_neighbours_touch():
    grid = building.tiles()
    assert len(set(grid.values())) == 38
    pairs = datasets.load_places_neighbours()
    steps = [
        max(abs(a - b) for a, b in zip(grid[one], grid[other], strict=True))
        for one, other in pairs.itertuples(index=False)
    ]
    assert sum(step == 1 for step in steps) == 2 * 61
    assert max(steps) == 2


def test_the_villages_of_each_district_are_as_many_as_the_table_of_places_says():
    villages = datasets.load_places_villages()
    table = datasets.load_places().set_index("code")
    counted = villages.groupby(villages["code"].str[:5]).size()
    assert counted.to_dict() == table.loc[counted.index, "villages"].to_dict()
    assert villages["kind"].value_counts().to_dict() == {"desa": 7724, "kelurahan": 777}


def test_a_village_of_unknown_kind_stops_the_build(copies):
    copies.swap(building.CODES, "('35.13.14.2006'", "('35.13.14.3006'")
    with pytest.raises(ValueError, match="starts with 1 .kelurahan. or 2 .desa."):
        rebuild(copies, "places_villages")


def test_borders_are_the_same_from_both_sides():
    pairs = set(datasets.load_places_neighbours().itertuples(index=False, name=None))
    assert len(pairs) == 2 * 69
    assert {(b, a) for a, b in pairs} == pairs


def test_rings_are_closed_and_cover_the_34_provinces():
    points = datasets.load_places_outlines()
    rings = points.groupby(["code", "ring"])
    ends = rings[["longitude", "latitude"]].agg(["first", "last"])
    assert (ends["longitude", "first"] == ends["longitude", "last"]).all()
    assert (ends["latitude", "first"] == ends["latitude", "last"]).all()
    assert points["code"].nunique() == 34
    assert rings.size().min() >= 4


def test_the_border_between_merged_provinces_is_gone(copies):
    square = {"left": [0, 1], "right": [~0, 2]}
    assert outlines.outer_arcs(list(square.values())) == [1, 2]
    joined = outlines.stitch([[(0, 1), (0, 0), (1, 0)], [(1, 0), (1, 1), (0, 1)]])
    assert joined == [[(0, 1), (0, 0), (1, 0), (1, 1), (0, 1)]]
    with pytest.raises(ValueError, match="goes nowhere"):
        outlines.stitch([[(0, 0), (1, 0)]])


def test_a_map_of_the_provinces_of_2020_has_the_area_of_the_four_and_two_of_2022(copies):
    import json

    import numpy as np

    topology = json.loads((copies.raw.folder / outlines.TOPOLOGY).read_text("utf-8"))
    arcs = outlines.decode(topology)

    def area(points) -> float:
        x, y = np.array(points).T
        return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) / 2

    before = 0.0
    for shape in next(iter(topology["objects"].values()))["geometries"]:
        if shape["properties"]["KODE_PROV"] == "91":
            polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
            for ring in (ring for polygon in polygons for ring in polygon):
                lines = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]
                before += area(outlines.stitch(lines)[0])
    papua = datasets.load_places_outlines().query("code == '91'")
    after = sum(area(ring[["longitude", "latitude"]].to_numpy()) for _, ring in papua.groupby("ring"))
    assert after == pytest.approx(before, rel=1e-3)


def test_an_outline_away_from_indonesia_stops_the_build(copies):
    import json

    def moved(text):
        topology = json.loads(text)
        topology["transform"]["translate"].reverse()
        return json.dumps(topology) + "\n"

    copies.change(outlines.TOPOLOGY, moved)
    with pytest.raises(ValueError, match=r"topo\.json, column 'longitude', value .*are its axes swapped"):
        build.builder("places_outlines")(copies.raw, committed_card("places_outlines"))


def test_the_census_sums_to_the_published_total():
    assert datasets.load_population("census_2020")["population"].sum() == 270_203_917


def test_the_sources_of_district_populations_stand_side_by_side():
    table = datasets.load_population()
    districts = table[table["level"] == "district"]
    assert districts.groupby("code")["source"].nunique().eq(3).all()
    with pytest.raises(ValueError, match="use one of census_2020, panel"):
        datasets.load_population("census_2010")
