import pytest
import torch
import yaml
from PIL import Image
from skimage import data

from likeness.datasets import ImageSet
from likeness.pipelines.benchmark import create_pipeline, nodes
from likeness.pipelines.benchmark.nodes import benchmark_curation, benchmark_recognisers
from likeness.pipelines.benchmark.options import (
    ClusterBenchmarkOptions,
    CurationBenchmarkOptions,
    CurationSizeBenchmarkOptions,
    DreamBoothBenchmarkOptions,
    EditingBenchmarkOptions,
    InversionBenchmarkOptions,
    ProcessesBenchmarkOptions,
    RecogniserBenchmarkOptions,
    SamplingBenchmarkOptions,
)

from ...conftest import PROJECT, commands_of_make

CONF = PROJECT / "conf" / "base" / "benchmark"


def folder_of_faces(folder, count):
    face = Image.fromarray(data.astronaut()).crop((120, 0, 330, 210)).resize((128, 128))
    for index in range(count):
        face.rotate(4 * index).save(folder / f"{index}.png")
    return ImageSet.from_folder(str(folder))


def test_the_table_has_a_row_a_case(tmp_path):
    options = CurationBenchmarkOptions(photos=4, subset=2, size=128)
    table = benchmark_curation(folder_of_faces(tmp_path, 5), options)
    assert table["case"].tolist() == ["verification", "ssim"]
    assert table["our_photos"].tolist() == [4, 4]
    assert table["reference_pairs"].tolist() == [1, 1]
    assert (table["ratio"] > 0).all()
    assert not table.isna().any(axis=None)


def test_recognisers_are_measured_on_the_first_photographs(tmp_path):
    options = RecogniserBenchmarkOptions(measured=3, subset=2, size=128, recognisers=("Dlib",))
    table = benchmark_recognisers(folder_of_faces(tmp_path, 4), options)
    assert table["recogniser"].tolist() == ["Dlib", "all"]
    assert table["our_photos"].tolist() == [3, 3]
    assert table["reference_pairs"].tolist() == [1, 1]


def test_pairs_need_two_photographs(tmp_path):
    with pytest.raises(ValueError, match="sitter_photos holds 1 pictures"):
        benchmark_curation(folder_of_faces(tmp_path, 1), CurationBenchmarkOptions())


def test_what_measures_photographs_needs_no_gpu_and_the_others_do():
    pipeline = create_pipeline()
    cpu, gpu = (pipeline.only_nodes_with_tags(tag) for tag in ("cpu", "gpu"))
    of_photos = {"curation", "recognisers"}
    of_avatar = {"params:avatar.verification", "params:avatar.curation"}
    without_gpu = of_photos | {"curation_size"}
    assert cpu.inputs() == {"sitter_photos", *of_avatar, *(f"params:benchmark.{one}" for one in without_gpu)}
    assert cpu.outputs() == {f"benchmark_{one}" for one in without_gpu}
    what = {"dreambooth", "editing", "inversion", "sampling"}
    assert gpu.inputs() == {"base_model", *(f"params:benchmark.{one}" for one in what)}
    assert gpu.outputs() == {f"benchmark_{one}" for one in what}
    gpus = pipeline.only_nodes_with_tags("gpus")
    assert gpus.outputs() == {"benchmark_processes"}
    cluster = pipeline.only_nodes_with_tags("cluster")
    assert cluster.inputs() == {"base_model", "sitter_photos", "params:benchmark.cluster"}
    assert len(pipeline.nodes) == sum(len(part.nodes) for part in (cpu, gpu, gpus, cluster))


OF_GPU = {
    "dreambooth": DreamBoothBenchmarkOptions,
    "editing": EditingBenchmarkOptions,
    "inversion": InversionBenchmarkOptions,
    "sampling": SamplingBenchmarkOptions,
}
OPTIONS = OF_GPU | {
    "curation": CurationBenchmarkOptions,
    "curation_size": CurationSizeBenchmarkOptions,
    "processes": ProcessesBenchmarkOptions,
    "cluster": ClusterBenchmarkOptions,
    "recognisers": RecogniserBenchmarkOptions,
}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("what", OF_GPU)
def test_a_gpu_is_asked_for(pocket, what):
    with pytest.raises(ValueError, match="needs a CUDA GPU"):
        getattr(nodes, f"benchmark_{what}")(pocket, OF_GPU[what]())


@pytest.mark.parametrize(("what", "options"), OPTIONS.items())
def test_the_configuration_fits(what, options):
    written = yaml.safe_load((CONF / "parameters.yml").read_text())["benchmark"][what]
    assert options(**written) == options()
    assert set(written) == set(options.model_fields)
    assert all(field.description for field in options.model_fields.values())
    entry = yaml.safe_load((CONF / "catalog.yml").read_text())[f"benchmark_{what}"]
    assert (entry["type"], entry["versioned"]) == ("pandas.CSVDataset", True)


def test_make_benchmark_runs_what_needs_no_gpu():
    for given, tag in (([], "cpu"), (["TAGS=gpu"], "gpu")):
        command = commands_of_make("benchmark", *given)[-1]
        assert command.split()[1:] == ["run", "--pipeline", "benchmark", "--tags", tag]


def test_times_of_few_photographs_are_extrapolated_even_without_faces(tmp_path):
    # The faces are too small for the detector at 64 px: there is no distance to differ in.
    options = CurationBenchmarkOptions(photos=100, subset=2, size=64, detector="opencv")
    table = benchmark_curation(folder_of_faces(tmp_path, 2), options)
    assert table["photos"].tolist() == [100, 100]
    assert (table["our_seconds"] > table["our_seconds_measured"]).all()
    assert table["largest_difference"].isna().tolist() == [True, False]
