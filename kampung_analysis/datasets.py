"""What was measured? One ``load_*`` per table of ``data/``; the docstring of each is its codebook.

Every table has a source card (producer, address, commit, licence, corrections, caveats): ``card("covid_districts")``.
"""

from __future__ import annotations

from kampung_analysis.loaders.adoption import load_rollout_counts, load_rollout_starts
from kampung_analysis.loaders.context import (
    load_covid_subdistricts_surabaya,
    load_mobility_provinces,
    load_policy_stringency,
)
from kampung_analysis.loaders.core import Card, card, data_folder, names, read, root, source_line
from kampung_analysis.loaders.covid import (
    load_covid_cumulative,
    load_covid_districts,
    load_covid_national,
    load_covid_provinces,
)
from kampung_analysis.loaders.crime import load_crime_polda, load_crime_polres, load_crime_releases
from kampung_analysis.loaders.ledger import (
    load_awards_funnel,
    load_implementation_decay,
    load_kotaku_villages,
    load_programme_context,
    load_resources_incentives,
)
from kampung_analysis.loaders.literature import (
    load_academic_papers,
    load_dimensions,
    load_effect_claims,
    load_literature_effects,
)
from kampung_analysis.loaders.places import (
    load_places,
    load_places_names,
    load_places_neighbours,
    load_places_outlines,
    load_places_villages,
    load_population,
)

__all__ = [
    "Card",
    "card",
    "cards",
    "data_folder",
    "load_covid_cumulative",
    "load_covid_districts",
    "load_covid_national",
    "load_covid_provinces",
    "load_crime_polda",
    "load_crime_polres",
    "load_crime_releases",
    "load_covid_subdistricts_surabaya",
    "load_mobility_provinces",
    "load_places",
    "load_places_names",
    "load_places_neighbours",
    "load_places_outlines",
    "load_places_villages",
    "load_policy_stringency",
    "load_population",
    "load_rollout_counts",
    "load_rollout_starts",
    "load_programme_context",
    "load_awards_funnel",
    "load_kotaku_villages",
    "load_implementation_decay",
    "load_resources_incentives",
    "load_literature_effects",
    "load_effect_claims",
    "load_dimensions",
    "load_academic_papers",
    "names",
    "read",
    "root",
    "source_line",
]


def cards() -> dict[str, Card]:
    """Cards of all tables by name, in alphabetical order."""
    return {name: card(name) for name in names()}
