"""Curating photographs, timed: all at once with what can be shared computed once, against one pair after another."""

import os
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from likeness.faces.detection import Detector
from likeness.faces.recogniser import embed_pictures
from likeness.faces.verification import picture_distances
from likeness.metrics.ssim import SsimOptions, pairwise_ssim, stack_pictures
from likeness.pipelines.benchmark.options import CurationBenchmarkOptions, FaceBenchmarkOptions

Pictures = NDArray[np.uint8]  # (n, size, size, 3) RGB
Pair = tuple[int, int]

OUR_FORMULA = "our_seconds = our_seconds_measured * photos / our_photos"
OUR_FORMULA_PAIRS = "our_seconds = our_seconds_measured * pairs / (our_photos * (our_photos - 1) / 2)"
REFERENCE_FORMULA = "reference_seconds = reference_seconds_measured * pairs / reference_pairs"


class Timed(NamedTuple):
    """Seconds of wall-clock time, and what came out of them."""

    seconds: float
    result: NDArray[np.float64]


def timed(work: Callable[[], NDArray[np.float64]]) -> Timed:
    """Run a piece of work and clock it."""
    start = time.perf_counter()
    result = work()
    return Timed(time.perf_counter() - start, result)


def verification_case(pictures: Pictures, subset: Sequence[int], options: CurationBenchmarkOptions) -> dict[str, Any]:
    """Time the matrix of distances between faces against `DeepFace.verify` on every pair of the subset."""
    pairs = list(combinations(subset, 2))
    # Loads the weights of both.
    our_matrix(pictures[:1], options)
    verify_pairs(pictures, [(0, 0)], options.recogniser, options)
    ours = timed(lambda: our_matrix(pictures, options))
    reference = timed(lambda: verify_pairs(pictures, pairs, options.recogniser, options))
    cut = f"expand_percentage {options.expand_percentage}, align {options.align}"
    settings = f"{options.recogniser}, detector {options.detector}, {cut}, {options.metric}"
    name = "DeepFace.verify, pair by pair"
    return _row("verification", settings, name, pictures, pairs, ours, reference, options, OUR_FORMULA)


def ssim_case(pictures: Pictures, subset: Sequence[int], options: CurationBenchmarkOptions) -> dict[str, Any]:
    """Time the matrix of structural similarities against scikit-image on every pair of the subset."""
    pairs = list(combinations(subset, 2))
    window = SsimOptions(size=options.size)
    grey = stack_pictures((Image.fromarray(picture) for picture in pictures), window)
    pairwise_ssim(grey[:2], options=window)
    ours = timed(lambda: pairwise_ssim(grey, options=window))
    reference = timed(lambda: skimage_pairs(grey, pairs, window))
    settings = f"sigma {window.sigma}, K1 {window.k1}, K2 {window.k2}, data range 255, grey"
    name = "skimage.metrics.structural_similarity, pair by pair"
    return _row("ssim", settings, name, pictures, pairs, ours, reference, options, OUR_FORMULA_PAIRS)


def our_matrix(pictures: Pictures, options: CurationBenchmarkOptions) -> NDArray[np.float64]:
    """Return the distances of all pictures, (n, n): every face found and embedded once, one matrix."""
    images = ((str(index), Image.fromarray(picture)) for index, picture in enumerate(pictures))
    detector = Detector(options.detector, options.expand_percentage, options.align)
    embeddings = embed_pictures(images, [options.recogniser], detector)
    return picture_distances(embeddings, embeddings, options.metric).to_numpy()


def verify_pairs(
    pictures: Pictures, pairs: Sequence[Pair], recogniser: str, options: FaceBenchmarkOptions
) -> NDArray[np.float64]:
    """Return the distances of the pairs by `DeepFace.verify`; NaN where it finds no face."""
    from deepface.modules import verification
    from deepface.modules.exceptions import FaceNotDetected

    def distance(a: int, b: int) -> float:
        bgr_a, bgr_b = (np.ascontiguousarray(pictures[index][:, :, ::-1]) for index in (a, b))
        try:
            verdict = verification.verify(
                bgr_a,
                bgr_b,
                model_name=recogniser,
                detector_backend=options.detector,
                distance_metric=options.metric,
                expand_percentage=options.expand_percentage,
                align=options.align,
            )
        except ValueError as error:
            if not isinstance(error.__cause__, FaceNotDetected):
                raise
            return np.nan
        return float(verdict["distance"])

    return np.array([distance(a, b) for a, b in pairs])


def skimage_pairs(grey: Pictures, pairs: Sequence[Pair], window: SsimOptions) -> NDArray[np.float64]:
    """Return the structural similarities of the pairs by scikit-image."""
    from skimage.metrics import structural_similarity

    settings = {"gaussian_weights": True, "use_sample_covariance": False, "data_range": 255}
    constants = {"sigma": window.sigma, "K1": window.k1, "K2": window.k2}
    return np.array([structural_similarity(grey[a], grey[b], **settings, **constants) for a, b in pairs])


def _row(
    case: str,
    settings: str,
    reference_name: str,
    pictures: Pictures,
    reference_pairs: Sequence[Pair],
    ours: Timed,
    reference: Timed,
    options: CurationBenchmarkOptions,
    our_formula: str,
) -> dict[str, Any]:
    measured, photos = len(pictures), options.photos
    pairs = photos * (photos - 1) // 2
    growth = photos / measured if our_formula == OUR_FORMULA else pairs / (measured * (measured - 1) / 2)
    our_seconds = ours.seconds * growth
    reference_seconds = reference.seconds * pairs / len(reference_pairs)
    rows, columns = np.array(reference_pairs).T
    differences = np.abs(ours.result[rows, columns] - reference.result)
    return {
        "case": case,
        "settings": settings,
        "reference": reference_name,
        "picture_px": options.size,
        "cores": os.cpu_count(),
        "photos": photos,
        "pairs": pairs,
        "our_photos": measured,
        "our_seconds_measured": ours.seconds,
        "our_seconds": our_seconds,
        "reference_pairs": len(reference_pairs),
        "reference_seconds_measured": reference.seconds,
        "reference_seconds": reference_seconds,
        "ratio": reference_seconds / our_seconds,
        "largest_difference": float(np.fmax.reduce(differences)),
        "formula": f"{our_formula}; {REFERENCE_FORMULA}; ratio = reference_seconds / our_seconds",
    }
