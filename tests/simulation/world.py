"""One seed, from the first request until everything is at rest, or should have been."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import is_terminal
from runtime.gateway.accept import AcceptEvaluation
from runtime.gateway.read import ReadEvaluations
from tests.fakes.call_pacing import InMemoryCallPacing
from tests.simulation.callers import TENANT, Callers
from tests.simulation.ledger import Ledger
from tests.simulation.link import Network
from tests.simulation.lives import Live, Lives
from tests.simulation.logs import logs_into
from tests.simulation.process import Process
from tests.simulation.queue import SimulatedQueue
from tests.simulation.services import Services
from tests.simulation.stores import Rows, States
from tests.simulation.virtual_time import VirtualTimeLoop
from tests.simulation.weather import weather_of
from tests.simulation.wiring import Wiring

PROCESSES = ("gateway", "inference-a", "inference-b", "judge-a", "judge-b")
SLACK_SECONDS = 900.0
"""After the last deadline: one release may take seven minutes, and so may an outage."""
SETTLED_SECONDS = 100.0
"""Longer than any call is late."""
LOOK_SECONDS = 5.0
MOST_REQUESTS = 5


def run(seed: int, wiring: Wiring, *, traced: bool = False) -> Ledger:
    """What happened; the same each time for the same seed and wiring."""
    ledger = Ledger(traced=traced)
    random.seed(seed)  # the worker's jitter
    loop = VirtualTimeLoop()
    try:
        with logs_into(ledger):
            loop.run_until_complete(_live(random.Random(seed), wiring, loop, ledger))  # noqa: S311 - no secret
    finally:
        loop.close()
    return ledger


async def _live(seeded: random.Random, wiring: Wiring, loop: VirtualTimeLoop, ledger: Ledger) -> None:
    world = _World(seeded, wiring, loop, ledger)
    try:
        await world.until_accepted()
        await world.until_at_rest()
        await world.note_the_rest()
    finally:
        await world.end()


class _World:
    def __init__(self, seeded: random.Random, wiring: Wiring, loop: VirtualTimeLoop, ledger: Ledger) -> None:
        self._random = seeded
        self._loop = loop
        self._ledger = ledger
        self._limits = wiring.limits
        self._weather = weather_of(seeded, PROCESSES)
        self._network = Network(random=seeded, weather=self._weather, ledger=ledger)
        self._queues: dict[str, SimulatedQueue] = {}
        self._services = Services(
            wiring=wiring,
            loop=loop,
            network=self._network,
            states=States(wiring.store(), ledger),
            rows=Rows(wiring.rows(), ledger),
            pacing=InMemoryCallPacing(now=loop.time),
            inference_queue=self._queue("inference"),
            judge_queue=self._queue("judge"),
        )
        self._accepts: AcceptEvaluation | None = None
        self._lives = Lives(random=seeded, ledger=ledger)
        for name in PROCESSES:
            self._lives.start(name, self._live_of(name))
        if wiring.sweeps:
            self._lives.start("sweeper", self._services.sweeper)
        self._plan()

    async def until_accepted(self) -> None:
        """All callers have their answer, or have given up."""
        callers = Callers(gateway=self._gateway, network=self._network, ledger=self._ledger, random=self._random)
        number = self._random.randint(1, MOST_REQUESTS)
        await asyncio.gather(*(callers.submit(n + 1) for n in range(number)))

    async def until_at_rest(self) -> None:
        last = self._loop.time() + self._limits.evaluation_deadline_seconds + SLACK_SECONDS
        while self._loop.time() < last:
            if self._is_at_rest():
                # A call that is still on its way may begin something anew.
                await asyncio.sleep(SETTLED_SECONDS)
                if self._is_at_rest():
                    return
            await asyncio.sleep(LOOK_SECONDS)

    async def note_the_rest(self) -> None:
        read = ReadEvaluations(
            states=self._services.states.store,
            history=self._services.rows.store,
            # Whoever asks a day later.
            now=lambda: self._services.loop.now() + timedelta(days=1),
        )
        for request_id in self._ledger.rows:
            if (record := await read.one(request_id, tenant=TENANT)) is not None:
                self._ledger.read_at_the_end[request_id] = record.status
        self._ledger.open_at_the_end = {record.request_id for record in self._open_records()}
        self._ledger.left_in_queues = {name: queue.size for name, queue in self._queues.items() if queue.size}

    async def end(self) -> None:
        self._ledger.traced = False  # what the last tasks log has no order
        self._lives.kill_all()
        me = asyncio.current_task()
        while others := [task for task in asyncio.all_tasks() if task is not me]:
            for task in others:
                task.cancel()
            await asyncio.wait(others)

    def _queue(self, name: str) -> SimulatedQueue:
        """With its dead-letter queue, which has none itself."""

        most = self._weather.max_receives or self._limits.max_receive_count

        def queue(name: str, max_receives: float, dead_letters: SimulatedQueue | None) -> SimulatedQueue:
            self._queues[name] = SimulatedQueue(
                name,
                network=self._network,
                visibility_seconds=self._limits.visibility_timeout_seconds,
                max_receives=max_receives,
                dead_letters=dead_letters,
                on_dead_letter=self._on_dead_letter,
            )
            return self._queues[name]

        return queue(name, most, queue(f"{name}-dlq", float("inf"), None))

    def _on_dead_letter(self, queue: str, message_id: str) -> None:
        if self._weather.max_receives is None:
            self._ledger.dead_letters.append(f"{message_id} of the {queue} queue")
        self._ledger.note(queue, f"gives up {message_id}")

    def _live_of(self, name: str) -> Live:
        if name == "gateway":
            return self._answer
        return self._services.inference if name.startswith("inference") else self._services.judge

    @asynccontextmanager
    async def _answer(self, process: Process) -> AsyncIterator[None]:
        self._accepts = self._services.gateway(process)
        yield

    def _gateway(self) -> tuple[Process, AcceptEvaluation] | None:
        process = self._lives.now.get("gateway")
        return (process, self._accepts) if process and process.alive and self._accepts else None

    def _plan(self) -> None:
        for freeze in self._weather.freezes:
            self._loop.call_at(freeze.begin, self._freeze, freeze.what, freeze.end - freeze.begin)
        for drain in self._weather.drains:
            self._loop.call_at(drain.begin, self._drain, drain.what)
        for loss in self._weather.losses:
            self._loop.call_at(loss, self._services.states.lose_everything)

    def _freeze(self, name: str, seconds: float) -> None:
        process = self._lives.now[name]
        self._ledger.note(process.name, f"is frozen for {seconds:.0f} s")
        process.freeze(seconds)

    def _drain(self, name: str) -> None:
        self._lives.now[name].stopping.set()

    def _is_at_rest(self) -> bool:
        if self._loop.time() < self._weather.ends_at or any(queue.size for queue in self._queues.values()):
            return False
        return not any(self._open_records())

    def _open_records(self) -> list[EvaluationRecord]:
        records = self._services.states.store.records.values()
        return [record for record in records if not is_terminal(record.status)]
