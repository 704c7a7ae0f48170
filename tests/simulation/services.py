"""The real services of one process, on the simulated ports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from config.limits import Limits
from config.runtime_document import RuntimeDocument
from config.topology import Provider, Stage
from runtime.gateway.accept import AcceptEvaluation
from runtime.inference.service import RunInference
from runtime.judge.panel import Panel
from runtime.judge.service import RunJudgement
from runtime.keys.keyset import Keyset
from runtime.messaging.ports import Inbox
from runtime.messaging.worker import Handler, Worker
from runtime.stages.pacing import Pacer
from runtime.stages.places import Places
from runtime.stages.turn import StageTurns
from runtime.stages.workers import StageRun
from tests.fakes.call_pacing import InMemoryCallPacing
from tests.runtime.documents import runtime_document
from tests.runtime.keysets import present_client_seals
from tests.simulation.link import Link, Network
from tests.simulation.ports import LinkedPacing, LinkedPublisher, LinkedStates, NamingOpener, NamingSealer
from tests.simulation.process import Process
from tests.simulation.providers import SimulatedCandidate, SimulatedJudge
from tests.simulation.queue import SimulatedQueue
from tests.simulation.stores import Rows, States
from tests.simulation.virtual_time import VirtualTimeLoop
from tests.simulation.wiring import Wiring

PLACES = 8


@dataclass(frozen=True, kw_only=True)
class Services:
    """What all processes share."""

    wiring: Wiring
    loop: VirtualTimeLoop
    network: Network
    states: States
    rows: Rows
    pacing: InMemoryCallPacing
    inference_queue: SimulatedQueue
    judge_queue: SimulatedQueue

    def gateway(self, process: Process) -> AcceptEvaluation:
        link = Link(process, self.network)
        document = _document(self.wiring)
        return AcceptEvaluation(
            document=lambda: document,
            states=self.wiring.states(link, self.states),
            history=self.wiring.history(link, self.rows),
            publisher=LinkedPublisher(link, self.inference_queue),
            sealer=NamingSealer(),
            client_seals=present_client_seals(Keyset(keys=())),
            now=self.loop.now,
        )

    @asynccontextmanager
    async def inference(self, process: Process) -> AsyncIterator[None]:
        link, states = self._linked(process)
        run = RunInference(
            limits=self._limits,
            turns=self._turns(Stage.INFERENCE, states),
            publisher=LinkedPublisher(link, self.judge_queue),
            opener=NamingOpener(self.loop),
            models={
                Provider.OPENAI: SimulatedCandidate(self.wiring.provider(Stage.INFERENCE, link, self.states.ledger))
            },
            places={Provider.OPENAI: Places(lambda: PLACES)},
            pacer=self._pacer(Stage.INFERENCE, link),
            prices=dict,
        )
        async with self._workers(link, self.inference_queue, run):
            yield

    @asynccontextmanager
    async def judge(self, process: Process) -> AsyncIterator[None]:
        link, states = self._linked(process)
        run = RunJudgement(
            limits=self._limits,
            states=states,
            turns=self._turns(Stage.JUDGE, states),
            history=self.wiring.history(link, self.rows),
            panel=Panel(
                opener=NamingOpener(self.loop),
                judges={Provider.GOOGLE: SimulatedJudge(self.wiring.provider(Stage.JUDGE, link, self.states.ledger))},
                decisions={},
                pacer=self._pacer(Stage.JUDGE, link),
                prices=dict,
            ),
            places={Provider.GOOGLE: Places(lambda: PLACES)},
            now=self.loop.now,
        )
        async with self._workers(link, self.judge_queue, run):
            yield

    @asynccontextmanager
    async def sweeper(self, process: Process) -> AsyncIterator[None]:
        sweeping = asyncio.create_task(self.states.sweep_for_ever(process, self.wiring.limits))
        yield
        sweeping.cancel()

    def _linked(self, process: Process) -> tuple[Link, LinkedStates]:
        link = Link(process, self.network)
        return link, self.wiring.states(link, self.states)

    def _turns(self, stage: Stage, states: LinkedStates) -> StageTurns:
        return self.wiring.turns(stage=stage, leases=states, limits=self._limits, now=self.loop.now)

    def _pacer(self, stage: Stage, link: Link) -> Pacer:
        document = _document(self.wiring)
        pacing = LinkedPacing(link, self.pacing)
        return Pacer(pacing=pacing, stage=stage, document=lambda: document, now=self.loop.now)

    @asynccontextmanager
    async def _workers(self, link: Link, queue: SimulatedQueue, run: StageRun) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            readers = [(queue, run.handle)]
            if queue.dead_letters is not None and self.wiring.buries:
                readers.insert(0, (queue.dead_letters, run.handle_dead_letter))
            workers = [self._worker(self.wiring.inbox(link, read), handler) for read, handler in readers]
            for worker in workers:
                await stack.enter_async_context(worker)
            # As in `open_workers`: all stop at once, although they are left one after the other.
            for worker in workers:
                stack.callback(worker.stop)
            yield

    def _worker(self, inbox: Inbox, handler: Handler) -> Worker:
        return Worker(inbox=inbox, handler=handler, limits=self._limits)

    def _limits(self) -> Limits:
        return self.wiring.limits


def _document(wiring: Wiring) -> RuntimeDocument:
    # The limits of a guard's removal may be ones that the model refuses.
    return runtime_document().model_copy(update={"limits": wiring.limits})
