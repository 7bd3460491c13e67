from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.templates import OBJECT_TEMPLATES, STYLE_TEMPLATES, prompts_for


def test_there_are_as_many_as_in_the_paper():
    assert (len(STYLE_TEMPLATES), len(OBJECT_TEMPLATES)) == (19, 27)
    assert (len(set(STYLE_TEMPLATES)), len(set(OBJECT_TEMPLATES))) == (17, 27)
    assert all(template.count("{}") == 1 for template in (*STYLE_TEMPLATES, *OBJECT_TEMPLATES))


def test_prompts_are_of_what_is_learned():
    style = prompts_for("<t>", TextualInversionOptions(learn="style"))
    thing = prompts_for("<t>", TextualInversionOptions(learn="object"))
    assert all(prompt.endswith(" in the style of <t>") for prompt in style)
    assert {"a painting in the style of <t>", "a rendering in the style of <t>"} <= set(style)
    assert {"a photo of a <t>", "a photo of the weird <t>", "a rendition of the <t>"} <= set(thing)


def test_own_templates_replace_the_papers():
    options = TextualInversionOptions(templates=("{}, a hill", "a lake by {}"))
    assert prompts_for("<t>", options) == ["<t>, a hill", "a lake by <t>"]
