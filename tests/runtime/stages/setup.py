"""What the tests of both queue stages share: identities, deliveries, a clock, and a key opener that remembers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.contracts.pacing import CallPacing
from runtime.keys.ports import KeyBinding
from runtime.messaging.ports import Delivery
from runtime.stages.pacing import Pacer
from tests.runtime.documents import runtime_document

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = SecretStr("sk-plain")


def sealed(stage: Stage, provider: Provider) -> SealedKey:
    return SealedKey(kid="k", stage=stage, provider=provider, expires_at=NOW + timedelta(hours=1), ciphertext="AAAA")


def delivered(message: Any, *, receive_count: int = 1) -> Delivery:
    body = message if isinstance(message, str) else message.model_dump_json()
    return Delivery(message_id="m-1", receipt_handle="r-1", body=body, receive_count=receive_count)


class ScriptedOpener:
    """Opens every seal to the same key, or raises what it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.bindings: list[KeyBinding] = []

    async def open(self, sealed: SealedKey, *, binding: KeyBinding) -> SecretStr:
        self.bindings.append(binding)
        if self.error is not None:
            raise self.error
        return KEY


def pacer_for(pacing: CallPacing, stage: Stage) -> Pacer:
    """With no limit but what the pacing knows."""
    document = runtime_document()
    return Pacer(pacing=pacing, stage=stage, document=lambda: document, now=lambda: NOW)
