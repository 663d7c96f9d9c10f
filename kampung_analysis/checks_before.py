"""Did the treated unit follow its comparison before the launch? Checks of a gap, without another fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from .results import Check, number
from .timeline import before_launch

SHORT = "Of simulated flat gaps this short 12 to 15% fail too, of autocorrelated ones 44%."
"""What benchmarks/results/validity_synthetic.json says of series of twenty periods before the launch."""


def check_pre_trend(
    gap: pd.Series, launch, *, worth: float | None = None, alpha: float = 0.05, minimum: int = 6
) -> Check:
    """Was the gap flat before the launch?

    Parameters
    ----------
    gap : pandas.Series
        Treated minus comparison by period, in outcome units.
    launch : label
        First treated period.
    worth : float, optional
        Smallest effect worth claiming. The trend, continued to the middle of the treated periods, must stay below it: a
        trend too uncertain to be rejected is no proof of flatness.
    alpha : float
        Level of the test of a zero slope, with Newey–West errors.
    minimum : int
        Fewest periods before the launch.
    """
    name = "Was the gap flat before the launch?"
    pre = len(y := before_launch(gap, launch))
    if pre < minimum:
        return Check(name, None, f"{pre} periods before the launch; {minimum} are needed to see a trend.")
    if np.ptp(y) == 0:
        return Check(name, True, "The gap is constant before the launch.", 0.0, worth)
    terms = sm.add_constant(np.arange(pre, dtype=float))
    lags = int(4 * (pre / 100) ** (2 / 9))
    options = {"maxlags": lags, "use_correction": True}
    fit = sm.OLS(y, terms).fit(cov_type="HAC", cov_kwds=options, use_t=True)
    slope, p = float(fit.params[1]), float(fit.pvalues[1])
    drift = slope * len(gap) / 2
    why = f"Slope {number(slope)} a period (p = {number(p, 2)})"
    short = f" {SHORT}" if p <= alpha and pre < 40 else ""
    if worth is None:
        return Check(name, p > alpha, f"{why}; the level of the test is {alpha:g}.{short}", p, alpha)
    why += (
        f"; continued to the middle of the treated periods {number(drift)}, worth claiming is {number(worth)}.{short}"
    )
    return Check(name, p > alpha and abs(drift) < abs(worth), why, abs(drift), abs(worth))


def check_pre_fit(gap: pd.Series, launch, *, limit: float | None = None, observed: pd.Series | None = None) -> Check:
    """Is the gap before the launch small?

    Parameters
    ----------
    gap : pandas.Series
        Treated minus counterfactual by period.
    launch : label
        First treated period.
    limit : float, optional
        Largest root mean squared gap, usually the smallest effect worth claiming.
    observed : pandas.Series, optional
        Outcome of the treated unit; without `limit`, its standard deviation before the launch is the limit: the donors
        must do better than the unit's own mean.

    Raises
    ------
    ValueError
        When neither `limit` nor `observed` is given.
    """
    name = "Do the donors reproduce the treated unit before the launch?"
    pre = len(y := before_launch(gap, launch))
    if pre < 2:
        return Check(name, None, f"{pre} period before the launch; 2 are needed.")
    if limit is None:
        if observed is None:
            raise ValueError("give limit (outcome units) or observed; a gap is small only against something")
        limit = float(np.std(observed.to_numpy(dtype=float)[:pre]))
    rmspe = float(np.sqrt(np.mean(y**2)))
    why = f"Root mean squared gap {number(rmspe)} over {pre} periods; {number(abs(limit))} is allowed."
    return Check(name, rmspe <= abs(limit), why, rmspe, abs(limit))


def check_fit_rank(errors: pd.Series, *, share: float = 0.5, what: str = "placebo unit") -> Check:
    """Does the treated unit fit before the launch as well as placebo units do?

    Parameters
    ----------
    errors : pandas.Series
        Root mean squared gap before the launch, the treated unit first, then the placebo units.
    share : float
        Share of placebo units that must fit no better.
    what : str
        Word for one placebo unit.
    """
    half = "half" if share == 0.5 else f"{share:.0%}"
    name = f"Is the fit before the launch at least as good as that of {half} the {what}s?"
    own, others = float(errors.iloc[0]), errors.iloc[1:]
    if others.empty:
        return Check(name, None, f"no {what} was fitted.")
    worse = float((others >= own).mean())
    return Check(name, worse >= share, f"{worse:.0%} of {len(others)} {what}s fit no better before.", worse, share)
