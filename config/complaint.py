"""A configuration that contradicts itself, said in one message: which field, and why."""

from pydantic import ValidationError


def complaint(error: ValidationError) -> str:
    """Without the values: a validator that wants one seen says it itself."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(
        ": ".join(filter(None, (".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, "))))
        for each in found
    )
