"""Curation by all of DeepFace's recognisers: passes and time, against one pair and one recogniser after another."""

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from likeness.faces.detection import Detector
from likeness.faces.recogniser import RECOGNISERS, embed_pictures
from likeness.faces.verification import picture_distances
from likeness.faces.weights import available_recognisers, ensure_detector
from likeness.pipelines.benchmark.curation import Pair, Pictures, Timed, timed, verify_pairs
from likeness.pipelines.benchmark.options import RecogniserBenchmarkOptions
from likeness.pipelines.benchmark.passes import DETECTIONS, counted_passes
from likeness.pipelines.benchmark.random_recognisers import can_be_random, random_recognisers

TOTAL = "all"
WARM_UP = 4  # pictures; every thread loads its detector at its first
FORMULA = "; ".join(
    [
        *(f"our_{what} = our_{what}_measured * photos / our_photos" for what in ("seconds", "detections", "forwards")),
        *(
            f"reference_{what} = reference_{what}_measured * pairs / reference_pairs"
            for what in ("seconds", "detections", "forwards")
        ),
        "passes_ratio = (reference_detections + reference_forwards) / (our_detections + our_forwards)",
        "ratio = reference_seconds / our_seconds",
    ]
)


def recognisers_table(pictures: Pictures, subset: Sequence[int], options: RecogniserBenchmarkOptions) -> pd.DataFrame:
    """Count and time all that curation computes, against `DeepFace.verify` on every pair of the subset.

    Args:
        pictures: RGB, (n, size, size, 3); ours is measured on all of them.
        subset: which of them are compared pair by pair.
        options: detector, how faces are cut out, metric, and the seed of random weights.

    Returns:
        One row a recogniser, and one for all of them together, whose detections ours shares. `weights` says whether
        they are the published ones or random. A recogniser that cannot be had has a row without figures, and a `note`.
    """
    ensure_detector(options.detector)
    wanted = options.recognisers or RECOGNISERS
    published = [name for name in available_recognisers() if name in wanted]
    random = [name for name in wanted if name not in published and can_be_random(name)]
    pairs = list(combinations(subset, 2))
    with ExitStack() as stack:
        stack.enter_context(random_recognisers(random, options.seed))
        names = [name for name in wanted if name in published or name in random]
        references = {name: _measured_reference(pictures, pairs, name, options) for name in names}
        rows = [
            {"recogniser": name, "weights": "random" if name in random else "published"}
            | _row(_measured_ours(pictures, [name], options), [references[name]], pictures, pairs, options)
            for name in names
        ]
        together = _row(_measured_ours(pictures, names, options), list(references.values()), pictures, pairs, options)
    left_out = [name for name in wanted if name not in names]
    rows += [{"recogniser": name, "note": "left out: an ONNX file that is not here"} for name in left_out]
    note = f"without {', '.join(left_out)}" if left_out else ""
    return pd.DataFrame([*rows, {"recogniser": TOTAL, "note": note} | together])


def _measured_ours(
    pictures: Pictures, names: Sequence[str], options: RecogniserBenchmarkOptions
) -> tuple[Timed, Counter[str]]:
    detector = Detector(options.detector, options.expand_percentage, options.align)

    def matrices(pictures: Pictures) -> NDArray[np.float64]:
        images = ((str(index), Image.fromarray(picture)) for index, picture in enumerate(pictures))
        # Downloads are allowed so that random weights need no file: all that is used is loaded already.
        embeddings = embed_pictures(images, names, detector, allow_download=True)
        by_recogniser = dict(iter(embeddings.groupby("recogniser")))
        own = [by_recogniser[name] for name in names]
        return np.stack([picture_distances(one, one, options.metric).to_numpy() for one in own])

    matrices(pictures[:WARM_UP])
    with counted_passes(names, options.detector) as count:
        return timed(lambda: matrices(pictures)), count


def _measured_reference(
    pictures: Pictures, pairs: Sequence[Pair], name: str, options: RecogniserBenchmarkOptions
) -> tuple[Timed, Counter[str]]:
    verify_pairs(pictures, [(0, 0)], name, options)  # the first run of a network is slow
    with counted_passes([name], options.detector) as count:
        return timed(lambda: verify_pairs(pictures, pairs, name, options)), count


def _row(
    ours: tuple[Timed, Counter[str]],
    references: Sequence[tuple[Timed, Counter[str]]],
    pictures: Pictures,
    pairs: Sequence[Pair],
    options: RecogniserBenchmarkOptions,
) -> dict[str, Any]:
    photos = options.photos
    all_pairs = photos * (photos - 1) // 2
    reference_count = sum((count for _, count in references), Counter[str]())
    measured = {
        **_sides("our", ours[0].seconds, ours[1]),
        **_sides("reference", sum(one.seconds for one, _ in references), reference_count),
    }
    growth = {"our": photos / len(pictures), "reference": all_pairs / len(pairs)}
    scaled = {name.removesuffix("_measured"): value * growth[name.split("_")[0]] for name, value in measured.items()}
    rows, columns = np.array(pairs).T
    differences = [
        np.abs(matrix[rows, columns] - one.result) for matrix, (one, _) in zip(ours[0].result, references, strict=True)
    ]
    passes = {side: scaled[f"{side}_detections"] + scaled[f"{side}_forwards"] for side in growth}
    return {
        "picture_px": options.size,
        "cores": os.cpu_count(),
        "photos": photos,
        "pairs": all_pairs,
        "our_photos": len(pictures),
        "reference_pairs": len(pairs),
        **measured,
        **scaled,
        "passes_ratio": passes["reference"] / passes["our"],
        "ratio": scaled["reference_seconds"] / scaled["our_seconds"],
        "largest_difference": float(np.fmax.reduce(differences, axis=None)),
        "formula": FORMULA,
    }


def _sides(side: str, seconds: float, count: Counter[str]) -> dict[str, float]:
    return {
        f"{side}_seconds_measured": seconds,
        f"{side}_detections_measured": count[DETECTIONS],
        f"{side}_forwards_measured": count.total() - count[DETECTIONS],
    }
