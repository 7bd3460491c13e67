"""The whole pipeline on nine photographs and a tiny model."""

import json

import pandas as pd
import pytest
from PIL import Image

from likeness.pipelines.avatar.leaderboard import COLUMNS as RANKED
from likeness.pipelines.avatar.leaderboard import CONTROLS
from likeness.pipelines.avatar_methods.costs import COLUMNS
from likeness.pipelines.avatar_methods.options import FULL, INVERSION, LORA, METHODS

pytestmark = pytest.mark.slow

METHOD_OPTIONS = {
    "subset": "all_01",
    "lora": {"steps": 2, "lora_rank": 2},
    "inversion": {"vectors": 2, "initialiser": None, "steps": 2, "batch_size": 2, "checkpoint_every": 1},
}


def run(project):
    validation = {"every_steps": 1, "pictures": 2, "patience": None}
    project.run({"avatar": {"methods": METHOD_OPTIONS, "validation": validation}}, "avatar_methods")


def test_one_table_ranks_the_methods_and_says_what_they_cost_and_nothing_is_done_twice(new_project):
    project = new_project()
    run(project)
    table = project.table("method_leaderboard")
    place = RANKED.index("pictures") + 1
    assert list(table.columns) == [*RANKED[:place], *COLUMNS, *RANKED[place:], "verified_age_0", "verified_age_1"]
    assert sorted(table["model"]) == sorted((*METHODS, *CONTROLS))
    board = table.set_index("model")
    trained = board.loc[list(METHODS)]
    assert (trained["photos"] == 8).all()
    assert (trained["pictures"] == 4).all()
    assert (trained["training_seconds"] > 0).all()
    sizes = trained["trained_parameters"].to_dict()
    assert sizes["method_inversion"] == 2 * 32
    assert sizes["method_inversion"] < sizes["method_lora"] < sizes["method_full"]
    assert trained["checkpoint_megabytes"].idxmin() == "method_inversion"
    assert board.loc[list(CONTROLS), list(COLUMNS)].isna().all(axis=None)
    assert project.newest("method_sheet.png").stat().st_size > 0

    for method in (FULL, LORA):
        [path] = project.folder.glob(f"data/06*/{method}/validation.csv/*/validation.csv")
        validation = pd.read_csv(path)
        assert validation["step"].tolist() == [1, 2]
        assert validation["kept"].sum() == 1
        assert (validation["pictures"] == 2).all()
        # The model is trained on all photographs, so that there are no others to compare with.
        assert validation["reference_trained_on"].all()
        assert validation["at_age"].between(0, 1).all()

    before, first = project.finished(), project.newest("method_leaderboard.csv").read_bytes()
    run(project)
    assert project.finished() == before
    assert project.newest("method_leaderboard.csv").read_bytes() == first

    for method in METHODS:
        files = sorted(project.folder.glob(f"data/07*/{method}/portraits/*/portraits/*.png"))
        named = "<sitter>" if method == INVERSION else "sks man"
        prompts = {json.loads(Image.open(file).text["likeness"])["prompt"] for file in files}
        assert prompts == {f"a photo of {named} as {age}" for age in ("a child", "a man in his forties")}
