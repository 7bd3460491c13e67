import numpy as np
import pytest

from likeness.datasets import BaseModel
from likeness.diffusion.model import ModelError, open_model
from likeness.pipelines.avatar import training
from likeness.pipelines.avatar.options import FineTuningOptions
from likeness.pipelines.avatar.training import Lesson, is_skipped, no_losses, skipped_checkpoint, train_checkpoint

OPTIONS = FineTuningOptions(steps=2, batch_size=2, learning_rate=1e-3, crop_margin=0.5)


@pytest.fixture
def lesson(pictures):
    photos = pictures("photos", 3, size=96)
    box = {photos.manifest["file"].iloc[0]: (30, 30, 20, 20)}
    captions = ["a photo of sks man"] * 3
    return Lesson("sks", photos, box, captions, pictures("class", 2, seed=4, size=64), "a photo of a man")


def test_a_checkpoint_says_what_it_was_made_from_and_opens(tiny_model, lesson, tmp_path):
    base = BaseModel(str(tiny_model))
    checkpoint, losses, validation = train_checkpoint(base, "child_01", lesson, OPTIONS, str(tmp_path))
    assert losses["step"].tolist() == [1, 2]
    assert validation.empty
    assert checkpoint.made_from["kept_step"] == 2
    assert checkpoint.made_from["photos_digest"] == lesson.photos.digest
    assert checkpoint.made_from["captions"] == ["a photo of sks man"]
    assert checkpoint.made_from["last_loss"] == pytest.approx(losses["loss"].iloc[-1])
    assert checkpoint.made_from["last_prior_loss"] > 0
    assert not is_skipped(checkpoint)
    before, after = (open_model(model).unet.conv_in.weight.numpy() for model in (base, checkpoint))
    assert not np.array_equal(before, after)

    again, *_ = train_checkpoint(base, "child_01", lesson, OPTIONS, str(tmp_path))
    assert again.path == checkpoint.path
    assert again.digest == checkpoint.digest


def test_photos_are_cropped_to_the_face_before_training(tiny_model, lesson, tmp_path, monkeypatch):
    seen = []

    def spied(base, pictures, *arguments, **options):
        seen.extend(picture.size for picture in pictures)
        raise InterruptedError

    monkeypatch.setattr(training, "fine_tune", spied)
    with pytest.raises(InterruptedError):
        train_checkpoint(BaseModel(str(tiny_model)), "child_01", lesson, OPTIONS, str(tmp_path))
    assert seen == [(40, 40), (96, 96), (96, 96)]


def test_what_sdxl_cannot_learn_is_refused_before_photos_are_cropped(tiny_xl_model, lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "face_crop", None)
    options = OPTIONS.model_copy(update={"train_identifier": True})
    with pytest.raises(ModelError, match="Set train_identifier to false"):
        train_checkpoint(BaseModel(str(tiny_xl_model)), "child_01", lesson, options, str(tmp_path))


def test_a_skipped_checkpoint_says_why(tiny_model, tmp_path):
    checkpoint = skipped_checkpoint(BaseModel(str(tiny_model)), "child_02", "child_02 has no photos", str(tmp_path))
    assert is_skipped(checkpoint)
    assert (checkpoint.path / "skipped.txt").read_text() == "child_02 has no photos\n"
    assert no_losses().empty
