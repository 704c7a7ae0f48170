"""Publisher on SNS: what is published at the same time leaves as one PublishBatch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import structlog

from config.limits import BATCH_ENTRIES, SNS_MESSAGE_BYTES
from config.topology import SNS
from runtime.contracts.unavailable import Unavailable
from runtime.kit.aws import aws_call
from runtime.kit.batching import Batcher
from runtime.messaging.ports import MessageTooLarge

log = structlog.get_logger()

BATCHES_IN_FLIGHT = 4


@dataclass(frozen=True)
class _Message:
    body: str
    tenant: str


class SnsPublisher:
    """`topic_arn` is asked for each batch, as the runtime document may change."""

    def __init__(self, *, client: Any, topic_arn: Callable[[], str]) -> None:
        self._client = client
        self._topic_arn = topic_arn
        self._batcher: Batcher[_Message, None] = Batcher(
            self._publish_batch,
            max_items=BATCH_ENTRIES,
            max_in_flight=BATCHES_IN_FLIGHT,
            size_of=lambda message: _size(message.body),
            # The byte limit holds for one message and for the sum of a batch alike.
            max_bytes=SNS_MESSAGE_BYTES,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._batcher.aclose()

    async def publish(self, body: str, *, tenant: str) -> None:
        if _size(body) > SNS_MESSAGE_BYTES:
            raise MessageTooLarge
        await self._batcher.submit(_Message(body, tenant))

    async def _publish_batch(self, messages: Sequence[_Message]) -> Sequence[Exception | None]:
        try:
            async with aws_call(SNS):
                answer = await self._client.publish_batch(
                    TopicArn=self._topic_arn(),
                    PublishBatchRequestEntries=[
                        # The topic passes the group on to the queue, which by it delivers fairly (SQS fair queues).
                        {"Id": str(n), "Message": message.body, "MessageGroupId": message.tenant}
                        for n, message in enumerate(messages)
                    ],
                )
        except Unavailable:
            return [Unavailable(SNS) for _ in messages]  # one each: they are raised in different tasks
        accepted = {entry["Id"] for entry in answer.get("Successful", ())}
        for entry in answer.get("Failed", ()):
            log.warning("publish_refused", error=entry.get("Code"))
        return [None if str(n) in accepted else Unavailable(SNS) for n in range(len(messages))]


def _size(body: str) -> int:
    return len(body) if body.isascii() else len(body.encode())
