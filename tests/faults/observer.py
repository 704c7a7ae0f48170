"""A client that remembers what it was promised and what it saw, and asks the stores and the provider for the rest."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx2

from config.limits import Limits
from config.tenant import OPEN_TENANT
from config.topology import CHANNELS, SERVICES, Stage
from runtime.contracts.lifecycle import Status, is_terminal
from runtime.kit.aws import aws_client
from tests.faults.history import Accepted, Call, History, Row, Seen
from tests.faults.laboratory import NAMES, Laboratory
from tests.faults.wishes import END_SECONDS
from tests.flow.system import NO_TLS
from tests.stubs.llm_stub import key_hash

POLL_SECONDS = 0.2
POLLED_AT_ONCE = 16
STAGES = {"openai": Stage.INFERENCE, "google": Stage.JUDGE}
KEY_MARK = "key-of-a-provider"
"""In every key that is sent, and nowhere else."""
RUNNING = tuple(service for service in SERVICES if service.reads_settings)
"""All but the local model, which the laboratory has not."""
LEFT = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def new_case() -> str:
    return f"case-{uuid4().hex[:12]}"


def keys_of(case: str) -> dict[Stage, str]:
    """Different for each evaluation and stage."""
    return {stage: f"{KEY_MARK}-{case}-{stage}" for stage in Stage}


class Observer:
    def __init__(self, lab: Laboratory) -> None:
        self.lab = lab
        self._leaks: set[str] = set()
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
        keys = keys_of(case)
        headers = {"X-OpenAI-Api-Key": keys[Stage.INFERENCE], "X-Google-Api-Key": keys[Stage.JUDGE]}
        async with self.lab.system.client() as client:
            answer = await client.post("/v1/evaluations", json=body, headers=headers | {"Idempotency-Key": key or case})
        self._search("an answer", answer.text)
        if answer.status_code in (httpx2.codes.OK, httpx2.codes.ACCEPTED):
            deadline = time.time() + Limits().evaluation_deadline_seconds
            hashes = {stage: key_hash(one) for stage, one in keys.items()}
            self._accepted.setdefault(answer.json()["id"], Accepted(case, deadline, hashes))
        return answer

    async def accepted(self, case: str, **wishes: Any) -> str:
        """The id; sent again with the same Idempotency-Key until it is there: 409 while the first is still accepted."""
        async with asyncio.timeout(END_SECONDS):
            while True:
                try:
                    answer = await self.post(case, **wishes)
                except httpx2.TransportError:
                    await asyncio.sleep(POLL_SECONDS)
                    continue
                if answer.status_code in (httpx2.codes.OK, httpx2.codes.ACCEPTED):
                    return str(answer.json()["id"])
                assert answer.status_code in (httpx2.codes.SERVICE_UNAVAILABLE, httpx2.codes.CONFLICT), answer.text
                assert answer.json()["retryable"], answer.text
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
        self._search("an answer", answer.text)
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
        rows, records = await asyncio.to_thread(self._rows, list(self._accepted)), await self._records()
        for service in RUNNING:
            self._search(f"the log of {service.name}", self.lab.log(service.name))
        return History(
            accepted=self._accepted,
            seen=self._seen,
            rows=rows,
            records=records,
            calls=[call for call in await self._all_calls() if call.case in cases],
            queues=queues,
            max_attempts=Limits().max_attempts_per_stage,
            tenant=OPEN_TENANT,
            leaks=sorted(self._leaks),
            settings=await self._settings(),
            extra_calls=extra_calls or {},
        )

    async def _all_calls(self) -> list[Call]:
        found = await self.lab.system.stub_calls()
        now = time.time()
        return [
            Call(one["case"], STAGES[one["protocol"]], one["begun"], one["ended"] or now, one["key_hash"])
            for one in found
        ]

    def _rows(self, request_ids: Sequence[str]) -> list[Row]:
        wanted = ", ".join(f"'{request_id}'" for request_id in request_ids) or "''"
        columns = (
            "request_id, status, score, attempts, tenant, request, inference_result, judge_result, failure, metadata"
        )
        found = self.lab.rows(columns, where=f"request_id IN ({wanted})")
        self._search("a row", str(found))
        return [
            Row(
                request_id=str(one[0]),
                status=Status(one[1]),
                score=one[2],
                attempts={Stage(stage): count for stage, count in json.loads(one[3]).items()},
                tenant=bytes(one[4]).decode(),
                request=str(one[5]),
            )
            for one in found
        ]

    async def _records(self) -> dict[str, Status]:
        async with self.lab.admin() as redis:
            found = {one: await redis.hgetall(f"request:{one}") for one in self._accepted}
        self._search("Redis", str(found))
        return {request_id: Status(str(record["status"])) for request_id, record in found.items() if record}

    async def _settings(self) -> dict[str, str]:
        active: dict[str, str] = {}
        async with httpx2.AsyncClient(trust_env=False, verify=NO_TLS) as client:
            for service in RUNNING:
                with suppress(httpx2.TransportError):
                    answer = await client.get(f"http://127.0.0.1:{self.lab.system.part(service.name).port}/readyz")
                    active[service.name] = answer.json()["settings"]["active"]["version"]
        return active

    def _search(self, place: str, text: str) -> None:
        if KEY_MARK in text:
            self._leaks.add(place)

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
