"""The state machine over Redis: `request:{uuid}` hashes, an index of the open ones per tenant, idempotency claims."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from config.limits import Limits
from config.naming import REQUEST_KEY_PREFIX
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import Status, is_terminal
from runtime.contracts.states import Advance, Creation, Cursor, IdempotencyClaim, NewRequest, StateChange
from runtime.redis_service.endings import Endings
from runtime.redis_service.link import RedisLink
from runtime.redis_service.record_hash import (
    attempts_field,
    fact_texts,
    identity_fields,
    index_member,
    request_id_of,
    stage_reached,
    to_record,
)
from runtime.redis_service.scripts import ADVANCE, CREATE

RECHECK_SECONDS = 5.0
"""A waiter looks by itself this often, in case the message of the end was lost."""


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
        identity, claim, limits = new.identity, new.idempotency, self._limits()
        request_id, now = str(identity.request_id), datetime.now(UTC)
        oldest = now - timedelta(seconds=limits.request_ttl_seconds)
        created, owner, body_hash = await self._redis.run(
            CREATE,
            keys=_keys(request_id, identity.tenant, claim),
            args=[
                request_id,
                limits.request_ttl_seconds,
                index_member(identity.created_at, request_id),
                f"({index_member(oldest, '')}",
                limits.idempotency_ttl_seconds,
                claim.body_hash if claim else "",
                identity.created_at.isoformat(),
                *identity_fields(identity),
                *("status", Status.CREATED, "stage", Status.CREATED, "updated_at", now.isoformat()),
            ],
        )
        return Creation(
            created=bool(created), request_id=UUID(owner.decode()), body_hash=body_hash.decode() if body_hash else None
        )

    async def advance(self, change: StateChange) -> Advance:
        identity = change.identity
        request_id = str(identity.request_id)
        applied, flat = await self._redis.run(
            ADVANCE,
            keys=_keys(request_id, identity.tenant, change.release_idempotency),
            args=[
                request_id,
                change.to,
                stage_reached(change),
                datetime.now(UTC).isoformat(),
                self._limits().request_ttl_seconds,
                index_member(identity.created_at, request_id),
                attempts_field(change.attempt),
                attempts_field(change.refund),
                *fact_texts(change),
                *identity_fields(identity),
            ],
        )
        return Advance(applied=bool(applied), record=to_record(dict(zip(flat[::2], flat[1::2], strict=True))))

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
        key = _open_key(tenant)
        members: list[bytes] = await self._redis.execute("ZREVRANGEBYLEX", key, below, "-", "LIMIT", 0, limit)
        return members

    async def _read(self, request_id: UUID) -> EvaluationRecord | None:
        stored: dict[bytes, bytes] = await self._redis.execute("HGETALL", _record_key(str(request_id)))
        return to_record(stored) if stored else None

    async def _read_many(self, members: Sequence[bytes]) -> list[EvaluationRecord]:
        found: list[dict[bytes, bytes]] = await self._redis.execute_all(
            [("HGETALL", _record_key(request_id_of(member))) for member in members]
        )
        return [to_record(stored) for stored in found if stored]


def _record_key(request_id: str) -> str:
    return f"{REQUEST_KEY_PREFIX}{request_id}"


def _open_key(tenant: str) -> str:
    return f"open:{tenant}"


def _keys(request_id: str, tenant: str, claim: IdempotencyClaim | None) -> list[str]:
    keys = [_record_key(request_id), _open_key(tenant)]
    # The hash has a fixed length, so no tenant's name can reach into another's claims.
    return [*keys, f"idempotency:{tenant}:{claim.key_hash}"] if claim else keys


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return
