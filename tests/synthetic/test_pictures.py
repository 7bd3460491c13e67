import numpy as np
import pandas as pd
import pytest

from likeness.pocket.options import TokenizerOptions
from likeness.pocket.tokenizer import train_tokenizer
from likeness.synthetic.attributes import COLUMNS
from likeness.synthetic.captions import caption
from likeness.synthetic.painter import STYLES
from likeness.synthetic.pictures import CAPTIONS, evaluation_captions, render_batch, render_picture
from likeness.synthetic.subjects import draw_picture


@pytest.fixture(scope="module")
def batch():
    return render_batch(range(8), seed=0, size=32)


def test_a_batch_has_pictures_captions_and_attributes(batch):
    pictures, captions, table = batch
    assert pictures.shape == (8, 32, 32, 3)
    assert pictures.dtype == np.uint8
    assert [len(texts) for texts in captions] == [CAPTIONS] * 8
    assert pictures.reshape(8, -1).std(1).min() > 10
    assert tuple(table.columns) == ("index", *COLUMNS)
    assert table["index"].tolist() == list(range(8))
    assert table["world"].tolist() == [
        "portrait", "landscape", "portrait", "landscape", "portrait", "portrait", "landscape", "portrait",
    ]  # fmt: skip
    assert set(table["style"]) <= set(STYLES)
    assert table["age_years"].nunique() == 5


def test_a_picture_depends_on_its_index_and_the_seed_alone(batch):
    pictures, captions, table = render_batch([4, 1], seed=0, size=32)
    np.testing.assert_array_equal(pictures, batch[0][[4, 1]])
    assert captions == [batch[1][4], batch[1][1]]
    assert table["style"].tolist() == batch[2]["style"].iloc[[4, 1]].tolist()
    other, _, _ = render_batch([4], seed=1, size=32)
    assert np.abs(other.astype(int) - pictures[:1]).mean() > 5


def test_names_are_said_with_their_pictures(batch):
    _, captions, table = batch
    named = [(name, texts) for name, texts in zip(table["name"].fillna(""), captions, strict=True) if name]
    assert len(named) > 1
    assert all(any(name in text for text in texts) for name, texts in named)


def test_painted_pictures_are_painted():
    index = next(index for index in range(100) if draw_picture(index, 0).style == "pencil")
    drawing = render_picture(draw_picture(index, 0), 32).astype(int)
    assert np.ptp(drawing, axis=2).mean() < 12


def test_evaluation_prompts_ask_for_what_their_pictures_show(batch):
    table = batch[2]
    prompts = evaluation_captions(range(8), seed=0)
    assert [prompt.index for prompt in prompts] == list(range(8))
    for prompt, (_, row) in zip(prompts, table.iterrows(), strict=True):
        assert prompt.said == set(prompt.asked) != set()
        assert all(row[name] == value for name, value in prompt.asked.items())
    assert prompts == evaluation_captions(range(8), seed=0)
    assert prompts[3:5] == evaluation_captions([3, 4], seed=0)


def test_everything_that_can_be_read_is_asked_for_and_nothing_else():
    prompts = evaluation_captions(range(1000), seed=3)
    assert all(value is not None and value != "" for prompt in prompts for value in prompt.asked.values())
    asked = pd.Series([name for prompt in prompts for name in prompt.asked]).value_counts()
    assert set(asked.index) == set(COLUMNS) - {"world", "identity", "name", "age"}
    assert asked.min() >= 5
    assert len({prompt.text for prompt in prompts}) > 900


def test_captions_fit_the_text_encoder(rng):
    pictures = [draw_picture(index, 0) for index in range(1500)]
    texts = [caption(picture.subject, picture.style, rng).text for picture in pictures for _ in range(2)]
    options = TokenizerOptions()
    tokenizer = train_tokenizer(texts, TokenizerOptions(vocabulary=options.vocabulary, length=512))
    lengths = [len(ids) for ids in tokenizer(texts).input_ids]
    assert max(lengths) <= options.length
    assert np.mean(lengths) < options.length / 2
