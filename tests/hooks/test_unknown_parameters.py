from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader
from kedro.framework.project import configure_project
from kedro.framework.session import KedroSession
from pydantic import BaseModel

from likeness.hooks import UnknownParameterError
from likeness.hooks.unknown_parameters import explain, flatten, known_names, nearest, option_names, unknown_names

PROJECT = Path(__file__).parents[2]


class Schedule(BaseModel):
    warmup: int = 0


class FineTuning(BaseModel):
    steps: int = 10
    schedule: Schedule = Schedule()
    weights: dict[str, float] = {}


@pytest.fixture
def known(tmp_path):
    files = {
        "base/parameters.yml": "work_folder: data/00_work\nfree: {}\n",
        "base/avatar/parameters.yml": "avatar:\n  fine_tuning:\n    steps: 10\n  portraits:\n    seeds: [1, 2]\n",
        "base/avatar/catalog.yml": "sitter_photos:\n  type: x\n  filepath: ${runtime_params:sitter_photos, data/a}\n",
        "sd/parameters.yml": "only_here: ${runtime_params:device.name,cpu}\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    loader = OmegaConfigLoader(str(tmp_path), env="sd", base_env="base", default_run_env="local")
    return known_names(loader, {"avatar.fine_tuning": FineTuning})


def test_names_come_from_parameters_options_and_runtime_parameters(known):
    assert set(flatten(known)) == {
        "work_folder",
        "free",
        "only_here",
        "avatar.fine_tuning.steps",
        "avatar.fine_tuning.schedule.warmup",
        "avatar.fine_tuning.weights",
        "avatar.portraits.seeds",
        "sitter_photos",
        "device.name",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"sitter_photos": "/mine"},
        {"device": {"name": "cuda"}},
        {"free": {"anything": {"deep": 1}}},
        {"avatar": {"fine_tuning": {"schedule": {"warmup": 3}, "weights": {"a name": 0.5}}}},
    ],
)
def test_known_names_pass(known, given):
    assert list(unknown_names(given, known)) == []


def test_unknown_names_are_dotted_and_all_found(known):
    given = {
        "sitter_photo": 1,
        "avatar": {"fine_tuning": {"stepz": 1, "schedule": {"warm": 2}, "steps": 3}, "portrait": {"seeds": []}},
    }
    assert list(unknown_names(given, known)) == [
        "sitter_photo",
        "avatar.fine_tuning.stepz",
        "avatar.fine_tuning.schedule.warm",
        "avatar.portrait",
    ]


@pytest.mark.parametrize(
    ("name", "likest"),
    [
        ("sitter_photo", ["sitter_photos"]),
        ("avatar.fine_tuning.stepz", ["avatar.fine_tuning.steps"]),
        ("steps", ["avatar.fine_tuning.steps"]),
        ("avatar.portraits.steps", ["avatar.fine_tuning.steps"]),
        ("wamup", ["avatar.fine_tuning.schedule.warmup"]),
        ("qqqq", []),
    ],
)
def test_nearest_name(known, name, likest):
    assert nearest(name, flatten(known)) == likest


def test_every_name_with_the_same_last_part_is_near():
    known = ["avatar.fine_tuning.steps", "avatar.portraits.steps", "avatar.portraits.seed", "pocket.steps"]
    assert set(nearest("steps", known)) == {"avatar.fine_tuning.steps", "avatar.portraits.steps", "pocket.steps"}
    assert nearest("avatar.portrait.steps", known)[0] == "avatar.portraits.steps"
    assert nearest("a.steps", [f"{letter}.steps" for letter in "abcdefgh"], most=2)[0] == "a.steps"
    assert len(nearest("steps", [f"{letter}.steps" for letter in "abcdefgh"], most=2)) == 2


def test_message_names_every_parameter_and_lists_the_known_ones_when_none_is_near():
    message = explain(["sitter_photo", "qqqq"], ["work_folder", "sitter_photos"])
    assert "'sitter_photo': did you mean 'sitter_photos'?" in message
    assert "'qqqq': the known ones are: sitter_photos, work_folder." in message


def test_options_that_are_no_model_take_anything():
    assert option_names(dict[str, int]) is None
    assert option_names(Schedule) == {"warmup": None}


def test_a_run_refuses_a_mistyped_parameter_before_anything_else():
    configure_project("likeness")
    session = KedroSession.create(PROJECT, runtime_params={"work_foldr": "elsewhere"})
    with pytest.raises(UnknownParameterError, match="did you mean 'work_folder'") as refusal:
        session.load_context()
    assert isinstance(refusal.value, ValueError)


def test_a_run_takes_known_parameters():
    configure_project("likeness")
    session = KedroSession.create(PROJECT, runtime_params={"work_folder": "elsewhere"})
    assert session.load_context().config_loader["parameters"]["work_folder"] == "elsewhere"
