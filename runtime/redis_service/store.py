"""The state machine over Redis: `request:{uuid}` hashes, an index of the open ones per tenant, idempotency claims."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from config.limits import Limits
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.leases import VOTES, LeaseEnd, Saved, StageResult, WorkBegun, WorkStart
from runtime.contracts.lifecycle import is_terminal
from runtime.contracts.states import Advance, Creation, Cursor, NewRequest, StateChange
from runtime.redis_service.create import CREATE, create_args, create_keys, to_creation
from runtime.redis_service.endings import Endings
from runtime.redis_service.keys import open_key, record_key, state_keys
from runtime.redis_service.lease_scripts import BEGIN, RELEASE, SAVE
from runtime.redis_service.link import RedisLink
from runtime.redis_service.record_hash import (
    fact_texts,
    identity_fields,
    index_member,
    request_id_of,
    saved_result,
    stage_fields,
    stage_reached,
    to_record,
)
from runtime.redis_service.scripts import ADVANCE

RECHECK_SECONDS = 5.0
"""A waiter looks by itself this often, in case the message of the end was lost."""


TAKEN_OVER = 2


class RedisRequestStates:
    """`RequestStates` on a Redis without cluster mode: a script touches keys of several slots."""

    def __init__(
        self,
        *,
        redis: RedisLink,
        endings: Endings,
        limits: Callable[[], Limits],
        recheck_seconds: float = RECHECK_SECONDS,
    ) -> None:
        self._redis = redis
        self._endings = endings
        self._limits = limits
        self._recheck_seconds = recheck_seconds

    async def create(self, new: NewRequest) -> Creation:
        args = create_args(new, self._limits(), now=datetime.now(UTC))
        return to_creation(await self._redis.run(CREATE, keys=create_keys(new), args=args), new)

    async def advance(self, change: StateChange) -> Advance:
        identity = change.identity
        request_id = str(identity.request_id)
        applied, flat = await self._redis.run(
            ADVANCE,
            keys=state_keys(request_id, identity.tenant),
            args=[
                request_id,
                change.to,
                stage_reached(change),
                datetime.now(UTC).isoformat(),
                self._limits().request_ttl_seconds,
                index_member(identity.created_at, request_id),
                *fact_texts(change),
                *identity_fields(identity),
            ],
        )
        return Advance(applied=bool(applied), record=to_record(_pairs(flat)))

    async def begin(self, work: WorkStart) -> WorkBegun:
        identity = work.identity
        request_id = str(identity.request_id)
        to, attempts, result = stage_fields(work.stage)
        granted, busy_ms, rebuilt, flat = await self._redis.run(
            BEGIN,
            keys=state_keys(request_id, identity.tenant),
            args=[
                *(request_id, to, attempts, result, datetime.now(UTC).isoformat()),
                self._limits().request_ttl_seconds,
                index_member(identity.created_at, request_id),
                str(work.fence),
                round(work.lease_seconds * 1000),
                work.inference_result.model_dump_json() if work.inference_result else "",
                *identity_fields(identity),
            ],
        )
        stored = _pairs(flat)
        return WorkBegun(
            record=to_record(stored),
            granted=granted > 0,
            busy_seconds=busy_ms / 1000 if busy_ms >= 0 else None,
            rebuilt=bool(rebuilt),
            taken_over=granted == TAKEN_OVER,
            votes=VOTES.validate_json(stored[b"votes"]) if granted and b"votes" in stored else {},
        )

    async def save(self, result: StageResult) -> Saved:
        identity = result.identity
        request_id = str(identity.request_id)
        to, _, _ = stage_fields(result.stage)
        held, flat = await self._redis.run(
            SAVE,
            keys=state_keys(request_id, identity.tenant),
            args=[
                *(to, *saved_result(result), datetime.now(UTC).isoformat()),
                self._limits().request_ttl_seconds,
                index_member(identity.created_at, request_id),
                str(result.fence),
                result.inference_result.model_dump_json() if result.inference_result else "",
                *identity_fields(identity),
            ],
        )
        return Saved(held=bool(held), record=to_record(_pairs(flat)))

    async def release(self, end: LeaseEnd) -> bool:
        _, attempts, _ = stage_fields(end.stage)
        keys = [record_key(str(end.identity.request_id))]
        votes = VOTES.dump_json(end.votes).decode() if end.votes else ""
        args = [str(end.fence), attempts if end.refund else "", votes]
        return bool(await self._redis.run(RELEASE, keys=keys, args=args))

    async def get(self, request_id: UUID, *, tenant: str, wait_seconds: float = 0) -> EvaluationRecord | None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + wait_seconds
        # Watching starts before reading: an end between the two would go unheard otherwise.
        with self._endings.watch(request_id) as woken:
            while True:
                woken.clear()
                record = await self._read(request_id)
                remaining = deadline - clock()
                if record is None or record.tenant != tenant:
                    return None
                if is_terminal(record.status) or remaining <= 0:
                    return record
                await _wait(woken, min(remaining, self._recheck_seconds))

    async def list_open(self, *, tenant: str, limit: int, after: Cursor | None = None) -> list[EvaluationRecord]:
        below = f"({index_member(after.created_at, str(after.request_id))}" if after else "+"
        found: list[EvaluationRecord] = []
        while len(found) < limit:
            wanted = limit - len(found)
            members = await self._members(tenant, below, wanted)
            records = await self._read_many(members)
            found += [record for record in records if not is_terminal(record.status)]
            if len(members) < wanted:
                break
            below = f"({members[-1].decode()}"
        return found

    async def _members(self, tenant: str, below: str, limit: int) -> list[bytes]:
        key = open_key(tenant)
        members: list[bytes] = await self._redis.execute("ZREVRANGEBYLEX", key, below, "-", "LIMIT", 0, limit)
        return members

    async def _read(self, request_id: UUID) -> EvaluationRecord | None:
        stored: dict[bytes, bytes] = await self._redis.execute("HGETALL", record_key(str(request_id)))
        return to_record(stored) if stored else None

    async def _read_many(self, members: Sequence[bytes]) -> list[EvaluationRecord]:
        found: list[dict[bytes, bytes]] = await self._redis.execute_all(
            [("HGETALL", record_key(request_id_of(member))) for member in members]
        )
        return [to_record(stored) for stored in found if stored]


def _pairs(flat: Sequence[bytes]) -> dict[bytes, bytes]:
    """What HGETALL gives inside a script."""
    return dict(zip(flat[::2], flat[1::2], strict=True))


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return
