"""A painter: any picture in the strokes, colours and lines of a style."""

from likeness.synthetic.painter.painting import paint
from likeness.synthetic.painter.style import Style
from likeness.synthetic.painter.styles import LEARNED_STYLE, REPLICA_STYLE, STYLES

__all__ = ["LEARNED_STYLE", "REPLICA_STYLE", "STYLES", "Style", "paint"]
