"""An edit, timed: against the same two pictures without control, and against the usual way of controlling them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from tqdm import tqdm

from likeness.diffusion.editing import Blend, Edit, edit_pictures
from likeness.diffusion.model import DiffusionModel
from likeness.diffusion.sampling import generate
from likeness.pipelines.benchmark.materialised import usual_edit
from likeness.pipelines.benchmark.measure import MIB, Measured, machine, measured
from likeness.pipelines.benchmark.options import EditingBenchmarkOptions

PLAIN = "both prompts, no control"
CASES = (PLAIN, "edit", "edit with LocalBlend", "edit, every map made")


def editing_table(model: DiffusionModel, options: EditingBenchmarkOptions) -> pd.DataFrame:
    """Time drawing two prompts from one seed, from their text to their pictures, in four ways.

    The ways take turns, so that what slows the machine for a while slows all of them.

    Args:
        model: of any weights.
        options: what is drawn, and how often.

    Returns:
        One row a case with the columns case, seconds (median), seconds_least, seconds_most, time_ratio (seconds to
        those without control), peak_mib (most memory at once above the weights, NaN on a CPU), memory_ratio, and what
        was drawn and measured on.
    """
    cases = _cases(model, options)
    for work in cases.values():
        for _ in range(options.warm_up):
            work()
    rounds = [
        {name: measured(work, model.device) for name, work in cases.items()}
        for _ in tqdm(range(options.repeats), desc="editing", unit="round", disable=None)
    ]
    table = pd.DataFrame([_row(name, [one[name] for one in rounds]) for name in cases])
    plain = table.iloc[0]
    table.insert(4, "time_ratio", table["seconds"] / plain["seconds"])
    table["memory_ratio"] = table["peak_mib"] / plain["peak_mib"]
    settings = options.model_dump(include={"shape", "resolution", "steps", "guidance_scale", "repeats"})
    return table.assign(**settings, dtype=str(model.dtype).removeprefix("torch."), **machine(model.device))


def _cases(model: DiffusionModel, options: EditingBenchmarkOptions) -> dict[str, Callable[[], object]]:
    edit = Edit(options.edit)
    blended = replace(edit, blend=Blend([options.source_word], [options.target_word]))

    def plain() -> None:
        pictures = generate(
            model,
            [options.source, options.edit],
            [options.seed] * 2,
            steps=options.steps,
            guidance_scale=options.guidance_scale,
            height=options.resolution,
            width=options.resolution,
            batch_size=2,
        )
        deque(pictures, maxlen=0)

    def ours(wanted: Edit) -> None:
        pictures = edit_pictures(
            model,
            options.source,
            [wanted],
            [options.seed],
            steps=options.steps,
            guidance_scale=options.guidance_scale,
            resolution=options.resolution,
        )
        deque(pictures, maxlen=0)

    def usual() -> None:
        usual_edit(
            model,
            options.source,
            edit,
            options.seed,
            steps=options.steps,
            guidance_scale=options.guidance_scale,
            resolution=options.resolution,
        )

    return dict(zip(CASES, (plain, partial(ours, edit), partial(ours, blended), usual), strict=True))


def _row(name: str, rounds: list[Measured]) -> dict[str, object]:
    seconds = [one.seconds for one in rounds]
    return {
        "case": name,
        "seconds": float(np.median(seconds)),
        "seconds_least": min(seconds),
        "seconds_most": max(seconds),
        "peak_mib": max(one.peak for one in rounds) / MIB,
    }
