"""How often faces are looked for and networks run, counted where DeepFace does both."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import numpy as np

DETECTIONS = "detections"  # other keys of a count are recognisers


@contextmanager
def counted_passes(recognisers: Sequence[str], detector: str) -> Iterator[Counter[str]]:
    """Count what happens inside: pictures searched for faces, and faces put through each recogniser's network.

    Args:
        recognisers: DeepFace's names; they are loaded first.
        detector: DeepFace's name.

    Yields:
        The count, which grows: `DETECTIONS` pictures, and faces by recogniser, each of a batch counted.
    """
    from deepface.modules import modeling

    count: Counter[str] = Counter()
    lock = threading.Lock()  # faces are looked for by several threads

    def counting(key: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            pictures = arguments[-1]
            with lock:
                count[key] += len(pictures) if np.ndim(pictures) == 4 else 1
            return function(*arguments)

        return call

    with ExitStack() as stack:
        # Every thread has a detector of its own, so its class is what counts.
        detectors = modeling.get_model_class("face_detector", detector)
        stack.enter_context(_replaced(detectors, "detect_faces", partial(counting, DETECTIONS)))
        for name in recognisers:
            network = modeling.build_model("facial_recognition", name)
            stack.enter_context(_replaced(network, "forward", partial(counting, name)))
        yield count


@contextmanager
def _replaced(owner: Any, name: str, replace: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Put another function in the place of an attribute, and take it away again."""
    own = name in vars(owner)
    old = getattr(owner, name)
    setattr(owner, name, replace(old))
    try:
        yield
    finally:
        if own:
            setattr(owner, name, old)
        else:
            delattr(owner, name)
