"""Likeness: ask a text-to-image model about likeness, and answer with pictures and numbers."""

from likeness.environment import set_environment

__version__ = "0.1.0"

set_environment()
