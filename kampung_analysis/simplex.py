"""Which mixture of donors comes closest to a target? Least squares over the simplex, solved exactly.

Minimise ``mean((target − features @ w)²) + ridge² · w·w`` over weights that are not negative and add up to one, with or
without an intercept. Because the weights add up to one the residual is ``(features − target) @ w``, so the solution is
the point of a convex hull nearest to the origin (Wolfe 1976, doi:10.1007/BF01580381). One call of the active-set
routine for non-negative least squares (Lawson & Hanson 1974, chapter 23) finds it: adding a row of ones with target one
only scales the solution. Nothing is random, nothing stops early, and the optimality gap is reported with every fit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

TIE_BREAK = 1e-6
"""Smallest ridge, relative to the typical distance of a donor: picks the smallest weights among equally good ones."""


class SimplexFit(NamedTuple):
    """Weights on the simplex and the proof that they are optimal.

    Attributes
    ----------
    weights : numpy.ndarray
        One weight per donor, none negative, adding up to one.
    objective : float
        Mean squared residual plus ridge penalty, in squared outcome units.
    kkt_gap : float
        Upper bound on what any other weights could still gain, as a share of the donors' mean squared distance from the
        target; 1e-12 and less is rounding.
    """

    weights: np.ndarray
    objective: float
    kkt_gap: float


def simplex_weights(features, target, *, ridge: float = 0.0, intercept: bool = False) -> SimplexFit:
    """Exact simplex weights of one target.

    Parameters
    ----------
    features : array, shape (periods, donors)
        Donor outcomes.
    target : array, shape (periods,)
        Outcome to be matched, in the unit of `features`.
    ridge : float
        Penalty ζ in outcome units, as in Arkhangelsky et al. (2021), eq. 4. Below ``TIE_BREAK`` times the typical
        distance of a donor it is raised to that, so that identical donors share their weight equally.
    intercept : bool
        Allow a constant difference: columns and target are centred first.

    Returns
    -------
    SimplexFit

    Raises
    ------
    ValueError
        When shapes differ, no donor is left, or a value is not finite.
    """
    distance = _distances(features, target, intercept)
    periods, donors = distance.shape
    scale = np.sqrt(np.einsum("ij,ij->", distance, distance) / donors) or 1.0
    penalty = max(ridge * np.sqrt(periods) / scale, TIE_BREAK)
    unique, member, copies = _distinct(distance)
    k = unique.shape[1]
    system = np.zeros((periods + k + 1, k))
    system[:periods] = unique / scale
    system[range(periods, periods + k), range(k)] = penalty / np.sqrt(copies)
    system[-1] = 1.0
    right = np.zeros(periods + k + 1)
    right[-1] = 1.0
    share, _ = nnls(system, right)
    weights = (share / share.sum() / copies)[member]
    return _finish(distance, weights, penalty * scale / np.sqrt(periods), scale)


def frank_wolfe_weights(features, target, *, ridge: float, intercept: bool = False, tolerance: float) -> SimplexFit:
    """Simplex weights by the procedure of the published synthetic difference in differences, early stop included.

    A hundred conditional-gradient steps from equal weights, weights up to a quarter of the largest set to zero, then at
    most 10,000 further steps, stopping once a step gains less than `tolerance` squared (Arkhangelsky et al. 2021 and
    the authors' R package). It need not reach the optimum: see the KKT gap. Only for comparison with published numbers.

    Parameters
    ----------
    features, target, ridge, intercept
        As in :func:`simplex_weights`.
    tolerance : float
        In outcome units; the authors use 1e-5 times the noise level.

    Returns
    -------
    SimplexFit
    """
    distance = _distances(features, target, intercept)
    periods, donors = distance.shape
    gram = distance.T @ distance / periods + ridge**2 * np.eye(donors)
    weights = _descend(gram, np.full(donors, 1 / donors), 100, tolerance**2)
    weights = np.where(weights <= weights.max() / 4, 0.0, weights)
    weights = _descend(gram, weights / weights.sum(), 10_000, tolerance**2)
    scale = np.sqrt(np.einsum("ij,ij->", distance, distance) / donors) or 1.0
    return _finish(distance, weights, ridge, scale)


def _descend(gram, weights, steps, enough):
    image = gram @ weights
    value = weights @ image
    for _ in range(steps):
        best = image.argmin()
        slope = image[best] - value
        curve = gram[best, best] - 2 * image[best] + value
        if curve <= 0:
            break
        step = min(1.0, max(0.0, -slope / curve))
        weights = (1 - step) * weights
        weights[best] += step
        image = (1 - step) * image + step * gram[best]
        before, value = value, weights @ image
        if before - value <= enough:
            break
    return weights


def _distances(features, target, intercept):
    features = np.asarray(features, dtype=float)
    target = np.asarray(target, dtype=float)
    if features.ndim != 2 or target.shape != features.shape[:1]:
        raise ValueError(
            f"features {features.shape} and target {target.shape} do not fit; give periods × donors and periods"
        )
    if not features.size:
        raise ValueError(f"features have shape {features.shape}; at least one period and one donor are needed")
    distance = features - target[:, None]
    if not np.isfinite(distance).all():
        row, column = np.argwhere(~np.isfinite(distance))[0]
        raise ValueError(
            f"period {row}, donor {column}: donor or target is not a finite number; drop or repair the cell"
        )
    return distance - distance.mean(axis=0) if intercept else distance


def _distinct(distance):
    donors = distance.shape[1]
    total = distance.sum(axis=0)
    if len(set(total.tolist())) == donors:
        return distance, np.arange(donors), np.ones(donors)
    unique, member, copies = np.unique(distance, axis=1, return_inverse=True, return_counts=True)
    return unique, member.ravel(), copies.astype(float)


def _finish(distance, weights, ridge, scale):
    periods = len(distance)
    residual = distance @ weights
    slope = distance.T @ residual + periods * ridge**2 * weights
    objective = residual @ residual / periods + ridge**2 * (weights @ weights)
    return SimplexFit(weights, float(objective), float(max(0.0, weights @ slope - slope.min()) / scale**2))
