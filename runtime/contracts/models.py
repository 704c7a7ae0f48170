"""A model's name read: `provider/model`."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import StringConstraints

from config.model_names import MODEL_PATTERN
from config.topology import Provider

ModelName = Annotated[str, StringConstraints(pattern=MODEL_PATTERN)]


@dataclass(frozen=True)
class ModelRef:
    provider: Provider
    model: str


def parse_model(name: str) -> ModelRef:
    """Raises ValueError where `name` is not `provider/model` with a known provider."""
    if re.fullmatch(MODEL_PATTERN, name) is None:
        raise ValueError(f"a model is named provider/model, with a provider of {', '.join(Provider)}")
    provider, _, model = name.partition("/")
    return ModelRef(Provider(provider), model)
