"""Facts beside the answer's text: a provider may leave them out or get them wrong, and the answer still counts."""

import re

from runtime.contracts.outcomes import Usage

_SERVED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}")

MOST_TOKENS = 2**31
"""Of one call. A larger count is a mistake, and JSON in MySQL refuses one that no double can hold."""


def served_name(value: object) -> str | None:
    return value if isinstance(value, str) and _SERVED_NAME.fullmatch(value) else None


def usage_of(input_tokens: object, output_tokens: object) -> Usage | None:
    if not (_is_count(input_tokens) and _is_count(output_tokens)):
        return None
    return Usage.model_validate({"input_tokens": input_tokens, "output_tokens": output_tokens})


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_TOKENS
