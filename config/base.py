"""The base of every config model: frozen, strict about unknown fields, silent about values in its errors."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Immutable data. `hide_input_in_errors` keeps values (which may be user input) out of messages."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
