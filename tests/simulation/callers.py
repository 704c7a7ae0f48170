"""Callers of the API: they post, time out, and post again with the same Idempotency-Key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.unavailable import Unavailable
from runtime.gateway.accept import Accepted, AcceptEvaluation
from runtime.gateway.schemas import CandidateIn, EvaluationIn, JudgeIn
from runtime.kit.problems import Problem
from tests.simulation.ledger import Ledger
from tests.simulation.link import Link, Network
from tests.simulation.process import Process

KEYS = {provider: SecretStr("k") for provider in (Provider.OPENAI, Provider.GOOGLE)}
TENANT = "t"
TRIES = 8
CALLER_SECONDS = 40.0


@dataclass(frozen=True, kw_only=True)
class Callers:
    gateway: Callable[[], tuple[Process, AcceptEvaluation] | None]
    """None while it restarts."""
    network: Network
    ledger: Ledger
    random: Random

    async def submit(self, number: int) -> None:
        await asyncio.sleep(self.random.uniform(0, self.random.choice((5, 60, 300))))
        body = EvaluationIn(
            input=f"prompt {number}",
            output="answer 0" if self.random.random() < 0.2 else None,
            candidate=CandidateIn(model="openai/m"),
            judge=JudgeIn(model="google/m"),
        )
        key = f"key {number}" if self.random.random() < 0.7 else None
        times = 2 if key and self.random.random() < 0.2 else 1
        await asyncio.gather(*(self._until_accepted(body, key) for _ in range(times)))

    async def _until_accepted(self, body: EvaluationIn, key: str | None) -> None:
        for _ in range(TRIES if key else 1):
            gateway = self.gateway()
            if gateway is not None and await self._try(*gateway, body, key):
                return
            await asyncio.sleep(self.random.uniform(1, 30))

    async def _try(self, process: Process, accept: AcceptEvaluation, body: EvaluationIn, key: str | None) -> bool:
        """The caller stops waiting after a while; the gateway goes on without it."""
        posting = asyncio.create_task(self._post(process, accept, body, key))
        gone = asyncio.create_task(process.ended.wait())
        await asyncio.wait({posting, gone}, return_when=asyncio.FIRST_COMPLETED, timeout=CALLER_SECONDS)
        gone.cancel()
        return posting.done() and not posting.cancelled() and posting.result()

    async def _post(self, process: Process, accept: AcceptEvaluation, body: EvaluationIn, key: str | None) -> bool:
        """Whether it was answered 202; the answer may be lost even so."""
        try:
            accepted = await accept.accept(body, tenant=TENANT, keys=KEYS, idempotency_key=key)
        except (Problem, Unavailable) as refused:
            self.ledger.note(process.name, f"refuses: {refused}")
            return False
        link = Link(process, self.network)
        await link.may_die("before 202")
        self._accepted(process, accepted, key)
        return not self.network.happens(self.network.weather.reply_lost)

    def _accepted(self, process: Process, accepted: Accepted, key: str | None) -> None:
        request_id = accepted.request_id
        again = " again" if accepted.replayed else ""
        self.ledger.note(process.name, f"answers 202 {self.ledger.name(request_id)}{again}")
        self.ledger.accepted.setdefault(request_id, asyncio.get_running_loop().time())
        if key is not None:
            self.ledger.accepted_by_key[key].add(request_id)
