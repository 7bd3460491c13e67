"""The sheets: what they say, and that no text runs into another or off the page."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from likeness.datasets import ImageSet
from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.sheets import draw_edits, draw_sweeps
from likeness.pipelines.prompt_edit.sheets.edits import middle_seed, veiled

from ..conftest import assert_tidy

BOY = "A young boy playing in a field, on a hill overlooking a green valley"
ENTRIES = [
    {
        "prompt": BOY,
        "edits": [
            {"name": "boy to girl", "edit": BOY.replace("boy", "girl")},
            {"edit": "a watercolor painting of a very long name that goes on and on of " + BOY},
            {"name": "less green", "weights": {"green": -1, "valley": 0}},
        ],
    },
    {"photo": "folder/a_long_name_of_a_photograph.jpg", "prompt": "a man", "edit": "a woman", "name": "woman"},
]


def planned(entries):
    return plan_edits(entries, 64, SamplingOptions(seeds=(0, 1)), ControlOptions(), lambda source, edit: None)[0]


def picture_set(folder, rows):
    folder.mkdir()
    generator = np.random.default_rng(0)
    for number, row in enumerate(rows):
        noise = Image.fromarray(generator.integers(0, 255, (4, 4, 3), dtype=np.uint8))
        noise.resize((32, 32), Image.Resampling.BICUBIC).save(folder / f"{number}.png")
        row |= {"file": f"{number}.png", "sha256": "", "width": 32, "height": 32}
    return ImageSet(str(folder), pd.DataFrame(rows, columns=None if rows else ["file", "sha256", "width", "height"]))


@pytest.fixture
def made(tmp_path):
    """Pictures, attention, masks and scores of a plan."""

    def make(plan):
        pictures, attention, masks, scores = [], [], [], []
        for source in plan.sources:
            for seed in source.seeds:
                at = {"source": source.name, "seed": seed}
                pictures.append({**at, "variant": "source", "edit": ""})
                for edit in source.edits:
                    attention += [{**at, "word": word} for word in edit.shown if {**at, "word": word} not in attention]
                    masks += [{**at, "edit": edit.name}] if edit.scope == "local" else []
                    for place, variant in enumerate(("controlled", "uncontrolled", "unchanged")):
                        pictures.append({**at, "variant": variant, "edit": edit.name})
                        numbers = {"ssim": 0.9 - place / 9 + seed / 100, "psnr": 20.0, "structure_distance": 0.1}
                        local = edit.scope == "local"
                        numbers |= {"background_ssim": 0.9 if local else np.nan, "change_inside": np.nan}
                        numbers |= {"background_psnr": 29.9 if local else np.nan, "clip_similarity": np.nan}
                        numbers["asked_change_read"] = float(seed == 0) if edit.scope == "local" else np.nan
                        scores.append({**at, "variant": variant, "edit": edit.name, **numbers})
        sets = [
            picture_set(tmp_path / name, rows)
            for name, rows in (("pictures", pictures), ("attention", attention), ("masks", masks))
        ]
        return (*sets, pd.DataFrame(scores))

    return make


def test_few_edits_are_shown_at_every_seed(made):
    plan = planned(ENTRIES).part(photos=False)
    figure = draw_edits(plan, *made(plan))
    written = assert_tidy(figure)
    assert written.count("boy to girl") == 2
    assert BOY in written
    assert {"source", "without control", "with control", "scored region", "the whole\npicture"} <= set(written)
    assert any(text.startswith("+ a watercolor") for text in written)
    assert {"replace\nlocal\nseed 0", "replace\nlocal\nseed 1", "reweight\nlocal\nseed 0"} <= set(written)
    assert written.count("asked change read") == written.count("asked change not read") == 2
    # Three pictures a row, and of local edits the mask; one attention map a changed word.
    assert sum(len(axes.images) for axes in figure.axes) == 6 * 3 + 4 + 2 * (1 + 2)


def test_of_many_edits_the_middle_seed_is_shown_in_two_columns(made):
    names = [f"girl {number}" for number in range(6)]
    entries = [
        {"prompt": f"{BOY} {number}", "edits": [{"name": f"{name} {number}", "edit": "girl"} for name in names]}
        for number in range(2)
    ]
    plan = planned(entries)
    *sets, scores = made(plan)
    figure = draw_edits(plan, *sets, scores)
    written = assert_tidy(figure)
    assert written.count("with control") == 2
    assert all(written.count(edit.name) == 1 for source in plan.sources for edit in source.edits)
    assert any("Of 2 seeds the middle one" in text for text in written)


def withheld(pictures, rows):
    return replace(pictures, manifest=pictures.manifest.assign(withheld=rows))


def test_withheld_pictures_are_named_in_their_place(made):
    plan = planned(ENTRIES[:1])
    pictures, attention, masks, scores = made(plan)
    of_girl = (pictures.manifest["edit"] == "boy to girl") & (pictures.manifest["seed"] == 0)
    edited = of_girl & (pictures.manifest["variant"] == "controlled")
    lost = (scores["edit"] == "boy to girl") & (scores["seed"] == 0) & (scores["variant"] == "controlled")
    scores.loc[lost, ["ssim", "background_ssim", "background_psnr", "asked_change_read"]] = np.nan
    written = assert_tidy(draw_edits(plan, withheld(pictures, edited), attention, masks, scores))
    assert written.count("withheld by the\nsafety checker") == 1
    assert written.count("–") == 3
    assert written.count("asked change read") == 1
    assert "nan" not in " ".join(written)


def test_photographs_are_named(made):
    plan = planned(ENTRIES).part(photos=True)
    written = assert_tidy(draw_edits(plan, *made(plan)))
    assert any("…long_name_of_a_photograph.jpg"[-23:] in text for text in written)
    assert not any("seed" in text for text in written)


def test_nothing_to_show(made):
    plan = planned(ENTRIES[:1]).part(photos=True)
    assert "There are none of this kind among the edits." in assert_tidy(draw_edits(plan, *made(plan)))


def test_the_middle_seed():
    scores = pd.DataFrame({"edit": "a", "variant": "controlled", "seed": [1, 2, 3, 4], "ssim": [0.1, 0.9, 0.4, 0.5]})
    assert middle_seed(scores, "a") == 4
    assert middle_seed(scores[scores["seed"] < 4], "a") == 3
    assert middle_seed(scores.assign(ssim=[0.1, np.nan, np.nan, 0.5]), "a") == 4
    assert middle_seed(scores.assign(ssim=np.nan), "a") == 3


def test_what_lies_outside_fades():
    picture = np.full((8, 8, 3), 100, np.uint8)
    inside = np.zeros((4, 4), bool)
    inside[:2] = True
    faded = veiled(picture, inside)
    assert (faded[:4] == 100 / 255).all()
    assert (faded[4:] > 0.8).all()


def test_sweeps_are_strips_and_grids(tmp_path):
    common = {"seed": 3, "ssim": 0.5, "prompt": BOY, "source_file": "0.png"}
    rows = [
        {"edit": "boy", "word": "boy", "weight": weight, "cross_replace": 0.8, "self_replace": 0.4, **common}
        for weight in (-1.0, 0.0, 2.0)
    ] + [
        {"edit": "girl", "word": "", "weight": np.nan, "cross_replace": cross, "self_replace": own, **common}
        for own in (0.0, 1.0)
        for cross in (0.0, 0.5, 1.0)
    ]
    pictures = picture_set(tmp_path / "sweeps", [dict(row) for row in rows])
    figure = draw_sweeps(pictures, pictures.manifest)
    written = assert_tidy(figure)
    assert {"× -1", "× 0", "× 2", "weight of “boy”", "cross-attention →"} <= set(written)
    assert written.count("source") == 2
    assert sum(len(axes.images) for axes in figure.axes) == len(rows) + 2
    # A table that was stored has blanks for empty words.
    stored = pictures.manifest.assign(word=pictures.manifest["word"].replace("", np.nan))
    assert assert_tidy(draw_sweeps(pictures, stored)) == written


def test_a_withheld_picture_of_a_sweep_is_named_and_not_scored(tmp_path):
    rows = [
        {"edit": "boy", "word": "boy", "weight": weight, "seed": 3, "ssim": ssim, "prompt": BOY, "source_file": "2.png"}
        for weight, ssim in ((1.0, 0.5), (2.0, np.nan))
    ]
    pictures = picture_set(tmp_path / "sweeps", [*map(dict, rows), {}])
    made = pictures.manifest.iloc[:2]
    written = assert_tidy(draw_sweeps(withheld(pictures, [False, True, False]), made))
    assert written.count("withheld by the\nsafety checker") == 1
    assert {"0.50", "–"} <= set(written)


def test_no_sweeps(tmp_path):
    columns = ["file", "edit", "word", "weight", "cross_replace", "self_replace", "seed", "prompt", "source_file"]
    columns += ["ssim"]
    written = assert_tidy(draw_sweeps(picture_set(tmp_path / "none", []), pd.DataFrame(columns=columns)))
    assert any("No edit asks for a sweep" in text for text in written)
