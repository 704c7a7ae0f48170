"""A client that remembers what it was promised and what it saw, and asks the stores and the provider for the rest."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx2

from config.limits import Limits
from config.topology import CHANNELS, Stage
from runtime.contracts.lifecycle import Status, is_terminal
from runtime.kit.aws import aws_client
from tests.faults.history import Accepted, Call, History, Row, Seen
from tests.faults.laboratory import NAMES, Laboratory
from tests.faults.wishes import END_SECONDS
from tests.flow.system import KEYS

POLL_SECONDS = 0.2
POLLED_AT_ONCE = 16
STAGES = {"openai": Stage.INFERENCE, "google": Stage.JUDGE}
LEFT = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def new_case() -> str:
    return f"case-{uuid4().hex[:12]}"


class Observer:
    def __init__(self, lab: Laboratory) -> None:
        self.lab = lab
        self._accepted: dict[str, Accepted] = {}
        self._seen: defaultdict[str, list[Seen]] = defaultdict(list)

    async def post(
        self, case: str, *, candidate: str = "gpt-x", judge: str = "gemini-x", key: str | None = None
    ) -> httpx2.Response:
        body = {
            "input": f"Name the largest moon of Saturn. {case}",
            "candidate": {"model": f"openai/{candidate}"},
            "judge": {"model": f"google/{judge}"},
        }
        async with self.lab.system.client() as client:
            answer = await client.post("/v1/evaluations", json=body, headers=KEYS | {"Idempotency-Key": key or case})
        if answer.status_code in (httpx2.codes.OK, httpx2.codes.ACCEPTED):
            deadline = time.time() + Limits().evaluation_deadline_seconds
            self._accepted.setdefault(answer.json()["id"], Accepted(case, deadline))
        return answer

    async def accepted(self, case: str, **wishes: Any) -> str:
        """The id; sent again with the same Idempotency-Key until it is there."""
        async with asyncio.timeout(END_SECONDS):
            while True:
                try:
                    answer = await self.post(case, **wishes)
                except httpx2.TransportError:
                    await asyncio.sleep(POLL_SECONDS)
                    continue
                if answer.status_code in (httpx2.codes.OK, httpx2.codes.ACCEPTED):
                    return str(answer.json()["id"])
                assert answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE, answer.text
                await asyncio.sleep(POLL_SECONDS)

    async def ended(self, request_id: str) -> dict[str, Any]:
        async with asyncio.timeout(END_SECONDS), self.lab.system.client() as client:
            while True:
                found = await self._poll(client, request_id)
                if found is not None and is_terminal(Status(found["status"])):
                    return found
                await asyncio.sleep(POLL_SECONDS)

    async def all_ended(self, request_ids: Iterable[str]) -> list[dict[str, Any]]:
        at_once = asyncio.Semaphore(POLLED_AT_ONCE)

        async def one(request_id: str) -> dict[str, Any]:
            async with at_once:
                return await self.ended(request_id)

        return await asyncio.gather(*map(one, request_ids))

    async def _poll(self, client: httpx2.AsyncClient, request_id: str) -> dict[str, Any] | None:
        try:
            answer = await client.get(f"/v1/evaluations/{request_id}")
        except httpx2.TransportError:
            return None
        if answer.status_code != httpx2.codes.OK:
            return None
        found: dict[str, Any] = answer.json()
        at, status = time.time(), Status(found["status"])
        there = is_terminal(status) and bool(await asyncio.to_thread(self._rows, [request_id]))
        self._seen[request_id].append(Seen(at, status, row_there=there))
        return found

    async def calls(self, case: str) -> list[Call]:
        return [call for call in await self._all_calls() if call.case == case]

    async def until_called(self, case: str, stage: Stage) -> None:
        async with asyncio.timeout(END_SECONDS):
            while not any(call.stage is stage for call in await self.calls(case)):
                await asyncio.sleep(0.02)

    async def history(self, *, extra_calls: Mapping[str, int] | None = None) -> History:
        """Waits until the queues are empty, as far as they will be."""
        queues = await self.drained()
        cases = {accepted.case for accepted in self._accepted.values()}
        return History(
            accepted=self._accepted,
            seen=self._seen,
            rows=await asyncio.to_thread(self._rows, list(self._accepted)),
            records=await self._records(),
            calls=[call for call in await self._all_calls() if call.case in cases],
            queues=queues,
            max_attempts=Limits().max_attempts_per_stage,
            extra_calls=extra_calls or {},
        )

    async def _all_calls(self) -> list[Call]:
        found = await self.lab.system.stub_calls()
        now = time.time()
        return [Call(one["case"], STAGES[one["protocol"]], one["begun"], one["ended"] or now) for one in found]

    def _rows(self, request_ids: Sequence[str]) -> list[Row]:
        wanted = ", ".join(f"'{request_id}'" for request_id in request_ids) or "''"
        found = self.lab.rows("request_id, status, score, attempts", where=f"request_id IN ({wanted})")
        return [
            Row(str(one[0]), Status(one[1]), one[2], {Stage(k): v for k, v in json.loads(one[3]).items()})
            for one in found
        ]

    async def _records(self) -> dict[str, Status]:
        async with self.lab.admin() as redis:
            found = {one: await redis.hget(f"request:{one}", "status") for one in self._accepted}
        return {request_id: Status(str(status)) for request_id, status in found.items() if status}

    async def drained(self) -> dict[str, int]:
        async with asyncio.timeout(END_SECONDS):
            while any((queues := await self.queues()).values()):
                await asyncio.sleep(POLL_SECONDS)
        return queues

    async def queues(self) -> dict[str, int]:
        """Messages in each queue, the hidden ones too."""
        self.lab.use_aws()
        names = [name(channel) for channel in CHANNELS for name in (NAMES.queue, NAMES.dead_letter_queue)]
        left: dict[str, int] = {}
        async with aws_client("sqs") as sqs:
            for name in names:
                url = (await sqs.get_queue_url(QueueName=name))["QueueUrl"]
                found = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(LEFT))
                left[name] = sum(int(found["Attributes"][attribute]) for attribute in LEFT)
        return left
