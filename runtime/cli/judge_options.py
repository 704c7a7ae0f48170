"""Which judge a command asks, as the evaluation API takes it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


class BadRubric(Exception):
    pass


@dataclass(frozen=True)
class JudgeOptions:
    model: str | None
    """None: the deployment's default."""
    rubric: str | dict[str, Any] | None

    @classmethod
    def read(cls, model: str | None, rubric: str | None) -> Self:
        """`rubric`: a name, or a path that ends in .json. Raises BadRubric, OSError."""
        if rubric is None or not rubric.endswith(".json"):
            return cls(model, rubric)
        try:
            return cls(model, json.loads(Path(rubric).read_bytes()))
        except ValueError as error:
            raise BadRubric(f"{rubric} is not JSON: {error}") from None

    def as_body(self, **more: Any) -> dict[str, Any]:
        fields = {"model": self.model, "rubric": self.rubric, **more}
        return {name: value for name, value in fields.items() if value is not None}
