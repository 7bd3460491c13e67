import pytest

from .conftest import empty_project, executed, read_notebook, shown


@pytest.mark.parametrize("name", ["avatar", "cezanne", "prompt_edit"])
def test_without_outputs(name):
    code = [cell for cell in read_notebook(name).cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cezanne", "prompt_edit"])
def test_before_the_first_run_it_says_what_to_do(tmp_path, name):
    outputs = executed(name, empty_project(tmp_path))
    assert f"run `make {name}`" in " ".join(shown(outputs, "text/markdown"))
    assert not [output for output in outputs if output["output_type"] == "error"]
