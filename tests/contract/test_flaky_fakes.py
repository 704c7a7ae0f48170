"""The fakes' moods: a seeded share of calls fails, some of them only after they took effect."""

from runtime.contracts.lifecycle import Status
from runtime.contracts.unavailable import Unavailable
from tests.contract.evaluations import change, completed, identity, new_request
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates

CALLS = 200


async def failing_advances(seed: int) -> tuple[set[int], set[int]]:
    """Which calls raised, and which took effect."""
    states = InMemoryRequestStates(flaky=0.4, seed=seed)
    raised, applied = set(), set()
    for call in range(CALLS):
        of = new_request(tenant="t").identity
        try:
            await states.advance(change(of, Status.INFERENCE))
        except Unavailable:
            raised.add(call)
        if of.request_id in states.records:
            applied.add(call)
    return raised, applied


async def test_flaky_states_fail_before_and_after_they_applied_a_change() -> None:
    raised, applied = await failing_advances(seed=1)
    assert CALLS * 0.2 < len(raised) < CALLS * 0.6
    assert raised & applied
    assert raised - applied
    assert len(applied) + len(raised - applied) == CALLS


async def test_the_same_seed_gives_the_same_moods() -> None:
    assert await failing_advances(seed=3) == await failing_advances(seed=3)
    assert await failing_advances(seed=3) != await failing_advances(seed=4)


async def test_flaky_history_keeps_rows_whose_reply_it_lost() -> None:
    history = InMemoryHistory(flaky=0.4, seed=1)
    raised = 0
    for _ in range(CALLS):
        try:
            await history.record(completed(identity(tenant="t")))
        except Unavailable:
            raised += 1
    assert 0 < CALLS - len(history.rows) < raised
