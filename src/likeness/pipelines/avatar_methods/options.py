"""What a person may change about `avatar_methods`: the section `avatar.methods` of `avatar`'s parameters."""

from typing import Any, Literal

from pydantic import Field, field_validator

from likeness.personalise.options import TextualInversionOptions
from likeness.pipelines.avatar.options import FineTuningOptions, Section
from likeness.pipelines.avatar.subsets import SUBSETS

FULL, LORA, INVERSION = "method_full", "method_lora", "method_inversion"
METHODS = {FULL: "full fine-tune", LORA: "LoRA", INVERSION: "Textual Inversion"}
"""The models that are compared, and what their methods are called."""

# One set of class pictures is drawn for all.
_SHARED = ("method", "class_pictures")


class WordOptions(TextualInversionOptions):
    """Textual Inversion (Gal et al. 2022) of a person."""

    learn: Literal["style", "object"] = Field("object", description="what the photographs share: sets the prompts")
    placeholder: str = Field("<sitter>", min_length=1, description="new word for the sitter, in prompts")


class MethodsOptions(Section):
    """Which photographs the methods learn from, and what is another's than in `avatar.fine_tuning`."""

    subset: str = Field("all_02", description=f"the photographs: one of {', '.join(SUBSETS)}")
    full: dict[str, Any] = Field(default_factory=dict, description="options in place of avatar.fine_tuning's")
    lora: dict[str, Any] = Field(default_factory=dict, description="likewise, for low-rank additions")
    inversion: WordOptions = Field(default_factory=WordOptions, description="all options of Textual Inversion")

    @field_validator("subset")
    @classmethod
    def _is_a_subset(cls, subset: str) -> str:
        if subset not in SUBSETS:
            raise ValueError(f"avatar.methods.subset is one of {', '.join(SUBSETS)}, not {subset!r}")
        return subset

    @field_validator("full", "lora")
    @classmethod
    def _are_options_of_fine_tuning(cls, options: dict[str, Any]) -> dict[str, Any]:
        FineTuningOptions.model_validate(options)
        if shared := [name for name in _SHARED if name in options]:
            raise ValueError(f"{' and '.join(shared)} cannot be another's here: leave it out")
        return options

    def fine_tuning(self, model: str, common: FineTuningOptions) -> FineTuningOptions:
        """How the model of `FULL` or `LORA` is fine-tuned, `common` being `avatar.fine_tuning`."""
        method, changes = ("lora", self.lora) if model == LORA else ("full", self.full)
        return FineTuningOptions.model_validate(common.model_dump() | changes | {"method": method})
