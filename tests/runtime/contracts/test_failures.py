"""Every failure has a policy: whether it is tried again, how it ends, and what a person can do."""

import pytest

from config.topology import Stage
from runtime.contracts.failures import POLICIES, FailureReason, Retry, failure, may_retry, outcome_of
from runtime.contracts.outcomes import Outcome

RETRIES = {
    FailureReason.THROTTLED: Retry.FREE,
    FailureReason.TRANSIENT: Retry.BOUNDED,
    FailureReason.TIMEOUT: Retry.ONCE,
    FailureReason.MALFORMED: Retry.ONCE,
    FailureReason.TRUNCATED: Retry.NEVER,
    FailureReason.UNPARSEABLE: Retry.NEVER,
    FailureReason.EVIDENCE: Retry.NEVER,
}
"""All others are final at once."""


@pytest.mark.parametrize("reason", FailureReason)
def test_every_reason_is_retried_as_the_table_says(reason: FailureReason) -> None:
    assert POLICIES[reason].retry is RETRIES.get(reason, Retry.NEVER)


@pytest.mark.parametrize("reason", FailureReason)
def test_every_reason_says_what_a_person_can_do(reason: FailureReason) -> None:
    made = failure(reason, Stage.JUDGE)
    assert (made.reason, made.stage) == (reason, Stage.JUDGE)
    assert made.advice.endswith(".")
    assert len(made.advice) > 20


@pytest.mark.parametrize(
    ("reason", "made", "allowed"),
    [
        (FailureReason.AUTH, 1, False),
        (FailureReason.QUOTA, 1, False),
        (FailureReason.BLOCKED, 1, False),
        (FailureReason.TIMEOUT, 1, True),
        (FailureReason.TIMEOUT, 2, False),
        (FailureReason.MALFORMED, 1, True),
        (FailureReason.MALFORMED, 2, False),
        (FailureReason.TRANSIENT, 3, True),
        (FailureReason.TRANSIENT, 4, False),
        (FailureReason.THROTTLED, 99, True),
    ],
)
def test_attempts_end_where_the_policy_says(reason: FailureReason, made: int, allowed: bool) -> None:
    assert may_retry(reason, attempts_made=made, max_attempts=4) is allowed


@pytest.mark.parametrize("reason", FailureReason)
@pytest.mark.parametrize("stage", [None, *Stage])
def test_no_failure_ends_as_a_score(reason: FailureReason, stage: Stage | None) -> None:
    special = {FailureReason.BLOCKED: Outcome.BLOCKED, FailureReason.REFUSED: Outcome.REFUSED}
    by_stage = Outcome.JUDGE_ERROR if stage is Stage.JUDGE else Outcome.INFERENCE_ERROR
    assert outcome_of(failure(reason, stage)) is special.get(reason, by_stage)
