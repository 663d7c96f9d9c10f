"""How are notebooks run, rewritten and proved equal? One kernel each, of this very interpreter, in a fixed environment.

:func:`refresh` rewrites the committed notebooks, byte for byte the same on every supported Python. :func:`rerun`
executes copies elsewhere and tells every difference to what is committed.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kampung_analysis.compare import IMAGES, differing_outputs, differing_results, draws_alike, merged
from kampung_analysis.figspec import MIME
from kampung_analysis.kernels import ROOT, code_cells, execute, kernel_environment, workers

FOLDER = ROOT / "notebooks"
LOCK = ROOT / "requirements.lock"
ROUNDS = 3
"""Runs after which a notebook must have stopped changing its own result."""
KEPT_METADATA = ("tags",)
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class NotebookRun:
    """What came of running a copy of a committed notebook.

    Parameters
    ----------
    name : str
        "06_covid_provinces".
    seconds : float
        Wall time with the start of the kernel.
    numbers_equal : bool
        Text, tables and the result file equal the committed ones.
    figures_equal : bool
        Fingerprints equal, and image bytes where they can be compared.
    differences : tuple of str
        "cell 7 (cell-12): figure axes[0].y.label: committed … → now …"; empty when equal.
    path : pathlib.Path
        The executed copy.
    """

    name: str
    seconds: float
    numbers_equal: bool
    figures_equal: bool
    differences: tuple[str, ...]
    path: Path

    @property
    def equal(self) -> bool:
        """True when nothing differs."""
        return self.numbers_equal and self.figures_equal

    def __str__(self) -> str:
        verdict = "equal" if self.equal else f"{len(self.differences)} differences, first {self.differences[0]}"
        return f"{self.name}: {verdict} ({self.seconds:.0f} s)"


def names(wanted: Iterable[str] | None = None, *, folder: Path | None = None) -> list[str]:
    """Notebooks in reading order; `wanted` picks by number ("6", "06") or by name.

    Raises
    ------
    ValueError
        For a name that fits none; the message lists them.
    """
    present = sorted(p.stem for p in (folder or FOLDER).glob("[0-9][0-9]_*.ipynb"))
    if not wanted:
        return present
    chosen = set()
    for want in wanted:
        stem = Path(str(want)).stem
        fits = [n for n in present if n == stem or (stem.isdigit() and int(n[:2]) == int(stem))]
        if not fits:
            raise ValueError(f"there is no notebook {want!r}; there are {', '.join(present) or 'none'}")
        chosen.update(fits)
    return sorted(chosen)


def results_folder() -> Path:
    """Folder of the committed results: `data/results`, or beside the data that KAMPUNG_DATA names."""
    data = os.environ.get("KAMPUNG_DATA")
    return (Path(data) if data else ROOT / "data") / "results"


def read(path: Path) -> NotebookNode:
    """Read a notebook; a cell without id is named by its place, so that a rewrite is stable."""
    content = json.loads(path.read_text("utf-8"))
    for i, cell in enumerate(content["cells"], start=1):
        cell.setdefault("id", f"cell-{i:02d}")
    content["nbformat_minor"] = max(5, content.get("nbformat_minor", 5))
    return nbformat.reads(json.dumps(content), as_version=4)


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Reduce a notebook to what a reader needs: no timings, no versions, streams merged, counts from 1."""
    notebook.metadata = NotebookNode(kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(LANGUAGE))
    for cell in notebook.cells:
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in KEPT_METADATA})
        cell.source = cell.source.rstrip()
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
            for output in cell.outputs:
                output.pop("transient", None)
    return notebook


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    half.write_text(text, encoding="utf-8", newline="\n")
    os.replace(half, path)


def written(notebook: NotebookNode) -> str:
    """The bytes of a tidy notebook as text, the last line ended."""
    return nbformat.writes(notebook, version=4) + "\n"


def _failed_cell(notebook: NotebookNode) -> str:
    """Name of the cell that stopped the run: the one with an error, else the first without a count."""
    cells = list(enumerate(code_cells(notebook), start=1))
    wrong = [(i, c) for i, c in cells if any(o.output_type == "error" for o in c.outputs)]
    wrong = wrong or [(i, c) for i, c in cells if c.execution_count is None] or cells[-1:]
    return f"cell {wrong[0][0]} ({wrong[0][1].id})" if wrong else "the notebook without code cells"


