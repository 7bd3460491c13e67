from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from likeness.datasets import ImageSet
from likeness.metrics.ssim import SsimOptions
from likeness.pipelines.prompt_edit.comparison import MEASURES
from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions, ScoringOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.scoring import asked_change_read, score_edits

OPTIONS = ScoringOptions(ssim=SsimOptions(size=64), mask_threshold=0.4)
ENTRIES = [
    {
        "prompt": "a red car",
        "seeds": [3],
        "edits": [
            {"name": "blue", "edit": "a blue car", "asks": {"car": "blue"}},
            {"name": "rain", "edit": "a red car in rain"},
        ],
    },
    {"photo": "car.jpg", "prompt": "a car", "edit": "a bus", "name": "bus"},
]
PLAN, _ = plan_edits(ENTRIES, 64, SamplingOptions(), ControlOptions(), lambda source, edit: None)

NOISE = np.random.default_rng(0).integers(60, 190, (64, 64, 3), dtype=np.uint8)
INSIDE = np.zeros((64, 64), bool)
INSIDE[16:40, 16:40] = True


def changed(where, by=60):
    return np.where(where[..., None], np.clip(NOISE.astype(int) + by, 0, 255), NOISE).astype(np.uint8)


# Variant by variant what is in the picture; the edit changes its own region only, the uncontrolled one everything.
PICTURES = {"source": NOISE, "photo": changed(~INSIDE, 4), "controlled": changed(INSIDE), "unchanged": NOISE}
PICTURES["uncontrolled"] = changed(INSIDE | True)


def image_set(folder, rows):
    """Save the pictures of rows of (array, columns)."""
    folder.mkdir()
    for number, (pixels, columns) in enumerate(rows):
        Image.fromarray(pixels).save(folder / f"{number}.png")
        columns |= {"file": f"{number}.png", "sha256": "", "width": 64, "height": 64}
    return ImageSet(str(folder), pd.DataFrame([columns for _, columns in rows]))


@pytest.fixture
def score(tmp_path):
    pictures, masks = [], []
    for source in PLAN.sources:
        of_source = {"source": source.name, "seed": source.seeds[0], "model": "pocket", "prompt": source.prompt}
        for variant in ("source", "photo") if source.photo else ("source",):
            pictures.append((PICTURES[variant], {**of_source, "variant": variant, "edit": ""}))
        for edit in source.edits:
            about = {**of_source, "edit": edit.name, "prompt": edit.prompt}
            pictures += [
                (PICTURES[variant], {**about, "variant": variant})
                for variant in ("controlled", "uncontrolled", "unchanged")
            ]
            if edit.scope == "local":
                masks.append((np.where(INSIDE, 255, 0).astype(np.uint8), {"edit": edit.name, "seed": source.seeds[0]}))
    sets = image_set(tmp_path / "pictures", pictures), image_set(tmp_path / "masks", masks)

    def run(withheld=(), **how):
        kinds = sets[0].manifest[["source", "edit", "variant"]].agg(tuple, axis=1)
        marked = replace(sets[0], manifest=sets[0].manifest.assign(withheld=kinds.isin(withheld)))
        made = score_edits(PLAN, marked if withheld else sets[0], sets[1], OPTIONS, **how)
        return made.set_index(["edit", "variant"]).sort_index()

    return run


def test_what_lies_inside_and_outside_the_mask(score):
    scores = score()
    assert scores.loc[("blue", "controlled"), "background_ssim"] == pytest.approx(1)
    assert scores.loc[("blue", "controlled"), "background_psnr"] == 100
    assert scores.loc[("blue", "controlled"), "ssim"] < 0.95
    assert scores.loc[("blue", "uncontrolled"), "background_ssim"] < 0.98
    inside = scores.loc["blue", "change_inside"]
    assert inside["controlled"] == pytest.approx(inside["uncontrolled"])
    assert inside["controlled"] > 10 > inside["unchanged"] == 0
    # 60 levels of 255 everywhere, but where 255 is the end.
    assert scores.loc[("blue", "uncontrolled"), "psnr"] == pytest.approx(20 * np.log10(255 / 60), abs=0.05)


