import numpy as np
import pytest
from PIL import Image

from likeness.datasets import BaseModel, Checkpoint, ImageSet
from likeness.pipelines.avatar.drawing import draw_pictures
from likeness.pipelines.avatar.options import AgePrompt, PortraitOptions, SitterOptions
from likeness.pipelines.avatar.prompts import portrait_requests
from likeness.pipelines.avatar_methods.options import WordOptions
from likeness.pipelines.avatar_methods.word import learn_word

OPTIONS = WordOptions(placeholder="<him>", vectors=2, initialiser=None, steps=2, batch_size=2, learning_rate=0.5)
ADULT = (AgePrompt(label="adult", years=40, prompt="a man"),)
PORTRAITS = PortraitOptions(ages=ADULT, template="a {model} as {age_prompt}", pictures_per_age=1, steps=1)


@pytest.fixture
def photos(tmp_path):
    for index in range(2):
        noise = np.random.default_rng(index).integers(0, 255, (40, 40, 3), dtype=np.uint8)
        (tmp_path / "photos").mkdir(exist_ok=True)
        Image.fromarray(noise).save(tmp_path / "photos" / f"{index}.png")
    return ImageSet.from_folder(tmp_path / "photos")


def test_a_learned_word_says_what_it_is_called_and_is_drawn_with(tiny_model, photos, tmp_path):
    base = BaseModel(str(tiny_model))
    word, losses = learn_word(base, photos, {"0.png": (10, 10, 9, 9)}, 0.5, OPTIONS, str(tmp_path))
    assert isinstance(word, Checkpoint)
    assert losses["step"].tolist() == [1, 2]
    assert word.made_from["model_words"] == "<him>"
    assert word.made_from["trained_parameters"] == 2 * 32

    requests = portrait_requests(SitterOptions(), PORTRAITS, "<him>")
    assert requests["prompt"].tolist() == ["a <him> as a man"]
    drawn = [
        draw_pictures(model, "m", requests, PORTRAITS, str(tmp_path)).manifest["sha256"][0] for model in (word, base)
    ]
    assert drawn[0] != drawn[1]

    again, _ = learn_word(base, photos, {"0.png": (10, 10, 9, 9)}, 0.5, OPTIONS, str(tmp_path))
    assert again.digest == word.digest
    other, _ = learn_word(base, photos, {"0.png": (20, 20, 9, 9)}, 0.5, OPTIONS, str(tmp_path))
    assert other.digest != word.digest
