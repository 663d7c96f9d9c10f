"""How is it drawn? One module per family of charts; every `draw_*` takes frames and returns a finished Figure.

The first code cell of a notebook calls :func:`start`. A figure is the last expression of its cell.
"""

from kampung_analysis.figures import style
from kampung_analysis.figures.benchmarks import draw_speed, draw_times
from kampung_analysis.figures.bounds import draw_bounds, draw_counts, draw_share
from kampung_analysis.figures.designs import draw_certainty, draw_event_study, draw_scatter
from kampung_analysis.figures.diagrams import draw_dag, draw_logic_model, draw_network
from kampung_analysis.figures.forest import draw_forest, draw_spec_curve
from kampung_analysis.figures.maps import draw_provinces, draw_tiles
from kampung_analysis.figures.matrix import draw_funnel, draw_matrix, draw_timeline
from kampung_analysis.figures.multiples import draw_small_multiples
from kampung_analysis.figures.power import draw_alarms, draw_curves
from kampung_analysis.figures.recorded import draw_breaks, draw_units
from kampung_analysis.figures.series import draw_counterfactual, draw_gap, draw_lines
from kampung_analysis.figures.style import finish, source_line, start
from kampung_analysis.figures.verdicts import draw_verdicts

__all__ = [
    "draw_alarms",
    "draw_bounds",
    "draw_breaks",
    "draw_certainty",
    "draw_counterfactual",
    "draw_counts",
    "draw_dag",
    "draw_curves",
    "draw_event_study",
    "draw_forest",
    "draw_funnel",
    "draw_gap",
    "draw_lines",
    "draw_logic_model",
    "draw_matrix",
    "draw_network",
    "draw_provinces",
    "draw_scatter",
    "draw_share",
    "draw_small_multiples",
    "draw_spec_curve",
    "draw_speed",
    "draw_tiles",
    "draw_timeline",
    "draw_times",
    "draw_units",
    "draw_verdicts",
    "finish",
    "source_line",
    "start",
    "style",
]
