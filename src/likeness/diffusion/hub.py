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


def reached(base: BaseModel, *, parameter: str = "base_model") -> BaseModel:
    """The model as it is to be read: from the hub, or, where the hub cannot be reached, from its cache's folder.

    Asked once before a model's many files are: each of these would be tried for half a minute without a network.

    Args:
        base: a folder or file, which is returned as it is, or a hub id.
        parameter: that sets it, for the message.

    Raises:
        HubError: there is no such model, it may not be read, or neither hub nor cache has it now.
    """
    if base.is_folder or base.is_file:
        return base
    try:
        get_hf_file_metadata(hf_hub_url(base.source, INDEX, revision=base.revision))
    except HFValidationError:
        # No id at all but a folder that is not there: that is said where it is read.
        return base
    except RepositoryNotFoundError as error:
        problem = "is not there, or is private: check its spelling, or `hf auth login`"
        if isinstance(error, GatedRepoError):
            page = f"https://huggingface.co/{base.source}"
            problem = f"wants its licence accepted: do so on {page}, then `hf auth login`"
        raise _error(base, parameter, problem) from error
    except RevisionNotFoundError as error:
        problem = f"has no revision {base.revision!r}: set the parameter {parameter}_revision"
        raise _error(base, parameter, problem) from error
    except EntryNotFoundError as error:
        raise _error(base, parameter, f"has no {INDEX}: it is no model in diffusers' layout") from error
    except (HTTPError, OfflineModeIsEnabled, OSError) as error:
        cached = try_to_load_from_cache(base.source, INDEX, revision=base.revision)
        if isinstance(cached, str):
            return BaseModel(str(Path(cached).parent))
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        problem = f"is not on this machine, and the hub cannot be reached ({reason}): connect once, or give a folder"
        raise _error(base, parameter, problem) from error
    return base


def _error(base: BaseModel, parameter: str, problem: str) -> HubError:
    return HubError(
        f"{parameter} {base.source!r} {problem}. The parameter {parameter} takes a hub id, a folder in diffusers' "
        f"layout or a .safetensors file: --params {parameter}=<id or folder>."
    )
