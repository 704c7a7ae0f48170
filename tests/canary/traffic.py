"""The requests of a run: good ones on faulty providers, and wrong ones that carry a key where none belongs."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import quote

import httpx2

from tests.canary.canaries import Marks
from tests.canary.pieces import Piece
from tests.flow.system import System

MOST_AT_ONCE = 24
HEALTHY = ("",) * 6
"""Nearly half of the calls are answered as they should be."""
ALIKE = ("key_refused", "throttled_plain:1", "http_500:1", "http_503:1", "not_json:1", "reset:1", "broken_off:1")
CANDIDATE = (*HEALTHY, *ALIKE, "quota", "refusal", "html_502:1", "huge_error:1")
JUDGE = (*HEALTHY, *ALIKE, "verdict_prose", "blocked_prompt", "verdict_nan", "redirect")
SILENT = "hang:1"
"""Until the call's deadline, a minute and a half later: no part of a short run."""
END_SECONDS = 900
"""A call without an answer takes a minute and a half, and what a killed worker held comes back after two."""


@dataclass
class Traffic:
    system: System
    marks: Marks
    random: Random
    silent_every: int | None = None
    """Every so many evaluations one provider call gets no answer at all; None: never."""
    replies: list[Piece] = field(default_factory=list)
    """Every answer to a caller: status, headers, body."""
    endings: Counter[str] = field(default_factory=Counter)
    ended: int = 0

    async def evaluate(self, count: int) -> None:
        """Until each is terminal. Between them come the requests that are refused."""
        slots = asyncio.Semaphore(MOST_AT_ONCE)
        async with self._client() as client, asyncio.TaskGroup() as group:
            for number in range(count):
                await slots.acquire()
                group.create_task(self._evaluate(client, number)).add_done_callback(lambda _: slots.release())
            for number, request in enumerate(self._wrong_requests()):
                group.create_task(self._send(client, f"refused-{number}", request))

    def _client(self) -> httpx2.AsyncClient:
        async def keep(response: httpx2.Response) -> None:
            await response.aread()
            head = [f"HTTP {response.status_code}".encode(), *(b": ".join(pair) for pair in response.headers.raw)]
            self.replies.append((f"reply {len(self.replies)}", b"\r\n".join([*head, b"", response.content])))

        client = self.system.client()
        client.event_hooks["response"].append(keep)
        return client

    def _keys(self) -> dict[str, str]:
        names = ("X-OpenAI-Api-Key", "X-Google-Api-Key")
        return {name: self.marks.key(self.random) for name in names}

    async def _evaluate(self, client: httpx2.AsyncClient, number: int) -> None:
        faults = self.random.choice(CANDIDATE), self.random.choice(JUDGE)
        if self.silent_every and number % self.silent_every == self.silent_every - 1:
            faults = ("", SILENT) if number % 2 else (SILENT, "")
        models = (
            f"{name}--{fault}" if fault else name for name, fault in zip(("gpt-x", "gemini-x"), faults, strict=True)
        )
        candidate, judge = models
        body = {
            "input": f"What is asked here? case-{number}",
            "candidate": {"model": f"openai/{candidate}"},
            "judge": {"model": f"google/{judge}"},
        }
        request = client.build_request("POST", "/v1/evaluations", json=body, headers=self._keys())
        response = await self._send(client, f"evaluation-{number}", request)
        evaluation = await self._ended(client, response.headers["Location"])
        self.endings[evaluation["outcome"]] += 1
        self.ended += 1

    async def _send(self, client: httpx2.AsyncClient, what: str, request: httpx2.Request) -> httpx2.Response:
        """Again and again while the gateway is away; the answer that counts is the first that is not a 503."""
        while True:
            try:
                response = await client.send(request)
            except httpx2.TransportError:
                await asyncio.sleep(0.2)
                continue
            if response.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                assert response.is_success is what.startswith("evaluation"), (what, response.status_code)
                return response
            await asyncio.sleep(0.5)

    async def _ended(self, client: httpx2.AsyncClient, location: str) -> dict[str, Any]:
        async with asyncio.timeout(END_SECONDS):
            while True:
                request = client.build_request("GET", location, headers={"Prefer": "wait=10"})
                evaluation: dict[str, Any] = (await self._send(client, "evaluation", request)).json()
                if evaluation["status"] in ("COMPLETED", "FAILED"):
                    return evaluation
                await asyncio.sleep(0.2)

    def _wrong_requests(self) -> Iterator[httpx2.Request]:
        def post(headers: dict[str, str], **body: Any) -> httpx2.Request:
            url = self.system.gateway_url + "/v1/evaluations"
            return httpx2.Request("POST", url, headers=headers, **body)

        def get(path: str, headers: dict[str, str]) -> httpx2.Request:
            return httpx2.Request("GET", self.system.gateway_url + path, headers=headers)

        keys, key = self._keys(), quote(self.marks.key(self.random), safe="")
        name = next(iter(keys))
        good = {"input": "hi", "candidate": {"model": "openai/gpt-x"}, "judge": {"model": "google/gemini-x"}}
        yield post(keys, json={"input": 5})
        yield post(keys, content=b"{not json")
        yield post(keys, json={"input": "x" * 200_000})
        yield post(keys, json=good | {"api_key": keys[name]})
        yield post(keys, json=good | {"judge": {"model": keys[name]}})
        yield post({name: " ".join(keys.values())}, json=good)
        yield post({name: keys[name] * 8}, json=good)
        yield post({name: keys[name]}, json=good)
        yield post(keys | {"Idempotency-Key": keys[name] * 4}, json=good)
        yield get(f"/v1/evaluations?cursor={key}", keys)
        yield get(f"/v1/evaluations?limit={key}", keys)
        yield get(f"/v1/evaluations/{key}", {"Authorization": f"Bearer {keys[name]}"})
        yield get(f"/v1/nothing/{key}?key={key}", {"Cookie": f"key={key}"})
