"""What must be kept of a panel so that every group-time effect can still be computed? Three things per cohort.

The number of units, their mean outcome path and the cross-products about it. They add: parts of a panel merge exactly
(Chan, Golub & LeVeque 1983, doi:10.1080/00031305.1983.10483115, eq. 2.1), so districts can share moments, not rows.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .periods import NEVER, Clock, check_steps, positions

NOTICE = (
    "This file holds, for every adoption cohort, the number of units, the mean outcome of each period and the "
    "cross-products between periods. It holds no unit's own row, but a cohort of few units can be partly "
    "reconstructed, and means can be differenced against another release of the same units."
)


@dataclass(frozen=True, eq=False)
class CohortMoments:
    """Sufficient statistics of a balanced panel for group-time effects without covariates.

    Parameters
    ----------
    clock : Clock
        How ticks are written.
    ticks : (T,) int64 array
        Periods in order.
    cohorts : (G,) int64 array
        First treated period of each cohort in ticks, ascending; the last is `NEVER` where never-treated units exist.
    n : (G,) int64 array
        Units of each cohort.
    mean : (G, T) array
        Mean outcome path, in the outcome's unit.
    cross : (G, T, T) array
        Sums of cross-products about the mean path, in the outcome's unit squared.
    """

    clock: Clock
    ticks: np.ndarray
    cohorts: np.ndarray
    n: np.ndarray
    mean: np.ndarray
    cross: np.ndarray

    @property
    def units(self) -> int:
        """Units in all cohorts together."""
        return int(self.n.sum())

    @property
    def times(self) -> pd.Index:
        """Periods as the table wrote them."""
        return self.clock.labels(self.ticks)

    @property
    def positions(self) -> np.ndarray:
        """Position of each cohort's first treated period among the periods, (G,) int64."""
        return positions(self.cohorts, self.ticks, self.clock)

    def to_frame(self) -> pd.DataFrame:
        """One row a cohort: cohort, units, and how it is seen in this window."""
        place = self.positions
        seen = np.where(place == 0, "treated from the first period", "adopts within the window")
        seen = np.where(place >= len(self.ticks), "adopts after the window", seen)
        seen = np.where(self.cohorts == NEVER, "never treated", seen)
        return pd.DataFrame({"cohort": [self.clock.label(c) for c in self.cohorts], "units": self.n, "seen": seen})

    def __str__(self) -> str:
        first, last = self.clock.text(self.ticks[0]), self.clock.text(self.ticks[-1])
        never = int(self.n[self.cohorts == NEVER].sum())
        return (
            f"Cohort moments of {self.units:,} units in {len(self.ticks)} periods ({first} to {last}): "
            f"{int((self.cohorts != NEVER).sum())} adoption cohorts and {never:,} never-treated units."
        )

    def __add__(self, other: CohortMoments) -> CohortMoments:
        """Merge the moments of two sets of units observed in the same periods; exact up to rounding.

        Raises
        ------
        ValueError
            When the periods differ. Units counted in both parts cannot be recognised: keep the parts disjoint.
        """
        if not isinstance(other, CohortMoments):
            return NotImplemented
        return merge([self, other])

    def save(self, path, *, minimum: int = 3) -> None:
        """Write the moments to a small file, JSON or Parquet by its suffix, and warn what the file discloses.

        Parameters
        ----------
        path : path
            Ends in ``.json`` or ``.parquet``.
        minimum : int
            Smallest cohort that may leave the house, in units.

        Raises
        ------
        ValueError
            For a cohort of fewer units than `minimum`, and for another suffix.
        """
        path, small = Path(path), np.flatnonzero(self.n < minimum)
        if len(small):
            named = ", ".join(f"{self.clock.text(self.cohorts[i])} ({self.n[i]} units)" for i in small[:5])
            raise ValueError(
                f"cohorts below the minimum of {minimum} units would disclose single units: {named}. "
                "Group adoption dates more coarsely, merge with another part first, or lower minimum knowingly"
            )
        upper = np.triu_indices(len(self.ticks))
        head = {"format": "kampung_analysis cohort moments 1", "notice": NOTICE, "clock": vars(self.clock)}
        head["ticks"] = self.ticks.tolist()
        if path.suffix == ".json":
            rows = zip(self.cohorts.tolist(), self.n.tolist(), self.mean.tolist(), self.cross, strict=True)
            head["cohorts"] = [
                {"cohort": None if c == NEVER else c, "n": n, "mean": m, "cross": s[upper].tolist()}
                for c, n, m, s in rows
            ]
            path.write_text(json.dumps(head, ensure_ascii=False) + "\n", encoding="utf-8")
        elif path.suffix == ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            columns = {"cohort": self.cohorts, "n": self.n, "mean": list(self.mean)}
            table = pa.table({**columns, "cross": [s[upper] for s in self.cross]})
            pq.write_table(table.replace_schema_metadata({"moments": json.dumps(head)}), path)
        else:
            raise ValueError(f"cannot write moments to {path.name!r}; end the name in .json or .parquet")
        warnings.warn(f"{path.name}: {NOTICE} The smallest cohort has {self.n.min()} units.", UserWarning, stacklevel=2)

    @classmethod
    def load(cls, path) -> CohortMoments:
        """Read what :meth:`save` wrote; equal to the last bit.

        Raises
        ------
        ValueError
            When the file is not one of ours, or its numbers contradict each other.
        """
        path = Path(path)
        try:
            head, rows = _tabled(path) if path.suffix == ".parquet" else _written(path.read_text(encoding="utf-8"))
        except ValueError as error:
            kind = "Parquet" if path.suffix == ".parquet" else "JSON"
            raise ValueError(f"{path.name} is no {kind}, or was cut off ({error}); ask for the file again") from None
        if not isinstance(head, dict) or head.get("format") != "kampung_analysis cohort moments 1":
            raise ValueError(f"{path.name} holds no cohort moments; write them with CohortMoments.save")
        try:
            ticks = np.array(head["ticks"], dtype=np.int64)
            upper, size = np.triu_indices(len(ticks)), len(ticks)
            cross = np.empty((len(rows), size, size))
            for k, row in enumerate(rows):
                if row["n"] < 1 or row["n"] % 1 or len(row["mean"]) != size or len(row["cross"]) != len(upper[0]):
                    raise ValueError(f"cohort {row['cohort']} contradicts {size} periods")
                cross[k][upper] = row["cross"]
                cross[k].T[upper] = row["cross"]
            given = [NEVER if row["cohort"] is None else row["cohort"] for row in rows]
            cohorts, n = np.array(given, dtype=np.int64), np.array([row["n"] for row in rows], dtype=np.int64)
            mean = np.array([row["mean"] for row in rows], dtype=float)
            found = cls(Clock(**head["clock"]), ticks, cohorts, n, mean, cross)
            _check(found, given)
        except (KeyError, TypeError, ValueError) as error:
            words = f"it lacks {error}" if isinstance(error, KeyError) else error
            raise ValueError(f"{path.name}: {words}; ask for the file again") from None
        return found


