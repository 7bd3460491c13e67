from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from likeness.metrics.bootstrap import bootstrap_mean, bootstrap_pairs
from likeness.metrics.clip import Clip
from likeness.metrics.dino import Dino
from likeness.pipelines.avatar.options import ComparisonOptions, PortraitOptions, SitterOptions
from likeness.pipelines.avatar.prompts import prompts_without_identifier
from likeness.pipelines.avatar.semantic import COLUMNS, semantic_scores, with_semantic_columns

CPU = torch.device("cpu")
DRAW = {"resamples": 50, "seed": 1}
PROMPTS = {0: "a photo of a newborn baby", 1: "a photo of an old man"}


@pytest.fixture
def drawn(pictures):
    """Four portraits of two ages, one without, and a model that drew none."""
    portraits = pictures("portraits", 4)
    aged = portraits.manifest.assign(age=pd.array([0, 1, 1, pd.NA], dtype="Int64"))
    return {"adult_01": replace(portraits, manifest=aged), "child_01": portraits.select([])}


def test_every_measure_is_its_networks_mean_cosine(drawn, pictures, tiny_dino, tiny_clip):
    photos = pictures("photos", 3, seed=1)
    options = ComparisonOptions(dino=str(tiny_dino), clip=str(tiny_clip))
    table = semantic_scores(drawn, photos, PROMPTS, options, CPU, **DRAW).set_index("measure")
    assert table["model"].tolist() == ["adult_01"] * 3
    assert table["pictures"].tolist() == [4, 4, 4]
    dino, clip = Dino(str(tiny_dino), CPU), Clip(str(tiny_clip), CPU)
    own, known = ([image for _, image in images] for images in (drawn["adult_01"], photos))
    texts = clip.texts([PROMPTS[0], PROMPTS[1], PROMPTS[1]])
    expected = {
        "dino": bootstrap_pairs(dino.pictures(own) @ dino.pictures(known).T, **DRAW),
        "clip_i": bootstrap_pairs(clip.pictures(own) @ clip.pictures(known).T, **DRAW),
        "clip_t": bootstrap_mean([*(clip.pictures(own[:3]) * texts).sum(axis=1), np.nan], **DRAW),
    }
    for measure, interval in expected.items():
        np.testing.assert_allclose(table.loc[measure, ["mean", "low", "high"]].astype(float), interval, atol=1e-6)


def test_what_a_safety_checker_withheld_does_not_count(drawn, pictures, tiny_dino):
    portraits, photos, options = drawn["adult_01"], pictures("photos", 2), ComparisonOptions(dino=str(tiny_dino))
    flagged = replace(portraits, manifest=portraits.manifest.assign(withheld=[False, True, False, False]))
    all_black = replace(portraits, manifest=portraits.manifest.assign(withheld=True))
    table = semantic_scores({"adult_01": flagged, "base_model": all_black}, photos, PROMPTS, options, CPU, **DRAW)
    kept = portraits.select(portraits.manifest["file"][[0, 2, 3]])
    expected = semantic_scores({"adult_01": kept}, photos, PROMPTS, options, CPU, **DRAW)
    pd.testing.assert_frame_equal(table, expected)


def test_a_network_that_is_not_there_leaves_its_columns_empty_and_says_so(drawn, pictures, tiny_dino, caplog):
    options = ComparisonOptions(dino=str(tiny_dino), clip="likeness-lab/no-such-clip")
    scores = semantic_scores(drawn, pictures("photos", 2), PROMPTS, options, CPU, **DRAW)
    assert "avatar.comparison.clip: clip_i, clip_t stay empty: likeness-lab/no-such-clip is not on" in caplog.text
    board = with_semantic_columns(pd.DataFrame({"model": ["child_01", "adult_01"], "rank": [2, 1]}), scores)
    assert list(board.columns[2:5]) == ["dino", "dino_low", "dino_high"]
    assert np.isnan(board.loc[0, "dino"])
    assert board.loc[1, "dino_low"] <= board.loc[1, "dino"] <= board.loc[1, "dino_high"]
    assert board[["clip_i", "clip_t", "clip_t_high"]].isna().all(axis=None)


def test_networks_that_are_not_asked_for_add_nothing(drawn, pictures):
    scores = semantic_scores(drawn, pictures("photos", 2), PROMPTS, ComparisonOptions(), CPU, **DRAW)
    assert scores.empty
    assert tuple(scores.columns) == COLUMNS
    board = pd.DataFrame({"model": ["adult_01"], "rank": [1]})
    pd.testing.assert_frame_equal(with_semantic_columns(board, scores), board)


def test_prompts_call_the_sitter_by_the_class_word_alone():
    prompts = prompts_without_identifier(SitterOptions(identifier="xqz", class_word="woman"), PortraitOptions())
    assert list(prompts) == list(range(10))
    assert prompts[3].startswith("A coloful photo of woman as a young woman in his twenties,")
    assert not any("xqz" in prompt for prompt in prompts.values())
