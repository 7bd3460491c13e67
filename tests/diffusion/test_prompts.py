import warnings
from copy import deepcopy

import pytest
import torch

from likeness.diffusion.prompts import repadded, tokenise


def test_prompts_are_cut_or_padded_to_one_length_between_start_and_end(opened):
    tokenizer = deepcopy(opened.tokenizer)
    tokenizer.pad_token = "!"
    with pytest.warns(UserWarning, match="does not see 'man'"):
        ids = tokenise(tokenizer, ["a photo of", "a", "a photo of a man"], 6)
    start, end, padding = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
    a, photo, of = tokenizer.convert_tokens_to_ids(["a</w>", "photo</w>", "of</w>"])
    assert ids.tolist() == [
        [start, a, photo, of, end, padding],
        [start, a, end, padding, padding, padding],
        [start, a, photo, of, a, end],
    ]
    assert len({start, end, padding}) == 3


def test_no_prompts_give_no_rows(opened):
    assert tokenise(opened.tokenizer, [], 10).shape == (0, 10)


def test_a_prompt_that_just_fits_does_not_warn(opened):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ids = tokenise(opened.tokenizer, ["a photo of a man"], 7)
    assert ids.shape == (1, 7)


def test_a_longer_prompt_is_cut_and_the_lost_words_are_named(opened):
    with pytest.warns(UserWarning, match=r"'a photo of a man in a forest'.* 7 tokens .* see 'in a forest'"):
        ids = tokenise(opened.tokenizer, ["a photo of a man in a forest"], 7)
    assert ids[0].tolist() == tokenise(opened.tokenizer, ["a photo of a man"], 7)[0].tolist()


def test_a_word_cut_in_the_middle_is_named_whole(opened):
    # 'qx' has no merges: it is two pieces, of which the second is cut.
    with pytest.warns(UserWarning, match="see 'qx man'"):
        tokenise(opened.tokenizer, ["a photo qx man"], 5)


def test_other_padding_takes_the_place_of_all_after_the_first_end_token():
    start, end, old, new = 7, 8, 0, 9
    ids = torch.tensor([[start, 1, end, old, old], [start, 1, 0, 2, end], [start, end, end, end, end]])
    assert repadded(ids, end=end, pad=new).tolist() == [
        [start, 1, end, new, new],
        [start, 1, 0, 2, end],
        [start, end, new, new, new],
    ]
