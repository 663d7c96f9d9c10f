"""A changed notebook fails under the real nbval, in the changed cell and nowhere else.

Each notebook is copied once. Behind a cell that shows something stand duplicates of it: one as committed, which must
pass, and one per mutation of its committed outputs or of its code, which must fail. All run in one kernel.
"""

from __future__ import annotations

import ast
import copy
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from notebook_rules import RULES, code, source
from small_notebook import NAME, small_repository

from kampung_analysis import notebooks
from kampung_analysis.figspec import MIME
from kampung_analysis.figures.style import TREATED

pytest.importorskip("nbval")
FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
COMMITTED = sorted(path.stem for path in FOLDER.glob("[0-9][0-9]_*.ipynb"))
NUMBER = re.compile(r"-?\d+\.?\d*(?![\w.])")


def _shown(cell: dict, mime: str) -> str:
    return next(("".join(o["data"][mime]) for o in cell["outputs"] if mime in o.get("data", {})), "")


def _with(cell: dict, mime: str, text: str) -> dict:
    changed = copy.deepcopy(cell)
    next(o for o in changed["outputs"] if mime in o.get("data", {}))["data"][mime] = text
    return changed


def _drawn_values(text: str) -> list[re.Match]:
    """Lines of a fingerprint with the plain values of an artist in the panel."""
    found = re.finditer(
        r"^(axes\[\d+\]\.artists\[\d+\]\.(?:y|offset_y|height|width|values)): (.+)$", text, re.MULTILINE
    )
    return [m for m in found if any(float(n) for n in NUMBER.findall(m[2].split(" sha256")[0]))]


def a_plotted_value_moves_by_a_thousandth(cell):
    text = _shown(cell, MIME)
    line = _drawn_values(text)[0]
    numbers = NUMBER.findall(line[2].split(" sha256")[0])
    largest = max(numbers, key=lambda n: abs(float(n)))
    moved = line[0].replace(largest, f"{float(largest) * 1.001:.10g}", 1)
    return _with(cell, MIME, text.replace(line[0], moved))


def two_series_are_swapped(cell):
    text = _shown(cell, MIME)
    lines = _drawn_values(text)
    first, second = next((a, b) for a in lines for b in lines if a[2] != b[2])
    swapped = text.replace(first[0], f"{first[1]}: {second[2]}").replace(second[0], f"{second[1]}: {first[2]}")
    return _with(cell, MIME, swapped)


def an_axis_label_changes(cell):
    text = _shown(cell, MIME)
    return _with(
        cell, MIME, re.sub(r"\.(x|y)\.label:.*$", r".\1.label: something else", text, count=1, flags=re.MULTILINE)
    )


def a_colour_of_meaning_changes(cell):
    text = _shown(cell, MIME)
    assert TREATED in text
    return _with(cell, MIME, text.replace(TREATED, "#0072b2", 1))


def a_tick_label_changes(cell):
    text = _shown(cell, MIME)
    changed, count = re.subn(r"^(axes\[0\]\.[xy]\.ticks: .*)$", r"\1 | more", text, count=1, flags=re.MULTILINE)
    assert count
    return _with(cell, MIME, changed)


def the_headline_changes(cell):
    text = _shown(cell, MIME)
    changed, count = re.subn(r"^(artists\[\d+\]\.text: )(.*)$", r"\1Not \2", text, count=1, flags=re.MULTILINE)
    assert count
    return _with(cell, MIME, changed)


def the_figure_is_cleared(cell):
    assert _shown(cell, MIME)
    return copy.deepcopy(cell) | {"outputs": []}


def the_code_of_the_figure_changes(cell):
    assert _shown(cell, MIME)
    tree = ast.parse(source(cell))
    kept, last = tree.body[:-1], tree.body[-1]
    assert isinstance(last, ast.Expr)
    lines = [
        *map(ast.unparse, kept),
        f"_changed = {ast.unparse(last.value)}",
        "_changed.axes[0].set_xlabel('other')",
        "_changed",
    ]
    return copy.deepcopy(cell) | {"source": "\n".join(lines)}


