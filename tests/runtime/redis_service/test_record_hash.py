"""A record as hash fields and back, and the order of the open index."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.redis_service.record_hash import (
    fact_texts,
    identity_fields,
    index_member,
    request_id_of,
    stage_reached,
    to_record,
)
from tests.contract.evaluations import answer, change, identity, spec, verdict

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - strategy
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(moment=MOMENTS, output=TEXTS, tenant=TEXTS, metadata=st.dictionaries(TEXTS, TEXTS, max_size=3))
def test_any_text_comes_back_from_its_hash_field(
    moment: datetime, output: str, tenant: str, metadata: dict[str, str]
) -> None:
    of = identity(tenant=tenant, created_at=moment, spec=spec(metadata=metadata))
    fields = identity_fields(of)
    result = fact_texts(change(of, Status.INFERENCE, inference_result=answer(output)))[0]
    fields += [
        "status",
        "INFERENCE",
        "stage",
        "INFERENCE",
        "updated_at",
        moment.isoformat(),
        "inference_result",
        result,
    ]
    fields += ["attempts:inference", "2"]
    stored = {name.encode(): value.encode() for name, value in zip(fields[::2], fields[1::2], strict=True)}
    assert to_record(stored) == EvaluationRecord(
        **dict(of),
        status=Status.INFERENCE,
        stage=Status.INFERENCE,
        updated_at=moment,
        attempts={Stage.INFERENCE: 2},
        inference_result=answer(output),
    )


@given(st.lists(st.tuples(MOMENTS, st.uuids()), min_size=2, max_size=8))
def test_index_members_sort_like_time_and_id(pairs: list[tuple[datetime, UUID]]) -> None:
    by_member = sorted(pairs, key=lambda pair: index_member(pair[0], str(pair[1])).encode())
    assert by_member == sorted(pairs, key=lambda pair: (pair[0], str(pair[1])))


def test_an_index_member_names_its_request_and_ignores_the_time_zone() -> None:
    moment = datetime(2026, 11, 23, 12, 0, 0, 5, tzinfo=UTC)
    member = index_member(moment, "an-id")
    assert request_id_of(member.encode()) == "an-id"
    assert member == index_member(moment.astimezone(timezone(timedelta(hours=8))), "an-id")


def test_facts_that_a_change_does_not_bring_are_empty_texts() -> None:
    of = identity(tenant="t")
    assert fact_texts(change(of, Status.JUDGE)) == ["", "", "", ""]
    assert fact_texts(change(of, Status.JUDGE, judge_result=verdict()))[1].startswith('{"score":0.85')


def test_an_end_tells_which_stage_it_reached() -> None:
    of = identity(tenant="t")
    cases = {
        Status.JUDGE: change(of, Status.COMPLETED),
        Status.INFERENCE: change(of, Status.FAILED, failure=failure(FailureReason.AUTH, Stage.INFERENCE)),
        Status.CREATED: change(of, Status.FAILED, failure=failure(FailureReason.NOT_PUBLISHED, None)),
        Status.GATEWAY: change(of, Status.GATEWAY),
    }
    assert {stage: stage_reached(one) for stage, one in cases.items()} == {stage: stage for stage in cases}
