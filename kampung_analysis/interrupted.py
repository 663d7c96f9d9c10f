"""Did the series change its level or slope at the launch? Segmented regression on statsmodels.

The model is log rate = a + b·t + level·[t ≥ launch] + slope·(t − launch)·[t ≥ launch] + seasons + events, with the
exposure as offset (Bernal, Cummins & Gasparrini 2017, doi:10.1093/ije/dyw098). The counterfactual is the same model
without level and slope change. One series cannot tell the programme from whatever else happened in the week of its
launch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.stats import t as student
from statsmodels.stats.diagnostic import acorr_ljungbox

from .results import Estimate, number
from .segments import check_lags, check_length, covariance, fit_segments, length_caution, read_series, segment_terms
from .timeline import check_choice, find_period, label

FAMILIES = ("negative_binomial", "poisson", "log_linear")
ERRORS = ("newey_west", "ar1", "model")
MINIMUM_BEFORE = 8
MINIMUM_AFTER = 4


def fit_interrupted(
    data: pd.Series | pd.DataFrame,
    *,
    launch,
    outcome: str | None = None,
    exposure: str | None = None,
    time: str | None = None,
    family: str = "negative_binomial",
    slope: bool = True,
    harmonics: int = 0,
    season: float = 365.25 / 7,
    weekdays: bool = False,
    events: Mapping[str, list] | None = None,
    errors: str = "newey_west",
    lags: int | None = None,
    minimum_before: int = MINIMUM_BEFORE,
    minimum_after: int = MINIMUM_AFTER,
) -> Interrupted:
    """Fit one interrupted series.

    Parameters
    ----------
    data : pandas.Series or pandas.DataFrame
        A series of outcomes by period, or a frame with `outcome` and perhaps `exposure` and `time` columns. Periods are
        the index unless `time` names a column; evenly spaced, none missing.
    launch : label
        First treated period.
    outcome, exposure, time : str
        Columns of the frame. Exposure (population, person-weeks) must be positive; rates are then per unit of exposure.
    family : {"negative_binomial", "poisson", "log_linear"}
        Counts with variance μ + αμ² (α by maximum likelihood; 0 when counts vary no more than Poisson), Poisson counts,
        or least squares on the log of positive outcomes.
    slope : bool
        Allow a change of slope as well as of level.
    harmonics, season : int, float
        Pairs of sine and cosine terms and the periods in a full season (weeks in a year unless said otherwise).
    weekdays : bool
        Six weekday terms for daily data.
    events : mapping of name to periods, optional
        Each event gets one term for its periods (a holiday, a mass-testing week), so that they do not count as effect.
    errors : {"newey_west", "ar1", "model"}
        Newey–West covariance; first-order autoregressive errors by iterated feasible GLS ("log_linear" only); or the
        model's own.
    lags : int, optional
        Newey–West lags, at most half the periods; floor(4 (n/100)^(2/9)) when not given.
    minimum_before, minimum_after : int
        Fewest periods on either side; each further term asks for one more before the launch.

    Returns
    -------
    Interrupted

    Raises
    ------
    KeyError, TypeError, ValueError
        Named column, period or count and what to do; counts need five events on either side of the launch.
    """
    check_choice("family", family, FAMILIES)
    check_choice("errors", errors, ERRORS)
    if errors == "ar1" and family != "log_linear":
        raise ValueError(f"errors 'ar1' need family 'log_linear', not {family!r}; for counts use 'newey_west'")
    y, offset = read_series(data, outcome, exposure, time, family)
    before = y.index.get_loc(find_period(y.index, launch))
    design = segment_terms(y.index, before, slope, harmonics, season, weekdays, events or {})
    check_length(before, len(y), design, harmonics, season, minimum_before, minimum_after)
    lags = check_lags(lags, len(y))
    fit, alpha = fit_segments(y, offset, design, before, family, errors, lags)
    return Interrupted(y, offset, design, before, family, errors, lags, alpha, fit, y.name or "outcome")


@dataclass(frozen=True, repr=False)
class Interrupted:
    """A fitted interrupted series.

    Attributes
    ----------
    observed : pandas.Series
        Outcome by period.
    offset : pandas.Series
        Log exposure; zero without one.
    design : pandas.DataFrame
        Terms by period.
    before : int
        Periods before the launch.
    family, errors : str
    lags : int
        Newey–West lags.
    alpha : float
        Overdispersion of the negative binomial; 0 for the others.
    fit : statsmodels results
    outcome : str
    """

    observed: pd.Series
    offset: pd.Series
    design: pd.DataFrame
    before: int
    family: str
    errors: str
    lags: int
    alpha: float
    fit: object
    outcome: str

    @property
    def launch(self):
        """First treated period."""
        return self.observed.index[self.before]

    @property
    def dispersion(self) -> float:
        """Pearson chi-squared by degrees of freedom; near 1 when the variance is right. NaN for "log_linear"."""
        return math.nan if self.family == "log_linear" else float(self.fit.pearson_chi2 / self.fit.df_resid)

    @cached_property
    def autocorrelation_p(self) -> float:
        """Ljung–Box p-value of the residuals over a fifth of the periods, at most ten lags; small is bad."""
        lags = max(1, min(10, len(self.observed) // 5))
        return float(acorr_ljungbox(self._residuals, lags=[lags])["lb_pvalue"].iloc[0])

    @property
    def _residuals(self) -> np.ndarray:
        names = {"log_linear": "wresid" if self.errors == "ar1" else "resid"}
        return np.asarray(getattr(self.fit, names.get(self.family, "resid_pearson")))

    @property
    def _memory(self) -> float:
        """First-order autocorrelation: the one that AR(1) errors allow for, or what the residuals keep."""
        if self.errors == "ar1":
            return float(np.ravel(self.fit.model.rho)[0])
        left = self._residuals - self._residuals.mean()
        return float(left[1:] @ left[:-1] / (left @ left)) if left.any() else 0.0

    def level(self, *, level: float = 0.95) -> Estimate:
        """Rate in the first treated period over the rate the old trend predicts for it."""
        return self._ratio(
            {"level": 1.0}, "change of level", "rate in the launch period over the continued trend", level
        )

    def slope(self, *, level: float = 0.95) -> Estimate:
        """Factor by which the growth per period changed."""
        if "slope" not in self.design:
            raise ValueError("fitted with slope=False; there is no change of slope to report")
        return self._ratio({"slope": 1.0}, "change of slope", "growth factor per period over the one before", level)

    def effect(self, *, level: float = 0.95) -> Estimate:
        """Geometric mean over the treated periods of fitted rate over counterfactual rate."""
        later = len(self.observed) - self.before
        weights = {"level": 1.0} | ({"slope": (later - 1) / 2} if "slope" in self.design else {})
        words = f"mean rate ratio over {later} periods from {label(self.launch)}, against the continued trend"
        return self._ratio(weights, "mean rate ratio", words, level)

    def _ratio(self, weights, name, estimand, level):
        row = np.array([weights.get(c, 0.0) for c in self.design.columns])
        value = float(row @ self.fit.params.to_numpy())
        se = float(np.sqrt(row @ self._covariance @ row))
        df = float(self.fit.df_resid)
        half = float(student.ppf(0.5 + level / 2, df)) * se
        return Estimate(
            name=f"{name} of {self.outcome}",
            value=math.exp(value),
            low=math.exp(value - half),
            high=math.inf if value + half >= 700 else math.exp(value + half),
            unit="rate ratio",
            level=level,
            estimand=estimand,
            method=self.method,
            se=math.exp(value) * se,
            p=float(2 * student.sf(abs(value) / se, df)),
            n=len(self.observed),
            warnings=self.cautions(name),
        )

    @property
    def _covariance(self) -> np.ndarray:
        return covariance(self.fit, self.family, self.errors)

    @property
    def method(self) -> str:
        """Family and errors in words."""
        errors = {"newey_west": f"Newey–West errors, {self.lags} lags", "ar1": "AR(1) errors", "model": "model errors"}
        return f"interrupted time series, {self.family.replace('_', ' ')}, {errors[self.errors]} (statsmodels)"

    def cautions(self, quantity: str = "mean rate ratio") -> tuple[str, ...]:
        """What a reader must know before using an estimate; also of a "change of level" or a "change of slope"."""
        if np.isnan(self._covariance).any():
            return ("no interval: the terms meet every period exactly, which leaves nothing to measure chance by",)
        found = list(filter(None, [length_caution(len(self.observed), self.errors, quantity, self._memory)]))
        if self.autocorrelation_p < 0.05:
            p = number(self.autocorrelation_p, 2)
            found.append(f"residuals are autocorrelated (Ljung–Box p = {p}): the interval is too short")
        if self.errors == "model" and self.dispersion > 1.5:
            found.append(f"counts vary {number(self.dispersion, 2)} times more than the model's errors allow for")
        return tuple(found)

    def counterfactual(self, *, level: float = 0.95) -> pd.DataFrame:
        """What the model expects without the launch, by period, in units of the outcome.

        Returns
        -------
        pandas.DataFrame
            observed, fitted, counterfactual, low, high (interval of the expected value; before the launch the
            counterfactual equals the fit).
        """
        if not 0 < level < 1:
            raise ValueError(f"level is {level}; give a share between 0 and 1, for example 0.95")
        bare = self.design.copy()
        bare[[c for c in ("level", "slope") if c in bare]] = 0.0
        params, scale = self.fit.params.to_numpy(), np.exp(self.offset.to_numpy())
        line = bare.to_numpy() @ params
        se = np.sqrt(np.einsum("ij,jk,ik->i", bare.to_numpy(), self._covariance, bare.to_numpy()))
        half = student.ppf(0.5 + level / 2, self.fit.df_resid) * se
        columns = {
            "observed": self.observed.to_numpy(),
            "fitted": np.exp(self.design.to_numpy() @ params) * scale,
            "counterfactual": np.exp(line) * scale,
            "low": np.exp(line - half) * scale,
            "high": np.exp(line + half) * scale,
        }
        return pd.DataFrame(columns, index=self.observed.index)

    def placebo_launches(
        self, launches=None, *, minimum_before: int = MINIMUM_BEFORE, minimum_after: int = MINIMUM_AFTER
    ):
        """Pretend earlier launches, using only periods before the true one.

        Returns
        -------
        pandas.DataFrame
            launch, level, effect (rate ratios), p (of the effect), one row per pretended launch.

        Raises
        ------
        ValueError
            When fewer than `minimum_before` + `minimum_after` periods lie before the launch, or a side of a pretended
            launch, which is named, cannot be fitted: then name `launches` that can.
        """
        times = self.observed.index[: self.before]
        if launches is None:
            launches = list(times[minimum_before : self.before - minimum_after + 1])
            if not launches:
                raise ValueError(
                    f"{self.before} periods before the launch; placebo launches need {minimum_before + minimum_after}"
                )
        extra = [c for c in self.design.columns if c not in ("intercept", "trend", "level", "slope")]
        rows = []
        for launch in launches:
            spot = times.get_loc(find_period(times, launch))
            design = segment_terms(times, spot, "slope" in self.design, 0, 1.0, False, {})
            kept = self.design[extra].iloc[: self.before]
            design = pd.concat([design, kept.loc[:, kept.nunique() > 1]], axis=1)
            check_length(spot, self.before, design[design.columns[:4]], 0, 1.0, minimum_before, minimum_after)
            y, offset = self.observed.iloc[: self.before], self.offset.iloc[: self.before]
            lags = check_lags(self.lags, self.before)
            fit, alpha = fit_segments(y, offset, design, spot, self.family, self.errors, lags)
            early = Interrupted(y, offset, design, spot, self.family, self.errors, lags, alpha, fit, self.outcome)
            effect = early.effect()
            rows.append((times[spot], early.level().value, effect.value, effect.p))
        return pd.DataFrame(rows, columns=["launch", "level", "effect", "p"])

    def to_frame(self) -> pd.DataFrame:
        """Coefficients on the log scale: term, coefficient, se."""
        return pd.DataFrame(
            {"coefficient": self.fit.params, "se": np.sqrt(np.diag(self._covariance))}, index=self.design.columns
        ).rename_axis("term")

    def __str__(self) -> str:
        return f"{(found := self.effect())}\n  Estimand: {found.estimand}; {found.n} periods in all."

    __repr__ = __str__
