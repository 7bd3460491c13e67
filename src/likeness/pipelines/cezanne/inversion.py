"""Learn the word for a style, and draw with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from likeness.datasets import BaseModel, Checkpoint, ImageSet, WorkFolder, digest_of, package_digest
from likeness.drawing.drawer import Drawer
from likeness.drawing.withheld import without_withheld
from likeness.personalise.embedding_files import DIFFUSERS_FILE
from likeness.personalise.textual_inversion import learn_embedding
from likeness.pipelines.cezanne.drawing import draw_pictures, model_name
from likeness.pipelines.cezanne.options import SEEDS_A_PROMPT, InversionOptions, PictureOptions
from likeness.pipelines.cezanne.sample import gathered

# The libraries that Textual Inversion is made of.
_CODE = ("likeness.personalise", "likeness.diffusion")
LEARNED, CONTROL = "learned", "control"


def learn_style(
    base_model: BaseModel, paintings: ImageSet, cleaned: ImageSet, options: InversionOptions, work_folder: str
) -> tuple[Checkpoint, pd.DataFrame, pd.DataFrame]:
    """Learn the style of one class from its training pictures; its validation pictures choose the checkpoint.

    Args:
        base_model: that is to learn.
        paintings: the originals, in their colours.
        cleaned: says which are of the class, and which may be trained on.
        options: of the training.
        work_folder: the root of unfinished work.

    Returns:
        The embedding; one row a step: step, loss, learning_rate, seconds; one row a checkpoint: step,
        validation_loss, kept.

    Raises:
        ValueError: there is no such class, or the placeholder or initialiser cannot be used.
        ModelError: the base model cannot be used.
    """
    manifest = cleaned.manifest
    own = manifest[manifest["class"] == options.style_class]
    if own.empty:
        known = ", ".join(sorted(set(manifest["class"])))
        raise ValueError(f"cezanne.inversion.style_class: there is no class {options.style_class}, only {known}.")
    code = digest_of(*map(package_digest, _CODE))
    pictures, held_out = (
        [paintings.open(file) for file in own.loc[own["split"] == split, "source"]] for split in ("train", "validation")
    )
    learned = learn_embedding(
        base_model,
        pictures,
        placeholder=options.placeholder,
        options=options,
        work=WorkFolder(work_folder, "textual_inversion", code),
        held_out=held_out,
        cache=WorkFolder(work_folder, "latents", code),
    )
    kept = learned.validation[learned.validation["kept"]].iloc[0]
    made_from: dict[str, object] = {
        "placeholder": learned.embedding.placeholder,
        "trigger": learned.embedding.trigger,
        "base_model": base_model.described,
        "base_model_digest": base_model.digest,
        "style_class": options.style_class,
        "pictures": len(pictures),
        "held_out": len(held_out),
        "pictures_digest": digest_of(own[["source", "sha256", "split"]]),
        "options": options.model_dump(mode="json"),
        "code_digest": code,
        "kept_step": int(kept["step"]),
        "validation_loss": None if pd.isna(kept["validation_loss"]) else float(kept["validation_loss"]),
    }
    return Checkpoint(learned.folder, made_from), learned.losses, learned.validation


def draw_previews(
    base_model: BaseModel, embedding: Checkpoint, previews: int, options: PictureOptions, work_folder: str
) -> ImageSet:
    """Draw each of the first prompts once with the vectors of every checkpoint, from the same seeds.

    Args:
        base_model: that the embedding was learned on.
        embedding: with its checkpoints.
        previews: how many prompts.
        options: the prompts, and how they are drawn.
        work_folder: the root of unfinished work.

    Returns:
        One picture a checkpoint and prompt: step, then as `style_requests` says, in the order of the steps.
    """
    requests = style_requests(str(embedding.made_from["placeholder"]), options)
    first = requests[requests["variant"] == LEARNED].drop_duplicates("prompt_name").head(previews)
    sets = []
    for step, path in checkpoints(embedding):
        named = first.assign(step=step, model=f"{model_name(base_model)}, step {step}")
        named["name"] = [f"step_{step:06d}/{name}" for name in first["prompt_name"]]
        sets.append(_drawn(base_model, path, named, options, work_folder))
    return gathered(sets, work_folder)


def draw_judged(base_model: BaseModel, embedding: Checkpoint, options: PictureOptions, work_folder: str) -> ImageSet:
    """Draw every prompt with the learned word, and with the plain one by the base model as it was.

    Returns:
        One picture a row, as `style_requests` says.
    """
    requests = style_requests(str(embedding.made_from["placeholder"]), options)
    name = model_name(base_model)
    models = {LEARNED: f"{name} with the learned style", CONTROL: name}
    asked = requests.assign(model=requests["variant"].map(models))
    plain = asked["variant"] == CONTROL
    learned = _drawn(base_model, embedding.path / DIFFUSERS_FILE, asked[~plain], options, work_folder)
    controls = draw_pictures(Drawer(base_model), base_model.digest, asked[plain], options, work_folder)
    both = gathered([learned, controls], work_folder)
    files = both.manifest.set_index(["set", "seed"])["file"]
    ordered = both.select(files[pd.MultiIndex.from_frame(requests[["set", "seed"]])])
    # A picture and its control are compared: none is judged without the other.
    return without_withheld(ordered, ("prompt_name", "seed"))


def _drawn(
    base_model: BaseModel, vectors: Path, requests: pd.DataFrame, options: PictureOptions, work_folder: str
) -> ImageSet:
    digest = digest_of(base_model.digest, vectors.read_bytes(), package_digest("likeness.personalise"))
    return draw_pictures(Drawer(base_model, vectors), digest, requests, options, work_folder)


def checkpoints(embedding: Checkpoint) -> Iterator[tuple[int, Path]]:
    """The steps at which the vectors were kept, ascending, with the file of each."""
    for path in sorted((embedding.path / "checkpoints").glob("step_*.safetensors")):
        if found := re.fullmatch(r"step_(\d+)", path.stem):
            yield int(found[1]), path


def style_requests(placeholder: str, options: PictureOptions) -> pd.DataFrame:
    """What is asked with the learned word and with the plain one, prompt by prompt, both from the same seeds.

    Returns:
        One row a picture: name, set, prompt_name, variant (learned or control), prompt, seed, guidance_scale.
    """
    rows = []
    for number, one in enumerate(options.prompts):
        for variant, word in ((LEARNED, placeholder), (CONTROL, options.control_word)):
            group = one.name if variant == LEARNED else f"{one.name}_{CONTROL}"
            for picture in range(options.pictures):
                seed = options.seed + number * SEEDS_A_PROMPT + picture
                prompt = one.prompt.replace("{style}", word)
                rows.append((f"{group}/{picture + 1:03d}", group, one.name, variant, prompt, seed))
    table = pd.DataFrame(rows, columns=["name", "set", "prompt_name", "variant", "prompt", "seed"])
    return table.assign(guidance_scale=options.guidance_scale)
