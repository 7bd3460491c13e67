"""`kedro run --pipeline pocket`, from nothing, on a CPU, in less than a minute."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[3]
TRAINING = {"steps": 4, "minutes": None, "batch_size": 4, "warmup_steps": 0, "log_every": 2, "checkpoint_every": 2}
SMALL = {
    "pictures": {
        "renderer": "stand_in_renderer:render_batch",
        "count": 16,
        "held_out": 8,
        "shard": 8,
        "size": 32,
        "preview": 4,
        "processes": 2,
    },
    "autoencoder": {
        **TRAINING,
        "channels": [8, 16],
        "latent_channels": 4,
        "crop": 16,
        "full_size_batch": 2,
        "discriminator_width": 8,
    },
    "tokenizer": {"vocabulary": 540, "length": 64},
    "text_encoder": {"width": 16, "layers": 1, "heads": 2},
    "denoiser": {**TRAINING, "channels": [16, 32], "layers": [1, 1], "head_width": 8, "norm_groups": 8},
    "probe": {**TRAINING, "size": 16, "channels": [8, 16], "blocks": [1, 1]},
    "report": {
        "steps": 2,
        "batch_size": 10,
        "resamples": 10,
        "round_trips": 4,
        "captions": "stand_in_renderer:evaluation_captions",
        "prompts": 4,
        "age_pictures": 1,
        "variety_prompts": 1,
        "variety_pictures": 2,
        "cost_batch_size": 1,
        "cost_batches": 1,
        "sheet_seeds": 1,
    },
}


@pytest.fixture
def project(tmp_path):
    """A copy of the project without data, with small parameters in run.yml."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("conf", "src"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "run.yml").write_text(yaml.safe_dump({"run": {"params": {"pocket": SMALL}}}))
    return folder


def kedro_run(project, renderers):
    return subprocess.run(
        [sys.executable, "-m", "kedro", "run", "--pipeline", "pocket", "--config", "run.yml"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": f"{project / 'src'}{os.pathsep}{renderers}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_one_command_makes_a_model(project, renderer_folder):
    run = kedro_run(project, renderer_folder)
    assert run.returncode == 0, run.stderr[-4000:]
    data = project / "data"
    (model,) = data.glob("06_models/pocket_model/*/pocket_model")
    assert json.loads((model / "model_index.json").read_text())["_class_name"] == "StableDiffusionPipeline"
    (scores,) = data.glob("08_reporting/pocket_scores.csv/*/*.csv")
    measures = pd.read_csv(scores)["measure"]
    assert {"round_trip_psnr_db", "obedience_ratio", "variety_ssim_difference", "disk_mb"} <= {*measures}
    (probe,) = data.glob("06_models/pocket_probe/*/pocket_probe/probe.safetensors.gz")
    assert probe.stat().st_size > 1000
    for name in ("pocket_sheet", "pocket_vae_sheet"):
        (sheet,) = data.glob(f"08_reporting/{name}.png/*/*.png")
        assert sheet.stat().st_size > 1000
    (card,) = data.glob("08_reporting/pocket_card.md/*/*.md")
    megabytes = pd.read_csv(scores).set_index("measure").loc["disk_mb", "value"]
    assert f"| MB on disk | {megabytes:.3g} |" in card.read_text()
    assert len(list(data.glob("00_work/*/*/state.safetensors"))) == 3
