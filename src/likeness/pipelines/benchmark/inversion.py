"""Textual Inversion, timed: as it is here, with and without replay, against the usual script's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from likeness.datasets.base_model import BaseModel
from likeness.datasets.work import WorkFolder
from likeness.diffusion.model import DiffusionModel
from likeness.personalise.draws import own_randomness
from likeness.personalise.embedding_training import prepare_training
from likeness.personalise.options import TextualInversionOptions
from likeness.personalise.placeholder_rows import train_placeholder
from likeness.personalise.templates import prompts_for
from likeness.pipelines.benchmark.measure import MIB, allocated, machine, measured
from likeness.pipelines.benchmark.options import InversionBenchmarkOptions
from likeness.pipelines.benchmark.shapes import random_pictures
from likeness.pipelines.benchmark.usual_inversion import UsualInversion

PLACEHOLDER = "<style>"
USUAL = "usual way"
MakeModel = Callable[[], DiffusionModel]


@dataclass
class Case:
    """One way of training.

    Attributes:
        step: takes the next step.
        losses: of the steps so far.
        rows: the vectors as they are now, (vectors, width).
        above: bytes on the GPU that are neither the networks' nor another case's.
        peak: the most of them so far.
    """

    step: Callable[[], None]
    losses: Callable[[], list[float]]
    rows: Callable[[], Tensor]
    above: float = 0.0
    peak: float = 0.0

    def run(self, steps: int, device: torch.device) -> float:
        """Take some steps and return the seconds that they took."""

        def work() -> None:
            for _ in range(steps):
                self.step()

        found = measured(work, device)
        self.peak = float(np.maximum(self.peak, self.above + found.peak))
        self.above += found.kept
        return found.seconds


def inversion_table(make_model: MakeModel, device: torch.device, options: InversionBenchmarkOptions) -> pd.DataFrame:
    """Time the training of a placeholder on the same noise, timesteps, pictures and prompts in three ways.

    The ways take turns, so that what slows the machine for a while slows all of them.

    Args:
        make_model: gives a new model in float32, with the same weights every time.
        device: of the models.
        options: of the training, and how often it is measured.

    Returns:
        One row a case with the columns case, pictures_per_second (median), its least and most, ratio (to the usual
        way's), largest_loss_difference (of any step, as a share of the usual way's loss), losses_agree (within the
        tolerance), vectors_difference (from the usual way's, as a share of how far those moved), peak_mib (most memory
        at once above the networks' weights, NaN on a CPU), memory_ratio, and what was trained and measured on.
    """
    with _cases(make_model, options) as (cases, start), own_randomness(options.seed, device):
        for case in cases.values():
            case.run(options.warm_up, device)
        rounds = [
            {name: case.run(options.steps, device) for name, case in cases.items()}
            for _ in tqdm(range(options.repeats), desc="inversion", unit="round", disable=None)
        ]
        usual = cases[USUAL]
        moved = (usual.rows() - start).norm()
        table = pd.DataFrame(
            [
                {
                    "case": name,
                    **_speed([options.batch_size * options.steps / one[name] for one in rounds]),
                    "largest_loss_difference": largest_difference(case.losses(), usual.losses()),
                    "vectors_difference": float((case.rows() - usual.rows()).norm() / moved),
                    "peak_mib": case.peak / MIB,
                }
                for name, case in cases.items()
            ]
        )
    table.insert(4, "ratio", table["pictures_per_second"] / table["pictures_per_second"].iloc[0])
    table.insert(6, "losses_agree", table["largest_loss_difference"] <= options.loss_tolerance)
    table["memory_ratio"] = table["peak_mib"] / table["peak_mib"].iloc[0]
    told = {"shape", "resolution", "batch_size", "vectors", "mixed_precision", "steps", "repeats"}
    return table.assign(**options.model_dump(include=told), **machine(device))


def largest_difference(losses: list[float], reference: list[float]) -> float:
    """The greatest difference between two losses of one step, as a share of the reference's."""
    ours, usual = np.array(losses), np.array(reference)
    return float((np.abs(ours - usual) / np.abs(usual)).max())


@contextmanager
def _cases(make_model: MakeModel, options: InversionBenchmarkOptions) -> Iterator[tuple[dict[str, Case], Tensor]]:
    """The three ways, and the vectors that all of them start from."""
    pictures = random_pictures(options.pictures, options.resolution, seed=options.seed)
    with TemporaryDirectory() as folder:
        cache = WorkFolder(folder, "benchmark", "inversion")
        usual, start = _usual(make_model, pictures, options)
        cases = {USUAL: usual}
        for name, replay in (("new rows and cached latents", False), ("the same, replayed", True)):
            cases[name] = _ours(make_model, pictures, options, cache, replay)
        yield cases, start


def _usual(
    make_model: MakeModel, pictures: list[Image.Image], options: InversionBenchmarkOptions
) -> tuple[Case, Tensor]:
    settings = _settings(options, replay=False)
    model = make_model()
    before = allocated(model.device) - _weights(model)
    # The vectors are made in our way; the whole table takes them in.
    table = model.text_encoder.get_input_embeddings()
    (made,) = train_placeholder(model, PLACEHOLDER, vectors=options.vectors, initialiser=None, seed=options.seed)
    model.text_encoder.set_input_embeddings(table)
    start = made.rows.detach().clone()
    training = UsualInversion(model, pictures, prompts_for(PLACEHOLDER, settings), made.first, start, settings)
    case = Case(training.step, lambda: training.losses, lambda: training.rows)
    case.above = allocated(model.device) - _weights(model) - before
    return case, start


def _ours(
    make_model: MakeModel,
    pictures: list[Image.Image],
    options: InversionBenchmarkOptions,
    cache: WorkFolder,
    replay: bool,
) -> Case:
    model = make_model()
    before = allocated(model.device) - _weights(model)
    base = BaseModel(model.name)
    training = prepare_training(model, pictures, [], PLACEHOLDER, base, _settings(options, replay=replay), cache)
    state = training.state
    case = Case(
        training.steps.step,
        lambda: state.records["losses"][: state.step, 0].tolist(),
        lambda: training.rows[0].rows.detach(),
    )
    case.above = allocated(model.device) - _weights(model) - before
    return case


def _settings(options: InversionBenchmarkOptions, *, replay: bool) -> TextualInversionOptions:
    steps = options.warm_up + options.repeats * options.steps
    return TextualInversionOptions(
        steps=steps,
        # Neither measured nor wanted: checkpoints.
        checkpoint_every=steps,
        batch_size=options.batch_size,
        vectors=options.vectors,
        learning_rate=options.learning_rate,
        mixed_precision=options.mixed_precision,
        resolution=options.resolution,
        seed=options.seed,
        replay=replay,
    )


def _weights(model: DiffusionModel) -> float:
    """Bytes of the networks' weights on the model's device."""
    networks = (model.unet, model.text_encoder, model.vae)
    weights = [tensor for network in networks for tensor in (*network.parameters(), *network.buffers())]
    return float(sum(tensor.nbytes for tensor in weights if tensor.device.type == model.device.type))


def _speed(rounds: list[float]) -> dict[str, Any]:
    return {
        "pictures_per_second": float(np.median(rounds)),
        "pictures_per_second_least": min(rounds),
        "pictures_per_second_most": max(rounds),
    }