def a_printed_number_changes(cell):
    changed = copy.deepcopy(cell)
    output = next(o for o in changed["outputs"] if o.get("name") == "stdout" and re.search(r"\d", "".join(o["text"])))
    text = "".join(output["text"])
    at = [m.start() for m in re.finditer(r"\d", text)][-1]
    output["text"] = f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"
    return changed


def a_printed_text_is_cleared(cell):
    assert any(o.get("name") == "stdout" for o in cell["outputs"])
    return copy.deepcopy(cell) | {"outputs": []}


def a_number_in_a_table_changes(cell):
    text = _shown(cell, "text/html")
    at = [m.end() - 1 for m in re.finditer(r">[^<]*\d(?=[^<]*</t[dh]>)", text)][-1]
    return _with(cell, "text/html", f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}")


def outputs_stay_but_the_count_is_null(cell):
    assert cell["outputs"]
    return copy.deepcopy(cell) | {"execution_count": None}


ALWAYS = (a_printed_number_changes, a_printed_text_is_cleared, outputs_stay_but_the_count_is_null)
"""Every notebook prints at least what it records."""
FIGURE = (
    a_plotted_value_moves_by_a_thousandth,
    two_series_are_swapped,
    an_axis_label_changes,
    a_colour_of_meaning_changes,
    a_tick_label_changes,
    the_headline_changes,
    the_figure_is_cleared,
    the_code_of_the_figure_changes,
)
TABLE = (a_number_in_a_table_changes,)


def _mutated(cell: dict, mutation) -> dict | None:
    """The cell with the mutation, or None where it has nothing of the kind."""
    try:
        changed = mutation(cell)
    except (StopIteration, IndexError, AssertionError):
        return None
    return None if changed == cell else changed


def _repeatable(cell: dict) -> bool:
    """Whether running a cell twice is sure to show the same: it changes no name it also reads, and records nothing."""
    nodes = list(ast.walk(ast.parse(source(cell))))
    names = [n for n in nodes if isinstance(n, ast.Name)]
    written = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    read_first = {n.id for n in names if isinstance(n.ctx, ast.Load)} & written
    changed = any(isinstance(n, ast.AugAssign) for n in nodes)
    items = any(isinstance(n, ast.Subscript | ast.Attribute) and isinstance(n.ctx, ast.Store) for n in nodes)
    return not (read_first or changed or items) and "record(" not in source(cell)


def plan(notebook: dict, wanted) -> dict[str, list]:
    """Which cell carries which mutation: the first repeatable cell that can, spread over as few cells as possible."""
    chosen: dict[str, list] = {}
    for mutation in wanted:
        fits = [c for c in code(notebook) if c["outputs"] and _mutated(c, mutation)]
        fits.sort(key=lambda c: (not _repeatable(c), c["id"] not in chosen))
        if fits:
            chosen.setdefault(fits[0]["id"], []).append(mutation)
    return chosen


def planted(notebook: dict, chosen: dict[str, list]) -> tuple[dict, dict[int, str]]:
    """The notebook with duplicates behind the chosen cells, and the mutation by nbval's number of the cell."""
    cells, expected, number = [], {}, 0
    for cell in notebook["cells"]:
        row = [(cell, None)]
        if cell["id"] in chosen:
            row += [(copy.deepcopy(cell), None), *((_mutated(cell, m), m.__name__) for m in chosen[cell["id"]])]
        for i, (one, name) in enumerate(row):
            cells.append(one | ({"id": f"{cell['id']}-{i}"} if i else {}))
            if name:
                expected[number] = name
            number += one["cell_type"] == "code"
    return notebook | {"cells": cells}, expected


