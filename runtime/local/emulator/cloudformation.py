"""Corrections of CloudFormation: our templates deploy whole, each resource created for real or recorded."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from ministack.core.responses import get_account_id, get_region
from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from runtime.local.emulator.recorded import ALARM, METRIC_MATH, RECORDED_ONLY, Recorded, recorded_kind

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]
"""What `Ref` gives, and what `Fn::GetAtt` gives by name."""
Handlers = dict[str, Any]
HANDLERS: dict[str, Handlers] = provisioners._RESOURCE_HANDLERS  # noqa: SLF001


def accept_our_templates() -> None:
    for kind, recorded in RECORDED_ONLY.items():
        HANDLERS[kind] = _recording(recorded)
    HANDLERS[ALARM] = _by_kind(ALARM, created=HANDLERS[ALARM], recorded=HANDLERS[METRIC_MATH])
    provisioners._sm_secret_string = _secret_string  # noqa: SLF001


def _recording(recorded: Recorded) -> Handlers:
    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        known = {
            "stack": stack,
            "logical_id": logical_id,
            "account": get_account_id(),
            "region": get_region(),
            "unique": uuid4().hex[:17],
            "host": str(properties.get("Url", "")).removeprefix("https://"),
        }
        facts = properties | known
        attributes = {name: value.format_map(facts) for name, value in recorded.attributes.items()}
        return recorded.identifier.format_map(facts), attributes

    def update(physical_id: str, _old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        _, attributes = create(logical_id, new, stack)
        return physical_id, attributes

    def delete(_physical_id: str, _properties: Properties) -> None:
        return

    return _handlers(create, update, delete)


def _by_kind(resource_type: str, *, created: Handlers, recorded: Handlers) -> Handlers:
    def chosen(properties: Properties) -> Handlers:
        return recorded if recorded_kind(resource_type, properties) else created

    def create(logical_id: str, properties: Properties, stack: str) -> Made:
        made: Made = chosen(properties)["create"](logical_id, properties, stack)
        return made

    def update(physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        made: Made = chosen(new)["update"](physical_id, old, new, stack, logical_id)
        return made

    def delete(physical_id: str, properties: Properties) -> None:
        chosen(properties)["delete"](physical_id, properties)

    return _handlers(create, update, delete)


def _handlers(create: Callable[..., Made], update: Callable[..., Made], delete: Callable[..., None]) -> Handlers:
    return {"create": create, "update": update, "update_with_logical_id": True, "delete": delete}


def _secret_string(properties: Properties) -> str:
    """The emulator's own puts punctuation into a generated password, also where the template excludes it."""
    wanted = properties.get("GenerateSecretString")
    if not wanted:
        return str(properties.get("SecretString", ""))
    _, _, answer = secretsmanager._get_random_password(wanted)  # noqa: SLF001
    password = json.loads(answer)["RandomPassword"]
    if "SecretStringTemplate" not in wanted:
        return str(password)
    return json.dumps(json.loads(wanted["SecretStringTemplate"]) | {wanted["GenerateStringKey"]: password})
