import pytest
import torch

from likeness.diffusion.encoding import encode_prompts
from likeness.diffusion.weighting import weighted_embedding

PROMPT = "a photo of a man in a forest"  # tokens 1 to 8
MAN, FOREST = 5, 8


def weighted(opened, prompt=PROMPT, **weights):
    """Embeddings with some weights of the words man and forest."""
    values = torch.ones(24)
    for name, weight in weights.items():
        values[{"man": MAN, "forest": FOREST}[name]] = weight
    with torch.no_grad():
        embeddings = weighted_embedding(opened, prompt, values)
    assert len(embeddings) == 1
    return embeddings.hidden_states[0]


@torch.no_grad()
def test_weights_of_one_change_nothing(opened):
    assert torch.equal(weighted(opened, man=1.0), encode_prompts(opened, [PROMPT]).hidden_states[0])


def test_the_word_itself_and_what_comes_before_stay(opened):
    plain, without = weighted(opened), weighted(opened, man=0)
    assert torch.equal(without[: MAN + 1], plain[: MAN + 1])
    assert ((without - plain)[MAN + 1 :].abs().amax(1) > 1e-4).all()


def test_at_weight_zero_no_other_token_knows_the_word(opened):
    first, second = (weighted(opened, prompt, man=0) for prompt in (PROMPT, PROMPT.replace("man", "woman")))
    others = [token for token in range(24) if token != MAN]
    assert torch.allclose(first[others], second[others], atol=1e-5)
    assert not torch.allclose(first[MAN], second[MAN], atol=1e-3)
    unweighted = (weighted(opened, prompt) for prompt in (PROMPT, PROMPT.replace("man", "woman")))
    assert not torch.allclose(*unweighted, atol=1e-3)


@pytest.mark.parametrize("weight", [-2.0, 0.5, 3.0])
def test_other_tokens_move_in_proportion(opened, weight):
    plain, without = weighted(opened), weighted(opened, man=0)
    assert torch.allclose(weighted(opened, man=weight), plain + (weight - 1) * (plain - without), atol=1e-4)


def test_words_of_several_weights_add_up_and_those_of_one_go_together(opened):
    plain, man, forest = weighted(opened), weighted(opened, man=0), weighted(opened, forest=2)
    assert torch.allclose(weighted(opened, man=0, forest=2), man + forest - plain, atol=1e-5)
    both = weighted(opened, man=0, forest=0)
    other = weighted(opened, PROMPT.replace("man", "woman").replace("forest", "baby"), man=0, forest=0)
    others = [token for token in range(24) if token not in (MAN, FOREST)]
    assert torch.allclose(both[others], other[others], atol=1e-5)


@torch.no_grad()
def test_two_text_encoders_and_their_pooled_embedding_know_a_word_by_its_weight(opened_xl):
    def of(prompt, weight):
        weights = torch.ones(24)
        weights[MAN] = weight
        return weighted_embedding(opened_xl, prompt, weights)

    plain, without, inverted = (of(PROMPT, weight) for weight in (1, 0, -1))
    assert torch.equal(plain.hidden_states, encode_prompts(opened_xl, [PROMPT]).hidden_states)
    assert torch.equal(plain.pooled, encode_prompts(opened_xl, [PROMPT]).pooled)
    assert torch.allclose(inverted.pooled, 2 * without.pooled - plain.pooled, atol=1e-5)
    other = of(PROMPT.replace("man", "woman"), 0)
    assert torch.allclose(without.pooled, other.pooled, atol=1e-5)
    assert (without.pooled - plain.pooled).abs().max() > 1e-3
    others = [token for token in range(24) if token != MAN]
    for encoder in (slice(32), slice(32, None)):
        found, expected, before = (each.hidden_states[0, :, encoder] for each in (without, other, plain))
        assert torch.allclose(found[others], expected[others], atol=1e-5)
        assert torch.equal(found[: MAN + 1], before[: MAN + 1])
        assert ((found - before)[MAN + 1 :].abs().amax(1) > 1e-4).all()
