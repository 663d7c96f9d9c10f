"""Loaders: the hash first, the documented dtypes, unique keys; cards and everything generated from them."""

from __future__ import annotations

import inspect
import json
import os
import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from kampung_analysis import build, crosschecks, datasets, places
from kampung_analysis.build import describe
from kampung_analysis.loaders import core

TABLES = datasets.names()
LOADERS = sorted(name for name in datasets.__all__ if name.startswith("load_"))


@pytest.fixture
def edited(tmp_path, root, monkeypatch):
    """A copy of the data folder that a test may spoil."""
    folder = tmp_path / "data"
    for name in ("covid_districts", "covid_provinces", "population"):
        shutil.copytree(root / "data" / name, folder / name)
    monkeypatch.setenv("KAMPUNG_DATA", str(folder))
    return folder


def test_every_table_has_a_loader_a_builder_and_a_card():
    assert [name.removeprefix("load_") for name in LOADERS] == TABLES
    assert sorted(build.BUILDERS) == TABLES
    for table in TABLES:
        assert callable(build.builder(table))
        assert datasets.card(table).table == table


@pytest.mark.parametrize("table", TABLES)
def test_the_frame_is_what_the_card_says(table):
    card, frame = datasets.card(table), core.read(table)
    assert list(frame.columns) == card.names
    assert frame.dtypes.astype(str).to_dict() == {column.name: column.dtype for column in card.columns}
    assert len(frame) == card.rows
    assert not frame.duplicated(list(card.keys)).any()
    pd.testing.assert_frame_equal(frame, frame.sort_values(list(card.keys), kind="stable", ignore_index=True))
    never = [column.name for column in card.columns if column.missing == "never"]
    assert not frame[never].isna().any(axis=None)


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_documents_every_column_it_returns(name):
    loader = getattr(datasets, name)
    documented = inspect.getdoc(loader)
    lacking = [column for column in loader().columns if not re.search(rf"\b{re.escape(column)}\b", documented)]
    assert not lacking, f"{name} does not document {lacking}"


@pytest.mark.parametrize("table", TABLES)
def test_a_card_is_complete(table):
    card = datasets.card(table)
    assert card.title and card.description and card.producer and card.caveats
    assert re.fullmatch("[0-9a-f]{64}", card.sha256)
    assert all(column.meaning for column in card.columns)
    assert all(column.unit for column in card.columns if column.type in ("integer", "number"))
    for source in card.sources:
        assert source.title and source.producer and source.licence and source.allows and source.accessed
        assert source.derived or re.fullmatch("[0-9a-f]{40}", source.commit)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in source.files.values())


def test_correction_ids_are_unique_and_give_a_reason():
    entries = [entry for card in datasets.cards().values() for entry in card.corrections]
    ids = [entry.id for entry in entries]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"X\d{3}", one) for one in ids)
    assert all(entry.why for entry in entries)


def test_an_edited_digit_is_found_before_a_value_is_read(edited):
    path = edited / "covid_districts" / "covid_districts.csv"
    content = path.read_text("utf-8")
    path.write_text(content.replace(",178,", ",179,", 1), "utf-8")
    with pytest.raises(ValueError) as caught:
        datasets.load_covid_districts()
    message = str(caught.value)
    assert "data/covid_districts/covid_districts.csv" in message
    assert f"expected SHA-256 {datasets.card('covid_districts').sha256}" in message
    assert re.search("found [0-9a-f]{64}", message)
    assert "data build --raw" in message


def test_a_missing_table_says_how_to_get_it_back(edited):
    (edited / "population" / "population.csv").unlink()
    with pytest.raises(FileNotFoundError, match="population.csv is missing; restore it with 'git checkout"):
        datasets.load_population()


def test_a_table_that_does_not_exist_lists_those_that_do(edited):
    with pytest.raises(FileNotFoundError, match="no table 'covid'.*covid_districts, covid_provinces, population"):
        datasets.card("covid")


def test_a_build_killed_between_card_and_table_is_read_through(edited):
    path = edited / "population" / "population.csv"
    expected = datasets.load_population()
    path.rename(path.with_name("population.csv.new"))
    pd.testing.assert_frame_equal(datasets.load_population(), expected)


def test_an_unknown_vintage_lists_the_vintages():
    for load in (datasets.load_covid_provinces, datasets.load_covid_national):
        with pytest.raises(ValueError, match="vintage '2020' is not in the table; use one of 2020-09, 2021-03"):
            load("2020")


def test_rates_are_counts_by_population():
    table = datasets.load_covid_districts()
    row = table[(table["code"] == "35.78") & (table["week"] == "2020-06-01")].iloc[0]
    assert row["confirmed_per_100k"] == 100_000 * row["new_confirmed"] / row["population"]
    assert row["deaths_per_100k"] == 100_000 * row["new_deaths"] / row["population"]


@pytest.mark.parametrize("vintage", ["2020-09", "2021-03"])
def test_the_panel_of_provinces_is_balanced_in_full_weeks(vintage):
    table = datasets.load_covid_provinces(vintage)
    assert set(table["code"]) == set(places.PROVINCES)
    assert table.groupby("week").size().eq(34).all()
    assert table["week"].drop_duplicates().diff().dropna().eq(pd.Timedelta(days=7)).all()


def test_the_source_line_names_every_producer_once():
    line = datasets.source_line(["covid_provinces", "covid_provinces"])
    assert line == "Source: National COVID-19 task force (covid19.go.id); BPS, population census 2020"
    assert datasets.source_line("covid_national", language="id").startswith("Sumber: National")
    with pytest.raises(ValueError, match="use en or id"):
        datasets.source_line("covid_provinces", language="fr")


