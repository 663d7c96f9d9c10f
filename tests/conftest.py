"""Fixtures for all tests: the repository, the folder of raw sources, and a private copy of committed folders."""

from __future__ import annotations

import importlib
import shutil
import signal
import sys
from pathlib import Path

import pytest
from shared_folder import shared_folder

REPOSITORY = Path(__file__).resolve().parent.parent

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell ignores Ctrl-C for what it starts in the background, and children inherit that; tests send it to them.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each file to one worker (a notebook has one kernel), but every mutated notebook to the next free one."""
    from xdist.scheduler import LoadFileScheduling

    class Spread(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return nodeid if "test_mutation.py" in nodeid else super()._split_scope(nodeid)

    return Spread(config, log)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's root folder."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of raw sources, seed texts and reference values: KAMPUNG_SHARED, else ``../shared``.

    A test that looks into a part of it (``shared / "raw"``) is skipped where that part is not whole.
    """
    return shared_folder()


@pytest.fixture(scope="session")
def script(root):
    """A function that imports a script of benchmarks/ by name; scripts import one another."""
    folder = str(root / "benchmarks")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module


@pytest.fixture
def copy_of(tmp_path, root):
    """A function that copies a folder or file of the repository, by relative path, and returns the copy to edit."""

    def copy(relative: str) -> Path:
        source, target = root / relative, tmp_path / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            return Path(shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__")))
        return Path(shutil.copy2(source, target))

    return copy
