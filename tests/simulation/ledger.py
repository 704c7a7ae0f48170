"""What happened in one run, as the checker reads it; and as text, where somebody wants to follow."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import Status
from tests.simulation.process import Process


@dataclass(eq=False)
class Call:
    """One call of a provider. `end` is when its answer left the provider, or when its caller was gone."""

    request_id: UUID
    stage: Stage
    process: Process
    granted_at: float
    """When the states let the worker begin."""
    start: float
    number: int
    end: float = float("inf")
    result: str = "running"

    @property
    def answered(self) -> bool:
        return self.result == "answered"


@dataclass(frozen=True)
class Transition:
    """A record after a step that changed it."""

    at: float
    status: Status
    answer_saved: bool
    verdict_saved: bool
    row_existed: bool


@dataclass(frozen=True)
class Row:
    at: float
    record: EvaluationRecord


@dataclass
class Ledger:
    traced: bool = False
    names: dict[UUID, str] = field(default_factory=dict)
    deadlines: dict[UUID, float] = field(default_factory=dict)
    accepted: dict[UUID, float] = field(default_factory=dict)
    """When the caller was answered 202."""
    accepted_by_key: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    transitions: dict[UUID, list[Transition]] = field(default_factory=lambda: defaultdict(list))
    rows: dict[UUID, list[Row]] = field(default_factory=lambda: defaultdict(list))
    calls: dict[tuple[UUID, Stage], list[Call]] = field(default_factory=lambda: defaultdict(list))
    extra_calls: Counter[str] = field(default_factory=Counter)
    """Those that nothing can prevent, by their reason."""
    losses: list[float] = field(default_factory=list)
    unsaved: set[tuple[UUID, str]] = field(default_factory=set)
    """Requests and processes for which the states were away when a result was to be saved."""
    dead_letters: list[str] = field(default_factory=list)
    """Messages that came back too often, from queues with all the patience that they should have."""
    open_at_the_end: set[UUID] = field(default_factory=set)
    read_at_the_end: dict[UUID, Status] = field(default_factory=dict)
    """What the API says of those that have a row."""
    left_in_queues: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    """Exceptions that no part of the system foresaw."""
    lines: list[str] = field(default_factory=list)

    def note(self, who: str, what: str) -> None:
        if self.traced:
            self.lines.append(f"{now():9.3f}  {who:<14}  {what}")

    def breaks(self, error: BaseException) -> None:
        self.errors.append(f"{type(error).__name__}: {error}")
        self.note("simulation", self.errors[-1])

    def name(self, request_id: UUID) -> str:
        """r1, r2, ... in the order of their creation: a random id would differ from run to run."""
        return self.names.setdefault(request_id, f"r{len(self.names) + 1}")

    def lost_between(self, begin: float, end: float) -> bool:
        return any(begin <= loss <= end for loss in self.losses)


def now() -> float:
    return asyncio.get_running_loop().time()
