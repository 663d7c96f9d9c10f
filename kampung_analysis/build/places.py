"""Which places are there, what are they called, how large are they, and who borders whom?"""

from __future__ import annotations

import re

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, correct, fail, integers, numbers, read_rows, unique
from kampung_analysis.build.reading import complete
from kampung_analysis.build.strict import whole_lines
from kampung_analysis.loaders.core import Card
from kampung_analysis.places_titles import split_district

CODES = "places/wilayah_2020.sql"
AREAS = "places/wilayah_luas.sql"
COUNTS = "places/jatim_kabko_admin_pop.csv"
BORDERS = "places/jatim_kabko_adjacency.csv"
HOME = "35"
EXPECTED = {"province": 34, "district": 514, "subdistrict": 7230, "village": 83_449}
"""Places by level in the regulation of 2019 (72/2019)."""
VILLAGES_HOME = 8501
PAIRS = 69
RESPELT = {"12.12": "Kabupaten Toba", "73.10": "Kabupaten Pangkajene dan Kepulauan", "75.04": "Kabupaten Pohuwato"}
"""Districts that the areas spell otherwise than the codes, as printed there."""
RENAMED = {"93": "91", "94": "91", "95": "91", "96": "92"}
"""Provinces split off in 2022 -> province of 2020."""

TILES = """
.  .  23 .  25 .  26 27 28 29
.  21 22 24 76 78 .  .  .  .
20 19 18 17 16 15 75 .  .  .
77 02 06 71 79 14 74 12 .  .
01 03 04 05 07 08 13 11 10 .
.  .  .  72 73 .  .  09 .  .
"""
"""Tile-grid map of the 38 districts of East Java, drawn by us: north at the top, ``07`` is district 35.07."""

STATEMENT = re.compile(r"INSERT INTO [^(]*\(([^)]*)\)")
ROW = re.compile(r"\('([^']*)',\s*'((?:[^'\\]|''|\\.)*)'(?:,\s*([^)]*))?\)[,;]")


def tiles() -> dict[str, tuple[int, int]]:
    """Position of each district on the tile grid: code -> (row from the north, column from the west)."""
    grid = [line.split() for line in TILES.strip().splitlines()]
    return {f"35.{cell}": (row, col) for row, line in enumerate(grid) for col, cell in enumerate(line) if cell != "."}


def read_sql(raw: Raw, file: str, columns: list[str]) -> pd.DataFrame:
    """Rows of the INSERT statements of an SQL dump as text, indexed by line; every statement must be whole."""
    rows, lines, inside, number = [], [], False, 0
    for number, line in enumerate(whole_lines(raw, file).split("\n"), start=1):
        if line.startswith("INSERT"):
            head = STATEMENT.match(line)
            held = [name.strip(" `") for name in head[1].split(",")] if head else []
            if inside or held != columns:
                why = "the statement above is cut off" if inside else f"should insert {', '.join(columns)}"
                raise fail(file, why, line=number, column=", ".join(held) or None, value=line[:60])
            inside = True
        if not line.startswith("('"):
            continue
        if not inside:
            raise fail(file, "a row outside an INSERT statement; is the file whole?", line=number, value=line[:60])
        inside = not line.rstrip().endswith(";")
        match = ROW.fullmatch(line.strip())
        values = [value for value in match.groups() if value is not None] if match else []
        if len(values) != len(columns):
            why = f"not a row of {len(columns)} values ({', '.join(columns)}); is the file truncated?"
            raise fail(file, why, line=number, value=line[:60])
        rows.append([value.replace("''", "'").replace("\\'", "'").strip() for value in values])
        lines.append(number)
    if not rows or inside:
        why = "the last statement is cut off; is the file truncated?" if rows else "no rows; is this the right file?"
        raise fail(file, why, line=lines[-1] if rows else 1)
    frame = pd.DataFrame(rows, columns=columns, index=pd.Index(lines, name="line"), dtype="str")
    frame.attrs["file"] = file
    return frame


def read_codes(raw: Raw, card: Card) -> pd.DataFrame:
    """Every administrative code of 2020 with its name as printed and its level: kode, nama, level."""
    rows = correct(read_sql(raw, CODES, ["kode", "nama"]), card)
    unique(rows, ["kode"])
    codes, levels = rows["kode"].to_list(), []
    for line, code in zip(rows.index, codes, strict=True):
        try:
            levels.append(places.level_of(code))
        except ValueError as error:
            raise fail(CODES, str(error), line=line, column="kode", value=code) from error
    rows["level"] = pd.Series(levels, index=rows.index, dtype="str")
    known = set(codes)
    for code, name in (places.PROVINCES | places.DISTRICTS).items():
        if code not in known:
            raise fail(CODES, f"no row for {name}; is the file truncated?", column="kode", value=code)
    for line, code in zip(rows.index, codes, strict=True):
        above = code.rpartition(".")[0]
        if above and above not in known:
            raise fail(CODES, f"its parent {above} is not listed", line=line, column="kode", value=code)
    for level, expected in EXPECTED.items():
        found = int((rows["level"] == level).sum())
        if found != expected:
            raise fail(CODES, f"{found} places of level {level}, expected {expected}; is the file truncated?")
    well_named(rows)
    return rows


