"""What runs a notebook? A kernel of this very interpreter, in an environment that owes nothing to the machine's user.

Fixed: threads per sum, hash seed, time zone, plotting backend, IPython profile. Warnings stay visible.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ipykernel.kernelspec
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
CELL_SECONDS = 900
"""Longest run of one cell."""
DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "COLUMNS", "LINES")
FIXED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


@contextlib.contextmanager
def kernel_environment(results: Path) -> Iterator[dict[str, str]]:
    """Environment of a kernel: one thread a sum, fixed hash seed, no profile or locale of this machine's user.

    Parameters
    ----------
    results : Path
        Where `record()` writes.

    Yields
    ------
    dict
        A complete environment; its IPython folder lives as long as the context.
    """
    env = {k: v for k, v in os.environ.items() if k not in DROPPED and not k.startswith(("LC_", "JPY_"))}
    path = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))
    with tempfile.TemporaryDirectory(prefix="kampung-", ignore_cleanup_errors=True) as profile:
        yield (
            env
            | FIXED
            | {"LANG": "C.UTF-8", "PYTHONPATH": path, "IPYTHONDIR": profile, "KAMPUNG_RESULTS": str(results)}
        )


class _ThisInterpreter(KernelSpecManager):
    """Hands out the running interpreter, whatever kernels the machine has installed."""

    def get_kernel_spec(self, kernel_name):
        return KernelSpec(resource_dir="", **ipykernel.kernelspec.get_kernel_dict())


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells of a notebook, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def execute(notebook, *, cwd, env, kernels: set) -> str | None:
    """Run all cells in place; return the sentence of the first error, or None."""
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=_ThisInterpreter())
    manager.connection_file = str(Path(env["IPYTHONDIR"]) / "kernel.json")
    client = NotebookClient(notebook, km=manager, timeout=CELL_SECONDS, record_timing=False, startup_timeout=120)
    client.on_cell_start = lambda **_: kernels.add(manager.provisioner.pid)
    try:
        client.execute(cwd=str(cwd), env=env, stderr=subprocess.DEVNULL, cleanup_kc=True)
    except CellExecutionError as error:
        return f"raised {error.ename}: {_plain(error.evalue)}"
    except (DeadKernelError, RuntimeError) as error:
        return f"could not be run: {type(error).__name__}: {_plain(str(error))}"
    finally:
        kernels.discard(getattr(manager.provisioner, "pid", None))
    return None


@contextlib.contextmanager
def workers(jobs: int) -> Iterator[tuple[ThreadPoolExecutor, set]]:
    """Threads that run notebooks, and the kernels to end when the reader interrupts."""
    kernels: set = set()
    pool = ThreadPoolExecutor(jobs)
    try:
        yield pool, kernels
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for pid in list(kernels):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        raise
    finally:
        pool.shutdown(wait=True)
