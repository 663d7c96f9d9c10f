"""Would a second coder give the same codes? Agreement between two passes over the same sentences.

Every pair of sentence and code is one binary decision: given or not; :mod:`kampung_analysis.corpus_kappa` corrects
their agreement for chance. Sentences, not decisions, are resampled for the interval, because the codes of one sentence
hang together.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from kampung_analysis.corpus_kappa import alpha, kappa, kappa_of_counts, least_kappa
from kampung_analysis.corpus_schema import COLLABORATION
from kampung_analysis.results import Estimate

FIELDS = ("stage", "actor", "dimension", "level", "claim_kind", "interest")
"""Fields of the codebook that two coders are compared on."""
KEY = ["document", "locator", "field", "value"]
ANY = "any_criterion"
"""Field of a pass over ties: the sentence meets at least one criterion."""


def pass_from_facts(facts: pd.DataFrame, document: str, *, fields: tuple[str, ...] = FIELDS) -> pd.DataFrame:
    """The codes of the ledger in the form of a coding pass: one row a code of a sentence.

    Parameters
    ----------
    facts : pandas.DataFrame
        As from `corpus.facts()`.
    document : str
        Document id.
    fields : tuple of str
        Columns to take.

    Returns
    -------
    pandas.DataFrame
        Columns document, locator, field, value; the union of the codes of all facts of a sentence, without "none".

    Raises
    ------
    ValueError
        For a document without facts.
    """
    own = facts[facts["document"] == document]
    if own.empty:
        raise ValueError(
            f"no facts of document {document!r}; coded are {', '.join(sorted(set(facts['document']))[:5])} …"
        )
    codes = own[["document", "locator", *fields]]
    long = codes.melt(id_vars=["document", "locator"], var_name="field", value_name="value")
    long = long.assign(value=long["value"].str.split(";")).explode("value")
    return long[long["value"] != ""].drop_duplicates().sort_values(KEY, ignore_index=True)[KEY]


def decisions(first: pd.DataFrame, second: pd.DataFrame, *, field: str) -> pd.DataFrame:
    """Binary decisions of both passes on one field.

    Parameters
    ----------
    first, second : pandas.DataFrame
        Columns document, locator, field, value. A value "none" says that the coder saw the sentence and gave no code.
    field : str
        One of the fields coded.

    Returns
    -------
    pandas.DataFrame
        One row per sentence that either pass knows and code that either pass uses, indexed by document, locator and
        value; boolean columns `first` and `second`.

    Raises
    ------
    ValueError
        When a pass lacks a column.
    """
    passes = {"first": first, "second": second}
    for name, table in passes.items():
        missing = [c for c in KEY if c not in table]
        if missing:
            raise ValueError(f"the {name} pass lacks the column {missing[0]!r}; a pass has {', '.join(KEY)}")
    units = pd.concat([first, second])[["document", "locator"]].drop_duplicates()
    given = {n: set(map(tuple, t.loc[t["field"] == field, KEY].to_numpy())) for n, t in passes.items()}
    codes = sorted({key[3] for keys in given.values() for key in keys} - {"none"})
    index = pd.MultiIndex.from_tuples(
        [(d, s, c) for d, s in units.to_numpy() for c in codes], names=["document", "locator", "value"]
    )
    hits = {n: [(d, s, field, c) in keys for d, s, c in index] for n, keys in given.items()}
    return pd.DataFrame(hits, index=index, dtype=bool)


def agreement(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    rng: np.random.Generator,
    fields: tuple[str, ...] = FIELDS,
    draws: int = 999,
) -> tuple[Estimate, ...]:
    """Cohen's kappa per field, with a percentile interval from resampled sentences.

    Where the passes never differ, resamples would never either: the interval is then `least_kappa` to 1, and of a field
    with one code only there is none.

    Parameters
    ----------
    first, second : pandas.DataFrame
        Coding passes: columns document, locator, field, value.
    rng : numpy.random.Generator
        For the bootstrap.
    fields : tuple of str
        Fields to compare.
    draws : int
        Bootstrap samples of sentences.

    Returns
    -------
    tuple of Estimate
        One per field, in the unit "kappa"; `n` counts sentences. The warning gives Krippendorff's alpha, the share of
        equal decisions and, where they occur, resamples in which kappa is not defined.

    Raises
    ------
    ValueError
        For a field that neither pass codes.
    """
    found = []
    for field in fields:
        table = decisions(first, second, field=field)
        if table.empty:
            raise ValueError(f"neither pass codes the field {field!r}; check its spelling against the codebook")
        sentence = table.groupby(level=["document", "locator"], sort=False).ngroup().to_numpy()
        cell = 2 * table["first"].to_numpy(int) + table["second"].to_numpy(int)
        counts = np.zeros((sentence.max() + 1, 4))
        np.add.at(counts, (sentence, cell), 1)
        weights = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=draws)
        drawn = kappa_of_counts(weights @ counts)
        finite = drawn[np.isfinite(drawn)]
        low, high = np.quantile(finite, [0.025, 0.975]) if len(finite) else (np.nan, np.nan)
        equal = (table["first"] == table["second"]).mean()
        notes = [f"Krippendorff's alpha is {alpha(table):.2f}; {equal:.0%} of {len(table)} decisions are equal"]
        if equal == 1 and table["first"].nunique() > 1:
            low = high = np.nan
            share = f"so at most {1 - 0.025 ** (1 / len(counts)):.0%} would differ, and one code bounds no kappa"
            if table.index.unique("value").size > 1:
                low, high, share = least_kappa(table), 1.0, "the lower bound is that of a binomial share of 0"
            notes.append(f"no disagreement in {len(counts)} sentences: {share}")
        if len(finite) < draws:
            notes.append(f"kappa is not defined in {draws - len(finite)} of {draws} resamples, left out")
        estimand = f"chance-corrected agreement of two coders on {field}, over sentences and codes"
        method = "Cohen's kappa, percentile bootstrap over sentences"
        about = {"unit": "kappa", "estimand": estimand, "method": method, "n": len(counts), "warnings": tuple(notes)}
        found.append(Estimate(f"agreement on {field}", kappa(table), float(low), float(high), **about))
    return tuple(found)


def disagreements(first: pd.DataFrame, second: pd.DataFrame, *, fields: tuple[str, ...] = FIELDS) -> pd.DataFrame:
    """Decisions in which the passes differ: document, locator, field, value and `given_by` ("first" or "second")."""
    rows = []
    for field in fields:
        table = decisions(first, second, field=field)
        apart = table[table["first"] != table["second"]]
        for (document, locator, value), row in apart.iterrows():
            rows.append((document, locator, field, value, "first" if row["first"] else "second"))
    return pd.DataFrame(rows, columns=[*KEY, "given_by"])


def pass_from_ties(ties: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Judgements of collaboration in the form of a coding pass: one field a criterion, "met" or not.

    Parameters
    ----------
    ties : pandas.DataFrame
        As from `corpus.collaboration()`: columns fact and criterion, which may be "none".
    facts : pandas.DataFrame
        As from `corpus.facts()`.

    Returns
    -------
    pandas.DataFrame
        Columns document, locator, field, value; the union of the criteria that the facts of a sentence meet, and the
        field `ANY` for every sentence judged. A fact held as an item counts as a sentence of its own, named by its id.

    Raises
    ------
    ValueError
        For a judged fact that is not in the ledger.
    """
    own = ties[["fact", "criterion"]].join(facts[["document", "locator"]], on="fact")
    if own["document"].isna().any():
        raise ValueError(f"fact {own.loc[own['document'].isna(), 'fact'].iloc[0]!r} is judged but not in the ledger")
    own = own.assign(
        locator=own["locator"].where(own["locator"] != "item", own["fact"]),
        value=np.where(own["criterion"] == "none", "none", "met"),
    )
    long = pd.concat([own.assign(field=ANY), own[own["value"] == "met"].rename(columns={"criterion": "field"})])
    return long[KEY].drop_duplicates().sort_values(KEY, ignore_index=True)