def test_a_global_edit_has_structure_and_no_background(score):
    scores = score().loc["rain"]
    assert scores[["background_ssim", "background_psnr", "change_inside", "mask_share"]].isna().all(axis=None)
    assert scores.loc["unchanged", "structure_distance"] == 0
    assert scores.loc["controlled", "structure_distance"] > 0.001


def test_what_a_row_is_of(score):
    scores = score()
    row = scores.loc[("blue", "controlled")]
    assert row[["kind", "scope", "seed", "source_model"]].tolist() == ["replace", "local", 3, "pocket"]
    assert row["mask_share"] == pytest.approx(INSIDE.mean())
    assert (row["mask_threshold"], row["ssim_size"], row["ssim_sigma"]) == (0.4, 64, 1.5)
    assert scores[["asked_change_read", "clip_similarity"]].isna().all(axis=None)


def test_edits_of_a_photograph_are_compared_with_the_source_branch_and_with_the_photograph(score):
    scores = score()
    assert scores.loc[("bus", "unchanged"), "psnr"] == 100
    # 4 levels off outside the mask.
    expected = 20 * np.log10(255 / 4) - 10 * np.log10((~INSIDE).mean())
    assert scores.loc[("bus", "unchanged"), "photo_psnr"] == pytest.approx(expected, abs=0.05)
    assert scores.loc["blue", "photo_psnr"].isna().all()


def test_only_what_was_asked_is_read(score):
    def read(pictures):
        assert pictures.shape == (9, 64, 64, 3)
        means = pictures.mean((1, 2, 3))
        return pd.DataFrame({"car": np.where(means > NOISE.mean() + 5, "blue", "red")})

    scores = score(read=read)
    assert scores.loc["blue", "asked_change_read"].to_dict() == {"controlled": 1, "uncontrolled": 1, "unchanged": 0}
    assert scores.loc[["rain", "bus"], "asked_change_read"].isna().all()


def test_pictures_are_compared_with_their_own_prompts(score):
    seen = []

    def fits(pictures, prompts):
        seen.extend(prompts)
        return range(len(pictures))

    scores = score(fits_prompt=fits)
    assert seen == ["a blue car"] * 3 + ["a red car in rain"] * 3 + ["a bus"] * 3
    assert scores.loc[("rain", "controlled"), "clip_similarity"] == 3


def test_what_was_withheld_has_no_scores(score):
    how = {
        "read": lambda pictures: pd.DataFrame({"car": ["blue"] * len(pictures)}),
        "fits_prompt": lambda pictures, prompts: [0.5] * len(pictures),
    }
    full = score(**how)
    photograph = PLAN.sources[1].name
    withheld = [
        (PLAN.sources[0].name, "blue", "controlled"),
        (photograph, "", "source"),
        (photograph, "bus", "unchanged"),
    ]
    scores = score(withheld, **how)
    assert list(scores.columns) == list(full.columns)
    of_picture = ["asked_change_read", "clip_similarity", "photo_psnr"]
    compared = [name for name in MEASURES if name not in of_picture]
    assert scores.loc[[("blue", "controlled"), ("bus", "unchanged")], [*compared, *of_picture]].isna().all(axis=None)
    # The edits' own values stay where only their source was withheld.
    seen = ["controlled", "uncontrolled"]
    assert scores.loc["bus", compared].isna().all(axis=None)
    assert scores.loc["bus", of_picture].loc[seen].equals(full.loc["bus", of_picture].loc[seen])
    assert (
        scores.loc["blue"]
        .loc[["uncontrolled", "unchanged"]]
        .equals(full.loc["blue"].loc[["uncontrolled", "unchanged"]])
    )
    assert scores.loc["rain"].equals(full.loc["rain"])


@pytest.mark.parametrize(
    ("asks", "read"),
    [
        ({"season": "winter"}, True),
        ({"season": "summer"}, False),
        ({"season": "winter", "snow": True}, True),
        ({"season": "winter", "snow": False}, False),
        ({"age_years": (60.0, 80.0)}, True),
        ({"age_years": (62.0, 80.0)}, False),
    ],
)
def test_everything_that_was_asked_must_be_read(asks, read):
    assert asked_change_read({"season": "winter", "snow": np.True_, "age_years": np.float64(61)}, asks) == read
