"""Opaque cursors: a page's last item, so that a list stays stable while new evaluations arrive."""

import base64
import binascii

from pydantic import ValidationError

from runtime.contracts.states import Cursor
from runtime.kit.problems import FieldProblem, Problem


def encode_cursor(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(cursor.model_dump_json().encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Cursor:
    try:
        return Cursor.model_validate_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValidationError, ValueError):
        errors = [FieldProblem(pointer="query:cursor", detail="Pass a `next_cursor` exactly as a list returned it.")]
        raise Problem(422, "invalid_request", "The cursor is not one of ours.", errors=errors) from None
