"""How notebooks are kept."""

import pytest

from .conftest import read_notebook


@pytest.mark.parametrize("name", ["avatar", "cezanne", "prompt_edit"])
def test_without_outputs(name):
    code = [cell for cell in read_notebook(name).cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
