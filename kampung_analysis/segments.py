"""Which terms describe a series that is interrupted once, and how are they fitted? Reading, design and regression."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import minimize_scalar

from .inputs import check_number
from .results import number
from .timeline import check_periods, find_period, label

MINIMUM_EVENTS = 5
EXACT = 1e-12
"""Mean squared residuals below this, in log points or Pearson's, are rounding."""
LARGEST_CHANGE = 10.0
"""Changes beyond this many log points, a factor of 22,000, come from sides without events, not from a launch."""
SHORT, ENOUGH, LASTING = 40, 200, 0.2
"""Periods below which every interval, and below which a robust one, is too short; autocorrelation that counts."""
COVERED = {
    ("newey_west", 16): {"mean rate ratio": (70, 84), "change of level": (72, 82), "change of slope": (62, 78)},
    ("model", 16): {"mean rate ratio": (60, 97), "change of level": (69, 96), "change of slope": (64, 98)},
    ("ar1", 16): {"mean rate ratio": (76, 87), "change of level": (80, 88), "change of slope": (77, 85)},
    ("newey_west", 90): {"mean rate ratio": (79, 93), "change of level": (78, 92), "change of slope": (76, 90)},
    ("model", 90): {"mean rate ratio": (39, 76), "change of level": (41, 76), "change of slope": (39, 75)},
    ("ar1", 90): {"mean rate ratio": (85, 90), "change of level": (88, 90), "change of slope": (88, 90)},
}
"""Coverage of simulated 95 % intervals, per cent, by errors, simulated periods and quantity: least and most in
``benchmarks/results/validity_series.json``; over 90 periods, model and AR(1) errors of autocorrelated counts only."""


def read_series(data, outcome, exposure, time, family) -> tuple[pd.Series, pd.Series]:
    """Outcome and log exposure by period, or an error that names column, period and remedy."""
    if isinstance(data, pd.Series):
        data, outcome = data.to_frame(data.name or "outcome"), data.name or "outcome"
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"the data are a {type(data).__name__}; hand over a Series or a DataFrame")
    if outcome is None:
        raise ValueError(f"name the outcome column; the frame has {', '.join(map(str, data.columns))}")
    for column in (outcome, exposure, time):
        if column is not None and column not in data.columns:
            raise KeyError(f"no column {column!r}; the frame has {', '.join(map(str, data.columns))}")
        if column is not None and (data.columns == column).sum() > 1:
            raise ValueError(f"column {column!r} stands {(data.columns == column).sum()} times; rename or drop one")
    if time in (outcome, exposure) and time is not None or outcome == exposure:
        raise ValueError(f"outcome {outcome!r}, exposure {exposure!r} and time {time!r} must be different columns")
    if time is not None:
        data = data.set_index(time)
    if data.empty:
        raise ValueError("the series has no rows; nothing can be fitted")
    data = data.set_axis(check_periods(data.index))
    y = _numbers(data[outcome], outcome)
    if (y < 0).any():
        raise ValueError(
            f"{outcome!r} is {y[y < 0].iloc[0]:g} in {label(y.index[y < 0][0])}; counts cannot be negative: repair it"
        )
    if family == "log_linear" and (y == 0).any():
        first = label(y.index[y == 0][0])
        raise ValueError(f"{outcome!r} is 0 in {first}; its log is not defined. Use a count family or wider periods")
    if family != "log_linear" and (y != y.round()).any():
        odd = y[y != y.round()]
        raise ValueError(
            f"{outcome!r} is {odd.iloc[0]:g} in {label(odd.index[0])}; family {family!r} needs whole counts. "
            "Give counts with exposure, or use 'log_linear'"
        )
    if y.nunique() == 1:
        raise ValueError(f"{outcome!r} is {y.iloc[0]:g} in every period; a constant cannot change")
    if exposure is None:
        return y, pd.Series(0.0, index=y.index)
    size = _numbers(data[exposure], exposure)
    if (size <= 0).any():
        raise ValueError(
            f"{exposure!r} is {size[size <= 0].iloc[0]:g} in {label(size.index[size <= 0][0])}; it must be > 0"
        )
    return y, np.log(size)


