"""Text from outside: valid Unicode without NUL, which neither a prompt nor MySQL's JSON can carry."""

from typing import Annotated

from pydantic import StringConstraints

ANY_TEXT_PATTERN = r"^[^\x00]*$"
TEXT_PATTERN = r"^[^\x00]*[^\x00\s][^\x00]*$"

AnyText = Annotated[str, StringConstraints(pattern=ANY_TEXT_PATTERN)]
Text = Annotated[str, StringConstraints(pattern=TEXT_PATTERN)]
"""Not blank either."""
