"""A tokenizer in CLIP's format, its pieces learned from captions (Sennrich et al. 2016; Radford et al. 2021)."""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from torch import Tensor
from transformers import CLIPTokenizer

from likeness.pocket.options import TokenizerOptions

START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"


def train_tokenizer(captions: Sequence[str], options: TokenizerOptions) -> CLIPTokenizer:
    """Learn the pieces that spell the captions shortest.

    Every byte is a piece too, in the middle and at the end of a word, so that any text can be spelled; upper case is
    read as lower case. Padding is the end token, as in Stable Diffusion.

    Args:
        captions: texts to learn from.
        options: size and longest prompt.
    """
    # An empty tokenizer of the class that will be saved cuts texts into words exactly as the finished one will.
    model = CLIPTokenizer().backend_tokenizer
    learner = Tokenizer(BPE(end_of_word_suffix=WORD_END))
    learner.normalizer, learner.pre_tokenizer = model.normalizer, model.pre_tokenizer
    alphabet = sorted(ByteLevel.alphabet())
    single = [*alphabet, *(byte + WORD_END for byte in alphabet)]
    trainer = BpeTrainer(vocab_size=options.vocabulary - 2, end_of_word_suffix=WORD_END, show_progress=False)
    learner.train_from_iterator(captions, trainer)
    merges = [tuple(pair) for pair in json.loads(learner.to_str())["model"]["merges"]]
    # The single bytes the captions did not hold take places too.
    merges = merges[: options.vocabulary - 2 - len(single)]
    pieces = list(dict.fromkeys([*single, *("".join(pair) for pair in merges), START, END]))
    return CLIPTokenizer(
        vocab={piece: index for index, piece in enumerate(pieces)},
        merges=merges,
        model_max_length=options.length,
    )


def token_table(tokenizer: CLIPTokenizer, captions: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
    """Tokenise the alternative captions of every picture once, ahead of training.

    Args:
        tokenizer: of `train_tokenizer`.
        captions: for each of n pictures one or more captions; each distinct text is tokenised once.

    Returns:
        int16 (n, most alternatives, tokens), short rows filled with zeros, and int64 (n,): how many alternatives each
        picture has.

    Raises:
        ValueError: a picture has no caption.
    """
    if not all(captions):
        raise ValueError("every picture needs a caption")
    distinct = list(dict.fromkeys(text for texts in captions for text in texts))
    rows = dict(zip(distinct, token_ids(tokenizer, distinct), strict=True))
    counts = torch.tensor([len(texts) for texts in captions])
    table = torch.zeros(len(captions), int(counts.max()), tokenizer.model_max_length, dtype=torch.int16)
    for picture, texts in enumerate(captions):
        table[picture, : len(texts)] = torch.stack([rows[text] for text in texts])
    return table, counts


def token_ids(tokenizer: CLIPTokenizer, texts: Sequence[str]) -> Tensor:
    """Tokens of texts, int64 (n, tokens), cut and padded to the tokenizer's length."""
    tokens = tokenizer(
        list(texts), padding="max_length", truncation=True, max_length=tokenizer.model_max_length, return_tensors="pt"
    )
    ids: Tensor = tokens.input_ids
    return ids
