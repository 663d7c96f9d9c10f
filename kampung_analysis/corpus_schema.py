"""What may a row of the corpus hold? Records and allowed codes; opens nothing.

The codebook behind the codes is `seeds/README.md`; :mod:`kampung_analysis.corpus_rows` holds rows against it.
"""

from __future__ import annotations

from dataclasses import dataclass

CLAIM_KINDS = ("count", "cause", "comparison", "origin", "effectiveness", "selection")
VOCABULARY = {
    "kind": (
        *("number", "date", "duration", "place", "actor", "organisation", "programme", "activity", "plan", "claim"),
        *("list_item", "reaction"),
    ),
    "stage": ("scanning", "analysis", "response", "assessment"),
    "actor": ("government", "police", "army", "community", "academia", "business", "media"),
    "dimension": (
        *("health", "food", "economy", "human_resources", "information", "security", "psychology", "culture"),
        *("environment", "resilience_unspecified"),
    ),
    "level": ("rt", "rw", "dusun", "village", "subdistrict", "district", "province", "national"),
    "branch": ("school", "market", "mosque", "pesantren", "industry"),
    "claim_kind": CLAIM_KINDS,
    "interest": ("runs", "oversees", "paid", "independent", "unknown"),
}
"""Allowed codes per column of facts.csv; several codes in one cell are joined by a semicolon."""

ROLES = (
    *("whole", "part", "member", "others", "product", "factor", "covered", "of", "of_part", "share_claimed", "before"),
    *("after", "change_pct", "baseline", "treatment", "start", "earliest_start", "duration", "counted"),
)
"""Roles that a fact may have in a group of the column `links`; every rule of the checks asks for some of them."""

NOTEBOOKS = tuple(
    "01_corpus 02_model 03_rollout 04_award_funnel 05_selection 06_covid_provinces 07_crime 08_local_adoption "
    "09_trial_design 10_kotaku 11_verdicts 12_your_programme".split()
)
COLLABORATION = {
    "criterion": ("forum", "shared_resources", "joint_problem", "shared_decision", "mutual_accountability"),
    "mode": ("shown", "planned", "asserted"),
}
"""Codes of collaboration.csv; a criterion may also be "none", and then mode and parties are empty."""


@dataclass(frozen=True)
class Document:
    """A source: who published it, when, in whose interest, and the hash by which a copy is recognised.

    `paragraphs` is the number of non-empty lines and `sha256` the hash of the file's bytes; both are empty for a
    source of which the project holds coded items only.
    """

    id: str
    kind: str
    outlet: str
    title: str
    date: str
    language: str
    speaker_runs: str
    address: str
    access: str
    file: str
    sha256: str
    bytes: int | None
    paragraphs: int | None
    note: str


@dataclass(frozen=True)
class Fact:
    """One coded statement. `value` is a float where the source gives a number, else None; absent codes are ""."""

    id: str
    document: str
    locator: str
    kind: str
    quantity: str
    value: float | None
    unit: str
    place: str
    date: str
    date_end: str
    stage: str
    actor: str
    dimension: str
    level: str
    branch: str
    claim_kind: str
    speaker: str
    interest: str
    programme: str
    links: str
    paraphrase: str
    note: str

    def __str__(self) -> str:
        return f"{self.id} ({self.document} {self.locator}): {self.paraphrase}"


@dataclass(frozen=True)
class Worth:
    """Smallest effect worth claiming: a magnitude in `unit`, and the reason it was fixed there."""

    value: float
    unit: str
    reason: str


EMMIE = ("effect", "mechanism", "moderators", "implementation", "economics")
"""Letters of EMMIE (Johnson, Tilley & Bowers 2015)."""


@dataclass(frozen=True)
class Claim:
    """A claim worth a verdict. `direction` is −1 for a reduction and +1 for an increase or a lower bound.

    `maryland` is the level (0 to 5, None for claims that are not causal) of the evidence the claimant offers, on the
    Maryland Scientific Methods Scale (Farrington et al. 2002) extended by 0 for a bare assertion; `emmie` says what
    is known of effect, mechanism, moderators, implementation and economics (Johnson, Tilley & Bowers 2015,
    doi:10.1007/s11292-015-9238-7).
    """

    id: str
    text: str
    text_id: str
    kind: str
    facts: tuple[str, ...]
    place: str
    outcome: str
    estimand: str
    direction: int
    worth: Worth
    notebook: str
    designs: tuple[str, ...]
    would_change: str
    holder: str
    maryland: int | None
    emmie: str

    def __str__(self) -> str:
        return f"{self.id}: {self.text}"

    @property
    def letters(self) -> dict[str, str]:
        """`emmie` letter by letter, empty for a claim that is not causal.

        Each letter is named before a colon; a remark between two semicolons belongs to the letter before it.
        """
        said: dict[str, str] = {}
        for piece in self.emmie.split("; "):
            letter, colon, rest = piece.partition(": ")
            if colon and letter in EMMIE:
                said[letter] = rest
            elif said:
                said[list(said)[-1]] += f"; {piece}"
        return said
