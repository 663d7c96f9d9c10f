"""What would choosing the worst, or measuring late, make of known rates? Simulations of both, with planted effects."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from kampung_analysis.inputs import check_number


def simulate_worst_first(
    *,
    rng: np.random.Generator,
    units: int,
    share: float,
    mean: float,
    dispersion: float,
    effect: float = 0.0,
    replications: int = 1000,
) -> pd.DataFrame:
    """Before and after counts in units chosen because their count was high.

    Counts are negative binomial: each unit has a gamma-distributed rate and two independent Poisson counts.

    Parameters
    ----------
    rng : numpy.random.Generator
    units : int
        Candidates in each replication.
    share : float
        Part that gets the programme, highest counts first.
    mean, dispersion : float
        Mean count per unit, and variance of the rates divided by the squared mean.
    effect : float
        True relative effect on the later count, −0.2 for a fall of 20 %.
    replications : int

    Returns
    -------
    DataFrame
        One row a replication: total count `before` and `after` in the chosen units, and their relative `change`.

    Raises
    ------
    ValueError
        For a number outside its limits, which is named.
    """
    check_number("mean", mean, above=0)
    check_number("dispersion", dispersion, above=0)
    check_number("effect", effect, least=-1)
    check_number("share", share, above=0, most=1)
    check_number("units", units, least=1, whole=True)
    check_number("replications", replications, least=1, whole=True)
    rates = rng.gamma(1 / dispersion, dispersion * mean, size=(replications, units))
    before = rng.poisson(rates)
    after = rng.poisson(rates * (1 + effect))
    count = max(1, round(share * units))
    chosen = np.argsort(-before, axis=1, kind="stable")[:, :count]
    totals = [np.take_along_axis(x, chosen, axis=1).sum(1) for x in (before, after)]
    frame = pd.DataFrame({"before": totals[0], "after": totals[1]})
    return frame.assign(change=frame.after / frame.before.where(frame.before > 0) - 1)


def simulate_rebaseline(
    *,
    rng: np.random.Generator,
    effect: float,
    delivered: Sequence[float],
    error_sd: float,
    units: int,
    replications: int = 2000,
) -> pd.DataFrame:
    """Bias of a before-and-after estimate whose baseline was measured after part of the work.

    Parameters
    ----------
    rng : numpy.random.Generator
    effect : float
        True effect of the whole work, in units of the outcome.
    delivered : sequence of float
        Shares of the effect already there when the baseline was taken, each a row of the result.
    error_sd : float
        Standard deviation of the measurement error of each survey, in units of the outcome.
    units : int
        Places surveyed.
    replications : int

    Returns
    -------
    DataFrame
        `delivered`, mean `estimate`, `bias` (estimate minus effect), its `expected` value −effect·delivered, the
        `sd` of the estimate and the Monte Carlo error `mc_error` of the bias.

    Raises
    ------
    ValueError
        For a number outside its limits, which is named, and shares delivered outside 0 to 1.
    """
    check_number("effect", effect)
    check_number("error_sd", error_sd, least=0)
    check_number("units", units, least=1, whole=True)
    check_number("replications", replications, least=2, whole=True)
    rows = []
    for part in delivered:
        if not 0 <= part <= 1:
            raise ValueError(f"a baseline cannot come after {part:.0%} of the work; give shares from 0 to 1")
        baseline = effect * part + rng.normal(0, error_sd, (replications, units))
        estimate = (effect + rng.normal(0, error_sd, (replications, units)) - baseline).mean(1)
        rows.append((part, estimate.mean(), estimate.mean() - effect, -effect * part, estimate.std(ddof=1)))
    frame = pd.DataFrame(rows, columns=["delivered", "estimate", "bias", "expected", "sd"])
    return frame.assign(mc_error=frame.sd / math.sqrt(replications))
