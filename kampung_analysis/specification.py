"""How much of the answer is the analyst's choice? Every defensible specification, side by side, against its placebos.

Follows Simonsohn, Simmons & Nelson (2020, doi:10.1038/s41562-020-0912-z): fit all combinations of choices, show them
ordered, and test the curve as a whole against curves of units that were not treated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd


def specification_curve(
    choices: Mapping[str, Sequence], fit: Callable, *, keep: Callable | None = None
) -> SpecificationCurve:
    """Fit every combination of choices.

    Parameters
    ----------
    choices : mapping of name to options
        At least one option each; options must be printable.
    fit : callable
        ``fit(**choice)`` returns a result with ``att`` and ``placebos()`` (a synthetic control) or a pair of the
        effect and a Series of placebo effects by unit. A ``ValueError`` is recorded as a refusal with its reason;
        anything else is raised.
    keep : callable, optional
        ``keep(**choice)`` is False for combinations that make no sense together; they are not counted.

    Returns
    -------
    SpecificationCurve

    Raises
    ------
    ValueError
        When a choice has no option, or no specification could be fitted.
    """
    empty = [name for name, options in choices.items() if not len(options)]
    if empty or not choices:
        raise ValueError(f"choice {empty[0]!r} has no option" if empty else "no choices were given")
    rows, placebos = [], []
    for options in product(*choices.values()):
        choice = dict(zip(choices, options, strict=True))
        if keep is not None and not keep(**choice):
            continue
        try:
            value, others, reason = *_unpack(fit(**choice)), ""
        except np.linalg.LinAlgError:
            raise
        except ValueError as error:
            value, others, reason = np.nan, pd.Series(dtype=float), str(error)
        size = others.abs().to_numpy()
        spread = float(np.sqrt(np.mean(size**2))) if len(size) else np.nan
        p = (1 + np.sum(size >= abs(value) * (1 - 1e-9))) / (1 + len(size)) if len(size) else np.nan
        rows.append(choice | {"value": value, "spread": spread, "p": p, "placebos": len(size), "refused": reason})
        placebos.append(others)
    frame = pd.DataFrame(rows)
    if frame.empty or frame["value"].isna().all():
        why = frame["refused"].iloc[0] if len(frame) else "keep() left none"
        raise ValueError(f"no specification could be fitted; the first says: {why}")
    frame["standardised"] = frame["value"] / frame["spread"].where(frame["spread"] > 0)
    table = pd.DataFrame(placebos).reset_index(drop=True)
    order = frame["standardised"].fillna(frame["value"]).argsort(kind="stable").to_numpy()
    order = np.concatenate([order[frame["value"].notna().to_numpy()[order]], np.flatnonzero(frame["value"].isna())])
    frame = frame.iloc[order].reset_index(drop=True)
    return SpecificationCurve(tuple(choices), frame, table.iloc[order].reset_index(drop=True))


def _unpack(result):
    if hasattr(result, "placebos"):
        table = result.placebos().frame
        return float(result.att), table.set_index("unit")["att"].iloc[1:]
    try:
        value, others = result
    except TypeError:
        raise TypeError(
            f"the fit returned a {type(result).__name__}; return a result with att and placebos(), or (effect, Series)"
        ) from None
    return float(value), pd.Series(others, dtype=float)


@dataclass(frozen=True, repr=False)
class SpecificationCurve:
    """All specifications, ordered by standardised effect; refused ones last.

    Attributes
    ----------
    choices : tuple of str
        Names of the choices: the first columns of `frame`.
    frame : pandas.DataFrame
        One row a specification: the choices, value (in the specification's own unit), spread (root mean square of its
        placebo effects), p (rank among placebos, never below 1 / (placebos + 1)), placebos (how many), refused
        (reason, or empty), standardised (value / spread, comparable across units of measurement).
    placebos : pandas.DataFrame
        Placebo effects, specifications × units, rows as in `frame`.
    """

    choices: tuple[str, ...]
    frame: pd.DataFrame
    placebos: pd.DataFrame

    @property
    def fitted(self) -> pd.DataFrame:
        """The specifications that were not refused."""
        return self.frame[self.frame["value"].notna()]

    def shares(self, *, alpha: float = 0.05) -> dict:
        """How many specifications lie on either side of zero, and how many are remarkable at `alpha`."""
        f = self.fitted
        return {
            "specifications": len(f),
            "refused": len(self.frame) - len(f),
            "negative": float((f["value"] < 0).mean()),
            "positive": float((f["value"] > 0).mean()),
            "negative_remarkable": float(((f["value"] < 0) & (f["p"] <= alpha)).mean()),
            "positive_remarkable": float(((f["value"] > 0) & (f["p"] <= alpha)).mean()),
        }

    def by_choice(self) -> pd.DataFrame:
        """Share negative and median standardised effect for every option of every choice."""
        rows = []
        for choice in self.choices:
            for option, part in self.fitted.groupby(self.fitted[choice].map(str), sort=True):
                share = float((part["value"] < 0).mean())
                rows.append((choice, option, len(part), share, float(part["standardised"].median())))
        return pd.DataFrame(rows, columns=["choice", "option", "specifications", "negative", "standardised_median"])

    def joint(self, *, direction: int = -1, alpha: float = 0.05) -> pd.DataFrame:
        """Is the whole curve remarkable among the curves of untreated units?

        Parameters
        ----------
        direction : {-1, 1}
            Claimed sign of the effect.
        alpha : float
            Level at which a specification counts as remarkable.

        Returns
        -------
        pandas.DataFrame
            Three statistics (median standardised effect, share in the claimed direction, share remarkable in that
            direction), the value for the treated unit, its one-sided rank p among the `units` that are placebos in
            every specification, and that number. p never falls below 1 / (units + 1).

        Raises
        ------
        ValueError
            When no unit is a placebo in every specification.
        """
        if direction not in (-1, 1):
            raise ValueError(f"direction is {direction}; give -1 for a claimed reduction or 1 for an increase")
        f = self.fitted
        table = self.placebos.loc[f.index]
        table = table.loc[:, table.notna().all()]
        if table.empty or not table.shape[1]:
            raise ValueError(
                "no unit is a placebo in every specification; keep the donor pools nested or drop that choice"
            )
        spread = f["spread"].where(f["spread"] > 0).to_numpy()[:, None]
        curves = np.column_stack([f["standardised"].to_numpy(), table.to_numpy() / spread]) * direction
        everyone = self.placebos.loc[f.index].abs()
        limit = everyone.quantile(1 - alpha, axis=1, interpolation="higher").to_numpy()[:, None] / spread
        statistics = {
            "median standardised effect": np.nanmedian(curves, axis=0),
            "share in the claimed direction": (curves > 0).mean(axis=0),
            "share remarkable in the claimed direction": (curves >= limit).mean(axis=0),
        }
        rows = [
            (
                name,
                s[0] * (direction if name.startswith("median") else 1),
                float(np.mean(s >= s[0] - 1e-12)),
                len(s) - 1,
            )
            for name, s in statistics.items()
        ]
        return pd.DataFrame(rows, columns=["statistic", "treated", "p", "units"])

    def __str__(self) -> str:
        s = self.shares()
        text = (
            f"{s['specifications']} specifications: {s['negative']:.0%} negative, {s['positive']:.0%} positive; "
            f"{s['negative_remarkable']:.0%} and {s['positive_remarkable']:.0%} remarkable among placebos at 5%."
        )
        return text + (f" {s['refused']} were refused; see the column `refused`." if s["refused"] else "")

    __repr__ = __str__
