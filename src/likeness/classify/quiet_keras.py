"""Keras, imported without what its backend writes to the terminal at every start.

TensorFlow looks for a GPU before it reads the variable that silences it, and a reader of a log can act on none of that.
Import it inside functions: it takes seconds.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _no_messages() -> Iterator[None]:
    """Without what C++ writes to the standard error stream; exceptions of Python pass as ever."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


with _no_messages():
    import keras

# Networks of five shapes are compiled five times: TensorFlow warns of it as of a mistake.
logging.getLogger("tensorflow").setLevel(logging.ERROR)

__all__ = ["keras"]
