"""Models on Hugging Face's hub: what keeps one from being read, said at once."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache

# HTTPError is httpx's or httpx2's, by the hub's version.
from huggingface_hub.errors import (  # type: ignore[attr-defined]
    EntryNotFoundError,
    GatedRepoError,
    HFValidationError,
    HTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from likeness.datasets.base_model import INDEX, BaseModel


class HubError(ValueError):
    """A model of the hub cannot be had; the message says why and what to do."""


def reached(base: BaseModel) -> BaseModel:
    """The model as it is to be read: from the hub, or, where the hub cannot be reached, from its cache's folder.

    Asked once before a model's many files are: each of these would be tried for half a minute without a network.

    Args:
        base: a folder, which is returned as it is, or a hub id.

    Raises:
        HubError: there is no such model, it may not be read, or neither hub nor cache has it now.
    """
    if base.is_folder:
        return base
    try:
        get_hf_file_metadata(hf_hub_url(base.source, INDEX, revision=base.revision))
    except HFValidationError:
        # No id at all but a folder that is not there: that is said where it is read.
        return base
    except GatedRepoError as error:
        raise _error(
            base, f"wants its licence accepted: do so on https://huggingface.co/{base.source}, then `hf auth login`"
        ) from error
    except RevisionNotFoundError as error:
        raise _error(base, f"has no revision {base.revision!r}: set the parameter base_model_revision") from error
    except RepositoryNotFoundError as error:
        raise _error(base, "is not there, or is private: check its spelling, or `hf auth login`") from error
    except EntryNotFoundError as error:
        raise _error(base, f"has no {INDEX}: it is no model in diffusers' layout") from error
    except (HTTPError, OfflineModeIsEnabled, OSError) as error:
        cached = try_to_load_from_cache(base.source, INDEX, revision=base.revision)
        if not isinstance(cached, str):
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise _error(
                base,
                f"is not on this machine, and the hub cannot be reached ({reason}): connect this machine once, or give "
                "a folder",
            ) from error
        return BaseModel(str(Path(cached).parent))
    return base


def _error(base: BaseModel, problem: str) -> HubError:
    return HubError(
        f"base_model {base.source!r} {problem}. The parameter base_model takes a hub id or a folder in diffusers' "
        "layout: --params base_model=<id or folder>."
    )
