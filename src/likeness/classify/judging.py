"""A trained classifier's judgement of a whole set of pictures, which a stopped run goes on with."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from likeness.classify.calibration import probabilities
from likeness.classify.changes import Change
from likeness.classify.classifier import Classifier
from likeness.classify.judgements import judgement_table
from likeness.classify.network import parts_of
from likeness.classify.training import picture_logits
from likeness.classify.trunk_features import judging_features
from likeness.datasets import ImageSet


def judge_pictures(
    classifier: Classifier, pictures: ImageSet, work_root: Path, *, change: Change | None = None
) -> pd.DataFrame:
    """Judge pictures; what classifiers with the same trunk have looked at is not looked at again.

    Args:
        classifier: as it was trained or opened.
        pictures: cleaned as the training pictures were.
        work_root: the folder of unfinished work.
        change: what happens to each picture first.

    Returns:
        One row a picture: file, `p_<class>` (calibrated), as `Classifier.judge` would say.
    """
    parts = parts_of(classifier.network, classifier.description.backbone)
    views = classifier.description.views
    features = judging_features(parts, pictures, views, work_root, change=change)
    shares = probabilities(picture_logits(parts, features), classifier.description.temperature)
    return judgement_table(pictures.manifest["file"].tolist(), shares, classifier.classes)
