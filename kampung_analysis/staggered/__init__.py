"""What did a programme that spread in steps do to the places it reached? Group-time effects and event studies.

Reduce a panel to cohort moments, estimate, aggregate::

    m = moments_from(frame, unit="code", time="week", outcome="confirmed_per_100k", adopted="first_week")
    r = att_gt(m, control="not_yet")
    print(r.aggregate("dynamic"))

Callaway & Sant'Anna (2021, doi:10.1016/j.jeconom.2020.12.001) for balanced panels without covariates, with the
conventions of the R package ``did``; in one pass over the rows.
"""

from .aggregate import Aggregation, aggregate, critical_value
from .average import average_effect
from .effects import GroupTimeEffects, att_gt
from .matrix import moments_of
from .moments import CohortMoments, merge
from .read import moments_from

__all__ = [
    "Aggregation",
    "CohortMoments",
    "GroupTimeEffects",
    "aggregate",
    "att_gt",
    "average_effect",
    "critical_value",
    "merge",
    "moments_from",
    "moments_of",
]
