"""From many to few: what does an award select on, and what would chance have given?

A funnel keeps places and innovations apart; a lottery says how surprising a winner is.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint


def funnel(stages: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Conditional probabilities from one stage of a selection to the next.

    Parameters
    ----------
    stages : DataFrame
        Columns `label`, `count` (positive integers, in order of selection) and `unit` ("districts", "innovations").
    level : float
        Coverage of the Wilson interval (doi:10.1080/01621459.1927.10502953).

    Returns
    -------
    DataFrame
        `label`, `count`, `unit`, `share` of the stage before, `low`, `high`, and `comparable`: False where the unit
        changes, so that no share of the stage before exists (`share` and its bounds are NaN there).

    Raises
    ------
    ValueError
        When a stage holds more than the one before it in the same unit.
    """
    frame = stages[["label", "count", "unit"]].reset_index(drop=True).copy()
    before, same = frame["count"].shift(), frame["unit"].eq(frame["unit"].shift())
    grows = same & (frame["count"] > before)
    if grows.any():
        i = int(np.flatnonzero(grows)[0])
        raise ValueError(
            f"stage {frame.label[i]!r} holds {frame['count'][i]} {frame.unit[i]}, more than the "
            f"{int(before[i])} before it; check the order of the stages or the unit"
        )
    frame["comparable"] = same
    frame["share"] = np.where(same, frame["count"] / before, np.nan)
    bounds = [
        proportion_confint(int(c), int(b), alpha=1 - level, method="wilson") if ok else (math.nan, math.nan)
        for c, b, ok in zip(frame["count"], before, same, strict=True)
    ]
    frame[["low", "high"]] = pd.DataFrame(bounds, index=frame.index)
    return frame


def lottery(population: int, marked: int, drawn: int) -> pd.DataFrame:
    """What a fair draw without replacement would give (hypergeometric distribution).

    Parameters
    ----------
    population : int
        Places in the draw, such as 514 districts.
    marked : int
        Places of the kind that interests, such as the 38 of East Java.
    drawn : int
        Winners.

    Returns
    -------
    DataFrame
        `winners` (0 to `drawn`), `probability`, and `at_least`, the probability of so many or more.

    Raises
    ------
    ValueError
        When winners or marked places exceed the places in the draw.
    """
    if not 0 <= marked <= population or not 0 < drawn <= population:
        raise ValueError(f"cannot draw {drawn} with {marked} marked from {population}; both must lie within it")
    winners = np.arange(min(drawn, marked) + 1)
    law = stats.hypergeom(population, marked, drawn)
    return pd.DataFrame({"winners": winners, "probability": law.pmf(winners), "at_least": law.sf(winners - 1)})
