"""What would the treated unit have shown without the programme? A weighted mixture of untreated units stands in for it.

One call fits, and the frozen result answers: the gap, placebos in space and time, leave-one-out, intervals. Inference
is by placebo: each donor is treated in turn, and the treated unit is only remarkable if few donors show as much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.stats import norm

from .donors import METHODS, SOLVERS, DonorPanel, UnitFit, check_panel, drop_donors, fit_unit
from .inputs import check_number
from .placebos import (
    MINIMUM_PLACEBOS,
    Placebos,
    cautions,
    conformal_interval,
    conformal_p,
    refit_donors,
    refit_earlier,
    refit_without_each,
    tabulate_placebos,
)
from .results import Estimate, number
from .timeline import check_choice, label

INTERVALS = ("placebo", "studentised", "conformal", "normal")


def synthetic_control(
    wide: pd.DataFrame, *, treated, launch, method: str = "sc", solver: str = "exact", minimum_pre: int = 4
) -> SyntheticControl:
    """Compare one treated unit with a weighted mixture of donors.

    Parameters
    ----------
    wide : pandas.DataFrame, shape (periods, units)
        Outcomes; index sorted and evenly spaced, every column but `treated` a donor.
    treated : label
        Column of the treated unit.
    launch : label
        First treated period; it must be in the index.
    method : {"sc", "demeaned", "sdid", "did"}
        Donor weights without intercept; with intercept; synthetic difference in differences; equal weights with
        intercept, which is difference in differences.
    solver : {"exact", "frank_wolfe"}
        "exact" reaches the optimum; "frank_wolfe" repeats the early-stopped search behind published numbers. For
        California's Proposition 99 the two part: ``synthetic_control(wide, treated="California", launch=1989)`` gives
        −19.5 packs a head, the optimum; with ``solver="frank_wolfe"`` it gives the −19.6 printed in Table 1 of
        Arkhangelsky et al. (2021). The printed −15.6 ("sdid") and −27.3 ("did") come out of both.
    minimum_pre : int
        Refuse fewer periods before the launch than this.

    Returns
    -------
    SyntheticControl

    Raises
    ------
    KeyError, TypeError, ValueError
        For panels from which no gap can be computed; see :func:`kampung_analysis.donors.check_panel`.
    """
    check_choice("method", method, METHODS)
    check_choice("solver", solver, SOLVERS)
    panel = check_panel(wide, treated=treated, launch=launch, minimum_pre=minimum_pre)
    return _fit(panel, method, solver)


def _fit(panel, method, solver):
    options = {"method": method, "noise": panel.noise, "solver": solver}
    fit = fit_unit(panel.values, panel.treated, panel.donors, panel.pre, **options)
    return SyntheticControl(panel=panel, fit=fit, **options)


@dataclass(frozen=True, repr=False)
class SyntheticControl:
    """A fitted comparison; everything else is computed from it when asked for.

    `panel` holds the checked outcomes, `fit` weights and gap as arrays, `noise` the level that scales the penalties in
    outcome units; `method` and `solver` are as passed to :func:`synthetic_control`.
    """

    panel: DonorPanel
    method: str
    solver: str
    noise: float
    fit: UnitFit = field(repr=False)

    @property
    def att(self) -> float:
        """Mean gap from the launch on, in outcome units: the effect on the treated unit if the design holds."""
        return self.fit.att

    @property
    def treated(self):
        """Label of the treated unit."""
        return self.panel.units[self.panel.treated]

    @property
    def launch(self):
        """First treated period."""
        return self.panel.times[self.panel.pre]

    @cached_property
    def weights(self) -> pd.Series:
        """Donor weights, adding up to one, by donor."""
        return pd.Series(self.fit.weights, index=self._donors, name="weight")

    @cached_property
    def time_weights(self) -> pd.Series:
        """Weights of the periods before the launch that form the baseline; all zero for "sc"."""
        return pd.Series(self.fit.time_weights, index=self.panel.times[: self.panel.pre], name="time_weight")

    @cached_property
    def gap(self) -> pd.Series:
        """Outcome minus counterfactual, every period, in outcome units."""
        return pd.Series(self.fit.gap, index=self.panel.times, name="gap")

    @cached_property
    def observed(self) -> pd.Series:
        """Outcome of the treated unit."""
        return pd.Series(self.panel.values[:, self.panel.treated], index=self.panel.times, name="observed")

    @cached_property
    def counterfactual(self) -> pd.Series:
        """Outcome the donors predict for the treated unit."""
        return (self.observed - self.gap).rename("counterfactual")

    @property
    def relative(self) -> float:
        """Effect as a share of the mean counterfactual outcome from the launch on; −0.1 is ten per cent less."""
        base = float(self.counterfactual.iloc[self.panel.pre :].mean())
        return self.att / base if base else math.nan

    @property
    def pre_rmspe(self) -> float:
        """Root mean squared gap before the launch, in outcome units."""
        return self.fit.rmspe(self.panel.pre)[0]

    @property
    def kkt_gap(self) -> float:
        """Optimality gap of the weights: what better weights could still gain, as a share of the donors' distance."""
        return self.fit.kkt_gap

    @property
    def _placebos_exist(self) -> bool:
        return len(self.panel.donors) >= MINIMUM_PLACEBOS

    @property
    def _placebos_tell(self) -> bool:
        """False with too few donors for placebos, and with placebos that show no gap but rounding."""
        return self._placebos_exist and self._placebos.se > self._placebos.zero

    @property
    def _donors(self) -> pd.Index:
        return pd.Index([self.panel.units[i] for i in self.panel.donors], name="donor")

    def to_frame(self) -> pd.DataFrame:
        """Observed, counterfactual and gap by period."""
        return pd.concat([self.observed, self.counterfactual, self.gap], axis=1)

    @cached_property
    def _placebo_fits(self) -> list[UnitFit]:
        return refit_donors(self.panel, method=self.method, noise=self.noise, solver=self.solver)

    def placebos(self) -> Placebos:
        """Treat every donor in turn, mixing it from the other donors; the treated unit is in no pool."""
        return self._placebos

    @cached_property
    def _placebos(self) -> Placebos:
        return tabulate_placebos(self.panel, self.fit, self._placebo_fits)

    @cached_property
    def se(self) -> float:
        """Placebo standard error: spread of the effects of all donors treated in turn.

        Algorithm 4 of Arkhangelsky et al. (2021) draws placebo units at random; with one treated unit there are only as
        many placebos as donors, so this is its exact limit and needs no random numbers.
        """
        return self._placebos.se

    def placebo_se(self, *, rng: np.random.Generator, replications: int = 200) -> float:
        """Algorithm 4 as published, with random placebo draws; differs from :attr:`se` by Monte Carlo error only."""
        check_number("replications", replications, least=2, whole=True)
        att = np.array([f.att for f in self._placebo_fits])
        return float(np.std(att[rng.integers(len(att), size=replications)]))

    def placebos_in_time(self, launches=None, *, minimum_pre: int = 4) -> pd.DataFrame:
        """Pretend earlier launches, using only periods before the true one; effects should be near zero.

        `launches` are pretended first treated periods; by default every period that has `minimum_pre` before it. Holds
        launch, att, pre_rmspe, post_rmspe and periods, the number of pretended treated periods.
        """
        return refit_earlier(self.panel, launches, minimum_pre, method=self.method, solver=self.solver)

    def leave_one_out(self) -> pd.DataFrame:
        """Refit without each donor that carries weight: dropped, weight it had, att, pre_rmspe; heaviest first."""
        options = {"method": self.method, "noise": self.noise, "solver": self.solver}
        return refit_without_each(self.panel, self.fit, **options)

    def interval(self, method: str = "placebo", *, level: float = 0.95) -> tuple[float, float]:
        """Interval of the mean effect, in outcome units.

        Parameters
        ----------
        method : {"placebo", "studentised", "conformal", "normal"}
            "placebo" keeps every constant effect whose removal leaves the treated unit's mean gap inside the donors'
            (in size). "studentised" does so after dividing each gap by the unit's pre-launch RMSPE. "conformal" refits
            with the effect removed and compares residuals over cyclic shifts of time. "normal" is att ± z · se.
        level : float
            Nominal coverage.

        Returns
        -------
        tuple of float
            Infinite bounds when there are too few donors or periods for the level, or placebos without any gap: say
            so, do not shorten it.
        """
        if not 0 < level < 1:
            raise ValueError(f"level is {level}; give a share between 0 and 1, for example 0.95")
        check_choice("interval", method, INTERVALS)
        if method == "conformal":
            return conformal_interval(self.panel, self.fit, level, method=self.method, noise=self.noise)
        if not (self._placebos_tell if method == "normal" else self._placebos_exist):
            return -math.inf, math.inf
        if method == "normal":
            half = float(norm.ppf(0.5 + level / 2)) * self.se
            return self.att - half, self.att + half
        return self.placebos().interval(level, studentised=method == "studentised")

    def conformal_p(self, effect: float = 0.0) -> float:
        """p-value of a constant effect; see :func:`kampung_analysis.placebos.conformal_p`."""
        return conformal_p(self.panel, effect, method=self.method, noise=self.noise)

    def cautions(self, *, interval: str = "placebo", level: float = 0.95) -> tuple[str, ...]:
        """What a reader must know before using the effect."""
        placebos = self.placebos() if self._placebos_exist else None
        return cautions(self.panel, self.fit, placebos, method=self.method, interval=interval, level=level)

    def estimate(
        self, name: str = "", *, unit: str = "", interval: str = "placebo", level: float = 0.95, estimand: str = ""
    ) -> Estimate:
        """The effect as an :class:`~kampung_analysis.results.Estimate`.

        Parameters
        ----------
        name, unit, estimand : str
            Words for the result; sensible ones are made from the panel when empty.
        interval : {"placebo", "studentised", "conformal", "normal"}
            See :meth:`interval`. The p-value always belongs to the interval: rank of the effect's size among placebos,
            rank of the studentised size, conformal, or normal.
        level : float
            Nominal coverage.
        """
        low, high = self.interval(interval, level=level)
        times, pre, donors = self.panel.times, self.panel.pre, len(self.panel.donors)
        span = f"{label(times[pre])} to {label(times[-1])}"
        return Estimate(
            name=name or f"mean gap of {self.treated}",
            value=self.att,
            low=low,
            high=high,
            unit=unit,
            level=level,
            estimand=estimand
            or f"effect on {self.treated}, mean of {span}, against {donors} donors, {pre} periods before",
            method=f"{METHODS[self.method]}; {interval} interval",
            se=self.se if self._placebos_tell else None,
            p=self._p(interval),
            n=donors + 1,
            warnings=self.cautions(interval=interval, level=level),
        )

    def _p(self, interval):
        if interval == "conformal":
            return self.conformal_p()
        if not self._placebos_tell:
            return None
        if interval == "normal":
            return float(2 * norm.sf(abs(self.att) / self.se))
        return self.placebos().p_att if interval == "placebo" else self.placebos().p_studentised

    def without(self, *donors) -> SyntheticControl:
        """The same comparison with donors removed from the pool."""
        return _fit(drop_donors(self.panel, donors), self.method, self.solver)

    def __str__(self) -> str:
        top = self.weights[self.weights > 0.005].sort_values(ascending=False, kind="stable").head(5)
        mixture = ", ".join(f"{name} {weight:.0%}" for name, weight in top.items())
        fit = f"  Fit before the launch: RMSPE {number(self.pre_rmspe)}; largest weights: {mixture}."
        return f"{(found := self.estimate())}\n  Estimand: {found.estimand}.\n{fit}"

    __repr__ = __str__
