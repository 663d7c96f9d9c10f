"""A small notebook in the house skeleton, written for the tests of what runs and compares notebooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kampung_analysis import notebooks

NAME = "98_small"
CELLS = [
    ("markdown", "# Does a small notebook behave?\n\nIt covers nothing and is dated never."),
    (
        "code",
        "from kampung_analysis import claims, figures, tables\n"
        "from kampung_analysis.results import Estimate\n\nfigures.start()",
    ),
    ("markdown", "## Answer\n\n**Ringkasan.** Buku catatan ini kecil. Isinya hanya contoh. Tidak ada klaim di sini."),
    ("code", 'claims.answer("98_small")'),
    ("markdown", "## What is claimed\n\nNothing."),
    ("markdown", "## What would have to be true\n\nNothing."),
    ("markdown", "## Evidence\n\nThree weeks."),
    (
        "code",
        "import pandas as pd\n\nframe = pd.DataFrame({'week': [1, 2, 3], 'a': [1.5, 2.5, 4.0], 'b': [3.0, 1.0, 2.0]})",
    ),
    ("code", 'tables.show(frame, caption="Two series over three weeks.", source="made up here")'),
    ("markdown", "## Estimate\n\nThe mean gap."),
    ("code", "gap = float((frame['a'] - frame['b']).mean())\nprint(f'The mean gap is {gap:.3f}.')"),
    (
        "code",
        "fig = figures.style.canvas()\nax = fig.add_subplot(xlabel='week', ylabel='value')\n"
        "ax.plot(frame['week'], frame['a'], color=figures.style.TREATED, label='a')\n"
        "ax.plot(frame['week'], frame['b'], color=figures.style.LIGHT, label='b')\n"
        "figures.finish(fig, title='Series a ends above b', source='made up here', "
        "alt='Two lines over three weeks: a rises from 1.5 to 4, b falls from 3 to 2.')",
    ),
    ("markdown", "## Checks\n\nOne."),
    ("code", "assert gap > 0, gap"),
    ("markdown", "## What this cannot tell us\n\nAnything else."),
    ("code", "claims.record('98_small', estimates={'gap': Estimate('mean gap', gap, 0.1, 1.2, 'units')})"),
]


def small_notebook(cells=None) -> dict:
    """The notebook as a dictionary, never run; cell ids are `cell-01`, `cell-02` …"""
    made = []
    for i, (kind, source) in enumerate(cells or CELLS, start=1):
        cell = {"cell_type": kind, "id": f"cell-{i:02d}", "metadata": {}, "source": source}
        made.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def write_small_notebook(folder: Path, cells=None, name: str = NAME) -> Path:
    """Write the notebook, never run, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(small_notebook(cells)), encoding="utf-8")
    return path


@contextmanager
def small_repository(root: Path) -> Iterator[list[str]]:
    """A repository in little: the notebook in `root`, refreshed, with its recorded result; yields what was said."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KAMPUNG_DATA", str(root / "data"))
        (root / "data" / "results").mkdir(parents=True)
        write_small_notebook(root / "notebooks")
        said = []
        notebooks.refresh(folder=root / "notebooks", say=said.append)
        yield said
