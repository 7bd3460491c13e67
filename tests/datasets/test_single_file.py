import json

import pytest

from likeness.datasets.single_file import SingleFile, SingleFileError, recognise

UNET = {"model.diffusion_model.input_blocks.0.0.weight": [320, 4, 3, 3], "model.diffusion_model.out.2.weight": [4, 320]}
VAE = {"first_stage_model.encoder.conv_in.bias": [1]}
CLIP = {"cond_stage_model.transformer.text_model.final_layer_norm.bias": [1]}
OPEN_CLIP = {"cond_stage_model.model.ln_final.bias": [1]}
BOTH = {"conditioner.embedders.0.transformer.text_model.x": [1], "conditioner.embedders.1.model.ln_final.bias": [1]}


@pytest.fixture
def write(tmp_path):
    """Writes the head of a safetensors file."""

    def written(shapes, metadata=None):
        head = {name: {"dtype": "F16", "shape": shape, "data_offsets": [0, 0]} for name, shape in shapes.items()}
        text = json.dumps({"__metadata__": metadata, **head} if metadata else head).encode()
        (tmp_path / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text)
        return tmp_path / "model.safetensors"

    return written


@pytest.mark.parametrize(
    ("encoders", "metadata", "expected"),
    [
        (CLIP, None, SingleFile("sd1", "epsilon")),
        (CLIP | {"v_pred": [0], "ztsnr": [0]}, None, SingleFile("sd1", "v_prediction", zero_terminal_snr=True)),
        (OPEN_CLIP, {"modelspec.prediction_type": "v"}, SingleFile("sd2", "v_prediction")),
        (OPEN_CLIP, {"modelspec.prediction_type": "epsilon"}, SingleFile("sd2", "epsilon")),
        (BOTH, None, SingleFile("sdxl", "epsilon")),
    ],
)
def test_the_family_and_what_is_predicted_are_told_from_the_head(write, encoders, metadata, expected):
    assert recognise(write(UNET | VAE | encoders, metadata)) == expected


def test_the_configuration_beside_a_file_tells_what_is_predicted(write):
    path = write(UNET | VAE | OPEN_CLIP)
    with pytest.raises(SingleFileError, match=r"noise or velocity.*model.yaml"):
        recognise(path)
    path.with_suffix(".yaml").write_text('model:\n  params:\n    parameterization: "v"\n')
    assert recognise(path).prediction == "v_prediction"
    path.with_suffix(".yaml").write_text("model:\n  params:\n    timesteps: 1000\n")
    assert recognise(path).prediction == "epsilon"


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        ({"model.diffusion_model.joint_blocks.0.x": [1]}, "another family: Stable Diffusion 3"),
        ({"double_blocks.0.img_attn.qkv.weight": [1]}, "another family: FLUX"),
        ({"lora_unet_down_blocks_0.alpha": []}, "another family: LoRA"),
        (UNET | VAE | {"conditioner.embedders.0.model.ln_final.bias": [1]}, "another family: SDXL refiner"),
        (UNET | VAE | CLIP | {next(iter(UNET)): [320, 9, 3, 3]}, "takes 9 channels and makes 4"),
        ({"down_blocks.0.x": [1]}, "another family: it has no model.diffusion_model"),
        (UNET | VAE, "lacks the text encoder"),
        (UNET | CLIP, "lacks the VAE"),
    ],
)
def test_other_checkpoints_are_refused_by_name(write, shapes, message):
    with pytest.raises(SingleFileError, match=message):
        recognise(write(shapes))


@pytest.mark.parametrize("content", [b"", b"\x08\0\0\0\0\0\0\0{broken}", b"\xff" * 20])
def test_damaged_files_are_refused(tmp_path, content):
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(SingleFileError, match="damaged, or not safetensors"):
        recognise(tmp_path / "model.safetensors")


def test_pickles_are_not_even_opened(tmp_path):
    with pytest.raises(SingleFileError, match=r"is a .ckpt, which may run code"):
        recognise(tmp_path / "absent.ckpt")
