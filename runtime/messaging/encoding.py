"""The wire form of a message: ASCII JSON, so that every character is legal in SQS and one character is one byte."""

import json

from pydantic import BaseModel

from runtime.messaging.ports import MessageTooLarge


def encode_message(message: BaseModel, *, max_bytes: int) -> str:
    """Raises MessageTooLarge: SNS counts the encoded bytes, and escapes make a text longer than it looks."""
    body = json.dumps(message.model_dump(mode="json"), ensure_ascii=True, separators=(",", ":"))
    if len(body) > max_bytes:
        raise MessageTooLarge
    return body
