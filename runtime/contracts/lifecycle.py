"""The life of a request, CREATED -> GATEWAY -> INFERENCE -> JUDGE -> COMPLETED, with FAILED reachable from anywhere."""

from enum import StrEnum

from config.topology import Stage


class Status(StrEnum):
    CREATED = "CREATED"
    GATEWAY = "GATEWAY"
    INFERENCE = "INFERENCE"
    JUDGE = "JUDGE"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


RANK: dict[Status, int] = {
    Status.CREATED: 0,
    Status.GATEWAY: 1,
    Status.INFERENCE: 2,
    Status.JUDGE: 3,
    Status.COMPLETED: 4,
    Status.FAILED: 4,
}
TERMINAL_RANK = 4
WORKING_STATUS: dict[Stage, Status] = {Stage.INFERENCE: Status.INFERENCE, Stage.JUDGE: Status.JUDGE}
"""What a request is while a stage works on it."""


def is_terminal(status: Status) -> bool:
    return RANK[status] == TERMINAL_RANK


def may_abandon(current: Status) -> bool:
    """Whether the gateway may still end it as never published: what a stage has begun was."""
    return RANK[current] < RANK[Status.INFERENCE]


def may_advance(current: Status, to: Status) -> bool:
    """Whether `current` may become `to`: only forwards; steps may be skipped, a terminal state never changes.

    Skipping is legal because a duplicate or a lost reply can make a later stage report before an earlier one.
    The contract suite holds every `RequestStates` to this, the Lua of redis-service too.
    """
    return RANK[to] > RANK[current]
