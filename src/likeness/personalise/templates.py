"""The prompts of Textual Inversion: what pictures of a style or of an object may be called (Gal et al. 2022).

They say nothing of what a picture shows but that it has the placeholder in it, so that the placeholder takes up what
the pictures share. The lists are the paper's, repetitions included; every prompt is drawn equally often.
"""

from __future__ import annotations

from likeness.personalise.options import TextualInversionOptions

STYLE_TEMPLATES = (
    *(f"{phrase} in the style of {{}}" for phrase in ("the painting", "a picture", "a rendition", "a rendering")),
    "a painting in the style of {}",
    *(
        f"a {kind} painting in the style of {{}}"
        for kind in (
            *("bright", "clean", "close-up", "close-up", "cool", "cropped", "cropped"),
            *("dark", "dirty", "good", "large", "nice", "small", "weird"),
        )
    ),
)
"""19 prompts for a style."""

OBJECT_TEMPLATES = (
    *(f"a {kind}photo of a {{}}" for kind in ("", "close-up ", "cropped ", "good ")),
    *(f"a {kind}photo of the {{}}" for kind in ("", "bright ", "close-up ", "cropped ", "dark ", "good ")),
    *(f"a photo of a {kind} {{}}" for kind in ("clean", "cool", "dirty", "nice", "small")),
    *(f"a photo of the {kind} {{}}" for kind in ("clean", "cool", "large", "nice", "small", "weird")),
    *(f"{phrase} {{}}" for phrase in ("the photo of a", "a photo of my", "a photo of one")),
    *(f"{phrase} {{}}" for phrase in ("a rendering of a", "a rendition of a", "a rendition of the")),
)
"""27 prompts for an object."""


def prompts_for(placeholder: str, options: TextualInversionOptions) -> list[str]:
    """The prompts to train with, the placeholder in them."""
    own = STYLE_TEMPLATES if options.learn == "style" else OBJECT_TEMPLATES
    return [template.replace("{}", placeholder) for template in options.templates or own]
