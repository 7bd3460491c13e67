"""The words that ask for the sitter at every age."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from likeness.datasets import ImageSet
from likeness.datasets.image_folder import CAPTION
from likeness.pipelines.avatar.options import (
    AgePrompt,
    ClassPictureOptions,
    PortraitOptions,
    SitterOptions,
    ValidationOptions,
)


def model_words(sitter: SitterOptions) -> str:
    """Return how a prompt names the fine-tuned sitter: rare identifier, then class word ("sks man")."""
    return f"{sitter.identifier} {sitter.class_word}"


def adapt(age_prompt: str, sitter: SitterOptions) -> str:
    """Put the sitter's class word and pronoun into an age prompt written for a man.

    >>> adapt("a young man in his twenties", SitterOptions(class_word="woman", pronoun="her"))
    'a young woman in her twenties'
    """
    words = {"man": sitter.class_word, "his": sitter.pronoun}
    return re.sub(r"\b(man|his)\b", lambda match: words[match.group()], age_prompt)


def portrait_requests(sitter: SitterOptions, options: PortraitOptions, words: str = "") -> pd.DataFrame:
    """List the portraits every model is asked for.

    Args:
        sitter: the words for the sitter.
        options: the ages, and how prompts put them.
        words: how the model calls the sitter; empty: as `model_words` says.

    Returns:
        One row a portrait, ages first: age (index into `options.ages`), label, years, picture (index within the age),
        age_prompt, prompt, seed. A seed belongs to a picture's place in the list, so that models are compared
        on the same noise.
    """
    rows = []
    for age, wanted in enumerate(options.ages):
        age_prompt = adapt(wanted.prompt, sitter)
        prompt = options.template.format(model=words or model_words(sitter), age_prompt=age_prompt)
        for picture in range(options.pictures_per_age):
            rows.append(
                {
                    "age": age,
                    "label": wanted.label,
                    "years": wanted.years,
                    "picture": picture,
                    "age_prompt": age_prompt,
                    "prompt": prompt,
                    "seed": options.seed + 1000 * age + picture,
                }
            )
    return pd.DataFrame(rows)


def prompts_without_identifier(sitter: SitterOptions, options: PortraitOptions) -> dict[int, str]:
    """Return what each age prompt asks for, by its index, with the class word alone for the sitter."""
    requests = portrait_requests(sitter, options, sitter.class_word).drop_duplicates("age")
    return dict(zip(requests["age"].tolist(), requests["prompt"].tolist(), strict=True))


def validation_requests(sitter: SitterOptions, portraits: PortraitOptions, options: ValidationOptions) -> pd.DataFrame:
    """List the portraits of a validation: as `portrait_requests`, evenly spread over the ages, from other seeds.

    Raises:
        ValueError: a seed is also one of the portraits' that are reported on.
    """
    ages, wanted = len(portraits.ages), options.pictures
    rounds, rest = divmod(wanted, ages)
    places = [(age, picture) for picture in range(rounds) for age in range(ages)]
    places += [(place * ages // rest, rounds) for place in range(rest)]
    asked = portraits.model_copy(update={"seed": options.seed, "pictures_per_age": rounds + (rest > 0)})
    table = portrait_requests(sitter, asked)
    chosen = table[pd.MultiIndex.from_frame(table[["age", "picture"]]).isin(places)].reset_index(drop=True)
    if shared := set(chosen["seed"]) & set(portrait_requests(sitter, portraits)["seed"]):
        raise ValueError(
            f"avatar.validation.seed: the reported portraits have the seed {min(shared)} too. The checkpoint must be "
            "chosen on other pictures: set a seed further from avatar.portraits.seed."
        )
    return chosen


def class_requests(sitter: SitterOptions, options: ClassPictureOptions, count: int) -> pd.DataFrame:
    """List the class pictures: picture, prompt, seed; one row a picture."""
    prompt = options.template.format(class_word=sitter.class_word)
    pictures = range(count)
    return pd.DataFrame({"picture": pictures, "prompt": prompt, "seed": [options.seed + place for place in pictures]})


def with_texts(captions: Sequence[str], manifest: pd.DataFrame, sitter: SitterOptions) -> list[str]:
    """Add the photographs' own words, of their column `caption`, to their captions.

    Words that hold the sitter's identifier are the whole caption; a photograph without words keeps its caption.
    """
    texts = manifest.get(CAPTION, pd.Series("", index=manifest.index)).fillna("").astype(str).str.strip()
    return [
        text if sitter.identifier in text.split() else f"{caption}, {text}" if text else caption
        for caption, text in zip(captions, texts, strict=True)
    ]


def training_prompts(
    template: str, ages_years: Sequence[float], sitter: SitterOptions, age_prompts: Sequence[AgePrompt] = ()
) -> list[str]:
    """Caption the training photographs.

    Args:
        template: the caption, with `{model}` for identifier and class word.
        ages_years: the age on each photograph in years, NaN where it is unknown.
        sitter: the words for the sitter.
        age_prompts: when given, " as <the prompt nearest in years>" is added to every photograph of known age.
    """
    caption = template.format(model=model_words(sitter))
    captions = []
    for years in ages_years:
        if not age_prompts or pd.isna(years):
            captions.append(caption)
            continue
        nearest = age_prompts[nearest_age(years, age_prompts)]
        captions.append(f"{caption} as {adapt(nearest.prompt, sitter)}")
    return captions


def nearest_age(years: float, ages: Sequence[AgePrompt]) -> int:
    """Return the index of the age prompt nearest to an age in years; of two as near, the older."""
    return min(range(len(ages)), key=lambda index: (abs(ages[index].years - years), -index))


def with_age_prompts(photos: ImageSet, ages: Sequence[AgePrompt]) -> ImageSet:
    """Say of photographs of known `age_years` which age prompt they belong to, as the column `age`."""
    unknown = pd.Series(float("nan"), index=photos.manifest.index)
    years = pd.to_numeric(photos.manifest.get("age_years", unknown), errors="coerce")
    age = [pd.NA if pd.isna(value) else nearest_age(value, ages) for value in years]
    return replace(photos, manifest=photos.manifest.assign(age=pd.array(age, dtype="Int64")))
