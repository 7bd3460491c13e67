"""The sheets people look at."""

from likeness.pipelines.prompt_edit.sheets.edits import draw_edits
from likeness.pipelines.prompt_edit.sheets.sweeps import draw_sweeps

__all__ = ["draw_edits", "draw_sweeps"]
