"""What does a method hand back? Frozen, printable results that every floor above understands.

An :class:`Estimate` is a number with its interval, unit and estimand; a :class:`Check` is a question put to a design,
with three outcomes. Neither plots, opens files, nor knows which method made it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

import numpy as np

BOUNDS = ("arithmetic", "dated", "count")
"""Methods whose name begins so give bounds on a quantity, not an interval with a coverage."""
DIGITS = 6
"""Significant digits that leave the package: more would compare the machine's rounding, not the result."""


def rounded(value, digits: int = DIGITS):
    """Round every float in a nested structure to `digits` significant digits, as plain Python values.

    Parameters
    ----------
    value : scalar, sequence, mapping or None
        NumPy scalars and arrays become Python numbers and lists; NaN becomes None.
    digits : int
        Significant digits.

    Returns
    -------
    object
        The same structure of dict, list, str, int, float, bool and None, ready for JSON.

    Raises
    ------
    TypeError
        For a value that JSON cannot hold.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.generic):
        return rounded(value.item(), digits)
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return float(f"{value:.{digits}g}") + 0.0
    if isinstance(value, Mapping):
        return {str(k): rounded(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [rounded(v, digits) for v in value]
    raise TypeError(f"cannot record a {type(value).__name__} ({value!r}); hand over numbers, text, lists or dicts")


def number(value: float, digits: int = 3) -> str:
    """Write a number for a sentence: thousands separated, `digits` significant digits, a real minus sign.

    Sizes below 1e-9 get an exponent.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "not available"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if 0 < abs(value) < 1e-9:
        return f"{value:.{digits - 1}e}".replace("-", "−")
    if float(value).is_integer() and abs(value) < 1e15:
        text = f"{int(value):,}"
    else:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
        text = f"{value:,.{decimals}f}"
    return text.replace("-", "−")


def quantity(value: float, unit: str) -> str:
    """A number with its unit for a sentence, "1 district" and "4 districts"; units are stored in the plural.

    A missing number has no unit: "not available".
    """
    if value is None or math.isnan(value):
        return number(value)
    first, _, rest = unit.partition(" ")
    if value == 1 and first.endswith("s"):
        first = first[:-2] if first.endswith("ches") else first[:-1]
    return " ".join(filter(None, [number(value), first, rest]))


@dataclass(frozen=True)
class Estimate:
    """A number with the interval that belongs to it.

    Parameters
    ----------
    name : str
        What the number is, short enough for a table: "mean weekly gap in confirmed cases".
    value, low, high : float
        Point estimate and bounds of the interval, in `unit`. NaN or infinite bounds say that the design gives none.
    unit : str
        "per 100,000 a week", "log points", "rate ratio" …
    level : float
        Nominal coverage of the interval, 0.95 unless said otherwise.
    estimand : str
        The quantity in words: whose outcome, against what, when.
    method : str
        How it was computed, with the reference. One that begins with "arithmetic", "dated" or "count" gives bounds.
    se : float or None
        Standard error in `unit`, where the method has one.
    p : float or None
        p-value against no effect, where the method has one.
    n : int or None
        Observations or units behind the number; the estimand says which.
    warnings : tuple of str
        What a reader must know before using the number. Printed with it.
    """

    name: str
    value: float
    low: float = math.nan
    high: float = math.nan
    unit: str = ""
    level: float = 0.95
    estimand: str = ""
    method: str = ""
    se: float | None = None
    p: float | None = None
    n: int | None = None
    warnings: tuple[str, ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "warnings", tuple(self.warnings))
        if self.low > self.high:
            raise ValueError(f"{self.name}: the interval runs from {self.low} to {self.high}; swap the bounds")
        if not 0 < self.level < 1:
            raise ValueError(f"{self.name}: level is {self.level}; give a share between 0 and 1")

    @property
    def finite(self) -> bool:
        """True when value and both bounds are finite numbers."""
        return all(math.isfinite(x) for x in (self.value, self.low, self.high))

    @property
    def bounded(self) -> bool:
        """True when the interval is a pair of bounds from counting or dates, which has no coverage."""
        return self.method.lower().startswith(BOUNDS)

    @property
    def exact(self) -> bool:
        """True when the interval has no width: a count or a piece of arithmetic, not an estimate from a sample."""
        return self.low == self.value == self.high

    def logged(self, name: str = "") -> Estimate:
        """The same estimate of a ratio in log points, under a new `name` where one is given.

        Raises
        ------
        ValueError
            When the value is not positive, so that it has no logarithm. A bound of zero becomes minus infinity.
        """
        if not self.value > 0 or self.low < 0:
            raise ValueError(
                f"{self.name}: {self.value} ({self.low} to {self.high}) is no ratio; only ratios have logs"
            )
        value, low, high = (
            math.log(x) if x > 0 else -math.inf if x == 0 else x for x in (self.value, self.low, self.high)
        )
        return replace(self, name=name or self.name, value=value, low=low, high=high, unit="log points", se=None)

    @property
    def shown(self) -> str:
        """Value, unit and interval without the name: "0.670 share (bounds 0 to 0.670)"."""
        kind = "bounds" if self.bounded else f"{self.level:.0%} interval"
        interval = f"{kind} {number(self.low)} to {number(self.high)}"
        if math.isnan(self.low) or math.isnan(self.high):
            interval = "no interval"
        elif self.exact:
            interval = "exact"
        return f"{quantity(self.value, self.unit)} ({interval})"

    def __str__(self) -> str:
        text = f"{self.name}: {self.shown}"
        return "\n".join([text + ".", *(f"  Caution: {w}" for w in self.warnings)])

    def to_dict(self) -> dict:
        """The estimate as plain values, rounded to six significant digits; what result files hold."""
        return rounded(asdict(self))

    @classmethod
    def from_dict(cls, values: Mapping) -> Estimate:
        """Rebuild from :meth:`to_dict`; None becomes NaN where a number is required."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError(f"an estimate has no field {unknown}; it has {sorted(known)}")
        values = dict(values)
        for key in ("value", "low", "high"):
            values[key] = math.nan if values.get(key) is None else float(values[key])
        return cls(**values)


@dataclass(frozen=True)
class Check:
    """A question put to a design.

    Parameters
    ----------
    name : str
        The question: "Is the gap before the launch as small as noise?"
    passed : bool or None
        True, False, or None when the check could not be run.
    why : str
        The finding in one sentence, with the number that decided it, or why the check could not be run.
    value : float or None
        The number that was compared.
    threshold : float or None
        What it was compared with.
    """

    name: str
    passed: bool | None
    why: str
    value: float | None = None
    threshold: float | None = None

    def __post_init__(self):
        if self.passed is not None:
            object.__setattr__(self, "passed", bool(self.passed))
        if not self.why:
            raise ValueError(f"check {self.name!r} gives no reason; say what was found or why it could not be run")

    @property
    def outcome(self) -> str:
        """One of "passed", "failed" and "could not be run"."""
        return {True: "passed", False: "failed", None: "could not be run"}[self.passed]

    def __str__(self) -> str:
        return f"{self.name}: {self.outcome}. {self.why}"

    def to_dict(self) -> dict:
        """The check as plain values; what result files hold."""
        return rounded(asdict(self))
