"""What could a trial find, by formula? Detectable effects, stepped wedges, and one unit against its own past."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from kampung_analysis.inputs import check_number


def minimum_detectable_effect(se: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest true effect that a two-sided test finds with the given power: (z₁₋α/₂ + z_power)·se.

    Bloom (1995, doi:10.1177/0193841X9501900504). In the unit of `se`; ValueError for a standard error that is not above
    zero and finite, or shares outside 0 to 1.
    """
    if not 0 < se < math.inf or not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(f"standard error {se}, alpha {alpha} and power {power} give no detectable effect")
    return (stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)) * se


def stepped_wedge_se(*, clusters: int, steps: int, sd_cluster: float, sd_residual: float) -> float:
    """Standard error of the effect in a stepped wedge with equal steps.

    Hussey & Hughes (2007, doi:10.1016/j.cct.2006.05.007), equation 8, for cluster means.

    Parameters
    ----------
    clusters : int
        Clusters that cross over, a multiple of `steps`.
    steps : int
        Crossovers; the design has steps + 1 periods.
    sd_cluster : float
        Standard deviation between clusters.
    sd_residual : float
        Standard deviation of a cluster-period mean about its cluster.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        For a number outside its limits, which is named, or clusters that do not divide into the steps.
    """
    check_number("clusters", clusters, least=1, whole=True)
    check_number("steps", steps, least=2, whole=True)
    check_number("sd_cluster", sd_cluster, least=0)
    check_number("sd_residual", sd_residual, above=0)
    if clusters % steps:
        raise ValueError(f"{clusters} clusters do not divide into {steps} steps (at least 2); change either")
    periods = steps + 1
    order = np.repeat(np.arange(1, steps + 1), clusters // steps)
    treated = (np.arange(periods)[None, :] >= order[:, None]).astype(float)
    u, w, v = treated.sum(), (treated.sum(0) ** 2).sum(), (treated.sum(1) ** 2).sum()
    noise, between = sd_residual**2, sd_cluster**2
    top = clusters * noise * (noise + periods * between)
    bottom = (clusters * u - w) * noise + (u**2 + clusters * periods * u - periods * w - clusters * v) * between
    return math.sqrt(top / bottom)


def one_unit(gaps_before: np.ndarray, *, weeks_after: int, alpha: float = 0.05) -> dict[str, float]:
    """What a single treated unit can rule out, given how its gap to the comparison behaved before.

    Means over windows of `weeks_after` consecutive weeks before the launch are the reference distribution (moving
    blocks, Chernozhukov, Wüthrich & Zhu 2021, doi:10.1080/01621459.2021.1920957).

    Parameters
    ----------
    gaps_before : array of float, shape (weeks,)
        Treated minus comparison before the launch.
    weeks_after : int
        Weeks over which the effect would be averaged.
    alpha : float
        Size of the two-sided test.

    Returns
    -------
    dict
        `windows` (reference means), `smallest_p` (1/(windows + 1)), `detectable` (magnitude that a mean gap must
        exceed to be rejected; infinite when `smallest_p` exceeds `alpha`) and `weeks_needed` before the launch for
        a test of this size to be able to reject at all.

    Raises
    ------
    ValueError
        For gaps that are not finite, no more weeks before than after, or an `alpha` above one half.
    """
    check_number("alpha", alpha, above=0, most=0.5)
    check_number("weeks_after", weeks_after, least=1, whole=True)
    gaps = np.asarray(gaps_before, float)
    bad = np.flatnonzero(~np.isfinite(gaps))
    if len(bad):
        raise ValueError(f"gap {bad[0] + 1} of {len(gaps)} before the launch is {gaps[bad[0]]}; give finite gaps")
    if not 1 <= weeks_after < len(gaps):
        raise ValueError(f"{len(gaps)} weeks before cannot judge a mean over {weeks_after} weeks after; need more")
    means = np.convolve(gaps - gaps.mean(), np.ones(weeks_after) / weeks_after, mode="valid")
    smallest = 1 / (len(means) + 1)
    allowed = math.floor(alpha * (len(means) + 1)) - 1
    ranked = np.sort(np.abs(means))[::-1]
    return {
        "windows": len(means),
        "smallest_p": smallest,
        "detectable": float(ranked[allowed]) if allowed >= 0 else math.inf,
        "weeks_needed": math.ceil(1 / alpha) - 1 + weeks_after - 1,
    }
