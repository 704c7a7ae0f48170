"""What a model costs, where the operator says so: prices change too often to stand in code, so none does."""

from pydantic import Field

from config.base import Frozen


class Price(Frozen):
    """In US dollars for a million tokens, as providers list them."""

    input: float = Field(ge=0, allow_inf_nan=False)
    output: float = Field(ge=0, allow_inf_nan=False)


Prices = dict[str, Price]
"""By `provider/model`, as requests name it. A model that is not here has no cost, rather than one of 0."""
