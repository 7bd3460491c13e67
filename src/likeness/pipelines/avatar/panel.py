"""The photographs that stand for all where comparing every pair would take hours and gigabytes."""

from collections.abc import Sequence

import numpy as np


def panel(files: Sequence[str], size: int, seed: int) -> list[str]:
    """Return all files where there are at most `size`, else so many drawn at random, in the order given."""
    if len(files) <= size:
        return list(files)
    drawn = np.random.default_rng(seed).choice(len(files), size=size, replace=False)
    return [files[place] for place in np.sort(drawn)]
