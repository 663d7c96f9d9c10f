"""What do uncertain start dates do to group-time effects? Certainty by week, the share recovered, simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from kampung_analysis.staggered_randomised import on, unit_weights


def certain_by_week(bounds: pd.DataFrame, weeks: pd.DatetimeIndex, *, units: int) -> pd.DataFrame:
    """How many units have surely started, surely not started, or could have, in each week.

    Parameters
    ----------
    bounds : DataFrame
        One row a dated unit with `not_before` and `not_after`.
    weeks : DatetimeIndex
        Mondays.
    units : int
        All units, dated or not.

    Returns
    -------
    DataFrame
        `week`, `started` (last possible day within or before the week), `not_yet` (first possible day after it),
        `unclear` and `undated`.
    """
    ends = weeks.to_numpy()[:, None] + np.timedelta64(6, "D")
    started = (bounds["not_after"].to_numpy()[None, :] <= ends).sum(axis=1)
    not_yet = (bounds["not_before"].to_numpy()[None, :] > ends).sum(axis=1)
    frame = pd.DataFrame({"week": weeks, "started": started, "not_yet": not_yet})
    return frame.assign(unclear=len(bounds) - started - not_yet, undated=units - len(bounds))


def redate(matrix: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The simple average of group-time effects under each row of start positions, (draws,).

    `matrix` is units × weeks, `places` draws × units, as from :func:`draw_starts`.
    """
    return np.array([(unit_weights(matrix, place)[2][0] * matrix).sum() for place in places])


def draw_starts(bounds: pd.DataFrame, weeks: pd.DatetimeIndex, *, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of start weeks drawn evenly between the first and the last possible day.

    Parameters
    ----------
    bounds : DataFrame
        One row a unit with `not_before` and `not_after`.
    weeks : DatetimeIndex
        Mondays.
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    array of int, shape (draws, units)
    """
    span = (bounds["not_after"] - bounds["not_before"]).dt.days.to_numpy()
    days = np.floor(rng.random((draws, len(bounds))) * (span + 1)).astype(int)
    drawn = bounds["not_before"].to_numpy().astype("datetime64[D]")[None, :] + days
    at = np.searchsorted(np.asarray(weeks, "datetime64[D]"), drawn, side="right") - 1
    outside = drawn > np.datetime64(weeks[-1], "D") + 6
    return np.where(outside, len(weeks), np.maximum(at, 0))


def limit_delay(bounds: pd.DataFrame, days: int) -> pd.DataFrame:
    """The same bounds, were no unit recorded more than so many days after it began.

    Parameters
    ----------
    bounds : DataFrame
        One row a unit with `not_before` and `not_after`.
    days : int
        Longest delay between start and record; zero takes the record as the start.

    Returns
    -------
    DataFrame
        `bounds` with `not_before` moved up to so many days before `not_after` where it lay earlier.

    Raises
    ------
    ValueError
        For a negative number of days.
    """
    if days < 0:
        raise ValueError(f"the delay is {days} days; a record cannot come before the start, give 0 or more")
    return bounds.assign(not_before=bounds["not_before"].clip(lower=bounds["not_after"] - pd.Timedelta(days=days)))


def share_recovered(place: np.ndarray, true: np.ndarray, weeks: int) -> np.ndarray:
    """Share of a constant effect that recorded dates recover when the true dates are others; no noise.

    Parameters
    ----------
    place : array of int, shape (units,)
        Recorded positions.
    true : array of int, shape (draws, units)
        True positions, as from :func:`draw_starts`.
    weeks : int

    Returns
    -------
    array, shape (draws,)
        One where dates are right. Units that start before they are recorded spoil their own base week and the
        comparison of others.
    """
    _, _, per_unit = unit_weights(np.zeros((len(place), weeks)), place)
    tail = np.zeros((len(place), weeks + 1))
    tail[:, :weeks] = per_unit[0][:, ::-1].cumsum(axis=1)[:, ::-1]
    return tail[np.arange(len(place))[None, :], true].sum(axis=1)


def simulate_dates(
    draw_rates: Callable[[], np.ndarray],
    population: np.ndarray,
    *,
    place: np.ndarray,
    true: np.ndarray,
    effect: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Simulated panels with a known effect, estimated with recorded and with true dates.

    Parameters
    ----------
    draw_rates : callable
        Gives one panel of expected counts without a programme, (units, weeks), as
        :func:`kampung_analysis.simulation.draw_rates` does first.
    population : array, shape (units,)
    place : array of int, shape (units,)
        Recorded positions.
    true : array of int, shape (draws, units)
        True positions; one panel each.
    effect : float
        Log points on the expected count from the true start on.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        Columns `recorded`, `known`: estimated log points, one row a panel.
    """
    rows, fixed = [], None
    for dates in true:
        rates = draw_rates()
        size = rates.shape[1]
        fixed = unit_weights(np.zeros(rates.shape), place)[2][0] if fixed is None else fixed
        counts = rng.poisson(rates * np.exp(effect * on(dates, size)))
        logs = np.log((counts + 0.5) / population[:, None])
        _, _, exact = unit_weights(logs, dates)
        rows.append(((fixed * logs).sum(), (exact[0] * logs).sum()))
    return pd.DataFrame(rows, columns=["recorded", "known"])