def agreement_on_ties(
    first: pd.DataFrame,
    second: pd.DataFrame,
    facts: pd.DataFrame,
    *,
    rng: np.random.Generator,
    draws: int = 999,
) -> tuple[Estimate, ...]:
    """Cohen's kappa for each criterion of collaboration, over the facts that both coders judged.

    Parameters
    ----------
    first, second : pandas.DataFrame
        As from `corpus.collaboration()` and `corpus.collaboration_second()`.
    facts : pandas.DataFrame
        As from `corpus.facts()`.
    rng : numpy.random.Generator
        For the bootstrap over sentences.
    draws : int
        Bootstrap samples.

    Returns
    -------
    tuple of Estimate
        First for `ANY`, then one a criterion, in the unit "kappa"; `n` counts sentences and items. The first warning
        says how often each coder found the criterion met. Where neither ever did, kappa is NaN. Where they always
        judged alike there is no interval, as a criterion is one code, for which `least_kappa` has no bound; the
        warning bounds the share of unequal decisions instead, by the exact binomial bound for no event.

    Raises
    ------
    ValueError
        When the passes have no fact in common, or judge one that is not in the ledger.
    """
    both = set(first["fact"]) & set(second["fact"])
    if not both:
        raise ValueError("the two passes have no fact in common; a second pass judges the facts of the first")
    passes = [pass_from_ties(ties[ties["fact"].isin(both)], facts) for ties in (first, second)]
    found = []
    for field in (ANY, *COLLABORATION["criterion"]):
        table = decisions(*passes, field=field)
        n = len(passes[0][["document", "locator"]].drop_duplicates())
        a, b, shared = table["first"].sum(), table["second"].sum(), (table["first"] & table["second"]).sum()
        met = f"met in {a} by the first coder, in {b} by the second, in {shared} by both"
        if table.empty or (table["first"] == table["second"]).all():
            value, notes = 1.0, (met, f"no disagreement in {n}, so at most {1 - 0.025 ** (1 / n):.0%} would differ")
            if table.empty:
                value, notes = float("nan"), (f"met in none of {n} by either coder, so kappa has no value",)
            about = {"unit": "kappa", "n": n, "method": "Cohen's kappa; no interval where the passes are equal"}
            estimand = f"chance-corrected agreement of two coders on {field}, over sentences and codes"
            found.append(Estimate(f"agreement on {field}", value, estimand=estimand, warnings=notes, **about))
            continue
        (estimate,) = agreement(*passes, rng=rng, fields=(field,), draws=draws)
        found.append(replace(estimate, warnings=(met, *estimate.warnings)))
    return tuple(found)
