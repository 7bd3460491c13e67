"""`make edit PROMPT='…' EDIT='…'`: write the one edit that the command line names as a file of edits.

Prompts go through the environment and a file because Kedro's `--params` splits them at their commas. Run by its path,
so that it starts without the libraries that the pipeline needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_WORDS = ("PROMPT", "EDIT", "PHOTO")
_VALUES = ("WEIGHTS", "SEEDS")  # YAML, such as {fantasy: -1} and [1, 2]

USAGE = """One edit: make edit PROMPT='a red car' EDIT='a blue car'
also WEIGHTS='{red: 2}', SEEDS='[1, 2]', and PHOTO=car.jpg for a photograph that PROMPT describes"""


def one_edit(variables: Mapping[str, str]) -> dict[str, Any]:
    """Return an entry of the edits from variables in capitals.

    Raises:
        ValueError: there is no prompt, or neither an edit nor weights; or a value is no YAML.
    """
    given = {name: value for name in (*_WORDS, *_VALUES) if (value := variables.get(name, "").strip())}
    if "PROMPT" not in given or not given.keys() & {"EDIT", "WEIGHTS"}:
        raise ValueError(USAGE)
    try:
        return {name.lower(): yaml.safe_load(text) if name in _VALUES else text for name, text in given.items()}
    except yaml.YAMLError as error:
        raise ValueError(f"{error}\n{USAGE}") from error


if __name__ == "__main__":
    try:
        entry = one_edit(os.environ)
    except ValueError as problem:
        sys.exit(str(problem))
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.safe_dump([entry], allow_unicode=True, sort_keys=False), encoding="utf-8")
