import subprocess
import sys

import pytest
import yaml

from likeness.pipelines.prompt_edit.one_off import one_edit
from likeness.pipelines.prompt_edit.requests import Asked, read_requests

from ...conftest import PROJECT, commands_of_make, environment_beside_make

SCRIPT = PROJECT / "src/likeness/pipelines/prompt_edit/one_off.py"
PROMPT = 'a boy\'s hat: "red", on a hill, #1'


def write(target, **variables):
    env = environment_beside_make() | variables
    return subprocess.run([sys.executable, SCRIPT, target], env=env, capture_output=True, text=True, check=False)


def test_prompts_arrive_with_all_their_punctuation(tmp_path):
    target = tmp_path / "work" / "edit.yml"
    done = write(target, PROMPT=PROMPT, EDIT=PROMPT + ", è bello")
    assert done.returncode == 0, done.stderr
    [asked] = read_requests(yaml.safe_load(target.read_text("utf-8")))
    assert isinstance(asked, Asked)
    assert (asked.source.prompt, asked.edit.edit) == (PROMPT, PROMPT + ", è bello")


def test_weights_and_seeds_are_values():
    entry = one_edit({"PROMPT": "a car", "WEIGHTS": "{car: -1, red: 0.5}", "SEEDS": "[1, 2]"})
    assert entry == {"prompt": "a car", "weights": {"car": -1, "red": 0.5}, "seeds": [1, 2]}


@pytest.mark.parametrize("variables", [{}, {"PROMPT": "a car"}, {"EDIT": "a car"}, {"PROMPT": " ", "EDIT": "a car"}])
def test_what_is_missing_is_said(tmp_path, variables):
    done = write(tmp_path / "edit.yml", **{"PROMPT": "", "EDIT": ""} | variables)
    assert done.returncode == 1
    assert "make edit PROMPT=" in done.stderr
    assert not (tmp_path / "edit.yml").exists()


def test_a_value_that_is_no_yaml():
    with pytest.raises(ValueError, match="also WEIGHTS="):
        one_edit({"PROMPT": "a car", "WEIGHTS": "{red"})


def test_make_edit_writes_the_file_and_runs_the_pipeline():
    arguments = ["edit", "PROMPT=a car, red", "EDIT=a bus", "PARAMS=a=1"]
    script, run = (" ".join(line.split()) for line in commands_of_make(*arguments)[-2:])
    assert script == f".venv/bin/python {SCRIPT.relative_to(PROJECT)} data/00_work/edit.yml"
    assert run == ".venv/bin/kedro run --pipeline prompt_edit --params 'edits=data/00_work/edit.yml,a=1'"
