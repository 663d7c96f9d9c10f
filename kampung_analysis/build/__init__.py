"""How does a raw file become a table? One builder per table: ``build_<table>(raw, card) -> DataFrame``.

:data:`BUILDERS` names the module that holds each builder. The package is the only writer of ``data/``.
"""

from __future__ import annotations

from importlib import import_module

BUILDERS = {
    "academic_papers": "literature",
    "awards_funnel": "ledger",
    "covid_cumulative": "published",
    "covid_districts": "districts",
    "covid_national": "provinces",
    "covid_provinces": "provinces",
    "covid_subdistricts_surabaya": "subdistricts",
    "crime_polda": "crime",
    "crime_polres": "police",
    "crime_releases": "police",
    "dimensions": "literature",
    "effect_claims": "literature",
    "implementation_decay": "ledger",
    "kotaku_villages": "kotaku",
    "literature_effects": "literature",
    "mobility_provinces": "mobility",
    "places": "places",
    "places_names": "names",
    "places_neighbours": "places",
    "places_outlines": "outlines",
    "places_villages": "places",
    "policy_stringency": "policy",
    "population": "population",
    "programme_context": "ledger",
    "resources_incentives": "ledger",
    "rollout_counts": "adoption",
    "rollout_starts": "adoption",
}
"""Table -> module of this package that defines ``build_<table>``; order does not matter."""


def builder(table: str):
    """Find the function that builds `table`.

    Raises
    ------
    ValueError
        If no builder is registered; the message lists the tables.
    """
    if table not in BUILDERS:
        raise ValueError(f"no builder for table '{table}'; the tables are: {', '.join(sorted(BUILDERS))}")
    return getattr(import_module(f"{__name__}.{BUILDERS[table]}"), f"build_{table}")


def needed(module: str, what: str):
    """Import a package that only the optional dependencies of `build` bring.

    Raises
    ------
    RuntimeError
        If it is not installed; the message names the extra.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise RuntimeError(
            f"{what} needs {error.name}, which is not installed; it comes with the extra 'build': "
            "python -m pip install '.[build]' in the folder of the repository, or use run.py, which installs everything"
        ) from error


def main_build(raw, facts=None, tables=None) -> int:
    """Build `tables` (default all) from the folders `raw` and `facts`; see :func:`kampung_analysis.build.run.build`."""
    from kampung_analysis.build.run import build

    return build(raw, facts=facts, tables=tables)


def verify() -> int:
    """Check every committed table against its card; see :func:`kampung_analysis.build.run.verify`."""
    from kampung_analysis.build.run import verify

    return verify()


def fetch(dest, **options) -> int:
    """Download the public originals; see :func:`kampung_analysis.build.download.fetch`."""
    from kampung_analysis.build.download import fetch

    return fetch(dest, **options)
