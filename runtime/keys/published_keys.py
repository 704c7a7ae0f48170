"""The public sealing keys as the gateway knows them: read at start, then polled. Only genuine ones become active."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

import structlog

from config.limits import SEALING_POLL_SECONDS
from config.naming import Names
from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys.keyset import Keyset, NotGenuine, SignedKeyset
from runtime.keys.ports import SEALING_KEYS
from runtime.kit.aws import aws_call
from runtime.kit.poller import Poller

log = structlog.get_logger()

RETRY_SECONDS = 2.0
"""While there is a stage that nothing can be sealed for."""


class PublishedKeys:
    """Enter it to read them once and start polling; a gateway without them still takes what needs no key."""

    def __init__(
        self,
        *,
        secrets: Any,
        names: Names,
        verify_key: Callable[[], str],
        now: Callable[[], datetime],
        poll_seconds: float = SEALING_POLL_SECONDS,
    ) -> None:
        self._secrets = secrets
        self._names = names
        self._verify_key = verify_key
        self._now = now
        self._poll_seconds = poll_seconds
        self._active: tuple[SignedKeyset, Keyset] | None = None
        self._poller = Poller(self.refresh, seconds=self._pause_seconds)

    def keyset(self) -> Keyset:
        """The last good one. Raises Unavailable where none was read yet."""
        return self._last_good()[1]

    def signed(self) -> SignedKeyset:
        return self._last_good()[0]

    def _last_good(self) -> tuple[SignedKeyset, Keyset]:
        if self._active is None:
            raise Unavailable(SEALING_KEYS)
        return self._active

    async def __aenter__(self) -> Self:
        await self.refresh()
        await self._poller.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._poller.__aexit__()

    async def refresh(self) -> None:
        """Reads once; whatever goes wrong is logged, and the last good keyset stays."""
        try:
            async with aws_call("secretsmanager"):
                answer = await self._secrets.get_secret_value(SecretId=self._names.sealing_keyset)
        except Unavailable:
            log.warning("sealing_keys_unreachable", next_step="check Secrets Manager; the last good keys stay")
            return
        try:
            signed = SignedKeyset.model_validate_json(answer.get("SecretString") or "")
            keyset = signed.verified(self._verify_key())
        except (NotGenuine, ValueError):
            next_step = "find out who wrote the keyset's secret, then run the rotation; the last good keys stay"
            log.error("sealing_keys_not_genuine", next_step=next_step)  # noqa: TRY400 - a traceback may show values
            return
        if self._active is None or keyset != self._active[1]:
            log.info("sealing_keys_active", kids=[key.kid for key in keyset.keys])
        self._active = signed, keyset

    def _complete(self) -> bool:
        now = self._now()
        return self._active is not None and all(self._active[1].usable(stage, now=now) for stage in Stage)

    def _pause_seconds(self) -> float:
        return self._poll_seconds if self._complete() else RETRY_SECONDS
