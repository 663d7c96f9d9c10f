"""What did adoption do on average, as one number with its error? The inner step of power studies.

The average effect over all treated unit-periods is linear in the outcomes: each unit enters by one weighted sum over
its periods. Without the table of cohorts and periods it takes one pass over the matrix.
"""

from __future__ import annotations

import numpy as np


def average_effect(matrix, starts, *, within=None, control="never") -> tuple[float, float]:
    """Average effect over treated unit-periods, with its standard error.

    Equals ``att_gt(moments_of(...), control=control).aggregate("simple").overall`` (Callaway & Sant'Anna 2021,
    doi:10.1016/j.jeconom.2020.12.001), which says more and takes longer.

    Parameters
    ----------
    matrix : (units, T) array
        Outcome of each unit (row) in each period (column); float32 stays float32 while periods are summed.
    starts : (units,) array
        Column of the first treated period; NaN, or beyond the last column, where never. Units treated from the first
        column on are left out.
    within : (units,) int array, optional
        Group of each unit, from 0. Outcomes are then compared inside groups: each less the mean of its group in that
        period, and the error is larger by the degrees of freedom that the groups use. Every group should hold treated
        and never-treated units in like shares, as lots inside groups give them.
    control : {"never", "not_yet"}
        Compare with never-treated units, or with all that are not treated by then. "not_yet" takes no groups.

    Returns
    -------
    tuple of float
        Estimate and standard error, in the outcome's unit. The error is NaN where a wave or the controls are one unit,
        and where the outcome does not vary.

    Raises
    ------
    ValueError
        For shapes that do not fit, starts between columns, no wave, no unit to compare with (in any group), or missing
        outcomes.
    """
    if control not in ("never", "not_yet") or (control == "not_yet" and within is not None):
        raise ValueError(f"control is {control!r}; choose 'never', or 'not_yet' without groups")
    matrix, starts = np.asarray(matrix), np.asarray(starts, float)
    if matrix.ndim != 2 or starts.shape != matrix.shape[:1] or (within is not None and len(within) != len(starts)):
        raise ValueError(f"matrix has shape {matrix.shape} for {len(starts)} starts; give one start, and group, a row")
    size = matrix.shape[1]
    waves, wave, n = np.unique(np.where(starts < size, starts, np.inf), return_inverse=True, return_counts=True)
    early = waves <= 0
    if control == "not_yet":
        return _not_yet(matrix.astype(float), waves, wave, n)
    if early.all() or waves[-1] != np.inf or early.sum() == len(waves) - 1 or (waves[:-1] % 1).any():
        raise ValueError(f"starts {waves.tolist()} in {size} periods: give whole columns, a wave from 1 on, and NaN")
    after = np.where(early, 0, size - waves)[:-1]
    column, first = np.arange(size), waves[:-1, None]
    weights = (column >= first) * (after[:, None] > 0) - after[:, None] * (column == first - 1)
    sums = (weights.astype(np.result_type(matrix, np.float32)) @ matrix.T).astype(float)
    if within is not None:
        count, spared = np.bincount(within), np.bincount(within, wave == len(n) - 1)
        if not ((spared > 0) & (spared < count)).any():
            raise ValueError("no group holds treated and never-treated units; leave `within` out or group otherwise")
        sums -= (np.array([np.bincount(within, one) for one in sums]) / np.maximum(count, 1))[:, within]
    share = n[:-1] / (n[:-1] @ after) * ~early[:-1]
    treated = np.flatnonzero(wave < len(n) - 1)
    at, controls = wave[treated], sums[:, wave == len(n) - 1]
    own = sums[at, treated]
    mean = np.bincount(at, own) / n[:-1]
    gain = mean - controls.mean(axis=1)
    value = float(share @ gain)
    spread, other = (own - mean[at]) * (share / n[:-1])[at], share @ controls
    sizes = share**2 / n[:-1] * (gain - after * value) ** 2
    variance = sizes.sum() + spread @ spread + ((other - other.mean()) ** 2).sum() / n[-1] ** 2
    lone = n[-1] == 1 or (n[:-1][~early[:-1]] == 1).any()
    used = 1 if within is None else len(starts) / (len(starts) - np.count_nonzero(count))
    return _with_error(value, variance * used, lone, matrix)


def _not_yet(matrix, waves, wave, n) -> tuple[float, float]:
    """The same against units not yet treated: every wave serves as control until it starts.

    The average is a sum over units of path·outcome, with one path a wave. Its error adds what the paths leave of the
    spread inside waves, and what one more unit of a wave would move through controls and sizes.
    """
    size = matrix.shape[1]
    column, here = np.arange(size), waves >= 1
    later = waves[:, None] > column
    later[~here] = False
    controls = n @ later
    cells = (here & np.isfinite(waves))[:, None] & ~later & (controls > 0)
    if not cells.any() or (waves[np.isfinite(waves)] % 1).any():
        raise ValueError(f"starts {waves.tolist()} in {size} periods: give whole columns, a wave from 1 on, and others")
    base = np.where(np.isfinite(waves) & here, waves - 1, 0).astype(int)
    mean = np.array([matrix[wave == g].mean(axis=0) for g in range(len(n))])
    total = (n[:, None] * cells).sum()
    weight = n[:, None] * cells / total
    shared = weight / np.maximum(controls, 1)
    change = mean[:, None, :] - mean[:, base][:, :, None]
    against = np.einsum("h,ht,hgt->gt", n, later, change) / np.maximum(controls, 1)
    effect = np.where(cells, change[np.arange(len(n)), np.arange(len(n))] - against, 0)
    value = float((weight * effect).sum())
    path = weight / n[:, None] - later * shared.sum(axis=0)
    np.add.at(path, (np.arange(len(n)), base), -weight.sum(axis=1) / n)
    np.add.at(path.T, base, (later @ shared.T).T)
    moved = np.einsum("ht,gt,hgt->h", later, shared, change - against)
    constant = (effect - value * cells).sum(axis=1) / total - moved
    inside = np.einsum("ut,ut->u", matrix - mean[wave], path[wave])
    lone = (n[cells.any(axis=1)] == 1).any() or (controls[cells.any(axis=0)] == 1).any()
    return _with_error(value, inside @ inside + n @ constant**2, lone, matrix)


def _with_error(value, variance, lone, matrix) -> tuple[float, float]:
    """The average and its error, which is NaN where a `lone` unit or nothing but rounding stands behind it."""
    if not np.isfinite(value):
        row, column = np.argwhere(~np.isfinite(matrix))[0] if not np.isfinite(matrix).all() else ("?", "?")
        raise ValueError(
            f"an outcome is missing or infinite, first in row {row}, column {column}; fill the cell or leave its unit "
            "out knowingly"
        )
    noise = 4 * np.finfo(np.result_type(matrix, np.float32)).eps * np.abs(matrix).max() / np.sqrt(len(matrix))
    se = float(np.sqrt(variance))
    return value, se if se > noise and not lone else float("nan")
