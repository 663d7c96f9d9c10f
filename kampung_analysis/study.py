"""What can your own table say about your own programme? The same ladder of designs and the same verdict rule.

A :class:`Study` fixes what is asked, before any outcome is compared: places, launch, direction, and the smallest effect
worth claiming with its reason. :meth:`Study.ladder` then runs every design that the table allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, InitVar, dataclass, field
from difflib import get_close_matches
from types import SimpleNamespace

import numpy as np
import pandas as pd

from kampung_analysis.claims import Verdict, verdict
from kampung_analysis.corpus import Worth
from kampung_analysis.inputs import check_number
from kampung_analysis.results import Check, Estimate, quantity
from kampung_analysis.study_ladder import DESIGNS, Ladder, Rung
from kampung_analysis.study_rungs import climb
from kampung_analysis.study_table import load_table, read_panel
from kampung_analysis.timeline import check_choice, find_period, label

__all__ = ["Ladder", "Study", "judge", "load_table", "refusal"]

PER = 100_000
SHORTEST = 4
WORDS = 5
"""Fewest words of a reason."""


def judge(estimate: Estimate, checks: Iterable[Check], *, name: str, direction: int, worth: float) -> Verdict:
    """Apply :func:`kampung_analysis.claims.verdict` to a question that is no claim of the corpus.

    Parameters
    ----------
    estimate : Estimate
    checks : iterable of Check
        Every check that was put to the design.
    name : str
        What is judged, in the place of a claim's id.
    direction : {-1, 1}
    worth : float
        Smallest effect worth claiming, a magnitude in the unit of the estimate.
    """
    asked = SimpleNamespace(id=name, direction=direction, worth=Worth(worth, estimate.unit, ""))
    return verdict(estimate, claim=asked, checks=checks)


def refusal(frame: pd.DataFrame, **options) -> str:
    """What stops ``Study(frame, **options)``: the message of its error, or an empty text where nothing does."""
    try:
        Study(frame, **options)
    except (KeyError, TypeError, ValueError) as error:
        return str(error.args[0])
    return ""


@dataclass(frozen=True, repr=False, eq=False)
class Study:
    """A question put to a table of places and periods; print it to read the plan before any outcome is compared.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per place and period, in any order; :func:`load_table` reads one from a CSV.
    place, time, outcome : str
        Columns: name or code; first day of the period, or a number; what is to change.
    worth : float
        Smallest effect worth claiming: a share on the scale "log" (0.10 is a tenth), else in the unit of the outcome.
    reason : str
        Why not less and not more, in a sentence, written before the outcomes are opened.
    exposure : str, optional
        Column with residents or person-time; the outcome is then taken per 100,000 of it.
    treated : sequence
        Places with the programme; all others are compared with them, so leave out, by name, those with another one.
    launch : date-like or number
        First period with the programme.
    starts : mapping of place to period, optional
        In the place of `treated` and `launch`, where places started at different times.
    direction : {-1, 1}
        A reduction or an increase is claimed.
    scale : {"log", "level"}
        Where effects multiply or add up. Counts get a half added before their logarithm.
    unit : str
        Unit of the outcome on the scale "level"; the column's name by default.
    also : sequence of str
        What else began in the treated places, and not in the others, about then. It fails every rung.
    main : str
        Key of the rung that decides, from :data:`kampung_analysis.study_ladder.DESIGNS`; by default the last for whose
        interval there are places and periods enough, which depends on the table's shape and not on what is found.
    name : str
        The programme, for sentences.

    Raises
    ------
    KeyError, TypeError, ValueError
        For a table or a question from which nothing can be computed: thing, value and way out.
    """

    frame: InitVar[pd.DataFrame]
    _: KW_ONLY
    place: str
    time: str
    outcome: str
    worth: float
    reason: str
    exposure: str | None = None
    treated: Sequence = ()
    launch: object = None
    starts: Mapping | None = None
    direction: int = -1
    scale: str = "log"
    unit: str = ""
    also: Sequence[str] = ()
    main: str = ""
    name: str = "the programme"
    outcomes: pd.DataFrame = field(init=False)
    exposures: pd.DataFrame | None = field(init=False)
    first: pd.Series = field(init=False)

    def __post_init__(self, frame):
        self._check_question()
        columns = {"place": self.place, "time": self.time, "outcome": self.outcome, "exposure": self.exposure}
        outcomes, exposures = read_panel(frame, **columns)
        given = {"outcomes": outcomes, "exposures": exposures, "first": self._first(outcomes)}
        for key, value in given.items():
            object.__setattr__(self, key, value)
        if self.before < SHORTEST:
            raise ValueError(
                f"{self.before} periods before the launch {label(self.launch_period)}, and the table begins with "
                f"{label(self.times[0])}; add earlier periods, at least {SHORTEST} are needed"
            )
        self.scaled()

    def _check_question(self):
        check_choice("scale", self.scale, ("log", "level"))
        if self.main:
            check_choice("main", self.main, DESIGNS)
        if self.direction not in (-1, 1):
            raise ValueError(f"direction is {self.direction!r}; give -1 where less is claimed, 1 where more is")
        for key in ("treated", "also"):
            value = getattr(self, key)
            if isinstance(value, str) or not pd.api.types.is_list_like(value):
                raise TypeError(f"{key} is {value!r}; give a list, even of one: {key}=[{value!r}]")
        most = 0.99 if self.scale == "log" and self.direction == -1 else math.inf
        try:
            check_number("worth", self.worth, above=0, most=most)
        except ValueError as wrong:
            raise ValueError(f"{wrong}{'; a tenth is 0.10, not 10' if self.scale == 'log' else ''}") from None
        if not isinstance(self.reason, str) or len(self.reason.split()) < WORDS:
            raise ValueError(
                f"the reason for worth={self.worth:g} is {self.reason!r}; say in a sentence why a smaller effect would "
                "not be worth claiming, before you look at outcomes"
            )

    def _first(self, outcomes) -> pd.Series:
        """First treated period of every place, missing where it never starts."""
        whole = len(self.treated) and self.launch is not None
        if bool(whole) == (self.starts is not None) or (self.starts is not None and (self.treated or self.launch)):
            raise ValueError("say once who was treated and when: treated=[…] with launch=…, or starts={place: period}")
        starts = dict.fromkeys(self.treated, self.launch) if whole else dict(self.starts)
        for one in starts:
            if one not in outcomes.columns:
                known = {str(c): repr(c) for c in outcomes.columns}
                near = get_close_matches(str(one), known, n=3, cutoff=0.4) or list(known)[:5]
                raise KeyError(
                    f"no place {one!r} in column {self.place!r}; nearest: {', '.join(known[n] for n in near)}"
                )
        periods = {one: find_period(outcomes.index, when) for one, when in starts.items()}
        return pd.Series(periods, dtype=object).reindex(outcomes.columns)

    @property
    def times(self) -> pd.Index:
        """Periods of the table."""
        return self.outcomes.index

    @property
    def launch_period(self):
        """First period in which any place has the programme."""
        return min(self.first.dropna())

    @property
    def before(self) -> int:
        """Periods before the first start."""
        return int(self.times.get_loc(self.launch_period))

    @property
    def places(self) -> list:
        """Places with the programme."""
        return list(self.first.index[self.first.notna()])

    @property
    def donors(self) -> list:
        """Places that never start."""
        return list(self.first.index[self.first.isna()])

    @property
    def group(self) -> str:
        """The treated place, or "3 treated places" together."""
        return self.places[0] if len(self.places) == 1 else f"{len(self.places)} treated places"

    @property
    def span(self) -> str:
        """Who, when and against how many, in words."""
        dates = f"{label(self.launch_period)} to {label(self.times[-1])}"
        return f"{self.group}, {dates}, against {len(self.donors)} places without the programme"

    @property
    def counted(self) -> bool:
        """True where all outcomes are whole numbers from zero on."""
        return bool(((self.outcomes >= 0) & (self.outcomes == self.outcomes.round())).all(axis=None))

    @property
    def threshold(self) -> float:
        """Smallest effect worth claiming, a magnitude in `worth_unit`."""
        return abs(math.log1p(self.direction * self.worth)) if self.scale == "log" else float(self.worth)

    @property
    def worth_unit(self) -> str:
        """Unit of effects."""
        level = self.unit or self.outcome + (f" per {PER:,}" if self.exposure else "")
        return "log points" if self.scale == "log" else level

    def scaled(self, scale: str = "") -> pd.DataFrame:
        """Outcomes on a scale, periods × places; ValueError where a logarithm does not exist."""
        return self._scale(self.outcomes, self.exposures, scale or self.scale)

    def pooled(self, scale: str = "") -> pd.DataFrame:
        """The treated places as one column beside the donors: summed with their exposures, a mean without."""
        summed = self.exposures is not None
        tables = [t if t is None else self._pool(t, summed) for t in (self.outcomes, self.exposures)]
        return self._scale(*tables, scale or self.scale)

    def _pool(self, table, summed):
        own = table[self.places].sum(axis=1) if summed else table[self.places].mean(axis=1)
        return pd.concat([own.rename(self.group), table[self.donors]], axis=1)

    def series(self, place) -> pd.DataFrame:
        """Columns outcome and exposure of one place, or of the treated together, by period."""
        own = self.places if place == self.group else [place]
        size = float(len(own)) if self.exposures is None else self.exposures[own].sum(axis=1)
        return pd.DataFrame({"outcome": self.outcomes[own].sum(axis=1), "exposure": size})

    def _scale(self, outcomes, exposures, scale):
        rate = 1 if exposures is None else exposures / PER
        if scale == "level":
            return outcomes / rate
        if self.counted:
            return np.log((outcomes + 0.5) / rate)
        if not (outcomes > 0).all(axis=None):
            (when, where), *_ = outcomes.stack()[lambda cells: ~(cells > 0)].index
            raise ValueError(
                f"{self.outcome!r} of {where} is {outcomes.loc[when, where]:g} in {label(when)}, which has no "
                "logarithm; a correction of an earlier count? Repair it, or use scale='level' with worth in its unit"
            )
        return np.log(outcomes / rate)

    def ladder(self, *, rng: np.random.Generator | None = None) -> Ladder:
        """Run every design; `rng` deals out starts for the event study, from a fixed seed unless given."""
        return Ladder(self, self._climb(tuple(DESIGNS), rng))

    def rung(self, key: str, *, rng: np.random.Generator | None = None) -> Rung:
        """Run one design alone, for variations of a study; what decides is still named beforehand."""
        check_choice("rung", key, DESIGNS)
        return self._climb((key,), rng)[0]

    def _climb(self, keys, rng):
        asked = {"name": self.name, "direction": self.direction, "worth": self.threshold}
        rng = np.random.default_rng(0) if rng is None else rng
        return climb(self, rng=rng, judge=lambda e, c: judge(e, c, **asked), keys=keys)

    def __str__(self) -> str:
        share = f"{self.worth:.0%}, that is " if self.scale == "log" else ""
        per = f" per {PER:,} of {self.exposure}" if self.exposure else ""
        decides = DESIGNS[self.main][0] if self.main else "the last with places and periods enough for an interval"
        lines = [
            f"{self.name}: {self.span}; {self.before} periods before.",
            f"Outcome: {self.outcome}{per}, in {self.scale}s. Claimed: {'less' if self.direction == -1 else 'more'}.",
            f"Worth claiming: {share}{quantity(self.threshold, self.worth_unit)}. {self.reason}",
            f"Also there and then: {'; '.join(self.also) or 'nothing is named'}.",
            f"Decides: {decides}.",
        ]
        return "\n".join(lines)

    __repr__ = __str__
