"""SNS and SQS clients in memory that answer a batch entry by entry as they are told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any


class ScriptedBatches:
    """Remembers the entries of each batch; `refuse` names the error code of an entry that fails."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Mapping[str, Any]]] = []
        self.refuse: Callable[[Mapping[str, Any]], str | None] = lambda _: None
        self.error: Exception | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def publish_batch(
        self,
        *,
        TopicArn: str,  # noqa: N803 - AWS's names
        PublishBatchRequestEntries: Sequence[Mapping[str, Any]],  # noqa: N803
    ) -> dict[str, Any]:
        return await self._answer(PublishBatchRequestEntries)

    async def delete_message_batch(self, *, QueueUrl: str, Entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        return await self._answer(Entries)

    async def change_message_visibility_batch(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        Entries: Sequence[Mapping[str, Any]],  # noqa: N803
    ) -> dict[str, Any]:
        return await self._answer(Entries)

    async def _answer(self, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        self.batches.append(entries)
        await self.open.wait()
        if self.error is not None:
            raise self.error
        codes = {entry["Id"]: self.refuse(entry) for entry in entries}
        return {
            "Successful": [{"Id": name} for name, code in codes.items() if code is None],
            "Failed": [{"Id": name, "Code": code, "SenderFault": True} for name, code in codes.items() if code],
        }
