"""Every raw file of the tables of cases and places, spoilt in the same ways: the build stops and names the file."""

from __future__ import annotations

import re

import pytest
from raw_copies import Copies, committed_card

from kampung_analysis import build
from kampung_analysis.build.core import validate

FILES = [
    ("covid_districts", "covid_district/rn_data.csv"),
    ("covid_districts", "covid_district/jatim_odp_pdp_daily.csv"),
    ("covid_districts", "places/jatim_kabko_admin_pop.csv"),
    ("covid_national", "covid_province/covidn/NATIONAL.csv"),
    ("covid_provinces", "covid_province/covidn/JAWA_TIMUR.csv"),
    ("covid_provinces", "covid_province/covid_19_indonesia_time_series_all.csv"),
    ("covid_provinces", "places/sp2020_province.csv"),
    ("places", "places/wilayah_2020.sql"),
    ("places", "places/wilayah_luas.sql"),
    ("places", "places/jatim_kabko_admin_pop.csv"),
    ("places_villages", "places/wilayah_2020.sql"),
    ("places_neighbours", "places/jatim_kabko_adjacency.csv"),
    ("population", "places/sp2020_province.csv"),
    ("population", "places/jatim_kabko_admin_pop.csv"),
]


def header_renamed(content: bytes) -> bytes:
    """The first column under another name; in a dump, another statement."""
    if b"INSERT" in content:
        return content.replace(b"\n('", b"\n['")
    return b"x" + content.removeprefix(b"\xef\xbb\xbf")


def cut(content: bytes) -> bytes:
    """The first half, ending inside a line."""
    half = content[: len(content) // 2]
    return half[:-1] if half.endswith(b"\n") else half


def latin(content: bytes) -> bytes:
    """One letter as Windows writes it."""
    middle = len(content) // 2
    return content[:middle] + b"\xe9" + content[middle + 1 :]


def a_row_twice(content: bytes) -> bytes:
    """The line in the middle again."""
    lines = content.splitlines(keepends=True)
    middle = next(i for i in range(len(lines) // 2, len(lines)) if lines[i].strip() and not lines[i].startswith(b"INS"))
    return b"".join([*lines[: middle + 1], lines[middle].replace(b";", b","), *lines[middle + 1 :]])


def decimal_commas(content: bytes) -> bytes:
    """The last number of the line in the middle with a comma, unquoted."""
    lines = content.splitlines(keepends=True)
    middle = next(i for i in range(len(lines) // 2, len(lines)) if re.search(rb"\d\r?\n$|\d\)[,;]", lines[i]))
    lines[middle] = re.sub(rb"(\d)(\r?\n|\)[,;]\r?\n)$", rb"\1,5\2", lines[middle])
    return b"".join(lines)


@pytest.mark.parametrize("fault", [header_renamed, cut, latin, a_row_twice, decimal_commas])
@pytest.mark.parametrize(("table", "file"), FILES)
def test_a_spoilt_file_stops_the_build_and_is_named(shared, tmp_path, table, file, fault):
    if fault is decimal_commas and (file.endswith("2020.sql") or file.endswith("adjacency.csv")):
        pytest.skip("the file holds no numbers")
    copies, card = Copies(shared, tmp_path), committed_card(table)
    copies.change(file, fault, binary=True)
    with pytest.raises(ValueError, match=rf"^{re.escape(file)}, (line \d+|value|correction)|^{re.escape(file)}: "):
        validate(build.builder(table)(copies.raw, card), card)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("KAB. NGAWI,2020-03-21", "KAB. NGAWI,21/03/2020", "tanggal.*21/03/2020"),
        ("KAB. NGAWI,2020-03-21", "KAB. NGAWI,2020-21-03", "2020-21-03.*day and month"),
        ("KAB. NGAWI,2020-03-21", "KAB. NGAWY,2020-03-21", "NGAWY.*Ngawi"),
        ("KOTA MOJOKERTO,2020-04-05,", "KOTA MOJOKERTO,2020-04-04,", "repeats line"),
    ],
)
def test_a_fault_in_the_suspects_is_named(shared, tmp_path, old, new, words):
    copies, card = Copies(shared, tmp_path), committed_card("covid_districts")
    copies.swap("covid_district/jatim_odp_pdp_daily.csv", old, new)
    with pytest.raises(ValueError, match=f"jatim_odp_pdp_daily.csv, line .*{words}"):
        build.builder("covid_districts")(copies.raw, card)
