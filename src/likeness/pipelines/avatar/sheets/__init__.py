"""The sheets people look at."""

from likeness.pipelines.avatar.sheets.curves import draw_curves
from likeness.pipelines.avatar.sheets.metrics import draw_metrics
from likeness.pipelines.avatar.sheets.photos import draw_photos
from likeness.pipelines.avatar.sheets.portraits import draw_avatar

__all__ = ["draw_avatar", "draw_curves", "draw_metrics", "draw_photos"]
