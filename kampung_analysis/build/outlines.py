"""What do the 34 provinces of 2020 look like on a small map? Rings from a topology, inner borders removed."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd

from kampung_analysis import places
from kampung_analysis.build.core import Raw, fail, read_text
from kampung_analysis.loaders.core import Card

TOPOLOGY = "places/denyherianto_indonesia-38-provinces.topo.json"
DECIMALS = 3
"""About 100 m; the topology itself is far coarser."""


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
    try:
        topology = json.loads(read_text(raw, TOPOLOGY))
        shapes = next(iter(topology["objects"].values()))["geometries"]
        arcs = decode(topology)
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise fail(TOPOLOGY, f"not a TopoJSON topology: {error}; is the file truncated?") from error
    rings: dict[str, list[list[int]]] = {}
    for number, shape in enumerate(shapes):
        code = shape["properties"].get("KODE_PROV")
        if code not in places.PROVINCES:
            raise fail(TOPOLOGY, f"geometry {number} has no province of 2020", column="KODE_PROV", value=code)
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings.setdefault(code, []).extend(ring for polygon in polygons for ring in polygon)
    gone = sorted(set(places.PROVINCES) - set(rings))
    if gone:
        raise fail(TOPOLOGY, f"no outline for {places.PROVINCES[gone[0]]} ({gone[0]})", column="KODE_PROV")
    rows = []
    for code in sorted(rings):
        lines = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in outer_arcs(rings[code])]
        try:
            closed = stitch(lines)
        except ValueError as error:
            raise fail(TOPOLOGY, str(error), column="KODE_PROV", value=code) from error
        for ring, points in enumerate(sorted(closed, key=lambda points: (-len(points), points[0]))):
            rows += [(code, ring, i, round(x, DECIMALS), round(y, DECIMALS)) for i, (x, y) in enumerate(points)]
    return pd.DataFrame(rows, columns=["code", "ring", "point", "longitude", "latitude"])[card.names]