def _numbers(column, name):
    if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_complex_dtype(column.dtype):
        raise TypeError(f"column {name!r} has type {column.dtype}; it must hold numbers: convert it with pd.to_numeric")
    values = pd.Series(column.to_numpy(dtype=float, na_value=np.nan), index=column.index, name=name)
    bad = ~np.isfinite(values)
    if bad.any():
        what = "missing" if np.isnan(values[bad].iloc[0]) else "infinite"
        raise ValueError(
            f"{name!r} is {what} in {label(values.index[bad][0])} "
            f"({int(bad.sum())} such periods); repair them or name them as an event after filling them in"
        )
    return values


def segment_terms(times, before, slope, harmonics, season, weekdays, events) -> pd.DataFrame:
    """Design matrix: intercept, trend, level, slope, seasons, weekdays and events, one column a term."""
    t = np.arange(len(times), dtype=float)
    after = (t >= before).astype(float)
    columns = {"intercept": np.ones(len(t)), "trend": t - before, "level": after}
    check_number("harmonics", harmonics, least=0, whole=True)
    check_number("season", season, above=0)
    if not isinstance(events, Mapping):
        raise TypeError(
            f"events is a {type(events).__name__}; give a dict of name to periods, such as {{'Eid': [...]}}"
        )
    if slope:
        columns["slope"] = after * (t - before)
    for k in range(1, harmonics + 1):
        columns[f"sin{k}"], columns[f"cos{k}"] = (f(2 * np.pi * k * t / season) for f in (np.sin, np.cos))
    if weekdays:
        if not isinstance(times, pd.DatetimeIndex) or len(set(times.day_of_week)) < 7:
            raise ValueError("weekday terms need daily dates that cover all seven days; leave weekdays=False")
        columns |= {f"weekday{d}": (times.day_of_week == d).astype(float) for d in range(1, 7)}
    for name, periods in events.items():
        if name in columns:
            raise ValueError(f"event {name!r} has the name of a term; call it otherwise")
        places = [
            times.get_loc(find_period(times, p)) for p in ([periods] if pd.api.types.is_scalar(periods) else periods)
        ]
        columns[name] = np.isin(np.arange(len(t)), places).astype(float)
    return pd.DataFrame(columns, index=times)


def check_length(before, n, design, harmonics, season, minimum_before, minimum_after) -> None:
    """Refuse too few periods on either side of the launch and say how many are needed."""
    extra = design.shape[1] - 2 - sum(c in ("level", "slope") for c in design.columns)
    spare = max(minimum_before + extra, design.shape[1] + 1 - (n - before))
    for have, need, side in ((before, spare, "before"), (n - before, minimum_after, "from")):
        if have < need:
            raise ValueError(
                f"{have} periods {side} the launch; at least {need} are needed for {design.shape[1]} terms. "
                f"Add {need - have} periods, use shorter periods or drop terms"
            )
    if harmonics and before < season:
        raise ValueError(
            f"{before} periods before the launch cover less than one season of {season:.4g}; "
            "leave harmonics=0 or start earlier"
        )


def check_lags(lags, n) -> int:
    """Newey–West lags: floor(4 (n/100)^(2/9)) unless given; refuses lags that a series of `n` periods cannot show."""
    if lags is None:
        return int(4 * (n / 100) ** (2 / 9))
    if not isinstance(lags, int | np.integer) or not 0 <= lags <= n / 2:
        raise ValueError(f"lags is {lags!r}; give a whole number from 0 to {n // 2}, half of the {n} periods, or None")
    return int(lags)


def length_caution(n: int, errors: str, quantity: str, memory: float) -> str:
    """What intervals of so many periods cover in simulations, where that is less than they promise; else empty.

    Parameters
    ----------
    n : int
        Periods.
    errors : {"newey_west", "ar1", "model"}
    quantity : {"mean rate ratio", "change of level", "change of slope"}
    memory : float
        First-order autocorrelation that the fit found or left; counts for "ar1" and "model" from `SHORT` periods on.
    """
    lasting = errors != "newey_west" and n >= SHORT
    if n >= ENOUGH or lasting and memory <= LASTING:
        return ""
    size = 16 if n < SHORT else 90
    low, high = COVERED[errors, size][quantity]
    found, such = (f", autocorrelated by {number(memory, 2)}", "such ") if lasting else ("", "")
    said = f"{n} periods{found}: 95% intervals of a {quantity} over {size} {such}simulated periods cover"
    return f"{said} {low} to {high}%"