def test_data_are_found_from_any_folder_and_the_loaders_do_not_import_pandas_early(tmp_path, root):
    code = (
        "import sys; import kampung_analysis, kampung_analysis.places; from kampung_analysis import datasets\n"
        "assert 'pandas' not in sys.modules and 'numpy' not in sys.modules\n"
        "print(len(datasets.load_covid_national()))"
    )
    environment = {key: value for key, value in os.environ.items() if key != "KAMPUNG_DATA"}
    environment["PYTHONPATH"] = str(root)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "56"


def test_the_generated_descriptions_are_those_of_the_cards(root):
    assert describe.stale(root / "data") == [], "run 'python -m kampung_analysis pages write'"


def test_a_changed_card_makes_the_descriptions_stale(edited):
    assert describe.write(edited) == ["README.md", "datapackage.json"]
    assert describe.stale(edited) == []
    card = edited / "population" / "source.yml"
    card.write_text(card.read_text("utf-8").replace("inhabitants", "people living there"), "utf-8")
    assert describe.stale(edited) == ["README.md", "datapackage.json"]


def test_the_data_package_is_valid_and_fits_the_files(root):
    import hashlib

    package = json.loads((root / "data" / "datapackage.json").read_text("utf-8"))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert re.fullmatch("[a-z0-9-._]+", package["name"])
    assert [resource["name"] for resource in package["resources"]] == TABLES
    for resource in package["resources"]:
        assert re.fullmatch("[a-z0-9-._]+", resource["name"])
        path = root / "data" / resource["path"]
        assert ".." not in resource["path"] and not resource["path"].startswith("/")
        content = path.read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        fields = [field["name"] for field in resource["schema"]["fields"]]
        assert content.decode().splitlines()[0].split(",") == fields
        assert set(resource["schema"]["primaryKey"]) <= set(fields)
        assert {field["type"] for field in resource["schema"]["fields"]} <= {*core.TYPES}
        assert resource["sources"] and all(source["title"] for source in resource["sources"])
        assert all(licence["name"] and licence["path"] for licence in resource.get("licenses", []))


def test_the_readme_of_the_data_lists_every_table_with_its_caveats(root):
    text = (root / "data" / "README.md").read_text("utf-8")
    for card in datasets.cards().values():
        assert f"## {card.table}\n" in text
        assert card.sha256 in text
        for caveat in card.caveats:
            assert " ".join(caveat.split()).replace("|", "\\|") in text


@pytest.fixture(scope="module")
def comparisons() -> pd.DataFrame:
    vintages = ("2020-09", "2021-03")
    return crosschecks.all_crosschecks(
        provinces={vintage: datasets.load_covid_provinces(vintage) for vintage in vintages},
        national={vintage: datasets.load_covid_national(vintage) for vintage in vintages},
        districts=datasets.load_covid_districts(),
        counts=datasets.load_covid_cumulative(),
    )


def test_the_vintages_disagree_on_deaths_in_east_java_and_hardly_elsewhere(comparisons):
    deaths = comparisons.query("check == 'vintages' and measure == 'deaths'")
    deaths = deaths[deaths["until"] == pd.Timestamp("2020-05-24")]
    worst = deaths.loc[deaths["difference"].abs().idxmax()]
    assert (worst["unit"], worst["ours"], worst["theirs"]) == ("Jawa Timur", 458, 280)
    assert deaths.loc[deaths["unit"] != "Jawa Timur", "difference"].abs().max() <= 13


def test_the_districts_follow_the_province_of_the_early_vintage(comparisons):
    rows = comparisons.query("check == 'districts against province'")
    early = rows[rows["unit"] == "vintage 2020-09"].set_index(["measure", "until"])["difference"]
    assert early["deaths", pd.Timestamp("2020-09-20")] == 0
    assert early["confirmed", pd.Timestamp("2020-05-24")] == 17
    late = rows[rows["unit"] == "vintage 2021-03"].set_index(["measure", "until"])["difference"]
    assert late["deaths", pd.Timestamp("2020-05-24")] == -164


def test_a_planted_difference_between_provinces_and_nation_is_reported():
    provinces, national = datasets.load_covid_provinces("2021-03"), datasets.load_covid_national("2021-03")
    national["new_confirmed"] = provinces.groupby("week")["new_confirmed"].sum().to_numpy()
    agreed = crosschecks.provinces_against_national(provinces, national, vintage="2021-03").query(
        "measure=='confirmed'"
    )
    assert (agreed["difference"] == 0).all()
    national.loc[national["week"] == "2020-06-01", "new_confirmed"] += 100
    found = crosschecks.provinces_against_national(provinces, national, vintage="2021-03").query("measure=='confirmed'")
    assert found.loc[found["until"] >= "2020-06-07", "difference"].eq(-100).all()
    assert found["note"].iloc[-1] == "1 of 56 weeks differ, most the week of 2020-06-01 (−100)"


def test_a_printed_count_between_two_sundays_agrees_with_the_series():
    weeks = pd.DataFrame({"week": pd.to_datetime(["2020-06-01", "2020-06-08"]), "code": "35"})
    series = weeks.assign(new_confirmed=[10, 5], new_deaths=0)
    counts = pd.DataFrame({"date": pd.to_datetime(["2020-06-10", "2020-06-07", "2020-06-10"]), "code": "35"})
    counts = counts.assign(place="Jawa Timur", cumulative_confirmed=[12, 12, 20], printed_by="x")
    counts["cumulative_deaths"] = pd.array([None] * 3, dtype="Int64")
    found = crosschecks.printed(counts, series, name="series")
    assert found["difference"].tolist() == [0, -2, -5]
