"""Where and when did a programme spread, and how far can its counts be believed?

Bounds first: counts in mixed units and dates known only as intervals bound a share, they do not measure it. A growth
curve is fitted only together with the range of ceilings that the data cannot tell apart.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import optimize, stats

from kampung_analysis.inputs import check_number


def reversals(counts: pd.DataFrame, *, date: str = "date", value: str = "count") -> pd.DataFrame:
    """Later counts of a stock that are lower than an earlier one.

    Parameters
    ----------
    counts : DataFrame
        Counts of one stock in one place; a stock of sites that are not closed cannot fall.
    date, value : str
        Columns.

    Returns
    -------
    DataFrame
        One row per count below the highest earlier one: `date`, `count`, `highest_date`, `highest_before`,
        `shortfall`. Empty when the series is monotone. Counts of the same day are compared with one another too.

    Raises
    ------
    ValueError
        When a count has no date or no value.
    """
    if counts[[date, value]].isna().any().any():
        raise ValueError(f"every count needs a {date} and a {value}; drop or repair the rows that have none")
    days, sizes = counts[date], counts[value]
    if pd.api.types.infer_dtype(days, skipna=False) == "string" or not pd.api.types.is_numeric_dtype(sizes):
        raise TypeError(f"{date!r} holds {days.dtype}, {value!r} {sizes.dtype}; convert text to dates and numbers")
    odd = ~(np.isfinite(sizes.to_numpy(float)) & (sizes.to_numpy(float) >= 0))
    if odd.any():
        raise ValueError(
            f"the count of {days[odd].iloc[0]} is {sizes[odd].iloc[0]}; give one from 0 on or drop the row"
        )
    frame = counts[[date, value]].sort_values([date, value], kind="stable").to_numpy()
    rows, top = [], None
    for day, number in frame:
        if top is not None and number < top[1]:
            rows.append((day, number, top[0], top[1], top[1] - number))
        if top is None or number > top[1]:
            top = (day, number)
    return pd.DataFrame(rows, columns=["date", "count", "highest_date", "highest_before", "shortfall"])


def coverage_bounds(sites: int, *, places: int, sites_per_place: int) -> tuple[float, float]:
    """Sharp bounds on the share of places that have a site, when sites are counted and places are not.

    Parameters
    ----------
    sites : int
        Sites claimed, in units smaller than or equal to a place (RT, RW, dusun, village).
    places : int
        Places that could have one, such as 8,501 villages.
    sites_per_place : int
        Most sites that fit into one place; 1 when a site is a place.

    Returns
    -------
    tuple of float
        Lower bound (sites stacked as densely as they fit) and upper bound (one a place), as shares of `places`.

    Raises
    ------
    ValueError
        When more sites are claimed than fit.
    """
    given = {"sites": (sites, 0), "places": (places, 1), "sites_per_place": (sites_per_place, 1)}
    for what, (number, least) in given.items():
        check_number(what, number, least=least, whole=True)
    sites, places, sites_per_place = (int(number) for number, _ in given.values())
    if sites > places * sites_per_place:
        raise ValueError(f"{sites} sites do not fit into {places} places of {sites_per_place}; check the unit")
    return math.ceil(sites / sites_per_place) / places, min(sites, places) / places


def adoption_bounds(starts: pd.DataFrame, *, units: int, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """Share of units that had adopted by each date, when starts are known as intervals.

    Parameters
    ----------
    starts : DataFrame
        One row a unit with `not_before` and `not_after` (datetimes; NaT in `not_before` means at any time before).
        Units of the population that do not appear are unknown: they count as not adopted in the lower bound only.
    units : int
        Units in the population, such as 38 districts.
    dates : DatetimeIndex
        When to read the curve.

    Returns
    -------
    DataFrame
        `date`, `low` (surely adopted), `documented` (adopted at the latest date the source allows, among documented
        starts), `high` (possibly adopted; 1 while any unit is undocumented), all as shares.

    Raises
    ------
    ValueError
        For more starts than units, or a start whose `not_after` is missing or comes first.
    """
    if len(starts) > units:
        raise ValueError(f"{len(starts)} starts for {units} units; one row a unit")
    check_number("units", units, least=1, whole=True)
    if starts.index.has_duplicates:
        raise ValueError(f"row {starts.index[starts.index.duplicated()][0]} stands twice; give each unit one row")
    early, late = starts["not_before"], starts["not_after"]
    wrong = late.isna() | (early > late)
    if wrong.any():
        raise ValueError(f"row {starts.index[wrong][0]}: not_after must be given and not precede not_before")
    sure = np.array([(late <= d).sum() for d in dates])
    perhaps = np.array([(early.isna() | (early <= d)).sum() for d in dates])
    unknown = units - len(starts)
    return pd.DataFrame(
        {
            "date": dates,
            "low": sure / units,
            "documented": sure / max(len(starts), 1),
            "high": (perhaps + unknown) / units,
        }
    )


def time_to_share(bounds: pd.DataFrame, share: float) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Earliest and latest date at which a share of the units had adopted; NaT when the bound never gets there.

    Raises
    ------
    ValueError
        For a share that is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; give a number above 0 and up to 1")
    found = [bounds.loc[bounds[side] >= share, "date"].min() for side in ("high", "low")]
    return found[0], found[1]


def logistic(day: np.ndarray, ceiling: float, midpoint: float, rate: float) -> np.ndarray:
    """Logistic growth: ceiling / (1 + exp(−rate·(day − midpoint)))."""
    return ceiling / (1 + np.exp(-np.clip(rate * (np.asarray(day, float) - midpoint), -700, 700)))


def ceiling_profile(days: np.ndarray, counts: np.ndarray, *, ceilings: np.ndarray, level: float = 0.95) -> pd.DataFrame:
    """How well does each ceiling fit? Profile likelihood of a logistic curve with log-normal errors.

    Parameters
    ----------
    days : array of float, shape (n,)
        Days since the launch.
    counts : array of float, shape (n,)
        Positive counts.
    ceilings : array of float
        Ceilings to try, each above the largest count.
    level : float
        Coverage of the set of ceilings that the data do not reject (likelihood ratio with an F reference,
        Bates & Watts 1988, section 6.1).

    Returns
    -------
    DataFrame
        `ceiling`, `midpoint` (days), `rate` (per day), `sum_of_squares` (of log residuals), `kept` (True when the
        ceiling is in the confidence set). A set that reaches the largest ceiling tried has no upper end: the curve
        is not identified. Simulated sets hold the true ceiling in 95 % of cases while counts scatter by 0.1 log points
        below it; in 63 % when they scatter by 0.4, as no count may exceed a ceiling, and fewer once they reach it.

    Raises
    ------
    ValueError
        For days, counts or ceilings that are missing, infinite or of unequal number, counts of a single day, a ceiling
        below a count, and fewer than four counts: three parameters would fit any three points.
    """
    check_number("level", level, above=0, most=1)
    days, counts = np.asarray(days, float), np.asarray(counts, float)
    for what, values in (("day", days), ("count", counts), ("ceiling", np.asarray(ceilings, float))):
        bad = np.flatnonzero(~np.isfinite(values))
        if len(bad) or not values.size:
            found = f"{what} {bad[0] + 1} of {len(values)} is {values[bad[0]]}" if len(bad) else f"there is no {what}"
            raise ValueError(f"{found}; drop the rows without a finite day and count, and try finite ceilings")
    if len(days) != len(counts):
        raise ValueError(f"{len(days)} days for {len(counts)} counts; give one day for each count")
    if len(set(days)) < 2:
        raise ValueError(f"all {len(days)} counts are of day {days[0]:g}; a curve needs several days")
    if len(days) < 4 or (counts <= 0).any():
        raise ValueError(f"{len(days)} counts cannot test a curve of three parameters; need at least 4, all positive")
    if min(ceilings) <= counts.max():
        raise ValueError(f"a ceiling of {min(ceilings):g} lies below the largest count, {counts.max():g}")
    rows = []
    for ceiling in ceilings:
        # With the ceiling fixed the curve is linear on the logit scale: a start that needs no guess.
        slope, intercept = np.polyfit(days, np.log(counts / (ceiling - counts)), 1)
        slope = slope if abs(slope) > 1e-6 else 1e-3

        def residuals(p, ceiling=ceiling):
            return np.log(logistic(days, ceiling, p[0], p[1]) + 1e-300) - np.log(counts)

        fit = optimize.least_squares(residuals, [-intercept / slope, slope], x_scale=[30.0, 0.1])
        rows.append((ceiling, *fit.x, 2 * fit.cost))
    frame = pd.DataFrame(rows, columns=["ceiling", "midpoint", "rate", "sum_of_squares"])
    freedom = len(days) - 3
    limit = 1 + stats.f.ppf(level, 1, freedom) / freedom
    return frame.assign(kept=frame["sum_of_squares"] <= frame["sum_of_squares"].min() * limit)


def sites_affordable(budget: float, cost: float) -> int:
    """Whole sites that a budget pays for, both in the same currency; ValueError where one of them is no amount."""
    if not (0 <= budget < math.inf and 0 < cost < math.inf):
        raise ValueError(
            f"a budget of {budget} at {cost} a site cannot be divided; give finite amounts, the cost above zero"
        )
    return int(budget // cost)