def _written(text: str) -> tuple:
    """What a JSON file states about itself, and its cohorts."""
    head = json.loads(text)
    return head, head.get("cohorts", []) if isinstance(head, dict) else []


def _tabled(path: Path) -> tuple:
    """What a Parquet file states about itself, and its cohorts."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    return json.loads((table.schema.metadata or {}).get(b"moments", b"{}")), table.to_pylist()


def _check(found: CohortMoments, given: list) -> None:
    """Refuse numbers that no panel has: a file may have been edited."""
    ticks, cohorts = found.ticks, found.cohorts
    inside = (cohorts > ticks[0]) & (cohorts <= ticks[-1]) if len(ticks) else np.ones(len(cohorts), dtype=bool)
    spread = np.diagonal(found.cross, axis1=1, axis2=2)
    contradictions = {
        "it names no cohort": not len(cohorts),
        f"its clock is {found.clock.kind!r}": found.clock.kind not in ("number", "date", "period"),
        "its periods do not ascend": (np.diff(ticks) <= 0).any(),
        "its cohorts do not ascend, or fall between periods": (np.diff(cohorts) <= 0).any()
        or cohorts.tolist() != given
        or not np.isin(cohorts[inside], ticks).all(),
        "a number is missing or infinite": not (np.isfinite(found.mean).all() and np.isfinite(found.cross).all()),
        "a sum of squares is below zero": (spread < 0).any(),
    }
    for words, present in contradictions.items():
        if present:
            raise ValueError(words)
    check_steps(ticks, found.clock)


def merge(parts) -> CohortMoments:
    """Merge moments over the same periods, from left to right (Chan, Golub & LeVeque 1983, eq. 2.1)."""
    parts = list(parts)
    if not parts:
        raise ValueError("there are no moments to merge; give at least one part")
    first, *others = parts
    for part in others:
        if part.clock != first.clock or not np.array_equal(part.ticks, first.ticks):
            raise ValueError(
                "moments merge only over the same periods; one part has "
                f"{_span(first)}, the other {_span(part)}. Cut both to the common window before taking moments"
            )
    found = {c: [n, m, s] for c, n, m, s in zip(first.cohorts.tolist(), first.n, first.mean, first.cross, strict=True)}
    owned = set()
    for part in others:
        for c, n, m, s in zip(part.cohorts.tolist(), part.n, part.mean, part.cross, strict=True):
            if c not in found:
                found[c] = [n, m, s]
                continue
            n0, m0, s0 = found[c]
            gap, total = m - m0, n0 + n
            if c not in owned:
                s0 = s0.copy()
                owned.add(c)
            s0 += s
            s0 += np.outer(gap, gap * (n0 * (n / total)))
            found[c] = [total, m0 + gap * (n / total), s0]
    order = sorted(found)
    n, mean, cross = (np.array([found[c][i] for c in order]) for i in range(3))
    return CohortMoments(first.clock, first.ticks, np.array(order, dtype=np.int64), n.astype(np.int64), mean, cross)


def standard_errors(variance, moments) -> np.ndarray:
    """Square roots, NaN where the variance is nothing but rounding of the outcome."""
    noise = 4 * np.finfo(float).eps * np.abs(moments.mean).max()
    se = np.sqrt(np.maximum(variance, 0))
    return np.where(se > noise / np.sqrt(moments.units), se, np.nan)


def _span(moments: CohortMoments) -> str:
    first, last = moments.clock.text(moments.ticks[0]), moments.clock.text(moments.ticks[-1])
    return f"{len(moments.ticks)} periods from {first} to {last}"
