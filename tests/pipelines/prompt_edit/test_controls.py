import numpy as np
import pytest
from PIL import Image

from likeness.diffusion.editing import Edit
from likeness.pipelines.prompt_edit.controls import controlled, unchanged, uncontrolled
from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.requests import EditError
from likeness.pipelines.prompt_edit.words import contains

SOURCE = "a pine tree, on a hill"
TARGET = "a banyan tree, on a hill"


def planned(**edit):
    entries = [{"prompt": SOURCE, "edit": TARGET, **edit}]
    plan, aside = plan_edits(
        entries,
        64,
        SamplingOptions(),
        ControlOptions(cross_replace=0.8, self_replace=0.4, blend_local=False),
        lambda source, edit: None,
    )
    assert aside.empty
    return plan.sources[0], plan.sources[0].edits[0]


def test_words_are_looked_for_as_wholes():
    assert contains(SOURCE, "Pine tree")
    assert not contains(SOURCE, "tree hill")
    assert not contains("a pineapple", "pine")
    assert not contains(SOURCE, "")


def test_an_edit_keeps_what_was_asked():
    edit = controlled(*planned(weights={"hill": 2}, cross_replace={"banyan": 0.2}, self_replace=0.5, kind="replace"))
    assert edit == Edit(TARGET, {"banyan": 0.2}, 0.5, {"hill": 2.0}, kind="replace")


def test_the_two_controls():
    source, edit = planned(weights={"hill": 2}, cross_replace={"banyan": 0.2, "default_": 0.6}, blend=True)
    assert uncontrolled(edit) == Edit(TARGET, 0.0, 0.0)
    assert unchanged(source, edit) == Edit(SOURCE, 0.6, 0.4)
    assert unchanged(*planned(cross_replace=0.3)) == Edit(SOURCE, 0.3, 0.4)


def test_words_of_a_blend_belong_to_the_prompts_that_have_them():
    blend = controlled(*planned(blend={"words": ["pine", "banyan tree", "hill"], "subtract": ["tree"]})).blend
    assert (blend.source_words, blend.target_words) == (("pine", "hill"), ("banyan tree", "hill"))
    assert (blend.subtract_words, blend.start, blend.threshold, blend.mask) == (("tree",), 0.2, 0.3, None)
    with pytest.raises(EditError, match="the blend's word 'sun' is in neither prompt"):
        controlled(*planned(blend="sun"))


def test_a_mask_of_ones_own(tmp_path):
    Image.fromarray(np.array([[0, 255], [51, 255]], np.uint8)).save(tmp_path / "mask.png")
    blend = controlled(*planned(blend={"mask": str(tmp_path / "mask.png")})).blend
    np.testing.assert_allclose(blend.mask, [[0, 1], [0.2, 1]], atol=1e-6)
    assert blend.source_words == blend.target_words == ()