def well_named(rows: pd.DataFrame, column: str = "nama") -> None:
    """Stop at a province or a district of East Java under a name that is not its own."""
    ours = {**dict.fromkeys(places.PROVINCES, "province"), **dict.fromkeys(places.DISTRICTS, "district")}
    for line, code in rows["kode"][rows["kode"].isin(list(ours))].items():
        name = rows.at[line, column]
        try:
            found = places.resolve(name, level=ours[code], within=places.parent(code) or None)
        except ValueError as error:
            raise fail(rows.attrs["file"], str(error), line=line, column=column, value=name) from error
        if found != code:
            raise fail(rows.attrs["file"], f"'{code}' is another place", line=line, column=column, value=name)


def official_name(code: str, printed: str) -> str:
    """Name as this project writes it: ours for provinces, ``KAB. ACEH SELATAN`` -> ``Kabupaten Aceh Selatan``."""
    if code in places.PROVINCES:
        return places.PROVINCES[code]
    if code in places.DISTRICTS:
        return places.DISTRICTS[code]
    if places.level_of(code) == "district":
        full = {"KAB.": "Kabupaten", "ADM.": "Administrasi", "KEP.": "Kepulauan"}
        return " ".join(full.get(word.upper(), word.title()) for word in printed.split())
    return printed


def read_areas(raw: Raw, card: Card, codes: pd.DataFrame) -> pd.Series:
    """Area in km² by code of 2020 for provinces and districts.

    Districts that moved to the provinces of 2022 are found by name; their provinces of 2020 are sums of districts.
    """
    rows = correct(read_sql(raw, AREAS, ["kode", "nama", "luas"]), card)
    unique(rows, ["kode"])
    area = numbers(rows, "luas", minimum=0.001)
    well_named(rows[~rows["kode"].str[:2].isin([*RENAMED, *RENAMED.values()])])
    official = dict(zip(codes["kode"], codes["nama"], strict=True))
    for line, code in rows["kode"][rows["kode"].str.len() == 5].items():
        name = split_district(rows.at[line, "nama"])
        own = split_district(official.get(code, rows.at[line, "nama"]))
        if code[:2] not in RENAMED and (name[0], name[1].replace(" ", "")) != (own[0], own[1].replace(" ", "")):
            if RESPELT.get(code) != rows.at[line, "nama"]:
                why = f"{CODES} calls {code} {official[code]}; is this another place?"
                raise fail(AREAS, why, line=line, column="nama", value=rows.at[line, "nama"])
    districts = codes[codes["level"] == "district"]
    by_name = {(places.parent(c), split_district(n)): c for c, n in zip(districts.kode, districts.nama, strict=True)}
    found = {}
    for line, code in rows["kode"].items():
        if code[:2] in RENAMED and places.level_of(code) == "district":
            key = (RENAMED[code[:2]], split_district(rows.at[line, "nama"]))
            if key not in by_name:
                why = "no district of this name in the province of 2020"
                raise fail(AREAS, why, line=line, column="nama", value=rows.at[line, "nama"])
            found[by_name[key]] = area[line]
        elif code not in RENAMED:
            found[code] = area[line]
    for old in ("91", "92"):
        found[old] = round(sum(value for code, value in found.items() if code.startswith(f"{old}.")), 3)
    wanted = codes.loc[codes["level"].isin(["province", "district"]), "kode"]
    gone = sorted(set(wanted) - set(found))
    if gone:
        why = f"no area for {len(gone)} places of 2020, first {gone[0]} ({official_name(gone[0], official[gone[0]])})"
        raise fail(AREAS, why, column="kode", value=gone[0])
    return pd.Series(found)


def check_home(raw: Raw, table: pd.DataFrame) -> None:
    """Stop unless the counts of villages and areas agree with the table derived for East Java."""
    rows = read_rows(raw, COUNTS, ["kode", "kabko", "kecamatan", "desa", "kelurahan", "luas_km2_BIG2024"])
    unique(rows, ["kode"])
    well_named(rows, "kabko")
    complete(rows, len(places.DISTRICTS), "kode", places.DISTRICTS)
    ours = table.set_index("code")
    pairs = {"kecamatan": "subdistricts", "desa": "rural_villages", "kelurahan": "urban_villages"}
    for theirs, name in pairs.items():
        for line, value in integers(rows, theirs).items():
            code = rows.at[line, "kode"]
            if code not in ours.index or ours.at[code, name] != value:
                why = f"{CODES} has {ours.at[code, name] if code in ours.index else 'no such district'}"
                raise fail(COUNTS, why, line=line, column=theirs, value=f"{code}: {value}")
    for line, value in numbers(rows, "luas_km2_BIG2024").items():
        if ours.at[rows.at[line, "kode"], "area_km2"] != value:
            why = f"{AREAS} has {ours.at[rows.at[line, 'kode'], 'area_km2']}"
            raise fail(COUNTS, why, line=line, column="luas_km2_BIG2024", value=value)
    total = int(ours.loc[HOME, "villages"])
    if total != VILLAGES_HOME:
        raise fail(CODES, f"East Java has {total} villages, expected {VILLAGES_HOME}")


