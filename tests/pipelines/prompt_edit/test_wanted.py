import pytest

from likeness.diffusion.editing import Edit
from likeness.pipelines.prompt_edit.options import ControlOptions, SamplingOptions, SweepOptions
from likeness.pipelines.prompt_edit.plan import plan_edits
from likeness.pipelines.prompt_edit.wanted import edits_wanted, sweeps_wanted

CAR, BUS = "a red car", "a red bus"


def planned(*entries):
    sampling, control = (
        SamplingOptions(seeds=(3, 4)),
        ControlOptions(cross_replace=0.6, self_replace=0.2, blend_local=False),
    )
    plan, aside = plan_edits(list(entries), 64, sampling, control, lambda source, edit: None)
    assert aside.empty
    return plan


def test_every_edit_has_its_two_controls_at_every_seed():
    requests = list(edits_wanted(planned({"prompt": CAR, "edits": [BUS, {"weights": {"red": -1}}]})))
    assert [(request.seed, len(request.pictures)) for request in requests] == [(3, 7), (4, 7)]
    assert requests[0].words == ("car", "red")
    source, *edits = requests[0].pictures
    assert (source.edit, source.columns["variant"], source.columns["prompt"]) == (None, "source", CAR)
    assert [(wanted.columns["edit"], wanted.columns["variant"]) for wanted in edits[:3]] == [
        ("car → bus", "controlled"),
        ("car → bus", "uncontrolled"),
        ("car → bus", "unchanged"),
    ]
    assert [wanted.columns["prompt"] for wanted in edits] == [BUS, BUS, CAR, CAR, CAR, CAR]
    # The unchanged prompt of both edits is the same picture, and need be drawn only once.
    assert edits[2].edit == edits[5].edit == Edit(CAR, 0.6, 0.2)
    assert edits[3].columns["weights"] == {"red": -1}
    # Without its weights, an edit of weights alone is the source.
    assert edits[4].edit is None


def test_a_photograph_is_one_picture_and_itself_kept():
    [request] = edits_wanted(planned({"photo": "car.jpg", "prompt": CAR, "edit": BUS}))
    assert [wanted.columns["variant"] for wanted in request.pictures[:2]] == ["photo", "source"]
    assert {wanted.columns["photo"] for wanted in request.pictures} == {"car.jpg"}


def test_sweeps_change_one_thing_at_the_first_seed():
    edit = {
        "edit": BUS,
        "weights": {"red": 2, "red bus": 3},
        "sweep_weights": {"bus": [0, 1, 0]},
        "sweep_schedules": True,
    }
    plan = planned({"prompt": CAR, "edit": BUS, "name": "without"}, {"prompt": CAR, **edit})
    [request] = sweeps_wanted(plan, SweepOptions(shares=(0.0, 1.0)))
    assert request.seed == 3
    source, *swept = request.pictures
    assert source.edit is None
    weights = [(wanted.columns["word"], wanted.columns["weight"]) for wanted in swept[:2]]
    assert weights == [("bus", 0.0), ("bus", 1.0)]
    # A factor on words that the swept one is part of gives way.
    assert [wanted.edit.word_weights for wanted in swept[:2]] == [{"red": 2, "bus": 0}, {"red": 2, "bus": 1}]
    shares = [(wanted.edit.self_replace, wanted.edit.cross_replace) for wanted in swept[2:]]
    assert shares == [(0, 0), (0, 1), (1, 0), (1, 1)]


@pytest.mark.parametrize("edit", [{"edit": BUS}, {"weights": {"red": 0}}])
def test_without_sweeps_nothing_is_drawn(edit):
    assert list(sweeps_wanted(planned({"prompt": CAR, **edit}), SweepOptions())) == []
