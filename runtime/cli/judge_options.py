"""Which judge a command asks, as the evaluation API takes it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from runtime.contracts.rubric import Rubric


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
            found = json.loads(Path(rubric).read_bytes())
            Rubric.model_validate(found)
        except ValidationError as error:
            wrong = (f"{'.'.join(map(str, each['loc'])) or 'it'}: {each['msg']}" for each in error.errors())
            raise BadRubric(f"{rubric} is no rubric: {'; '.join(wrong)}") from None
        except (ValueError, RecursionError) as error:
            raise BadRubric(f"{rubric} is not JSON: {error}") from None
        return cls(model, found)

    def as_body(self, **more: Any) -> dict[str, Any]:
        fields = {"model": self.model, "rubric": self.rubric, **more}
        return {name: value for name, value in fields.items() if value is not None}
