"""How is it drawn? One module per family of charts; every `draw_*` takes frames and returns a finished Figure.

The first code cell of a notebook calls :func:`start`. A figure is the last expression of its cell.
"""

from kampung_analysis.figures import style
from kampung_analysis.figures.style import finish, source_line, start

__all__ = ["finish", "source_line", "start", "style"]
