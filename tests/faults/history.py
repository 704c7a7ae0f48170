"""Checks the invariants of `docs/faults.md` over a run as its client, the stores and the provider saw it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from config.topology import Stage
from runtime.contracts.lifecycle import RANK, Status, is_terminal


@dataclass(frozen=True)
class Accepted:
    """A 202. Times are seconds of one clock."""

    case: str
    """The word in its prompt by which the provider's calls are told apart."""
    deadline: float
    keys: Mapping[Stage, str] = field(default_factory=dict)
    """The hash of the key that came with it, by the stage that may use it."""


@dataclass(frozen=True)
class Seen:
    """One answer to a poll."""

    at: float
    status: Status
    row_there: bool
    """Whether the table had a row when it was looked at after this answer."""


@dataclass(frozen=True)
class Row:
    request_id: str
    status: Status
    score: float | None
    attempts: Mapping[Stage, int]
    tenant: str
    request: str
    """As JSON; its prompt holds the case."""


@dataclass(frozen=True)
class Call:
    case: str
    stage: Stage
    begun: float
    ended: float
    key: str
    """Its hash."""


@dataclass(frozen=True, kw_only=True)
class History:
    accepted: Mapping[str, Accepted]
    """By id."""
    seen: Mapping[str, Sequence[Seen]]
    """By id, in the order of time."""
    rows: Sequence[Row]
    records: Mapping[str, Status]
    """What Redis holds, by id; a lost record is no violation."""
    calls: Sequence[Call]
    queues: Mapping[str, int]
    """Messages left, hidden ones included, by queue."""
    max_attempts: int
    tenant: str
    """Whose all of it is."""
    leaks: Sequence[str] = ()
    """Where a provider's key was found: answers, Redis, rows, logs."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """The version that is active, by service, as far as the service answered."""
    extra_calls: Mapping[str, int] = field(default_factory=dict)
    """By case: how often a fault cut off a call, or lost its result before it was saved."""
    calls_of_a_try: int = 1
    """How many calls one attempt of a stage may make: a judge may repair."""


Violations = Iterator[str]


def ends_once(history: History) -> Violations:
    for request_id, accepted in history.accepted.items():
        terminal = [one for one in history.seen.get(request_id, ()) if is_terminal(one.status)]
        if not terminal:
            yield f"I1 {request_id} was accepted and never ended"
        elif terminal[0].at > accepted.deadline:
            yield f"I1 {request_id} ended {terminal[0].at - accepted.deadline:.1f} s after its deadline"
    states = history.records.items()
    for request_id, status in states:
        if request_id in history.accepted and not is_terminal(status):
            yield f"I1 {request_id} is still {status} in Redis"


def one_row(history: History) -> Violations:
    rows = Counter(row.request_id for row in history.rows)
    for request_id in history.accepted:
        if rows[request_id] != 1:
            yield f"I2 {request_id} has {rows[request_id]} rows"
    for row in history.rows:
        if (row.score is None) is (row.status is Status.COMPLETED):
            yield f"I2 {row.request_id} is {row.status} with the score {row.score}"
        in_redis = history.records.get(row.request_id, row.status)
        if is_terminal(in_redis) and in_redis is not row.status:
            yield f"I2 {row.request_id} is {row.status} in its row and {in_redis} in Redis"


def only_forwards(history: History) -> Violations:
    for request_id, seen in history.seen.items():
        for before, after in pairwise(one.status for one in seen):
            if RANK[after] < RANK[before] or (is_terminal(before) and after is not before):
                yield f"I3 {request_id} went from {before} to {after}"


def row_before_state(history: History) -> Violations:
    for request_id, seen in history.seen.items():
        if any(is_terminal(one.status) and not one.row_there for one in seen):
            yield f"I4 {request_id} was seen to have ended, without a row"


def no_call_twice(history: History) -> Violations:
    by_case: defaultdict[tuple[str, Stage], list[Call]] = defaultdict(list)
    for call in sorted(history.calls, key=lambda call: call.begun):
        by_case[call.case, call.stage].append(call)
    for (case, stage), calls in by_case.items():
        for before, after in pairwise(calls):
            if after.begun < before.ended:
                yield f"I5 {case} had two calls of {stage} at once"
        allowed = history.calls_of_a_try + history.extra_calls.get(case, 0)
        if len(calls) > allowed:
            yield f"I5 {case} had {len(calls)} calls of {stage}, where {allowed} can be explained"
    saved_at = dict(_result_seen(history))
    for call in history.calls:
        if call.begun > saved_at.get((call.case, call.stage), call.begun):
            yield f"I5 {call.case} had a call of {call.stage} after its result was seen"


def _result_seen(history: History) -> Iterator[tuple[tuple[str, Stage], float]]:
    """When a poll first showed that a stage's result must have been saved."""
    over = {Stage.INFERENCE: RANK[Status.JUDGE], Stage.JUDGE: RANK[Status.COMPLETED]}
    for request_id, accepted in history.accepted.items():
        for stage, rank in over.items():
            for one in history.seen.get(request_id, ()):
                if RANK[one.status] >= rank:
                    yield (accepted.case, stage), one.at
                    break


def no_key_at_rest(history: History) -> Violations:
    for place in history.leaks:
        yield f"I6 a provider's key is in {place}"


def its_own_key(history: History) -> Violations:
    keys = {(one.case, stage): key for one in history.accepted.values() for stage, key in one.keys.items()}
    for call in history.calls:
        if call.key != keys.get((call.case, call.stage)):
            yield f"I7 {call.case} had a call of {call.stage} with a key that is not its own"


def nothing_crosses(history: History) -> Violations:
    for row in history.rows:
        if row.tenant != history.tenant:
            yield f"I8 {row.request_id} is a row of another tenant"
        accepted = history.accepted.get(row.request_id)
        if accepted is not None and accepted.case not in row.request:
            yield f"I8 {row.request_id} is the row of another request"


def bounded(history: History) -> Violations:
    for row in history.rows:
        for stage, attempts in row.attempts.items():
            if attempts > history.max_attempts:
                yield f"I9 {row.request_id} has {attempts} attempts of {stage}"


def drained(history: History) -> Violations:
    for queue, left in history.queues.items():
        if left:
            yield f"I10 {left} messages are left in {queue}"


def one_configuration(history: History) -> Violations:
    if len(set(history.settings.values())) > 1:
        yield f"I11 the services go by different settings: {dict(history.settings)}"


CHECKS: tuple[Callable[[History], Violations], ...] = (
    ends_once,
    one_row,
    only_forwards,
    row_before_state,
    no_call_twice,
    no_key_at_rest,
    its_own_key,
    nothing_crosses,
    bounded,
    drained,
    one_configuration,
)


def violations(history: History) -> list[str]:
    """Each begins with its invariant; empty where all hold."""
    return [violation for check in CHECKS for violation in check(history)]


def extra_calls(history: History) -> int:
    """Calls beyond the first of a stage."""
    counted = Counter((call.case, call.stage) for call in history.calls)
    return sum(count - 1 for count in counted.values())
