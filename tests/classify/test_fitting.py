import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter

from likeness.classify import fitting
from likeness.classify.changes import Change
from likeness.classify.fitting import fit_classifier
from likeness.datasets import ImageSet


def test_a_classifier_learns_coarse_from_fine_and_is_kept(textures, labels, tiny, tmp_path, monkeypatch):
    fitted = fit_classifier(textures, labels, tiny(), tmp_path)
    images = [image for _, image in textures]
    judged = fitted.classifier.judge(images)
    assert fitted.classifier.classes == ("coarse", "fine")
    assert (judged.argmax(axis=1) == (np.array(labels) == "fine")).all()
    assert fitted.history["fit"].unique().tolist() == ["validated", "refit"]
    assert fitted.history["epoch"].to_list()[:2] == [0, 1]
    assert fitted.history["validation_loss"].notna().to_list()[0]
    assert set(fitted.validation["class"]) == {"coarse", "fine"}
    assert len(fitted.validation) == 4
    np.testing.assert_allclose(fitted.validation[["p_coarse", "p_fine"]].sum(axis=1), 1)

    # The second time nothing is computed.
    monkeypatch.setattr(fitting, "new_parts", None)
    again = fit_classifier(textures, labels, tiny(), tmp_path)
    np.testing.assert_allclose(again.classifier.judge(images), judged, atol=1e-6)
    pd.testing.assert_frame_equal(again.history, fitted.history)


def test_a_stopped_run_goes_on_with_the_next_picture(textures, labels, tiny, tmp_path, monkeypatch):
    seen: list[str] = []
    open_one = ImageSet.open

    def counted(self, file):
        if len(seen) == 5:
            raise KeyboardInterrupt
        seen.append(file)
        return open_one(self, file)

    monkeypatch.setattr(ImageSet, "open", counted)
    with pytest.raises(KeyboardInterrupt):
        fit_classifier(textures, labels, tiny(), tmp_path)
    monkeypatch.setattr(ImageSet, "open", lambda self, file: seen.append(file) or open_one(self, file))
    fit_classifier(textures, labels, tiny(), tmp_path)
    # Sixteen pictures for training, each once, and the four of the validation for judging.
    assert len(seen) == 16 + 4
    assert seen[:16] == textures.manifest["file"].to_list()


def test_a_given_validation_set_is_used(textures, labels, tiny, tmp_path):
    validation = [place % 8 < 3 for place in range(16)]
    fitted = fit_classifier(textures, labels, tiny(epochs=0), tmp_path, validation=validation)
    assert fitted.validation["file"].to_list() == textures.manifest["file"][validation].to_list()


def test_a_validation_set_that_cannot_serve_is_refused_at_once(textures, labels, tiny, tmp_path):
    for validation, reason in (
        ([True] * 8 + [False] * 8, "all pictures of class coarse are in the validation set"),
        ([False] * 16, "the validation set is empty"),
        ([True] * 3, r"of shape \(3,\), and there are 16 pictures"),
    ):
        with pytest.raises(ValueError, match=reason):
            fit_classifier(textures, labels, tiny(), tmp_path, validation=validation)
    assert not list(tmp_path.rglob("*.npz"))


def test_the_decoder_is_passed_by_its_classes_alone(textures, labels, tiny, tmp_path):
    passed: list[Image.Image] = []

    def apply(image):
        passed.append(image)
        return image

    decoder = {"classes": ("fine",), "probability": 1.0}
    options = tiny(epochs=0, decoder=decoder)
    fit_classifier(textures, labels, options, tmp_path, round_trip=Change(apply, "identity"))
    fine = [image.tobytes() for row, image in textures if row["group"] == "fine"]
    assert [image.tobytes() for image in passed] == fine
    with pytest.raises(ValueError, match="classes fine are to pass through a decoder: give round_trip"):
        fit_classifier(textures, labels, options, tmp_path / "other")


def test_a_decoder_of_classes_that_there_are_not_is_refused(textures, labels, tiny, tmp_path):
    options = tiny(decoder={"classes": ("fine", "finer")})
    with pytest.raises(ValueError, match=r"decoder.classes names finer, and the classes .* are coarse, fine"):
        fit_classifier(textures, labels, options, tmp_path, round_trip=Change(lambda image: image, "identity"))


def test_validation_pictures_are_judged_after_each_change_too(textures, labels, tiny, tmp_path):
    changes = {
        "mirrored": Change(lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "mirrored"),
        "blurred": Change(lambda image: image.filter(ImageFilter.GaussianBlur(8)), "blurred"),
    }
    table = fit_classifier(textures, labels, tiny(epochs=0), tmp_path, changes=changes).validation
    of = {name: rows.set_index("file")["p_fine"] for name, rows in table.groupby("change")}
    assert list(of) == ["as_they_are", "blurred", "mirrored"]
    np.testing.assert_allclose(of["mirrored"], of["as_they_are"], atol=0.01)
    assert np.abs(of["blurred"] - of["as_they_are"]).max() > 0.1


def test_one_class_is_no_classifier(textures, tiny, tmp_path):
    with pytest.raises(ValueError, match="at least two classes, and there is fine"):
        fit_classifier(textures, ["fine"] * 16, tiny(), tmp_path)
