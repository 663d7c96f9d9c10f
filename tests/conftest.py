"""Fixtures for all tests: the repository, the folder of raw sources, and a private copy of committed folders."""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

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
    """The folder of raw sources, seed texts and reference values: KAMPUNG_SHARED, else ``../shared``."""
    folder = Path(os.environ.get("KAMPUNG_SHARED") or REPOSITORY.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: raw sources are not part of the repository; set KAMPUNG_SHARED to have them")
    return folder


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
