"""What do the recovery tests share? Rows as a table, and a few faults out of all.

Imported by test_recovery_*.py.
"""

import pandas as pd


def table(rows) -> pd.DataFrame:
    """Rows of a validity study, by estimator and fault."""
    return pd.DataFrame(rows).set_index(["estimator", "fault"])


def only(faults, *names) -> dict:
    """The settings of some faults."""
    return {name: faults[name] for name in names}
