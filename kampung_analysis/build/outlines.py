"""What do the 34 provinces of 2020 look like on a small map? Rings from a topology, inner borders removed."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, fail, read_text
from kampung_analysis.loaders.core import Card

TOPOLOGY = "places/denyherianto_indonesia-38-provinces.topo.json"
SPLIT = {"Papua Tengah": "91", "Papua Selatan": "91", "Papua Pegunungan": "91", "Papua Barat Daya": "92"}
"""Provinces of 2022 that were split off -> province of 2020."""
DECIMALS = 3
"""About 100 m; the topology itself is far coarser."""
EXTENT = {"longitude": (94, 142), "latitude": (-12, 7)}
"""Degrees that hold Indonesia, rounded outward."""


def read_topology(raw: Raw) -> tuple[dict, list[dict]]:
    """The topology and the geometries of its 38 provinces of 2022.

    Returns
    -------
    tuple
        The parsed file, and the geometries in their order.

    Raises
    ------
    ValueError
        For a text that is no TopoJSON, a number that is none, and a province that is unknown, absent or there twice.
    """
    try:
        topology = json.loads(read_text(raw, TOPOLOGY))
    except json.JSONDecodeError as error:
        why = f"not JSON ({error.msg}); is the file truncated, or does a number use a decimal comma?"
        raise fail(TOPOLOGY, why, line=error.lineno, value=error.doc[max(0, error.pos - 20) : error.pos + 20]) from None
    try:
        shapes = next(iter(topology["objects"].values()))["geometries"]
        named = [(shape["properties"]["PROVINSI"], shape["properties"]["KODE_PROV"]) for shape in shapes]
        pairs = [(f"arcs[{i}]", pair, int) for i, arc in enumerate(topology["arcs"]) for pair in arc]
        pairs += [(f"transform.{key}", topology["transform"][key], (int, float)) for key in ("scale", "translate")]
    except (KeyError, TypeError, AttributeError, StopIteration) as error:
        missing = error.args[0] if isinstance(error, KeyError) else "objects"
        raise fail(TOPOLOGY, "not a TopoJSON topology of provinces: this is absent", column=missing) from error
    for column, pair, kind in pairs:
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(number, kind) for number in pair):
            raise fail(TOPOLOGY, "not a pair of numbers; a decimal comma?", column=column, value=pair)
    seen = set()
    for number, (name, code) in enumerate(named):
        try:
            own = SPLIT[name] if name in SPLIT else places.resolve(name, level="province")
        except ValueError as error:
            raise fail(TOPOLOGY, f"geometry {number}: {error}", column="PROVINSI", value=name) from error
        if own != code:
            why = f"geometry {number} has no province of 2020; the code of {name} is '{own}'"
            raise fail(TOPOLOGY, why, column="KODE_PROV", value=code)
        if name in seen:
            raise fail(TOPOLOGY, f"geometry {number} repeats an earlier one", column="PROVINSI", value=name)
        seen.add(name)
    whole = {code for name, code in named if name not in SPLIT}
    gone = [name for name in SPLIT if name not in seen]
    gone += [name for code, name in places.PROVINCES.items() if code not in whole]
    if gone:
        raise fail(TOPOLOGY, f"no outline for {gone[0]}", column="PROVINSI", value=gone[0])
    return topology, shapes


def decode(topology: dict) -> list[list[tuple[float, float]]]:
    """Coordinates of the arcs: each starts at a quantised point and goes on by differences (TopoJSON 1.0, 2.1.3)."""
    (kx, ky), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * kx + tx, y * ky + ty))
        arcs.append(points)
    return arcs


def outer_arcs(rings: list[list[int]]) -> list[int]:
    """Arcs that bound the union of several polygons: an arc walked once in each direction lies inside and is dropped.

    Parameters
    ----------
    rings : list of list of int
        Signed arc numbers of all rings; ``~i`` is arc `i` backwards.

    Returns
    -------
    list of int
        Signed arcs left, in the order met.
    """
    used = Counter(arc if arc >= 0 else ~arc for ring in rings for arc in ring)
    return [arc for ring in rings for arc in ring if used[arc if arc >= 0 else ~arc] == 1]


def stitch(lines: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """Join lines end to start into closed rings.

    Raises
    ------
    ValueError
        If a line has no successor.
    """
    lines, rings = list(lines), []
    while lines:
        ring = list(lines.pop(0))
        while ring[0] != ring[-1]:
            following = next((i for i, line in enumerate(lines) if line[0] == ring[-1]), None)
            if following is None:
                raise ValueError(f"a border stops at {ring[-1]} and goes nowhere")
            ring.extend(lines.pop(following)[1:])
        rings.append(ring)
    return rings


def build_places_outlines(raw: Raw, card: Card) -> pd.DataFrame:
    """Table ``places_outlines``: points of every ring of every province of 2020."""
    topology, shapes = read_topology(raw)
    arcs = decode(topology)
    rings: dict[str, list[list[int]]] = {}
    for shape in shapes:
        code = shape["properties"]["KODE_PROV"]
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings.setdefault(code, []).extend(ring for polygon in polygons for ring in polygon)
    rows = []
    for code in sorted(rings):
        lines = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in outer_arcs(rings[code])]
        try:
            closed = stitch(lines)
        except ValueError as error:
            raise fail(TOPOLOGY, str(error), column="KODE_PROV", value=code) from error
        for ring, points in enumerate(sorted(closed, key=lambda points: (-len(points), points[0]))):
            rows += [(code, ring, i, round(x, DECIMALS), round(y, DECIMALS)) for i, (x, y) in enumerate(points)]
    frame = pd.DataFrame(rows, columns=["code", "ring", "point", "longitude", "latitude"])
    for column, (low, high) in EXTENT.items():
        odd = frame[(frame[column] < low) | (frame[column] > high)]
        if len(odd):
            why = f"an outline of {odd['code'].iloc[0]} reaches outside {low} to {high} degrees; are its axes swapped?"
            raise fail(TOPOLOGY, why, column=column, value=odd[column].iloc[0])
    return frame[card.names]