def fit_segments(y, offset, design, before, family, errors, lags) -> tuple[object, float]:
    """Fit, or refuse designs that overlap and sides with so few events that any change would fit.

    Returns
    -------
    tuple
        Result of statsmodels, and the overdispersion α.

    Raises
    ------
    ValueError
        For overlapping terms, fewer than five events on a side, or a change beyond 10 log points.
    """
    launch, counts = label(y.index[before]), family != "log_linear"
    sides = {f"before {launch}": y.iloc[:before].sum(), f"from {launch} on": y.iloc[before:].sum()}
    remedy = "Widen the place or the periods, or compare the two totals exactly with counts.rate_ratio"
    for side, events in sides.items():
        if counts and events < MINIMUM_EVENTS:
            found = f"{events:g} event{'s' if events > 1 else ''}" if events else "no event"
            raise ValueError(
                f"{y.name!r} counts {found} {side}; a rate and its trend need at least {MINIMUM_EVENTS} on either "
                f"side. {remedy}"
            )
    rank = np.linalg.matrix_rank(design.to_numpy())
    if rank < design.shape[1]:
        raise ValueError(f"terms {list(design.columns)} overlap (rank {rank}); drop an event, harmonic or the slope")
    fit, alpha = regress(y, offset, design, family, errors, lags)
    later = np.arange(len(y) - before)
    change = fit.params["level"] + fit.params.get("slope", 0.0) * later
    if counts and np.abs([fit.params["level"], change.mean()]).max() > LARGEST_CHANGE:
        raise ValueError(
            f"{y.name!r} changes by {change[np.abs(change).argmax()]:.0f} log points at {launch}, which its "
            f"{sum(sides.values()):g} events cannot show: they leave stretches without any. Use slope=False. {remedy}"
        )
    return fit, alpha


def covariance(fit, family, errors) -> np.ndarray:
    """Covariance of the coefficients; NaN where the terms meet every period, which leaves no measure of chance."""
    found, left = np.asarray(fit.cov_params()), fit.ssr if family == "log_linear" else fit.pearson_chi2
    measured = left >= EXACT * fit.nobs or errors == "model" and family != "log_linear"
    return found if measured else np.full_like(found, np.nan)


def regress(y, offset, design, family, errors, lags) -> tuple[object, float]:
    """Fit with statsmodels; returns its result and the overdispersion α (0 unless negative binomial)."""
    robust = (
        {"cov_type": "HAC", "cov_kwds": {"maxlags": lags, "use_correction": True}} if errors == "newey_west" else {}
    )
    if family == "log_linear":
        target = np.log(y) - offset
        if errors == "ar1":
            return sm.GLSAR(target, design, rho=1).iterative_fit(maxiter=50), 0.0
        return sm.OLS(target, design).fit(use_t=True, **robust), 0.0

    def glm(kind, counts=y, terms=design, exposure=offset, start=None, **options):
        fit = sm.GLM(counts, terms, family=kind, offset=exposure).fit(start_params=start, maxiter=200, **options)
        if not fit.converged or not np.isfinite(fit.params).all():
            raise ValueError("the regression did not converge; use wider periods, fewer terms or family 'log_linear'")
        return fit

    plain = glm(sm.families.Poisson())
    alpha = 0.0
    if family == "negative_binomial" and plain.pearson_chi2 > plain.df_resid:
        bare, start = [part.to_numpy() for part in (y, design, offset)], plain.params.to_numpy()

        def loss(log_alpha):
            return -glm(sm.families.NegativeBinomial(alpha=math.exp(log_alpha)), *bare, start).llf

        alpha = math.exp(minimize_scalar(loss, bounds=(-14, 4), method="bounded", options={"xatol": 1e-5}).x)
    kind = sm.families.NegativeBinomial(alpha=alpha) if alpha else sm.families.Poisson()
    return glm(kind, use_t=True, **robust), alpha
