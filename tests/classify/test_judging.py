import numpy as np
import pandas as pd
from PIL import Image

from likeness.classify.changes import Change, detail_change
from likeness.classify.detail import at_detail_level
from likeness.classify.fitting import fit_classifier
from likeness.classify.judgements import shares_in
from likeness.classify.judging import judge_pictures
from likeness.datasets import ImageSet


def test_a_set_is_judged_as_its_pictures_are_and_looked_at_once(textures, labels, tiny, tmp_path, monkeypatch):
    classifier = fit_classifier(textures, labels, tiny(), tmp_path).classifier
    table = judge_pictures(classifier, textures, tmp_path)
    assert table["file"].to_list() == textures.manifest["file"].to_list()
    expected = classifier.judge(image for _, image in textures)
    # Features are kept in half precision.
    np.testing.assert_allclose(shares_in(table), expected, atol=0.02)

    monkeypatch.setattr(ImageSet, "open", None)
    pd.testing.assert_frame_equal(judge_pictures(classifier, textures, tmp_path), table)
    assert judge_pictures(classifier, textures.select([]), tmp_path).columns.to_list() == table.columns.to_list()


def test_a_change_is_applied_and_kept_apart(textures, labels, tiny, tmp_path):
    classifier = fit_classifier(textures, labels, tiny(epochs=0), tmp_path).classifier
    plain = judge_pictures(classifier, textures, tmp_path)
    grey = Change(lambda image: Image.new("RGB", image.size, (127, 127, 127)), "grey")
    changed = judge_pictures(classifier, textures, tmp_path, change=grey)
    assert np.ptp(changed["p_fine"]) < 1e-6 < np.ptp(plain["p_fine"])


def test_a_detail_level_is_a_change_named_by_its_numbers(textures):
    image = textures.open(textures.manifest["file"][0])
    change = detail_change(24, 80)
    assert change.apply(image).tobytes() == at_detail_level(image, 24, 80).tobytes()
    assert len({change.digest, detail_change(24, 81).digest, detail_change(25, 80).digest}) == 3
