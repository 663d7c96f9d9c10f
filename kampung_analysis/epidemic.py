"""On which scale, in which weeks and against whom is an epidemic compared? The choices of a study, each with a name.

The same counts give a level, a logarithm or a growth rate; a specification curve needs all of them from one place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from kampung_analysis.results import Check
from kampung_analysis.synthetic import SyntheticControl, synthetic_control

SCALES = ("level", "log", "growth")


def wide_outcome(
    panel: pd.DataFrame, *, outcome: str = "confirmed", scale: str = "log", unit: str = "province"
) -> pd.DataFrame:
    """Weekly counts of all units as one wide frame on a chosen scale.

    Parameters
    ----------
    panel : DataFrame
        Long, with `week`, the `unit` column, ``new_<outcome>`` and `population`.
    outcome : str
        "confirmed" or "deaths".
    scale : {"level", "log", "growth"}
        Per 100,000 a week; log of (count + 1/2) per 100,000 (the half keeps weeks without a case); weekly change of
        that log.
    unit : str
        Column of the units.

    Returns
    -------
    DataFrame, shape (weeks, units)
        "growth" loses the first week.

    Raises
    ------
    ValueError
        For an unknown scale or outcome, or a panel with missing cells.
    """
    if scale not in SCALES:
        raise ValueError(f"scale is {scale!r}; choose one of {', '.join(SCALES)}")
    if f"new_{outcome}" not in panel:
        have = [c.removeprefix("new_") for c in panel if c.startswith("new_")]
        raise ValueError(f"outcome is {outcome!r}; the panel counts {', '.join(have)}")
    counts = panel.pivot(index="week", columns=unit, values=f"new_{outcome}").astype(float)
    if counts.isna().any().any():
        week, name = counts.stack(future_stack=True).pipe(lambda s: s[s.isna()]).index[0]
        raise ValueError(
            f"{name} has no count of {outcome} in the week of {week:%Y-%m-%d}; choose weeks all units have"
        )
    people = panel.groupby(unit)["population"].first().reindex(counts.columns)
    if scale == "level":
        return counts / people * 1e5
    logs = np.log((counts + 0.5) / people * 1e5)
    return logs if scale == "log" else logs.diff().iloc[1:]


def comparison(
    vintages: Mapping[str, pd.DataFrame],
    *,
    treated: str,
    launch: str,
    pools: Mapping[str, Sequence[str]],
) -> Callable[..., SyntheticControl]:
    """A fit that takes the choices of a study by name, for a specification curve.

    Parameters
    ----------
    vintages : mapping of str to DataFrame
        Panels as for :func:`wide_outcome`, by the date at which they were published.
    treated : str
        The treated unit.
    launch : str
        Monday of the launch week.
    pools : mapping of str to sequence of str
        Units to leave out of the donor pool, by the name of the pool.

    Returns
    -------
    callable
        ``fit(vintage, outcome, scale, method, pool, start, end, lag)``: `start` and `end` are the Mondays of the first
        and last week; `lag` weeks after the launch are left out before the effect is counted.
    """
    cache: dict[tuple, pd.DataFrame] = {}

    def fit(*, vintage, outcome, scale, method, pool, start, end, lag) -> SyntheticControl:
        key = (vintage, outcome, scale)
        if key not in cache:
            cache[key] = wide_outcome(vintages[vintage], outcome=outcome, scale=scale)
        if pd.Timestamp(end) > cache[key].index[-1]:
            raise ValueError(f"vintage {vintage} ends with the week of {cache[key].index[-1]:%Y-%m-%d}, before {end}")
        wide = cache[key].loc[start:end].drop(columns=list(pools[pool]))
        counted = pd.Timestamp(launch) + pd.Timedelta(weeks=lag)
        transition = (wide.index >= launch) & (wide.index < counted)
        if lag:
            wide = wide[~transition].set_axis(range(int((~transition).sum())))
            counted = int((cache[key].loc[start:end].index < launch).sum())
        return synthetic_control(wide, treated=treated, launch=counted, method=method)

    return fit


def check_scales(effects: pd.DataFrame) -> Check:
    """Do specifications on different scales lie on the same side of zero?

    Parameters
    ----------
    effects : DataFrame
        One row a specification: `scale`, and `value`, the effect in units of that scale.

    Returns
    -------
    Check
        Failed when most specifications of one scale lie below zero and most of another do not. Not run with one scale.

    Raises
    ------
    ValueError
        When an effect is missing.
    """
    if effects["value"].isna().any():
        raise ValueError(f"{int(effects['value'].isna().sum())} effects are missing; hand over fitted specifications")
    below = (effects["value"] < 0).groupby(effects["scale"]).mean()
    name = "Do the scales agree?"
    if len(below) < 2:
        return Check(name, None, f"{len(below)} scale was fitted, 2 are needed.")
    why = f"Share of specifications below zero: {', '.join(f'{k} {x:.0%}' for k, x in below.items())}."
    return Check(name, bool((below > 0.5).nunique() == 1), why)
