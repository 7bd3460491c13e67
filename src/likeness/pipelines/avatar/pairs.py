"""Pairs of pictures as tidy rows and as a matrix.

A matrix is a DataFrame with a picture's file a row and a column; a table of pairs has one row a pair.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def pairs_within(matrix: pd.DataFrame) -> tuple[pd.Series, pd.Series, np.ndarray]:
    """Return the pairs above the diagonal of a symmetric (n, n) matrix.

    Returns:
        First files, second files and values, n(n-1)/2 each.
    """
    first, second = np.triu_indices(len(matrix), k=1)
    files = matrix.index.to_numpy()
    return (
        pd.Series(files[first], dtype=object),
        pd.Series(files[second], dtype=object),
        matrix.to_numpy()[first, second],
    )


def pairs_between(matrix: pd.DataFrame) -> tuple[pd.Series, pd.Series, np.ndarray]:
    """Return every cell of an (n, m) matrix, row after row: row files, column files, values."""
    first = np.repeat(matrix.index.to_numpy(), len(matrix.columns))
    second = np.tile(matrix.columns.to_numpy(), len(matrix.index))
    return pd.Series(first, dtype=object), pd.Series(second, dtype=object), matrix.to_numpy().ravel()


def square(pairs: pd.DataFrame, value: str, files: list[str]) -> pd.DataFrame:
    """Turn rows (photo_a, photo_b, value) into a symmetric float matrix over `files`; NaN where a pair is missing."""
    place = {file: index for index, file in enumerate(files)}
    first, second = pairs["photo_a"].map(place), pairs["photo_b"].map(place)
    known = first.notna() & second.notna()
    rows, columns = first[known].astype(int), second[known].astype(int)
    values = np.full((len(files), len(files)), np.nan)
    values[rows, columns] = values[columns, rows] = pairs.loc[known, value].astype(float)
    return pd.DataFrame(values, index=files, columns=files)
