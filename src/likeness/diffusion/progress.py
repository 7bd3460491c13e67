"""Which progress bars a person sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import diffusers.utils.logging
import transformers.utils.logging

_LIBRARIES = (diffusers.utils.logging, transformers.utils.logging)


@contextmanager
def no_file_bars() -> Iterator[None]:
    """Without the libraries' bars for every weight file: on a disk they are read and written in a moment."""
    enabled = [library for library in _LIBRARIES if library.is_progress_bar_enabled()]
    for library in enabled:
        library.disable_progress_bar()
    try:
        yield
    finally:
        for library in enabled:
            library.enable_progress_bar()
