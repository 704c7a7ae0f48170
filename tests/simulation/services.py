"""The real services of one process, on the simulated ports."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from config.limits import Limits
from config.runtime_document import RuntimeDocument
from config.topology import Provider, Stage
from runtime.gateway.accept import AcceptEvaluation
from runtime.inference.service import RunInference
from runtime.judge.service import RunJudgement
from runtime.messaging.worker import Handler, Worker
from runtime.stages.places import Places
from tests.runtime.documents import runtime_document
from tests.simulation.link import Link, Network
from tests.simulation.ports import LinkedPublisher, NamingOpener, NamingSealer
from tests.simulation.process import Process
from tests.simulation.providers import SimulatedCandidate, SimulatedJudge, SimulatedProvider
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
    inference_queue: SimulatedQueue
    judge_queue: SimulatedQueue

    def gateway(self, process: Process) -> AcceptEvaluation:
        link = Link(process, self.network)
        document = _document(self.wiring)
        return AcceptEvaluation(
            document=lambda: document,
            states=self.wiring.states(link, self.states),
            publisher=LinkedPublisher(link, self.inference_queue),
            sealer=NamingSealer(),
            now=self.loop.now,
        )

    @asynccontextmanager
    async def inference(self, process: Process) -> AsyncIterator[None]:
        link = Link(process, self.network)
        provider = SimulatedProvider(Stage.INFERENCE, link, self.states)
        run = RunInference(
            limits=self._limits,
            states=self.wiring.states(link, self.states),
            publisher=LinkedPublisher(link, self.judge_queue),
            opener=NamingOpener(self.loop),
            models={Provider.OPENAI: SimulatedCandidate(provider)},
            places={Provider.OPENAI: Places(lambda: PLACES)},
            now=self.loop.now,
        )
        async with self._worker(link, self.inference_queue, run.handle):
            yield

    @asynccontextmanager
    async def judge(self, process: Process) -> AsyncIterator[None]:
        link = Link(process, self.network)
        provider = SimulatedProvider(Stage.JUDGE, link, self.states)
        run = RunJudgement(
            limits=self._limits,
            states=self.wiring.states(link, self.states),
            history=self.wiring.history(link, self.rows),
            opener=NamingOpener(self.loop),
            judges={Provider.GOOGLE: SimulatedJudge(provider)},
            places={Provider.GOOGLE: Places(lambda: PLACES)},
            now=self.loop.now,
        )
        async with self._worker(link, self.judge_queue, run.handle):
            yield

    def _worker(self, link: Link, queue: SimulatedQueue, handler: Handler) -> Worker:
        return Worker(inbox=self.wiring.inbox(link, queue), handler=handler, limits=self._limits)

    def _limits(self) -> Limits:
        return self.wiring.limits


def _document(wiring: Wiring) -> RuntimeDocument:
    # The limits of a guard's removal may be ones that the model refuses.
    return runtime_document().model_copy(update={"limits": wiring.limits})
