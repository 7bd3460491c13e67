import numpy as np
import pandas as pd
import pytest

from likeness.synthetic.captions import age_group
from likeness.synthetic.pictures import CAPTIONS, FIRST_SEED, NAMED_PERSONS, _draw_age, _person, render_batch

Batch = tuple[np.ndarray, list[list[str]], pd.DataFrame]


@pytest.fixture(scope="module")
def batch() -> Batch:
    return render_batch(range(6), seed=0, size=32)


def test_a_batch_has_pictures_captions_and_attributes(batch: Batch) -> None:
    pictures, captions, table = batch
    assert pictures.shape == (6, 32, 32, 3)
    assert pictures.dtype == np.uint8
    assert [len(texts) for texts in captions] == [CAPTIONS] * 6
    assert table["index"].tolist() == list(range(6))
    assert pictures.reshape(6, -1).std(1).min() > 10
    assert table["age_years"].nunique() == 6
    for (_, row), texts in zip(table.iterrows(), captions, strict=True):
        group = age_group(row["age_years"])
        assert pd.isna(row["age"]) if group is None else row["age"] == group
        assert all("photo" in text or "portrait" in text for text in texts)


def test_a_picture_depends_on_its_index_and_the_seed_alone(batch: Batch) -> None:
    pictures, captions, table = render_batch([4, 1], seed=0, size=32)
    np.testing.assert_array_equal(pictures, batch[0][[4, 1]])
    assert captions == [batch[1][4], batch[1][1]]
    assert table["identity"].tolist() == batch[2]["identity"].iloc[[4, 1]].tolist()
    other, _, _ = render_batch([4], seed=1, size=32)
    assert np.abs(other.astype(int) - pictures[:1]).mean() > 5


def test_named_persons_come_again_under_their_names() -> None:
    (first, name), (again, same_name) = _person(0, 0), _person(2 * NAMED_PERSONS, 0)
    assert name == same_name != ""
    assert first.seed == again.seed == FIRST_SEED
    names = {_person(index, 0)[1] for index in range(0, 2 * NAMED_PERSONS, 2)}
    assert len(names) == NAMED_PERSONS


def test_every_other_picture_shows_somebody_new() -> None:
    persons = [_person(index, 0) for index in range(1, 400, 2)]
    assert {name for _, name in persons} == {""}
    seeds = {person.seed for person, _ in persons}
    assert len(seeds) == len(persons)
    assert seeds.isdisjoint(_person(index, 0)[0].seed for index in range(0, 800, 2))
    assert min(seeds) >= FIRST_SEED


def test_names_are_said_with_their_pictures(batch: Batch) -> None:
    _, captions, table = batch
    for name, texts in zip(table["name"], captions, strict=True):
        if name:
            assert any(name in text for text in texts)


def test_all_ages_of_the_study_are_shown_alike() -> None:
    rng = np.random.default_rng(0)
    groups = [age_group(_draw_age(rng)) for _ in range(4000)]
    counts = np.bincount([group for group in groups if group is not None], minlength=10)
    assert counts.min() > 250
    assert counts.max() < 550
    assert 20 < groups.count(None) < 400
