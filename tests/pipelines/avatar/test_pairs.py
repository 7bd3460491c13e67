import numpy as np
import pandas as pd

from likeness.pipelines.avatar.pairs import pairs_between, pairs_within, square


def test_every_pair_within_comes_once():
    files = ["a", "b", "c"]
    matrix = pd.DataFrame([[1.0, 2, 3], [2, 1, 4], [3, 4, 1]], index=files, columns=files)
    first, second, values = pairs_within(matrix)
    assert list(zip(first, second, values, strict=True)) == [("a", "b", 2), ("a", "c", 3), ("b", "c", 4)]


def test_every_pair_between_comes_once_row_after_row():
    matrix = pd.DataFrame([[1.0, 2, 3], [4, 5, 6]], index=["p", "q"], columns=["a", "b", "c"])
    first, second, values = pairs_between(matrix)
    assert "".join(first) == "pppqqq"
    assert "".join(second) == "abcabc"
    assert values.tolist() == [1, 2, 3, 4, 5, 6]


def test_a_matrix_survives_being_laid_out_as_pairs(rng):
    files = [f"{index}.png" for index in range(7)]
    values = rng.random((7, 7))
    matrix = pd.DataFrame(values + values.T, index=files, columns=files)
    first, second, laid_out = pairs_within(matrix)
    pairs = pd.DataFrame({"photo_a": first, "photo_b": second, "value": laid_out})
    back = square(pairs.sample(frac=1, random_state=0), "value", files)
    off_diagonal = ~np.eye(7, dtype=bool)
    np.testing.assert_array_equal(back.to_numpy()[off_diagonal], matrix.to_numpy()[off_diagonal])
    assert np.isnan(back.to_numpy()[~off_diagonal]).all()


def test_square_leaves_out_other_files_and_missing_pairs():
    pairs = pd.DataFrame({"photo_a": ["a", "a"], "photo_b": ["b", "z"], "value": [0.5, 0.9]})
    matrix = square(pairs, "value", ["b", "a", "c"])
    assert matrix.loc["a", "b"] == matrix.loc["b", "a"] == 0.5
    assert matrix.loc["c"].isna().all()
