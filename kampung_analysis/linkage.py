"""Is it the same place? Names of one list linked to a register: exactly, after normalising, and by likeness.

A name that fits nothing is a miss, a name that fits several places is ambiguous; both are reported, never guessed away.
"""

from __future__ import annotations

from difflib import SequenceMatcher

import pandas as pd

from kampung_analysis.places_titles import words


def normalised(name: str) -> str:
    """A name as it is compared: lower case, no accents, no blanks, no punctuation."""
    return "".join(words(name))


def likeness(a: str, b: str) -> float:
    """Similarity of two names after normalising, 0 to 1: twice the matching letters over all letters.

    Ratcliff & Metzener (1988), as `difflib.SequenceMatcher` computes it, without its heuristics for long texts.
    """
    return _scores([normalised(a)], normalised(b))[0]


def link(names, register: pd.DataFrame, *, threshold: float = 0.85, name: str = "name", code: str = "code"):
    """Link each name to a register in three steps.

    Parameters
    ----------
    names : iterable of str
        Names to find, in order.
    register : DataFrame
        One row a place.
    threshold : float
        Likeness from which a place counts as a candidate.
    name, code : str
        Columns of `register`.

    Returns
    -------
    DataFrame
        One row a name: places with the `exact` spelling, with the same `normalised` spelling, `alike` (at or above
        the threshold); `nearest` spelling and its `likeness`, the best that is not the same after normalising where
        one is the same; `code` where exactly one place has the normalised spelling or, failing that, is alike, else
        missing; and `outcome`: "linked", "linked by likeness", "ambiguous" or "not found".

    Raises
    ------
    ValueError
        For an empty register or a threshold outside 0 to 1.
    """
    if register.empty or not 0 < threshold <= 1:
        raise ValueError(f"{len(register)} places and a threshold of {threshold} link nothing; give rows and a share")
    printed = register[name].astype(str)
    plain = printed.map(normalised)
    rows = []
    for wanted in names:
        own = normalised(wanted)
        score = pd.Series(_scores(plain, own), index=plain.index)
        same, alike = plain == own, score >= threshold
        other = score[~same].sort_values(ascending=False, kind="stable")
        chosen = same if same.any() else alike
        outcome = {0: "not found", 1: "linked" if same.any() else "linked by likeness"}.get(chosen.sum(), "ambiguous")
        found = register.loc[chosen, code].iloc[0] if chosen.sum() == 1 else None
        nearest = printed[other.index[0]] if len(other) else None
        best = float(other.iloc[0]) if len(other) else 0.0
        exact = int((printed == wanted).sum())
        rows.append((wanted, exact, int(same.sum()), int(alike.sum()), nearest, best, found, outcome))
    columns = ["name", "exact", "normalised", "alike", "nearest", "likeness", "code", "outcome"]
    return pd.DataFrame(rows, columns=columns).astype({"code": "str"})


def _scores(plain, own: str) -> list[float]:
    """Likeness of normalised names to one: the matcher keeps what it learnt of its second text."""
    matcher = SequenceMatcher(None, "", own, autojunk=False)
    scores = []
    for other in plain:
        matcher.set_seq1(other)
        scores.append(matcher.ratio())
    return scores
