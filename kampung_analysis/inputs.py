"""Is this number, or this table, one that a method can use? Refusals that name thing, value and way out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd


def check_number(what: str, value, *, above=-math.inf, least=-math.inf, most=math.inf, whole: bool = False) -> None:
    """Refuse a number that is missing, infinite or outside its limits.

    Parameters
    ----------
    what : str
        Name of the number, as the caller wrote it.
    value : float
    above, least, most : float
        It must exceed `above`, be at least `least` and at most `most`.
    whole : bool
        It must be a whole number.

    Raises
    ------
    ValueError
        Names the number, its value and the limits.
    """
    fine = isinstance(value, int | float | np.number) and np.isreal(value) and math.isfinite(value)
    if fine and value > above and least <= value <= most and (not whole or value == int(value)):
        return
    limits = [f"above {above:g}"] if above > -math.inf else []
    limits += [f"from {least:g}"] if least > -math.inf else []
    limits += [f"up to {most:g}"] if most < math.inf else []
    kind = "whole" if whole else "finite"
    raise ValueError(" ".join([f"{what} is {value}; give a {kind} number", *limits]))


def check_complete(wide: pd.DataFrame, *, weeks: int = 2, units: int = 2) -> None:
    """Refuse a table of weeks × units that is too small or has a cell that is no finite number.

    Raises
    ------
    TypeError
        For no table, columns of several levels or of anything but numbers.
    ValueError
        Names the first bad cell and counts them, a unit or week that stands twice, or the shape.
    """
    if not isinstance(wide, pd.DataFrame):
        raise TypeError(f"the table is a {type(wide).__name__}; hand over a DataFrame of weeks × units")
    for what, labels in (("unit", wide.columns), ("week", wide.index)):
        if labels.has_duplicates:
            raise ValueError(f"{what} {labels[labels.duplicated()][0]!s} stands twice; keep one of the two")
    odd = [c for c in wide.columns if not pd.api.types.is_numeric_dtype(wide[c])]
    if odd:
        raise TypeError(f"unit {odd[0]!r} has type {wide[odd[0]].dtype}; convert it with pd.to_numeric or drop it")
    if wide.shape[0] < weeks or wide.shape[1] < units:
        raise ValueError(f"the table has {wide.shape[0]} weeks and {wide.shape[1]} units; give {weeks} and {units}")
    bad = ~np.isfinite(wide.to_numpy(dtype=float, na_value=np.nan))
    if bad.any():
        row, column = map(int, np.argwhere(bad)[0])
        raise ValueError(
            f"{int(bad.sum())} cells are missing or infinite, first {wide.columns[column]} at {wide.index[row]}; "
            "choose weeks that every unit has"
        )
