import pytest
from huggingface_hub import errors

from likeness.datasets.base_model import BaseModel
from likeness.diffusion import hub
from likeness.diffusion.hub import HubError, reached
from likeness.diffusion.model import ModelError, open_model, refuse_two_text_encoders

ID = BaseModel("nobody/no-such-model", "v1")


def answer(monkeypatch, error, cached=None):
    """Let the hub answer so, and its cache on this machine hold so much."""

    def get(url):
        assert "/nobody/no-such-model/resolve/v1/model_index.json" in url
        if error is not None:
            raise error

    monkeypatch.setattr(hub, "get_hf_file_metadata", get)
    monkeypatch.setattr(hub, "try_to_load_from_cache", lambda *_, **__: cached)


def refusal(kind):
    """An error of the hub without a response behind it."""
    return kind.__new__(kind, "401")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (refusal(errors.GatedRepoError), "wants its licence accepted: .*huggingface.co/nobody/no-such-model"),
        (refusal(errors.RepositoryNotFoundError), "is not there, or is private"),
        (refusal(errors.RevisionNotFoundError), "has no revision 'v1': set the parameter base_model_revision"),
        (refusal(errors.RemoteEntryNotFoundError), "no model in diffusers' layout"),
        (errors.OfflineModeIsEnabled("offline mode"), r"cannot be reached \(offline mode\)"),
        (errors.HTTPError("no route"), r"is not on this machine, and the hub cannot be reached \(no route\)"),
    ],
)
def test_what_is_wrong_is_said_and_what_to_do(monkeypatch, error, message):
    answer(monkeypatch, error)
    with pytest.raises(HubError, match=rf"base_model 'nobody/no-such-model' .*{message}.*--params base_model="):
        reached(ID)


def test_a_model_is_refused_before_its_parts_are_tried(monkeypatch):
    answer(monkeypatch, errors.HTTPError("no route"))
    for use in (open_model, lambda base: refuse_two_text_encoders(base, "This", "Do without")):
        with pytest.raises(ModelError, match="cannot be reached"):
            use(ID)


def test_without_a_network_the_cache_is_read(monkeypatch, tiny_model):
    answer(monkeypatch, errors.HTTPError("no route"), str(tiny_model / "model_index.json"))
    assert reached(ID) == BaseModel(str(tiny_model))
    assert open_model(ID).name == ID.source


def test_what_can_be_reached_is_left_as_it_is(monkeypatch, tiny_model):
    answer(monkeypatch, None)
    assert reached(ID) is ID
    folder = BaseModel(str(tiny_model))
    assert reached(folder) is folder
