"""How does a large table use all processors? One thread of ours on each, while BLAS keeps to one of its own.

BLAS starts threads that wait for each other by turning in circles; on a machine that does other work they cost far more
than they bring. Threads here share nothing but the input, and parts are fixed by the data, so that the results do not
depend on how many processors there are.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

LARGE = 1 << 20
"""Cells below which threads cost more than they save."""


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_blas_thread():
    """Keep BLAS to one thread inside. Only the main thread may set this; the others take what they find."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _libraries().limit(limits=1, user_api="blas"):
        yield


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(function, items, cells: int) -> list:
    """Results of `function` for all items, in their order; on threads where `cells` make it worth while."""
    workers = processors() if cells >= LARGE else 1
    if workers == 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(function, items))
