"""What nbval is told about these notebooks: a fixed kernel environment, images compared where they can be, results too.

Run as `pytest --nbval --nbval-current-env notebooks`.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

from kampung_analysis.compare import IMAGES, differing_results, draws_alike
from kampung_analysis.kernels import kernel_environment
from kampung_analysis.notebooks import LOCK, results_folder

RESULTS = pytest.StashKey[Path]()
ENVIRONMENT = pytest.StashKey[dict]()


def _is_notebook(collector) -> bool:
    return type(collector).__name__ == "IPyNbFile"


def pytest_configure(config):
    """Open a folder for results and an environment for kernels, for as long as pytest runs."""
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    config.stash[RESULTS] = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kampung-results-")))
    config.stash[ENVIRONMENT] = stack.enter_context(kernel_environment(config.stash[RESULTS]))


def pytest_collectstart(collector):
    """Compare image bytes where the same software draws them."""
    if _is_notebook(collector) and draws_alike(LOCK):
        collector.skip_compare = tuple(kind for kind in collector.skip_compare if kind not in IMAGES)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item):
    """Start the kernel of a notebook in the environment of a refresh; nothing is written to the committed results."""
    if not _is_notebook(item.parent) or item.parent.kernel is not None:
        return (yield)
    kept = dict(os.environ)
    os.environ.clear()
    os.environ.update(item.config.stash[ENVIRONMENT])
    try:
        return (yield)
    finally:
        os.environ.clear()
        os.environ.update(kept)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After the last cell, compare what was recorded with the committed result."""
    outcome = yield
    if _is_notebook(item.parent):
        code = [cell for cell in item.parent.nb.cells if cell.cell_type == "code"]
        if item.cell is code[-1]:
            name = f"{item.path.stem}.json"
            told = differing_results(results_folder() / name, item.config.stash[RESULTS] / name)
            assert not told, "; ".join(told)
    return outcome
