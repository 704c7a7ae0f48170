"""Text from outside: valid Unicode without NUL, which neither a prompt nor MySQL's JSON can carry."""

from typing import Annotated

from pydantic import StringConstraints

AnyText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*\S[^\x00]*$")]
"""Not blank either."""
