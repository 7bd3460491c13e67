"""What holds for the repository as a whole."""

import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

import likeness
from likeness.environment import DEFAULTS

from .conftest import PROJECT, commands_of_make


def python(code, **environment):
    """Run code in a fresh interpreter and return what it printed."""
    clean = {name: value for name, value in os.environ.items() if name not in DEFAULTS}
    process = subprocess.run(
        [sys.executable, "-c", code], env=clean | environment, capture_output=True, text=True, check=True, cwd=PROJECT
    )
    return process.stdout.strip()


def tracked_files():
    listing = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, cwd=PROJECT, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [PROJECT / name for name in listing.stdout.split("\0") if name and (PROJECT / name).is_file()]


def test_the_command_line_starts_without_the_heavy_libraries():
    loaded = python("import sys, likeness.settings; print(*sys.modules)").split()
    assert "likeness.hooks" in loaded
    assert not {"torch", "tensorflow", "deepface", "diffusers", "transformers"} & set(loaded)


def test_environment_is_set_before_other_libraries_and_keeps_what_is_set():
    printed = python(
        "import os, likeness; print(os.environ['DEEPFACE_BACKEND_ENGINE'], os.environ['DO_NOT_TRACK'])",
        DEEPFACE_BACKEND_ENGINE="onnx",
    )
    assert printed == "onnx 1"


def test_telemetry_is_declined():
    assert yaml.safe_load((PROJECT / ".telemetry").read_text()) == {"consent": False}
    assert python("import likeness.settings as s; print(s.DISABLE_HOOKS_FOR_PLUGINS)") == "('kedro-telemetry',)"


def test_known_warnings_are_hidden_and_others_are_not():
    printed = python(
        "import warnings\n"
        "import likeness.settings\n"
        "with warnings.catch_warnings(record=True) as seen:\n"
        "    warnings.warn(\"Option '--pipeline' is deprecated and will be removed\")\n"
        "    warnings.warn('two faces in one photograph')\n"
        "print([str(warning.message) for warning in seen])"
    )
    assert printed == "['two faces in one photograph']"


def test_every_dependency_is_pinned_without_hosts_or_hashes():
    lines = [line for line in (PROJECT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines}
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=]", one)[0]).lower() for one in wanted}
    assert names - pinned == {"likeness-lab"}


def test_versions_agree():
    from importlib.metadata import version

    assert version("likeness-lab") == likeness.__version__


def test_make_avatar_is_one_kedro_command():
    last = " ".join(commands_of_make("avatar", "PARAMS=work_folder=elsewhere")[-1].split())
    assert last == ".venv/bin/kedro run --pipeline avatar --params 'work_folder=elsewhere'"


def test_no_module_is_longer_than_300_lines():
    modules = (PROJECT / "src").rglob("*.py")
    assert [path.name for path in modules if len(path.read_text().splitlines()) > 300] == []


def test_tracked_files_stay_small():
    sizes = {path: path.stat().st_size for path in tracked_files()}
    assert sum(sizes.values()) < 44e6
    assert {path.name for path, size in sizes.items() if size > 2e6 and ".safetensors" not in path.suffixes} == set()
