"""From AppConfig's bytes to a runtime document, or to the reason why there is none. Values stay out of it."""

import hashlib
from typing import Any

from pydantic import ValidationError

from config.complaint import complaint
from config.runtime_document import MAX_DOCUMENT_BYTES, SCHEMA_VERSION, RuntimeDocument

CHUNK_BYTES = 64 * 1024
VERSION_DIGITS = 12


class InvalidDocument(Exception):
    """Never to become active. Its text names fields and rules."""

    def __init__(self, complaint: str, *, next_step: str = "deploy a valid document") -> None:
        super().__init__(complaint)
        self.next_step = f"{next_step}; the last good one stays"


async def read_content(body: Any) -> bytes:
    """One byte more than a document may have, at most: enough to refuse it."""
    content = bytearray()
    async with body:
        while len(content) <= MAX_DOCUMENT_BYTES and (chunk := await body.read(CHUNK_BYTES)):
            content += chunk
    return bytes(content[: MAX_DOCUMENT_BYTES + 1])


def parse_document(content: bytes) -> RuntimeDocument:
    """Raises InvalidDocument."""
    if not content:
        raise InvalidDocument("it is empty")
    if len(content) > MAX_DOCUMENT_BYTES:
        raise InvalidDocument(f"it has more than {MAX_DOCUMENT_BYTES} bytes")
    try:
        return RuntimeDocument.model_validate_json(content)
    except ValidationError as error:
        if any(found["loc"] == ("schema_version",) for found in error.errors(include_input=False)):
            raise InvalidDocument(
                f"schema_version: this service reads {SCHEMA_VERSION} only",
                next_step="deploy the services of that schema before their document",
            ) from None
        raise InvalidDocument(complaint(error)) from None


def version_of(content: bytes) -> str:
    """The first digits of `sha256sum`, the same for every service and for whoever holds the document."""
    return hashlib.sha256(content).hexdigest()[:VERSION_DIGITS]