def build_places(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``places``: provinces, districts, and the subdistricts of East Java."""
    codes = read_codes(raw, card)
    kept = codes[(codes["level"].isin(["province", "district"])) | codes["kode"].str.fullmatch(r"35\.\d\d\.\d\d")]
    area = read_areas(raw, card, codes)
    villages = codes.loc[codes["level"] == "village", "kode"]
    rural = villages.str[9] == "2"
    subdistricts = codes.loc[codes["level"] == "subdistrict", "kode"]
    counts = {}
    for length in (2, 5, 8):
        counts |= {("rural_villages", c): n for c, n in villages[rural].str[:length].value_counts().items()}
        counts |= {("urban_villages", c): n for c, n in villages[~rural].str[:length].value_counts().items()}
        counts |= {("subdistricts", c): n for c, n in subdistricts.str[:length].value_counts().items() if length < 8}
    rows, grid = [], tiles()
    for code, printed, level in zip(kept["kode"], kept["nama"], kept["level"], strict=True):
        name = official_name(code, printed)
        desa, kelurahan = counts.get(("rural_villages", code), 0), counts.get(("urban_villages", code), 0)
        rows.append(
            {
                "code": code,
                "level": level,
                "name": name,
                "label": name.removeprefix("Kabupaten "),
                "parent": places.parent(code) or None,
                "province": places.PROVINCES[code[:2]],
                "bps_code": places.bps_code(code) if level == "province" or code in places.DISTRICTS else None,
                "iso_code": places.ISO_PROVINCES.get(code),
                "area_km2": area.get(code),
                "subdistricts": None if level == "subdistrict" else counts.get(("subdistricts", code), 0),
                "rural_villages": desa,
                "urban_villages": kelurahan,
                "villages": desa + kelurahan,
                "tile_row": grid[code][0] if code in grid else None,
                "tile_col": grid[code][1] if code in grid else None,
            }
        )
    table = pd.DataFrame(rows)[card.names]
    check_home(raw, table)
    return table


def build_places_villages(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``places_villages``: the villages of East Java, the kind read from the number of the village."""
    codes = read_codes(raw, card)
    own = codes[(codes["level"] == "village") & codes["kode"].str.startswith(f"{HOME}.")]
    kinds = own["kode"].str[9].map({"1": "kelurahan", "2": "desa"})
    for line, code in own.loc[kinds.isna(), "kode"].items():
        why = "the number of a village starts with 1 (kelurahan) or 2 (desa)"
        raise fail(CODES, why, line=line, column="kode", value=code)
    if len(own) != VILLAGES_HOME:
        raise fail(CODES, f"East Java has {len(own)} villages, expected {VILLAGES_HOME}")
    return pd.DataFrame({"code": own["kode"], "name": own["nama"], "kind": kinds})[card.names]


def build_places_neighbours(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``places_neighbours``: pairs of districts that share a land border, in both directions."""
    rows = correct(read_rows(raw, BORDERS, ["a", "b"], exact=True), card)
    unique(rows, ["a", "b"])
    codes = {}
    for column in ("a", "b"):
        for line, name in rows[column].items():
            try:
                codes[line, column] = places.resolve(name, level="district")
            except ValueError as error:
                raise fail(BORDERS, str(error), line=line, column=column, value=name) from error
    pairs = set()
    for line in rows.index:
        a, b = codes[line, "a"], codes[line, "b"]
        if a == b or (a, b) in pairs:
            why = "a district borders itself" if a == b else "the pair comes twice"
            raise fail(BORDERS, why, line=line, value=f"{rows.at[line, 'a']}, {rows.at[line, 'b']}")
        pairs |= {(a, b), (b, a)}
    frame = pd.DataFrame(sorted(pairs), columns=["code", "neighbour"])
    alone = sorted(set(places.DISTRICTS) - set(frame["code"]))
    if alone:
        name = places.DISTRICTS[alone[0]]
        raise fail(BORDERS, f"no neighbour for {name} ({alone[0]}); is the file truncated?", column="a", value=name)
    complete(rows, PAIRS)
    return frame[card.names]
