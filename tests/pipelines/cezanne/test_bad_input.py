"""What goes wrong in practice: each ends in a message that names the file or parameter, or harms nothing else."""

import logging
import shutil

import pytest
from kedro.io import DatasetError
from PIL import Image

from likeness.cleaning import ClassError
from likeness.hooks.unknown_parameters import UnknownParameterError

from .conftest import save_classes, save_textures

TO_CLEANING = {"to_nodes": ["clean_paintings"]}


@pytest.fixture
def project(new_project):
    return new_project()


def test_a_folder_that_is_not_there(project):
    with pytest.raises(DatasetError, match="There is no folder /nowhere"):
        project.run({"paintings": "/nowhere"}, **TO_CLEANING)


def test_an_empty_class_folder_is_named_where_the_person_put_it(project):
    (project.paintings / "5").mkdir()
    with pytest.raises(ClassError, match=f"Add pictures to {project.paintings}/5"):
        project.run(**TO_CLEANING)


def test_a_missing_class_is_named(project):
    changes = {"cezanne": {"cleaning": {"classes": ["0", "1", "2", "7"]}}}
    with pytest.raises(ClassError, match="class 7 has no picture"):
        project.run(changes, **TO_CLEANING)


def test_a_class_of_one_picture_is_named(project):
    save_textures(project.paintings / "5", 2, 1, seed=7)
    with pytest.raises(ClassError, match=r"class 5 has one picture, 5/00\.png"):
        project.run(**TO_CLEANING)


def test_a_picture_in_two_classes_is_set_aside_with_both_names(project, caplog):
    shutil.copy(project.paintings / "0" / "00.png", project.paintings / "4" / "copy.png")
    with caplog.at_level(logging.WARNING, "likeness"):
        project.run(**TO_CLEANING)
    report = project.table("cleaning_report").set_index("file")
    assert report.loc["0/00.png", "reason"] == "the same picture as 4/copy.png, which is in class 4"
    assert report.loc["4/copy.png", "reason"] == "the same picture as 0/00.png, which is in class 0"
    assert "0/00.png" in caplog.text


def test_grey_alpha_and_16_bit_pictures_are_cleaned_like_others(project):
    with Image.open(project.paintings / "0" / "00.png") as image:
        opened = image.copy()
    for name, mode in (("grey", "L"), ("alpha", "RGBA"), ("deep", "I;16")):
        folder = project.paintings / "0"
        turned = opened.rotate(90 * len(name)).convert("L").convert("I").convert("I;16") if mode == "I;16" else None
        (turned or opened.rotate(90 * len(name)).convert(mode)).save(folder / f"{name}.png")
    (project.paintings / "0" / "notes.txt").write_text("no picture")
    project.run(**TO_CLEANING)
    report = project.table("cleaning_report").set_index("file")
    assert (report.loc[["0/grey.png", "0/alpha.png", "0/deep.png"], "class"] == "0").all()
    assert report.loc["0/notes.txt", "status"] == "set aside"


def test_classes_of_ones_own_are_not_drawn(project, caplog):
    save_textures(project.paintings / "2", 2, 5, seed=8)
    with caplog.at_level(logging.INFO, "likeness"):
        project.run(**TO_CLEANING)
    assert set(project.manifest("generated_classes")["class"]) == {"3"}
    assert "class 2 is among the paintings given" in caplog.text


@pytest.mark.parametrize(
    ("inversion", "message"),
    [
        ({"style_class": "9"}, "cezanne.inversion.style_class: there is no class 9, only 0, 1, 2, 3, 4"),
        ({"initialiser": "photograph of a person"}, "initialiser"),
        ({"placeholder": "a"}, "already is a token"),
    ],
)
def test_a_style_that_cannot_be_learned(project, inversion, message):
    with pytest.raises(ValueError, match=message):
        project.run({"cezanne": {"inversion": inversion}}, to_nodes=["learn_style"])


def test_a_mistyped_parameter_is_refused_with_the_nearest_one(project):
    with pytest.raises(UnknownParameterError, match=r"did you mean 'cezanne\.inversion\.steps'"):
        project.run({"cezanne": {"inversion": {"step": 3}}})


def test_two_classes_are_judged_without_the_control(project):
    shutil.rmtree(project.paintings)
    train = save_classes(project.folder / "two", count=6)
    shutil.rmtree(train / "4")
    project.study(train=str(train), judge=str(train), cezanne={"classifiers": {"folds": 2}})
    skipped = project.newest("efficientnet_lite0/control_classifier") / "skipped.txt"
    assert "no class of a generator" in skipped.read_text()
    assert project.table("judged_scores")["pictures"].tolist() == [12]
