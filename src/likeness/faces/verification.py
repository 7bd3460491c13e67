"""Distances between faces and between pictures, equal to those of `DeepFace.verify` but for all pairs at once."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

METRICS = ("cosine", "euclidean", "euclidean_l2")


def distances(a: NDArray[np.float64], b: NDArray[np.float64], metric: str) -> NDArray[np.float64]:
    """Return the distances of every embedding of `a` to every one of `b`, rounded to six decimals as DeepFace does.

    Args:
        a: Embeddings, (n, d).
        b: Embeddings, (m, d).
        metric: One of `METRICS`. `cosine` is 1 - cos in 0..2; `euclidean_l2` is the Euclidean distance of the
            embeddings brought to unit length, in 0..2.

    Returns:
        (n, m).

    Raises:
        ValueError: If the metric is unknown or the embeddings differ in length.
    """
    if metric not in METRICS:
        raise ValueError(f"metric {metric!r} is unknown; expected one of {', '.join(METRICS)}")
    a, b = np.atleast_2d(a), np.atleast_2d(b)
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"embeddings of length {a.shape[1]} and {b.shape[1]} cannot be compared: same recogniser?")
    if metric == "euclidean":
        # Not by the product (|a|² + |b|² - 2ab), which loses half the digits where two faces are nearly equal.
        result = cdist(a, b)
    else:
        cosines = _unit(a) @ _unit(b).T
        result = 1.0 - cosines if metric == "cosine" else cdist(_unit(a), _unit(b))
    return np.asarray(np.round(result, 6), dtype=np.float64)


def picture_distances(embeddings_a: pd.DataFrame, embeddings_b: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the distance of every picture of `a` to every one of `b`: the least over the pairs of their faces.

    So does `DeepFace.verify`; a bystander can therefore match.

    Args:
        embeddings_a: Rows of one recogniser of `likeness.faces.recogniser.embed_pictures`.
        embeddings_b: Likewise, of the same recogniser.
        metric: One of `METRICS`.

    Returns:
        Files of `a` × files of `b`, each in the order of first appearance; NaN where a picture has no face.

    Raises:
        ValueError: If the metric is unknown or the tables hold more than one recogniser between them.
    """
    recognisers = sorted({*embeddings_a["recogniser"], *embeddings_b["recogniser"]})
    if len(recognisers) > 1:
        raise ValueError(f"embeddings of several recognisers cannot be compared: {', '.join(recognisers)}")
    files_a, faces_a, starts_a = _faces_by_file(embeddings_a)
    files_b, faces_b, starts_b = _faces_by_file(embeddings_b)
    table = pd.DataFrame(np.nan, index=_files(embeddings_a), columns=_files(embeddings_b), dtype=np.float64)
    table.index.name = table.columns.name = "file"
    if len(faces_a) and len(faces_b):
        of_faces = distances(faces_a, faces_b, metric)
        least = np.minimum.reduceat(np.minimum.reduceat(of_faces, starts_a, axis=0), starts_b, axis=1)
        table.loc[files_a, files_b] = least
    return table


def published_threshold(recogniser: str, metric: str) -> float:
    """Return DeepFace's own threshold: a pair at this distance or less counts as one person.

    Raises:
        ValueError: If DeepFace has none for the recogniser and metric.
    """
    from deepface.config.threshold import thresholds

    threshold = thresholds.get(recogniser, {}).get(metric)
    if threshold is None:
        raise ValueError(f"DeepFace has no threshold for recogniser {recogniser!r} and metric {metric!r}")
    return float(threshold)


def _unit(embeddings: NDArray[np.float64]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.asarray(embeddings / (lengths + 1e-10), dtype=np.float64)


def _files(embeddings: pd.DataFrame) -> list[str]:
    return list(embeddings["file"].unique())


def _faces_by_file(embeddings: pd.DataFrame) -> tuple[list[str], NDArray[np.float64], NDArray[np.intp]]:
    """Return the files that have faces, all their embeddings (faces, d), and where each file's begin."""
    found = embeddings[embeddings["embedding"].notna()]
    if found.empty:
        return [], np.empty((0, 0)), np.empty(0, dtype=np.intp)
    found = found.assign(order=pd.factorize(found["file"])[0]).sort_values("order", kind="stable")
    _, starts = np.unique(found["order"].to_numpy(), return_index=True)
    return _files(found), np.stack([np.asarray(e) for e in found["embedding"]]), starts
