"""Inbox on SQS: long-polled receives; deletes and visibility changes of the same time leave as one batch."""

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import structlog

from config.limits import BATCH_ENTRIES
from config.topology import SQS
from runtime.contracts.unavailable import Unavailable
from runtime.kit.aws import CALL_TIMEOUT_SECONDS, aws_call
from runtime.kit.batching import Batcher
from runtime.messaging.ports import Delivery

log = structlog.get_logger()

DELETES_IN_FLIGHT = 4
GONE = frozenset({"ReceiptHandleIsInvalid", "MessageNotInflight", "InvalidParameterValue"})
"""How SQS says that a receipt is no longer valid: an expired handle is an InvalidParameterValue."""

Answer = Sequence[Exception | None]


class SqsInbox:
    """`queue_url` is asked for each call, as the runtime document may change."""

    def __init__(self, *, client: Any, queue_url: Callable[[], str]) -> None:
        self._client = client
        self._queue_url = queue_url
        self._deletes: Batcher[Delivery, None] = Batcher(
            self._delete_batch, max_items=BATCH_ENTRIES, max_in_flight=DELETES_IN_FLIGHT
        )
        # One at a time keeps the order: a release must not be overtaken by an earlier heartbeat.
        self._hides: Batcher[tuple[Delivery, int], None] = Batcher(
            self._hide_batch, max_items=BATCH_ENTRIES, max_in_flight=1
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._deletes.aclose()
        await self._hides.aclose()

    async def receive(self, *, max_messages: int, wait_seconds: int) -> list[Delivery]:
        async with aws_call(SQS, timeout_seconds=wait_seconds + CALL_TIMEOUT_SECONDS):
            answer = await self._client.receive_message(
                QueueUrl=self._queue_url(),
                MaxNumberOfMessages=min(max_messages, BATCH_ENTRIES),
                WaitTimeSeconds=wait_seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [
            Delivery(
                message_id=message["MessageId"],
                receipt_handle=message["ReceiptHandle"],
                body=message["Body"],
                receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
            )
            for message in answer.get("Messages", ())
        ]

    async def delete(self, delivery: Delivery) -> None:
        await self._deletes.submit(delivery)

    async def hide(self, delivery: Delivery, *, seconds: int) -> None:
        await self._hides.submit((delivery, seconds))

    async def _delete_batch(self, deliveries: Sequence[Delivery]) -> Answer:
        entries = [{"Id": str(n), "ReceiptHandle": one.receipt_handle} for n, one in enumerate(deliveries)]
        return await self._change(self._client.delete_message_batch, entries)

    async def _hide_batch(self, changes: Sequence[tuple[Delivery, int]]) -> Answer:
        entries = [
            {"Id": str(n), "ReceiptHandle": delivery.receipt_handle, "VisibilityTimeout": seconds}
            for n, (delivery, seconds) in enumerate(changes)
        ]
        return await self._change(self._client.change_message_visibility_batch, entries)

    async def _change(self, call: Callable[..., Any], entries: Sequence[dict[str, Any]]) -> Answer:
        try:
            async with aws_call(SQS):
                answer = await call(QueueUrl=self._queue_url(), Entries=entries)
        except Unavailable:
            return [Unavailable(SQS) for _ in entries]  # one each: they are raised in different tasks
        failed = {entry["Id"]: str(entry.get("Code")) for entry in answer.get("Failed", ())}
        return [_outcome(failed.get(entry["Id"])) for entry in entries]


def _outcome(code: str | None) -> Unavailable | None:
    # Some answers carry the older form of a code: AWS.SimpleQueueService.MessageNotInflight.
    if code is None or code.rpartition(".")[2] in GONE:
        return None
    log.warning("queue_change_refused", error=code)
    return Unavailable(SQS)
