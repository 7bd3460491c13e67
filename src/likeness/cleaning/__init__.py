"""Pictures of several classes, from any source, made comparable before a network learns them."""

from likeness.cleaning.classes import ClassError
from likeness.cleaning.cleaning import clean
from likeness.cleaning.options import CleaningOptions
from likeness.cleaning.report import class_balance, draw_class_balance

__all__ = ["ClassError", "CleaningOptions", "class_balance", "clean", "draw_class_balance"]
