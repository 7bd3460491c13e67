import io

import numpy as np
import pandas as pd

from likeness.datasets import Checkpoint
from likeness.pipelines.pocket.steps import attribute_table, portraits, shards
from likeness.pocket.sharding import shard_name


def test_attributes_are_of_one_part_and_know_none_from_nothing(tmp_path):
    table = pd.DataFrame({"world": ["landscape", "landscape", "portrait"], "tree": ["oak", "", None]})
    for number, rows in enumerate((table, table[:1])):
        text = io.StringIO()
        rows.to_csv(text, index=False)
        np.savez(tmp_path / shard_name(number), attributes=text.getvalue())
    images = Checkpoint(tmp_path, {"held_out_shards": [0], "training_shards": [1]})
    assert shards(images, "training") == [1]
    assert len(attribute_table(images, "training")) == 1
    trees = attribute_table(images, "held_out")["tree"]
    assert trees.tolist()[:2] == ["oak", ""]
    assert trees.isna().tolist() == [False, False, True]


def test_portraits_are_told_by_their_world():
    assert portraits(pd.DataFrame({"world": ["landscape", None, "portrait"]})).tolist() == [False, False, True]
    assert portraits(pd.DataFrame({"colour": ["red", "blue"]})).tolist() == [False, False]
