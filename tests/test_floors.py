"""Imports only go down. The floors are written here and in CONTRIBUTING.md; a module on no floor is an error."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FLOORS = {
    0: {"__init__", "results", "places", "timeline", "inputs"},
    1: {"corpus", "datasets", "loaders"},
    2: {
        "build",
        "checks",
        "counts",
        "crosschecks",
        "interrupted",
        "linkage",
        "programme",
        "rollout",
        "selection",
        "specification",
        "staggered",
        "synthetic",
        "trial",
    },
    3: {"claims", "figures", "figspec", "tables"},
    4: {"__main__", "compare", "environment", "kernels", "notebooks", "pages", "study"},
}
"""Floor -> modules and subpackages that stand on it."""

PARTS = {
    "awards": "selection",
    "donors": "synthetic",
    "epidemic": "synthetic",
    "growth": "synthetic",
    "placebos": "synthetic",
    "placement": "selection",
    "segments": "interrupted",
    "simplex": "synthetic",
    "simulation": "trial",
}
"""Module -> the one it was split from. `X_anything` counts as a part of `X` without being listed."""

SHARING = {("staggered", "save"), ("staggered", "load")}
"""Functions of methods that may open a file: cohort moments are shared as files where the reader says."""

FLOOR_OF = {module: floor for floor, modules in FLOORS.items() for module in modules}
DRAWING = {"matplotlib", "seaborn", "plotly"}
OPENING = {"open", "read_csv", "read_json", "read_text", "read_bytes", "write_text", "write_bytes", "to_csv", "loadtxt"}


def unit_of(path: Path, package: Path) -> str:
    """First component below the package: "figures" for figures/style.py, "trial" for trial.py."""
    return path.relative_to(package).parts[0].removesuffix(".py")


def whole(unit: str) -> str:
    """The module on a floor that `unit` is, or is a part of; `unit` itself when there is none."""
    if unit in FLOOR_OF:
        return unit
    return PARTS.get(unit) or next((m for m in FLOOR_OF if unit.startswith(f"{m}_")), unit)


def called_names(tree: ast.AST, skipped: set[str]) -> list[tuple[int, str | None]]:
    """(line, name) of every call outside the functions named in `skipped`."""
    found, open_nodes = [], [tree]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.FunctionDef) and node.name in skipped:
            continue
        if isinstance(node, ast.Call):
            found.append((node.lineno, getattr(node.func, "id", getattr(node.func, "attr", None))))
        open_nodes += ast.iter_child_nodes(node)
    return found


def imports(tree: ast.AST, package: tuple[str, ...]) -> list[tuple[int, str]]:
    """(line, dotted name) of every import anywhere in a module of `package`, also inside functions and relative."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - node.level + 1]
                node.module = ".".join([*base, *([node.module] if node.module else [])])
            if node.module == "kampung_analysis":
                found += [(node.lineno, f"kampung_analysis.{alias.name}") for alias in node.names]
            else:
                found.append((node.lineno, node.module))
    return found


def violations(package: Path) -> list[str]:
    """Every breach of the floors in a copy of the package, as "file:line what"."""
    found = []
    for path in sorted(package.rglob("*.py")):
        here, tree = whole(unit_of(path, package)), ast.parse(path.read_text("utf-8"))
        where = path.relative_to(package).as_posix()
        if here not in FLOOR_OF:
            found.append(f"{where}:1 stands on no floor; add it to FLOORS and to CONTRIBUTING.md")
            continue
        floor = FLOOR_OF[here]
        pure = floor == 2 and here != "build"
        for line, name in imports(tree, ("kampung_analysis", *path.relative_to(package).parent.parts)):
            top, _, rest = name.partition(".")
            if pure and top in DRAWING:
                found.append(f"{where}:{line} a method imports {top}")
            if top != "kampung_analysis" or not rest:
                continue
            there = whole(rest.partition(".")[0])
            if there.startswith("__") or there == here:
                continue
            if there not in FLOOR_OF:
                found.append(f"{where}:{line} imports {there}, which stands on no floor")
            elif FLOOR_OF[there] > floor:
                found.append(f"{where}:{line} floor {floor} imports {there} of floor {FLOOR_OF[there]}")
            elif FLOOR_OF[there] == floor == 2:
                found.append(f"{where}:{line} {here} imports its sibling {there}")
        allowed = {function for unit, function in SHARING if unit == here}
        for line, name in called_names(tree, allowed) if pure else ():
            if name in OPENING:
                found.append(f"{where}:{line} a method calls {name}(); take frames as arguments")
    return found


def test_imports_only_go_down(root):
    assert violations(root / "kampung_analysis") == []


@pytest.mark.parametrize(
    ("module", "line", "message"),
    [
        ("results.py", "from kampung_analysis import claims", "floor 0 imports claims of floor 3"),
        ("claims.py", "import kampung_analysis.pages", "floor 3 imports pages of floor 4"),
        ("trial.py", "from kampung_analysis.rollout import x", "trial imports its sibling rollout"),
        ("trial.py", "def f():\n    import matplotlib.pyplot", "a method imports matplotlib"),
        ("trial.py", "def f(path):\n    return open(path)", "a method calls open()"),
        ("awards.py", "from kampung_analysis.donors import x", "selection imports its sibling synthetic"),
        ("pages_x.py", "def f(): ...", None),
        ("staggered/moments.py", "def save(path):\n    path.write_text('')", None),
        ("trial.py", "def save(path):\n    path.write_text('')", "a method calls write_text()"),
        ("trial.py", "from kampung_analysis import datasets, figures", "floor 2 imports figures of floor 3"),
        ("helpers.py", "X = 1", "stands on no floor"),
        ("trial.py", "from .rollout import x", "trial imports its sibling rollout"),
        ("build/core.py", "from ..claims import verdict", "floor 2 imports claims of floor 3"),
        ("build/core.py", "from .. import claims", "floor 2 imports claims of floor 3"),
        ("build/core.py", "from kampung_analysis import claims", "floor 2 imports claims of floor 3"),
    ],
)
def test_a_planted_violation_is_found_and_nothing_else(tmp_path, module, line, message):
    path = tmp_path / "kampung_analysis" / module
    path.parent.mkdir(parents=True)
    path.write_text(f'"""Planted."""\n{line}\n', "utf-8")
    found = violations(tmp_path / "kampung_analysis")
    assert len(found) == (message is not None)
    assert all(line.startswith(module) and message in line for line in found)


def test_importing_down_is_no_violation(tmp_path):
    path = tmp_path / "kampung_analysis" / "trial.py"
    path.parent.mkdir(parents=True)
    path.write_text("from kampung_analysis.results import Estimate\nimport numpy\n", "utf-8")
    assert violations(tmp_path / "kampung_analysis") == []
