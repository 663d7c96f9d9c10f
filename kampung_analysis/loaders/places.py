"""Which places are there? Loaders of codes, names, neighbours, outlines and populations."""

from __future__ import annotations

from kampung_analysis.loaders.core import read


def load_places():
    """Provinces, districts and the subdistricts of East Java in the administrative division of 2020.

    Returns
    -------
    pandas.DataFrame
        1,214 rows (34 provinces, 514 districts, 666 subdistricts of East Java), sorted by code, unique.

        ==================  =======  =====================================================================
        code                str      Ministry of Home Affairs code: ``"35"``, ``"35.07"``, ``"35.07.22"``
        level               str      ``"province"``, ``"district"`` or ``"subdistrict"``
        name                str      ``"Jawa Timur"``, ``"Kabupaten Malang"``, ``"Kepanjen"``
        label               str      short name for figures: ``"Malang"``, ``"Kota Malang"``
        parent              str      code of the place above; missing for a province
        province            str      name of the province
        bps_code            str      code of Statistics Indonesia; provinces and East Java districts
        iso_code            str      ISO 3166-2; provinces
        area_km2            float64  area of 2024, km²; missing for subdistricts
        subdistricts        Int64    number of kecamatan; missing for subdistricts
        rural_villages      int64    number of desa
        urban_villages      int64    number of kelurahan
        villages            int64    both; East Java 8,501
        tile_row, tile_col  Int64    position on the tile grid, from the north and west; East Java districts
        ==================  =======  =====================================================================
    """
    return read("places")


def load_places_neighbours():
    """Pairs of East Java districts that share a land border, each in both directions.

    Returns
    -------
    pandas.DataFrame
        138 rows: code, neighbour (str), sorted, unique.
    """
    return read("places_neighbours")


def load_places_names():
    """Every spelling of a place in the sources, for ``places.resolve(name, names=…)``.

    Returns
    -------
    pandas.DataFrame
        level, code, name, used_by (str), sorted by the first three, unique. A name may belong to several codes.
    """
    return read("places_names")


def load_places_outlines():
    """Outlines of the 34 provinces of 2020 for small maps.

    Returns
    -------
    pandas.DataFrame
        code (str), ring, point (int64), longitude, latitude (float64, degrees, WGS 84): the points of each ring in
        order, the last equal to the first; sorted, unique.
    """
    return read("places_outlines")


def load_places_villages():
    """The desa and kelurahan of East Java in the administrative division of 2020.

    Returns
    -------
    pandas.DataFrame
        8,501 rows: code (``"35.13.14.2006"``), name as printed, kind (``"desa"`` or ``"kelurahan"``), all str; sorted
        by code, unique. Names are not unique: join on the code, or see :mod:`kampung_analysis.linkage`.
    """
    return read("places_villages")


def load_population(source: str | None = None):
    """Population figures of every source side by side.

    Parameters
    ----------
    source : {"census_2020", "panel", "register_by_subdistrict", "register_2024"}, optional
        One source only.

    Returns
    -------
    pandas.DataFrame
        Sorted by level, code and source, unique.

        ==========  =====  ============================================================================
        level       str    ``"province"`` or ``"district"`` (East Java)
        code, name  str    Ministry of Home Affairs code, name
        source      str    census_2020: 34 provinces; the others: 38 districts and their sum
        year        Int64  year of the figure; missing where the source states none
        population  int64  inhabitants
        ==========  =====  ============================================================================

    Raises
    ------
    ValueError
        For an unknown source; lists the known ones.
    """
    frame = read("population")
    known = sorted(frame["source"].unique())
    if source is None:
        return frame
    if source not in known:
        raise ValueError(f"population source '{source}' is not in the table; use one of {', '.join(known)}")
    return frame[frame["source"] == source].reset_index(drop=True)
