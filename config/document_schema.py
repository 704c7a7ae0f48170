"""The JSON schema that AppConfig checks a runtime document against before it is deployed: made from the typed model.

AppConfig reads JSON Schema draft 4, and Pydantic writes 2020-12: the few words that differ are put into the older form.
"""

from typing import Any

from config.runtime_document import RuntimeDocument

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
RENAMED = {"$defs": "definitions"}


def document_schema() -> dict[str, Any]:
    schema = _draft_4(RuntimeDocument.model_json_schema())
    return {"$schema": DRAFT_4, **schema}


def _draft_4(node: Any) -> Any:
    if isinstance(node, list):
        return [_draft_4(item) for item in node]
    if not isinstance(node, dict):
        return node
    older: dict[str, Any] = {}
    word: str
    for word, value in node.items():
        match word:
            case "$defs" | "properties":
                older[RENAMED.get(word, word)] = {name: _draft_4(part) for name, part in value.items()}
            case "$ref":
                older[word] = value.replace("$defs", RENAMED["$defs"])
            case "title" | "description" | "default" | "propertyNames":
                # The first three check nothing, and a schema may have 32 KiB at most; draft 4 does not know the last.
                continue
            case "const":
                older["enum"] = [value]
            case _:
                older[word] = _draft_4(value)
    return older