def failing_cells(folder: Path, name: str) -> tuple[set[int], str]:
    """Run nbval over one notebook in `folder`; numbers of the failing code cells, from 0, and what it printed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    command += ["--color=no", "-q", "--tb=short", "-rf", f"--rootdir={folder}", f"{name}.ipynb"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {int(n) for n in re.findall(rf"^FAILED .*{name}\.ipynb::Cell (\d+)", done.stdout, re.MULTILINE)}, done.stdout


def _prepared(folder: Path, name: str, notebook: dict) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(FOLDER / "conftest.py", folder)
    (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


@pytest.mark.parametrize("name", COMMITTED)
def test_every_mutation_of_a_notebook_fails_in_its_cell_and_nowhere_else(name, tmp_path):
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    draws = any(_shown(cell, MIME) for cell in code(notebook))
    lists = any("kampung" in _shown(cell, "text/html") for cell in code(notebook))
    wanted = [*ALWAYS, *(FIGURE if draws else ()), *(TABLE if lists else ())]
    copied, expected = planted(notebook, plan(notebook, wanted))
    assert len(expected) >= (9 if draws else 3), expected
    _prepared(tmp_path / "notebooks", name, copied)
    failed, printed = failing_cells(tmp_path / "notebooks", name)
    missed = {n: mutation for n, mutation in expected.items() if n not in failed}
    assert not missed and failed == set(expected), (missed, sorted(failed - set(expected)), printed[-4000:])


@pytest.mark.parametrize("name", COMMITTED)
def test_what_nbval_never_compares_is_caught_by_a_rule(name):
    notebook = json.loads((FOLDER / f"{name}.ipynb").read_text("utf-8"))
    next(c for c in code(notebook) if c["outputs"]).update(outputs=[], execution_count=None)
    assert RULES["every_cell_was_run_once_in_order"](notebook, FOLDER) != []


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small notebook, refreshed, beside the real conftest."""
    root = tmp_path_factory.mktemp("small")
    with small_repository(root):
        shutil.copy(FOLDER / "conftest.py", root / "notebooks")
        yield root


def _small(small: Path) -> dict:
    return json.loads((small / "notebooks" / f"{NAME}.ipynb").read_text("utf-8"))


def test_the_small_notebook_passes_as_committed(small):
    assert failing_cells(small / "notebooks", NAME)[0] == set()


def test_every_mutation_of_the_small_notebook_fails_in_its_cell_and_nowhere_else(small, tmp_path):
    chosen = plan(_small(small), [*ALWAYS, *FIGURE, *TABLE])
    copied, expected = planted(_small(small), chosen)
    assert set(expected.values()) == {m.__name__ for m in (*ALWAYS, *FIGURE, *TABLE)}
    _prepared(tmp_path, NAME, copied)
    assert failing_cells(tmp_path, NAME)[0] == set(expected)


def test_data_changed_in_the_code_by_a_thousandth_fail_in_sentence_figure_and_result(small, tmp_path):
    changed = _small(small)
    cell = code(changed)[2]
    assert "4.0]" in source(cell)
    cell["source"] = source(cell).replace("4.0]", "4.004]")
    _prepared(tmp_path, NAME, changed)
    failed, _ = failing_cells(tmp_path, NAME)
    assert failed == {4, 5, 7}


def test_a_result_edited_by_hand_fails_in_the_last_cell(small, tmp_path, monkeypatch):
    monkeypatch.setenv("KAMPUNG_DATA", str(tmp_path / "data"))
    results = Path(shutil.copytree(small / "data" / "results", tmp_path / "data" / "results"))
    file = results / f"{NAME}.json"
    file.write_text(file.read_text("utf-8").replace('"value": 0.666667', '"value": 0.666668'), encoding="utf-8")
    _prepared(tmp_path / "notebooks", NAME, _small(small))
    assert failing_cells(tmp_path / "notebooks", NAME)[0] == {7}


def test_an_image_of_other_bytes_fails_where_the_lock_matches(small, tmp_path):
    from kampung_analysis.compare import draws_alike

    if not draws_alike(notebooks.LOCK):
        pytest.skip("this matplotlib, pillow or machine is not the one that drew the committed images")
    changed = _small(small)
    data = code(changed)[5]["outputs"][0]["data"]
    image = "".join(data["image/png"])
    middle = len(image) // 2
    data["image/png"] = image[:middle] + ("A" if image[middle] != "A" else "B") + image[middle + 1 :]
    _prepared(tmp_path, NAME, changed)
    assert failing_cells(tmp_path, NAME)[0] == {5}
