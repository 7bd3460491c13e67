"""Refuse parameters that nothing reads: Kedro takes a mistyped `--params` name without a word."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import click
from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.validation.type_extractor import TypeExtractor
from omegaconf import OmegaConf
from pydantic import BaseModel

# A section is a mapping of names; None stands for a value, whatever its shape.
Names = dict[str, "Names | None"]

RUNTIME_PARAMETER = re.compile(r"\$\{\s*runtime_params:\s*([\w.]+)")


class UnknownParameterError(click.ClickException, ValueError):
    """A parameter was given that neither the parameters, the catalog nor the options of a pipeline know."""


class UnknownParametersHook:
    """Check the parameters of a run before anything else happens."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Refuse what the configuration does not know.

        Raises:
            UnknownParameterError: Names every unknown parameter and its nearest known name.
        """
        loader = cast(OmegaConfigLoader, context.config_loader)
        given = loader.runtime_params
        if not given:
            return
        known = known_names(loader, TypeExtractor(dict(pipelines)).extract_types_from_pipelines())
        if unknown := list(unknown_names(given, known)):
            raise UnknownParameterError(explain(unknown, list(flatten(known))))


def known_names(loader: OmegaConfigLoader, options: Mapping[str, type]) -> Names:
    """Collect every name a run may be given.

    Args:
        loader: Where the parameters and the catalog are read, uninterpolated.
        options: Pydantic model of each typed section, by its dotted name; it is what the section takes.
    """
    known = section_names(raw_configuration(loader, "parameters"))
    for section, model in options.items():
        put(known, section, option_names(model))
    for source in ("catalog", "parameters"):
        for name in RUNTIME_PARAMETER.findall(str(raw_configuration(loader, source))):
            put(known, name, None)
    return known


def raw_configuration(loader: OmegaConfigLoader, source: str) -> dict[str, Any]:
    """Read one kind of configuration of all files and of the environment, without resolving `${…}`."""
    base, environment, *_ = loader._read_raw_config(source)
    merged = OmegaConf.unsafe_merge(*base.values(), *environment.values())
    return OmegaConf.to_container(merged, resolve=False)  # type: ignore[return-value]


def section_names(section: Mapping[str, Any]) -> Names:
    """Names in a mapping of parameters; an empty mapping may be filled with anything."""
    return {
        name: section_names(value) if isinstance(value, dict) and value else None for name, value in section.items()
    }


def option_names(model: object) -> Names | None:
    """Names of a pydantic model's fields, also of models inside it; None for any other type."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return None
    return {field.alias or name: option_names(field.annotation) for name, field in model.model_fields.items()}


def put(names: Names, dotted: str, value: Names | None) -> None:
    """Set `a.b.c` in nested names; an existing section is not replaced by a bare value."""
    *sections, last = dotted.split(".")
    for section in sections:
        inner = names.setdefault(section, {})
        if inner is None:
            return
        names = inner
    names[last] = value if value is not None else names.get(last)


def unknown_names(given: Mapping[str, Any], known: Names, section: str = "") -> Iterator[str]:
    """Dotted names that are in `given` and not in `known`."""
    for name, value in given.items():
        if name not in known:
            yield section + name
        elif isinstance(value, Mapping) and (inner := known[name]) is not None:
            yield from unknown_names(value, inner, f"{section}{name}.")


def flatten(known: Names, section: str = "") -> Iterator[str]:
    """Dotted names of all values."""
    for name, inner in known.items():
        if inner is None:
            yield section + name
        else:
            yield from flatten(inner, f"{section}{name}.")


def nearest(name: str, known: Iterable[str], most: int = 5) -> list[str]:
    """The known names most like `name`, at most `most`.

    Those with the same last part (a forgotten or mistaken section), else the likest spelling of the whole name, else
    those with the likest last part.
    """
    known = list(known)
    last_parts = {other: other.rpartition(".")[2] for other in known}
    last = name.rpartition(".")[2]
    if last not in last_parts.values():
        if likest := difflib.get_close_matches(name, known, n=1):
            return likest
        last = next(iter(difflib.get_close_matches(last, last_parts.values(), n=1)), "")
    same_last = [other for other, part in last_parts.items() if part == last]
    return difflib.get_close_matches(name, same_last, n=most, cutoff=0)


def explain(unknown: Iterable[str], known: Iterable[str]) -> str:
    """One message for all unknown names; without a near name it lists the known ones."""
    known = sorted(known)
    lines = []
    for name in unknown:
        likest = " or ".join(f"'{other}'" for other in nearest(name, known))
        advice = f"did you mean {likest}?" if likest else f"the known ones are: {', '.join(known)}."
        lines.append(f"Unknown parameter '{name}': {advice}")
    return "\n".join([*lines, "Nothing was run. Parameters and what they mean are in conf/base/**/parameters.yml."])
