"""A request only moves forwards, and what has ended stays ended."""

from itertools import product

import pytest

from runtime.contracts.lifecycle import RANK, Status, is_terminal, may_advance

FORWARDS = {
    Status.CREATED: {Status.GATEWAY, Status.INFERENCE, Status.JUDGE, Status.COMPLETED, Status.FAILED},
    Status.GATEWAY: {Status.INFERENCE, Status.JUDGE, Status.COMPLETED, Status.FAILED},
    Status.INFERENCE: {Status.JUDGE, Status.COMPLETED, Status.FAILED},
    Status.JUDGE: {Status.COMPLETED, Status.FAILED},
    Status.COMPLETED: set(),
    Status.FAILED: set(),
}


@pytest.mark.parametrize(("current", "to"), list(product(Status, Status)))
def test_only_the_steps_of_the_table_are_allowed(current: Status, to: Status) -> None:
    assert may_advance(current, to) is (to in FORWARDS[current])


def test_every_status_has_a_rank_and_two_of_them_are_the_end() -> None:
    assert set(RANK) == set(Status)
    assert {status for status in Status if is_terminal(status)} == {Status.COMPLETED, Status.FAILED}
