from dataclasses import replace

import numpy as np
import pytest
import torch

from likeness.diffusion.edits import Blend, Edit, plan_edit
from likeness.diffusion.words import split_prompt

SOURCE = "a photo of a man"
LENGTH = 24


def planned(opened, edit, source=SOURCE, steps=10):
    return plan_edit(opened, split_prompt(opened.tokenizer, source), edit, steps=steps, height=64, width=64)


def test_one_edit_replaces_and_adds_and_weighs(opened):
    plan = planned(opened, Edit("a portrait of an old man in a forest", 0.5, 0.4, {"forest": 2, "old": -1}))
    following = plan.following
    # a1 portrait2 of3 an4 old5 man6 in7 a8 forest9: portrait follows photo, the added words attend by themselves.
    assert following.mapper[:6, :7].nonzero().tolist() == [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 6]]
    assert following.cross[0].nonzero().flatten().tolist() == [0, 1, 2, 3, 4, 6, *range(10, LENGTH)]
    assert following.cross.sum(0)[[1, 2, 5, 6, 20]].tolist() == [5, 5, 0, 5, 5]
    assert following.weights[:11].tolist() == [1, 1, 1, 1, 1, -1, 1, 1, 1, 2, 1]
    assert torch.equal(plan.embedding_weights, following.weights)
    assert following.self_steps == 4
    assert plan.blend is None
    assert plan.prompt == "a portrait of an old man in a forest"


def test_the_order_of_words_does_not_matter(opened):
    words = [("a man", 0.5), ("photo", 2.0), ("man", -1.0)]
    for order in (words, words[::-1]):
        weights = planned(opened, Edit(SOURCE, word_weights=dict(order))).following.weights
        assert weights[:7].tolist() == [1, 1, 2, 1, 0.5, 0.5, 1]


def test_a_word_may_be_several_and_stand_in_several_places(opened):
    weights = planned(opened, Edit(SOURCE, word_weights={"a": 3, "photo of": 2})).following.weights
    assert weights[:7].tolist() == [1, 3, 2, 2, 3, 1, 1]


def test_weights_may_be_those_of_attention_alone(opened):
    plan = planned(opened, Edit(SOURCE, word_weights={"man": 3}, weigh_embeddings=False))
    assert plan.following.weights[5] == 3
    assert (plan.embedding_weights == 1).all()


@pytest.mark.parametrize("shares", [(1, 1), (1.0, 1.0)])
def test_whole_numbers_are_shares_too(opened, shares):
    following = planned(opened, Edit(SOURCE, *shares)).following
    assert following.cross.all()
    assert following.self_steps == 10


def test_blends_are_in_tokens_and_steps_and_latents(opened):
    target = "a photo of a man in a forest"
    blend = Blend(["man"], ["in a forest"], ["photo", "forest"], start=0.29, threshold=0.4)
    plan = planned(opened, Edit(target, blend=blend), steps=100).blend
    assert (plan.source, plan.target) == ((5,), (6, 7, 8))
    assert (plan.subtract_source, plan.subtract_target) == ((2,), (2, 8))
    assert (plan.first_step, plan.threshold, plan.mask) == (29, 0.4, None)


def test_a_mask_becomes_one_of_the_latents(opened):
    mask = np.zeros((64, 64))
    mask[:8, 8:12] = 1
    plan = planned(opened, Edit(SOURCE, blend=Blend(mask=mask))).blend
    assert plan.mask.shape == (8, 8)
    assert plan.mask[0, :3].tolist() == [0, 0.5, 0]


def test_a_mask_is_where_the_model_is(opened):
    elsewhere = replace(opened, device=torch.device("meta"))
    plan = planned(elsewhere, Edit(SOURCE, blend=Blend(mask=np.ones((64, 64))))).blend
    assert plan.mask.device.type == "meta"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Edit("a photo of a big man", kind="replace"), "as many words, and these have 5 and 6"),
        (Edit("man " * 23), r"has 25 tokens and the text encoder takes 24: shorten it"),
        (Edit("a photo of a woman", word_weights={"man": 2}), "'man' is not in the prompt 'a photo of a woman'"),
        (Edit(SOURCE, word_weights={"man": float("inf")}), "the weight of 'man' is inf: expected a number"),
        (Edit(SOURCE, cross_replace=1.5), "cross_replace is 1.5"),
        (Edit(SOURCE, cross_replace={"woman": 0.5}), "'woman' is not in the prompt"),
        (Edit(SOURCE, self_replace=-1), "self_replace is -1"),
        (Edit(SOURCE, self_limit=2), "self_limit is 2: a share of the latents' positions lies between 0 and 1"),
        (Edit(SOURCE, blend=Blend()), "either words or a mask, and this one has neither"),
        (Edit(SOURCE, blend=Blend(["man"], mask=np.ones((64, 64)))), "this one has both"),
        (Edit(SOURCE, blend=Blend(["woman"])), "'woman' is not in the prompt"),
        (Edit("a photo of a woman", blend=Blend(target_words=["man"])), "'man' is not in the prompt 'a photo of a wom"),
        (Edit("an old woman", blend=Blend(["man"], subtract_words=["baby"])), "'baby' is not in the prompt"),
        (Edit(SOURCE, blend=Blend(["man"], threshold=1.5)), "threshold is 1.5"),
        (Edit(SOURCE, blend=Blend(["man"], start=-0.5)), "the blend's start is -0.5"),
        (Edit(SOURCE, blend=Blend(mask=np.ones((64, 32)))), r"mask has shape \(64, 32\), the pictures have \(64, 64\)"),
        (Edit(SOURCE, blend=Blend(mask=np.full((64, 64), 255.0))), "mask has values outside 0..1"),
    ],
)
def test_what_cannot_be_made_is_named(opened, edit, message):
    with pytest.raises(ValueError, match=message):
        planned(opened, edit)
