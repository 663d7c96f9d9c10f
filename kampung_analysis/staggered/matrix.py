"""How does a matrix of units by periods become cohort moments? In blocks that stay in the processor's cache."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .moments import CohortMoments
from .periods import NEVER, Clock, canonical, check_steps, read_adoption, read_times
from .processors import each, one_blas_thread

BLOCK = 1 << 17
"""Cells centred at once: a megabyte stays in the processor's cache."""

SMALLEST = 1e-140
"""Outcomes below this have squares without enough digits."""

PART = 1 << 20
"""Cells of one cohort that a thread reduces before their moments are merged."""


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
    mean, cross = _accumulate(matrix, order, counts)
    if not (np.isfinite(mean).all() and np.isfinite(cross).all()):
        _refuse_cells(matrix, ticks, clock, named)
    if 0 < np.abs(mean).max() < SMALLEST:
        raise ValueError("outcomes are too small to square in double precision; multiply them by a common number")
    clock, ticks, cohorts = canonical(clock, ticks, cohorts)
    return CohortMoments(clock, ticks, cohorts, counts.astype(np.int64), mean, cross)


@one_blas_thread()
def _accumulate(matrix, order, counts) -> tuple[np.ndarray, np.ndarray]:
    """Mean paths (G, T) and cross-products (G, T, T) of the cohorts, merged from parts in their order."""
    size, stops = matrix.shape[1], np.cumsum(counts)
    step, block = max(1, PART // size), max(1, BLOCK // size)
    parts = [
        (k, start, min(start + step, stop))
        for k, (stop, count) in enumerate(zip(stops, counts, strict=True))
        for start in range(stop - count, stop, step)
    ]

    @np.errstate(over="ignore", invalid="ignore")
    def reduced(part):
        found = _Sums(size)
        for start in range(part[1], part[2], block):
            end = min(start + block, part[2])
            rows = matrix[start:end] if order is None else matrix.take(order[start:end], axis=0)
            rows = np.array(rows, dtype=np.float64, copy=order is None or None)
            centre = np.add.reduce(rows, axis=0) / len(rows)
            rows -= centre
            found.add(len(rows), centre, rows.T @ rows)
        return found

    totals = [_Sums(size) for _ in counts]
    with np.errstate(over="ignore", invalid="ignore"):
        for (k, _, _), found in zip(parts, each(reduced, parts, matrix.size), strict=True):
            totals[k].add(found.n, found.mean, found.cross)
    return np.array([t.mean for t in totals]), np.array([t.cross for t in totals])


class _Sums:
    """Count, mean and cross-products of rows seen so far (Chan, Golub & LeVeque 1983, eq. 2.1)."""

    def __init__(self, size):
        self.n, self.mean, self.cross = 0, np.zeros(size), np.zeros((size, size))

    def add(self, n, mean, cross):
        gap, total = mean - self.mean, self.n + n
        self.cross += cross
        self.cross += np.outer(gap, gap * (self.n * (n / total)))
        self.mean += gap * (n / total)
        self.n = total


def _refuse_cells(matrix, ticks, clock, named):
    step = max(1, BLOCK // matrix.shape[1])
    for start in range(0, len(matrix), step):
        bad = ~np.isfinite(matrix[start : start + step].astype(np.float64))
        if bad.any():
            row, column = np.unravel_index(int(np.argmax(bad)), bad.shape)
            value, where = matrix[start + row, column], f"{named(start + row)} in period {clock.text(ticks[column])}"
            if np.isnan(value):
                raise ValueError(f"the outcome of {where} is missing; fill the cell or leave the unit out knowingly")
            raise ValueError(f"the outcome of {where} is {value}; a logarithm of zero? Repair the cell or its scale")
    raise ValueError("outcomes are too large to square in double precision; divide them by a common unit")
