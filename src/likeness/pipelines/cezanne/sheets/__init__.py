"""The sheets people look at."""

from likeness.pipelines.cezanne.sheets.inversion import draw_inversion
from likeness.pipelines.cezanne.sheets.verdicts import draw_verdicts

__all__ = ["draw_inversion", "draw_verdicts"]
