from likeness.synthetic.captions.names import name_of
from likeness.synthetic.places import PLACES
from likeness.synthetic.subjects import NAMED_PERSONS


def test_names_are_distinct_short_words():
    names = [name_of(number) for number in range(4900)]
    assert len(set(names)) == 4900 > NAMED_PERSONS
    assert all(name.isalpha() and len(name) == 5 for name in names)
    assert not {"woman", "person", *PLACES} & set(names)
