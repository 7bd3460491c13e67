"""Multinomial logistic regression on standardised features: the plain classifier that a network has to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special


@dataclass(frozen=True)
class LogisticRegression:
    """A fitted regression.

    Attributes:
        mean: of each feature, (features,).
        scale: standard deviation of each, 1 where a feature never changes.
        weights: (features, classes), of standardised features.
        bias: (classes,).
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, features: ArrayLike) -> NDArray[np.float64]:
        """Logits (n, classes) of features (n, features)."""
        standard = (np.asarray(features, dtype=np.float64) - self.mean) / self.scale
        scores: NDArray[np.float64] = standard @ self.weights + self.bias
        return scores


def fit_logistic_regression(
    features: ArrayLike, labels: ArrayLike, *, classes: int, penalty: float, balanced: bool = True
) -> LogisticRegression:
    """Fit by L-BFGS from zero, which finds the one optimum; nothing is random.

    Args:
        features: (n, features).
        labels: class of each row, (n,), counted from 0.
        classes: how many there are.
        penalty: half of it times the squared weights is added to the mean cross-entropy, above 0.
        balanced: whether every class weighs as much as another, however many rows it has.

    Raises:
        ValueError: there is no row, or the shapes do not fit.
    """
    values, right = np.asarray(features, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    if values.ndim != 2 or right.shape != values.shape[:1] or not len(right):
        raise ValueError(f"expected features (n, features) and labels (n,), got {values.shape} and {right.shape}")
    mean, scale = values.mean(axis=0), values.std(axis=0)
    scale[scale < 1e-12] = 1.0
    standard = (values - mean) / scale
    counts = np.bincount(right, minlength=classes)
    row_weights = 1.0 / counts[right] if balanced else np.ones(len(right))
    row_weights /= row_weights.sum()
    targets = np.eye(classes)[right]
    shape = (values.shape[1] + 1, classes)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        likelihoods = special.log_softmax(standard @ weights[:-1] + weights[-1], axis=1)
        errors = (np.exp(likelihoods) - targets) * row_weights[:, None]
        gradient = np.vstack([standard.T @ errors + penalty * weights[:-1], errors.sum(axis=0)])
        crossed = -float((row_weights * (targets * likelihoods).sum(axis=1)).sum())
        return crossed + 0.5 * penalty * float((weights[:-1] ** 2).sum()), gradient.ravel()

    found = optimize.minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights = found.x.reshape(shape)
    return LogisticRegression(mean, scale, weights[:-1], weights[-1])
