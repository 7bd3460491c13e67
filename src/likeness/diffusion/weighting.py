"""A word's weight in the embeddings of the words around it.

Scaling the attention to a word (Hertz et al. 2022, arXiv 2208.01626, equation 6) does not reach what the text encoder
has mixed of it into the tokens that come after, the end token and the padding among them. Where a picture hangs by
those, the word's weight has no effect; so it is applied to them too.
"""

from __future__ import annotations

from torch import Tensor

from likeness.diffusion.model import DiffusionModel, encode_prompts
from likeness.diffusion.prompts import tokenise


def weighted_embedding(model: DiffusionModel, prompt: str, weights: Tensor) -> Tensor:
    """A prompt's embedding in which all tokens know a word by its weight.

    What a token knows of the words of a weight w is the difference d that it makes to hide them from the text encoder;
    the token's embedding moves by (w - 1) d. The words' own embeddings stay: their weights scale the attention.

    Args:
        model: whose text encoder is meant.
        prompt: that is encoded.
        weights: float (tokens,) of its tokens; 1 everywhere gives the prompt's own embedding.

    Returns:
        (tokens, width) in the model's dtype.
    """
    plain = encode_prompts(model, [prompt])[0]
    ids = tokenise(model.tokenizer, [prompt], model.prompt_length).to(model.device)
    moved = plain.float()
    for weight in sorted(set(weights.tolist())):
        if weight != 1:
            words = (weights == weight).to(model.device)
            hidden: Tensor = model.text_encoder(ids, attention_mask=(~words).long().unsqueeze(0))[0][0]
            known = (plain.float() - hidden.float()).masked_fill(words.unsqueeze(1), 0)
            moved = moved + (weight - 1) * known
    return moved.to(plain.dtype)