def _refresh_one(name: str, folder: Path, kernels: set, say: Callable[[str], None]) -> bool:
    path, result = folder / f"{name}.ipynb", results_folder() / f"{name}.json"
    before = result.read_bytes() if result.exists() else None
    try:
        for turn in range(1, ROUNDS + 1):
            say(f"{name}: run {turn}")
            start = result.read_bytes() if result.exists() else None
            notebook = tidy(read(path))
            with kernel_environment(results_folder()) as env:
                error = execute(notebook, cwd=folder, env=env, kernels=kernels)
            if error:
                raise RuntimeError(f"{name}, {_failed_cell(notebook)} {error}; the notebook is left as it was")
            if start == (result.read_bytes() if result.exists() else None):
                break
        else:
            raise RuntimeError(
                f"{name} records another result on each of {ROUNDS} runs; where does its chance come from?"
            )
    except BaseException:
        if before is not None:
            _write(result, before.decode("utf-8"))
        else:
            result.unlink(missing_ok=True)
        raise
    text = written(tidy(notebook))
    changed = text != path.read_text("utf-8")
    _write(path, text)
    return changed


def refresh(wanted=None, *, folder: Path | None = None, say: Callable[[str], None] = print) -> list[str]:
    """Run notebooks in reading order and rewrite them in place once their result is a fixed point.

    Parameters
    ----------
    wanted : iterable of str, optional
        Numbers or names; all notebooks when None.
    folder : Path, optional
        Where the notebooks are; the repository's by default.
    say : callable
        Receives one line per event.

    Returns
    -------
    list of str
        Names of the notebooks whose bytes changed.

    Raises
    ------
    RuntimeError
        When a cell fails, or a result never settles; notebook and result are then left as they were.
    """
    folder = (folder or FOLDER).resolve()
    with workers(1) as (pool, kernels):
        chosen = names(wanted, folder=folder)
        return [name for name in chosen if pool.submit(_refresh_one, name, folder, kernels, say).result()]


def _compared(committed: NotebookNode, now: NotebookNode, *, images: bool) -> tuple[list[str], bool, bool]:
    told, numbers, figures = [], True, True
    for i, (old, new) in enumerate(zip(code_cells(committed), code_cells(now), strict=True), start=1):
        here = f"cell {i} ({old.id})"
        if new.execution_count is None:
            continue
        if old.execution_count is None:
            told.append(f"{here}: committed without having been run → refresh the notebook")
            numbers = figures = False
            continue
        for kind, line in differing_outputs(old.outputs, new.outputs, images=images):
            told.append(f"{here}: {line}")
            drawn = kind == MIME or kind in IMAGES
            numbers, figures = numbers and drawn, figures and not drawn
    return told, numbers, figures


def _rerun_one(name: str, folder: Path, out: Path, kernels: set, progress) -> NotebookRun:
    start = time.perf_counter()
    committed = read(folder / f"{name}.ipynb")
    copy, target = read(folder / f"{name}.ipynb"), out / f"{name}.ipynb"
    progress(f"{name}: started")
    with kernel_environment(out / "results") as env:
        error = execute(copy, cwd=folder, env=env, kernels=kernels)
    told, numbers, figures = _compared(committed, copy, images=draws_alike(LOCK))
    if error:
        told, numbers = [f"{_failed_cell(copy)}: {error}", *told], False
    else:
        results = differing_results(results_folder() / f"{name}.json", out / "results" / f"{name}.json")
        told, numbers = [*told, *results], numbers and not results
    _write(target, written(tidy(copy)))
    run = NotebookRun(name, time.perf_counter() - start, numbers, figures, tuple(told), target)
    progress(str(run))
    return run


def rerun(wanted=None, *, out, progress=None, folder: Path | None = None, jobs: int | None = None) -> list[NotebookRun]:
    """Execute copies of notebooks in fresh kernels and compare every output with the committed one.

    Parameters
    ----------
    wanted : iterable of str, optional
        Numbers or names; all notebooks when None.
    out : path-like
        Folder for the executed copies, and `results/` in it for what they record; emptied of both first.
    progress : callable, optional
        Receives one line when a notebook starts and one when it is compared, from several threads.
    folder : Path, optional
        Where the notebooks are; the repository's by default.
    jobs : int, optional
        Notebooks at a time; as many as processors, two at most, when None.

    Returns
    -------
    list of NotebookRun
        In reading order. An error in a cell is a difference that names the cell.
    """
    folder, out = (folder or FOLDER).resolve(), Path(out).resolve()
    chosen = names(wanted, folder=folder)
    shutil.rmtree(out / "results", ignore_errors=True)
    for name in chosen:
        (out / f"{name}.ipynb").unlink(missing_ok=True)
    (out / "results").mkdir(parents=True)
    with workers(jobs or min(2, os.cpu_count() or 1)) as (pool, kernels):
        runs = [pool.submit(_rerun_one, name, folder, out, kernels, progress or (lambda line: None)) for name in chosen]
        return sorted((run.result() for run in as_completed(runs)), key=lambda run: run.name)
