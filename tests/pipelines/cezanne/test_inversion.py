from likeness.pipelines.cezanne.inversion import style_requests
from likeness.pipelines.cezanne.options import PictureOptions, StylePrompt

PROMPTS = (StylePrompt(name="one", prompt="hills, {style}"), StylePrompt(name="two", prompt="{style}"))


def requests(pictures):
    options = PictureOptions(prompts=PROMPTS, pictures=pictures, control_word="Monet", seed=5, guidance_scale=3)
    return style_requests("<Cézanne>", options)


def test_a_control_stands_beside_every_picture():
    table = requests(2)
    assert table["set"].tolist() == ["one"] * 2 + ["one_control"] * 2 + ["two"] * 2 + ["two_control"] * 2
    assert table["seed"].tolist() == [5, 6, 5, 6, 1005, 1006, 1005, 1006]
    assert table["prompt"].drop_duplicates().tolist() == ["hills, <Cézanne>", "hills, Monet", "<Cézanne>", "Monet"]
    assert (table["guidance_scale"] == 3).all()


def test_more_pictures_are_drawn_besides_those_that_there_are():
    few, many = requests(2), requests(4)
    both = few.merge(many)
    assert len(both) == len(few)
