import numpy as np
import pandas as pd
import pytest

from likeness.datasets import Checkpoint
from likeness.pipelines.pocket.options import ReportOptions
from likeness.pipelines.pocket.scores.drawing import Artist
from likeness.pipelines.pocket.scores.held_out import HeldOut, groups_of
from likeness.pipelines.pocket.scores.obedience import Prompts
from likeness.pipelines.pocket.scores.variety import (
    pictures_of_prompt,
    similarity,
    variety_prompts,
    variety_scores,
)

OPTIONS = ReportOptions(resamples=20, steps=1, batch_size=2, variety_prompts=2, variety_pictures=3)
SHOWN = pd.DataFrame(
    {
        "world": ["portrait"] * 5 + ["landscape"] * 4,
        "style": ["photo"] * 4 + ["oil"] + ["photo"] * 4,
        "hair": ["red", "red", "black", "red", "red", None, None, None, None],
        "age_years": [20.0, 22.0, 21.0, 60.0, 20.0, np.nan, np.nan, np.nan, np.nan],
        "season": [None] * 5 + ["winter", "winter", "winter", "summer"],
    }
)


def held_out(size=16):
    pictures = np.random.default_rng(0).integers(0, 256, (len(SHOWN), size, size, 3), dtype=np.uint8)
    return HeldOut(pictures, SHOWN, SHOWN, groups_of(SHOWN))


def prompts(*said):
    return Prompts([f"prompt {place}" for place in range(len(said))], [frozenset(names) for names in said], SHOWN)


def test_pictures_that_a_caption_describes_too():
    assert pictures_of_prompt(SHOWN, ["hair"], 0, OPTIONS).tolist() == [0, 1, 3]
    assert pictures_of_prompt(SHOWN, ["hair", "age_years"], 0, OPTIONS).tolist() == [0, 1]
    # World and style are always those of the picture, said or not; what the table lacks is no condition.
    assert pictures_of_prompt(SHOWN, [], 4, OPTIONS).tolist() == [4]
    assert pictures_of_prompt(SHOWN, ["season", "identity"], 5, OPTIONS).tolist() == [5, 6, 7]


def test_prompts_with_enough_pictures_are_chosen_in_every_group():
    said = [{"hair", "age_years"}, {"hair"}, {"hair"}, set(), set(), {"season"}, {"season"}, set(), set()]
    chosen = variety_prompts(prompts(*said), held_out(), OPTIONS)
    # The first portrait has only two alike, and paintings only one; one prompt a group is enough.
    assert {place: fitting.tolist() for place, fitting in chosen.items()} == {1: [0, 1, 3], 5: [5, 6, 7]}


def test_a_prompt_that_names_somebody_is_left_out():
    named = SHOWN.assign(name=["babab", "babab", "", "", "", *[None] * 4])
    asked = prompts(*[{"hair"}] * 5, *[{"season"}] * 4)
    asked.texts[0] = "babab man"  # the next picture shows the same person, unnamed in its caption
    pictures = held_out()
    pictures = HeldOut(pictures.pictures, named, named, pictures.groups)
    assert list(variety_prompts(asked, pictures, OPTIONS)) == [1, 5]


def test_pictures_that_are_all_alike_have_no_variety(rng):
    one = rng.integers(0, 256, (1, 16, 16, 3), dtype=np.uint8)
    assert similarity(np.repeat(one, 4, axis=0), OPTIONS).mean == pytest.approx(1)
    assert similarity(held_out().pictures, OPTIONS).mean < 0.2


def test_the_difference_is_drawn_minus_synthetic(tiny_model, tmp_path):
    artist = Artist.of(Checkpoint(tiny_model, {}), OPTIONS, str(tmp_path))
    asked = prompts(*[set()] * 5, *[{"season"}] * 4)
    rows = list(variety_scores(artist, asked, held_out(64), OPTIONS))
    values = {(row.measure, row.group): row.value for row in rows}
    differences = [
        values["variety_ssim", text] - values["variety_ssim_of_synthetic", text] for text in ("prompt 0", "prompt 5")
    ]
    assert values["variety_ssim_difference", ""] == pytest.approx(np.mean(differences))
    assert rows[-1].count == 2
