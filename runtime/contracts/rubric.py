"""A rubric's shape: weighted criteria, each asked and scored separately; the total is computed by code."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from config.base import Frozen
from runtime.contracts.text import Text

CriterionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
RubricName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}(@[1-9][0-9]{0,6})?$")]
"""Of a rubric of ours: `name` is its newest version, `name@version` that one."""


class Criterion(Frozen):
    name: CriterionName
    question: Text = Field(max_length=500)
    """A yes/no question about the answer, for example "Is every stated fact true?"."""
    weight: float = Field(default=1.0, gt=0, le=1000, strict=True)
    levels: tuple[Annotated[Text, StringConstraints(max_length=200)], ...] = Field(
        default=("no", "yes"), min_length=2, max_length=7
    )
    """Anchors from worst to best; two make it binary. The score of step i of n is i / (n - 1)."""
    gate_level: int | None = Field(default=None, ge=1, strict=True)
    """A gate: an answer that does not reach this step gets a total of 0, whatever else it earns."""

    @model_validator(mode="after")
    def _gate_on_the_scale(self) -> Self:
        if self.gate_level is not None and self.gate_level >= len(self.levels):
            raise ValueError("gate_level must be one of the criterion's levels, counted from 0")
        return self


class Rubric(Frozen):
    name: CriterionName
    version: int = Field(default=1, ge=1, le=1_000_000, strict=True)
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=12)

    @model_validator(mode="after")
    def _unique(self) -> Self:
        names = [criterion.name for criterion in self.criteria]
        if len(set(names)) != len(names):
            raise ValueError("criteria need different names")
        return self

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"
