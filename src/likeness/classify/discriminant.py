"""Linear discriminant analysis: the head of a classifier, in closed form.

Fisher 1936, "The use of multiple measurements in taxonomic problems"; the covariance is shrunk towards the identity as
in Friedman 1989, "Regularized discriminant analysis", for there are more features than paintings.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def linear_discriminant(
    features: NDArray[np.float32], labels: NDArray[np.int64], *, classes: int, shrinkage: float, balanced: bool = True
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find the linear classifier that is right for Gaussian classes of one covariance.

    Args:
        features: (n, f), each of about unit variance.
        labels: class of each row, (n,), counted from 0; every class has a row.
        classes: how many.
        shrinkage: share of the identity in the covariance, more than 0 and at most 1.
        balanced: whether all classes count as equally frequent; otherwise as frequent as their rows.

    Returns:
        Kernel (f, classes) and bias (classes,): softmax of features @ kernel + bias are the classes' probabilities.

    Raises:
        ValueError: the shrinkage is out of range, or a class has no row.
    """
    if not 0 < shrinkage <= 1:
        raise ValueError(f"shrinkage is {shrinkage}; expected more than 0 and at most 1")
    counts = np.bincount(labels, minlength=classes)
    if (counts == 0).any():
        raise ValueError(f"class {int(counts.argmin())} of {classes} has no picture to learn from")
    values = features.astype(np.float64)
    means = np.stack([values[labels == label].mean(axis=0) for label in range(classes)])
    weights = (1.0 / (classes * counts) if balanced else np.full(classes, 1.0 / len(labels)))[labels]
    residuals = (values - means[labels]) * np.sqrt(weights)[:, None]
    covariance = (1 - shrinkage) * residuals.T @ residuals
    covariance[np.diag_indices_from(covariance)] += shrinkage
    kernel = np.linalg.solve(covariance, means.T)
    bias = -0.5 * (means * kernel.T).sum(axis=1)
    if not balanced:
        bias += np.log(counts / len(labels))
    return kernel.astype(np.float32), bias.astype(np.float32)
