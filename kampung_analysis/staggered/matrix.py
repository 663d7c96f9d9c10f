"""How does a matrix of units by periods become cohort moments? In blocks that stay in the processor's cache."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .moments import CohortMoments
from .periods import NEVER, Clock, canonical, check_steps, read_adoption, read_times

BLOCK = 4096
"""Units centred at once: a block of a hundred periods stays in the cache."""

SERIAL = 1 << 18
"""Multiply-adds up to which OpenBLAS uses one thread; beyond, on a busy machine, threads mostly wait for each other."""


def moments_of(matrix, cohorts, times) -> CohortMoments:
    """Moments of a panel that is already a matrix: the inner path of power studies.

    Parameters
    ----------
    matrix : (units, T) array
        Outcome of each unit (row) in each period (column), no missing cells.
    cohorts : (units,) array
        First treated period of each unit in the terms of `times`; never treated 0, NaN, NaT or None.
    times : (T,) array
        Periods in order, in equal steps.

    Returns
    -------
    CohortMoments

    Raises
    ------
    ValueError
        For shapes that do not fit, missing or infinite cells, uneven steps, adoption between two periods.
    """
    matrix = np.asarray(matrix)
    ticks, clock = read_times(pd.Series(times), "times")
    adoption = read_adoption(pd.Series(cohorts), clock, "cohorts")
    if matrix.ndim != 2 or matrix.shape != (len(adoption), len(ticks)) or not len(adoption):
        raise ValueError(
            f"matrix has shape {matrix.shape} for {len(adoption)} cohorts and {len(ticks)} times; "
            "give units × periods, at least one unit"
        )
    if (np.diff(ticks) <= 0).any():
        raise ValueError("times must ascend without repeats; sort the columns of the matrix by period")
    check_steps(ticks, clock)
    check_adoption(adoption, ticks, clock, lambda row: f"row {row}")
    return from_matrix(matrix, adoption, ticks, clock, lambda row: f"row {row}")


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix product a @ b, in pieces that OpenBLAS takes on one thread where that is worth it."""
    step = SERIAL // max(b.size, 1)
    if step < 8 or len(a) <= step:
        return a @ b
    out = np.empty((len(a), b.shape[1]))
    for first in range(0, len(a), step):
        np.matmul(a[first : first + step], b, out=out[first : first + step])
    return out


def check_adoption(adoption: np.ndarray, ticks: np.ndarray, clock: Clock, named) -> None:
    """Refuse adoptions that fall between two periods, naming the unit, and a zero that has two meanings."""
    inside = (adoption > ticks[0]) & (adoption <= ticks[-1])
    at = np.minimum(np.searchsorted(ticks, adoption), len(ticks) - 1)
    between = inside & (ticks[at] != adoption)
    if between.any():
        row = int(np.argmax(between))
        raise ValueError(
            f"{named(row)} adopts at {clock.text(adoption[row])}, between the periods {clock.text(ticks[at[row] - 1])} "
            f"and {clock.text(ticks[at[row]])}; write the first period in which it is treated"
        )
    if clock.kind == "number" and ticks[0] < 0 <= ticks[-1] and (adoption == NEVER).any():
        raise ValueError(
            f"period 0 lies inside the window {ticks[0]} to {ticks[-1]}, where an adoption of 0 means never treated; "
            "shift the periods so that all are positive"
        )


def from_matrix(matrix, adoption, ticks, clock, named) -> CohortMoments:
    """Moments of checked input; cells are checked for missing and infinite values through the sums they enter."""
    cohorts, code, counts = np.unique(adoption, return_inverse=True, return_counts=True)
    order = np.argsort(code, kind="stable") if len(cohorts) > 1 else None
    size, stops = matrix.shape[1], np.cumsum(counts)
    mean, cross = np.zeros((len(cohorts), size)), np.zeros((len(cohorts), size, size))
    with np.errstate(over="ignore", invalid="ignore"):
        _accumulate(matrix, order, stops, counts, mean, cross)
    if not (np.isfinite(mean).all() and np.isfinite(cross).all()):
        _refuse_cells(matrix, ticks, clock, named)
    clock, ticks, cohorts = canonical(clock, ticks, cohorts)
    return CohortMoments(clock, ticks, cohorts, counts.astype(np.int64), mean, cross)


def _accumulate(matrix, order, stops, counts, mean, cross):
    """Add blocks of units to mean paths and cross-products, each block centred on its own mean first."""
    size = matrix.shape[1]
    step = SERIAL // (size * (size + 1))
    step = step if step >= 24 else BLOCK
    for k, (stop, count) in enumerate(zip(stops, counts, strict=True)):
        seen = 0
        for start in range(stop - count, stop, BLOCK):
            end = min(start + BLOCK, stop)
            rows = matrix[start:end] if order is None else matrix[order[start:end]]
            rows = np.array(rows, dtype=np.float64, copy=order is None or None)
            here, total = end - start, seen + end - start
            centre = np.add.reduce(rows, axis=0) / here
            rows -= centre
            gap = centre - mean[k]
            for first in range(0, here, step):
                part = rows[first : first + step]
                cross[k] += part.T @ part
            cross[k] += np.outer(gap, gap * (seen * (here / total)))
            mean[k] += gap * (here / total)
            seen = total


def _refuse_cells(matrix, ticks, clock, named):
    for start in range(0, len(matrix), BLOCK):
        bad = ~np.isfinite(matrix[start : start + BLOCK].astype(np.float64))
        if bad.any():
            row, column = np.unravel_index(int(np.argmax(bad)), bad.shape)
            value, where = matrix[start + row, column], f"{named(start + row)} in period {clock.text(ticks[column])}"
            if np.isnan(value):
                raise ValueError(f"the outcome of {where} is missing; fill the cell or leave the unit out knowingly")
            raise ValueError(f"the outcome of {where} is {value}; a logarithm of zero? Repair the cell or its scale")
    raise ValueError("outcomes are too large to square in double precision; divide them by a common unit")
