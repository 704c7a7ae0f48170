"""A record as a row and back: equal, whatever a valid record holds."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.topology import Stage
from runtime.contracts.evaluation import (
    Candidate,
    CandidateParameters,
    CascadeSettings,
    EvaluationRecord,
    EvaluationSpec,
    Identity,
    JudgeSettings,
    Message,
)
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import CriterionScore, InferenceResult, JudgeResult, Method, Outcome, Usage
from runtime.contracts.rubric import Criterion, Rubric
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from runtime.local.replacements import MySqlServer
from runtime.persistence.rows import COLUMNS, READ_COLUMNS, to_record, to_row
from tests.contract.evaluations import completed, identity, largest_schema, spec
from tests.runtime.persistence.databases import migrated, open_database, open_history

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PROMPTS = ANY_TEXT.map(lambda text: text.replace("\x00", "") + "x")
LABELS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}", fullmatch=True)
UNIT = st.floats(0, 1)
WEIGHT = st.floats(0, 1000, exclude_min=True)
WHOLE = st.integers(0, 2**53)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - strategy

MARIADB_DEPTH = 31
"""Objects and lists in each other; with one more its JSON_VALID says no (10.11). MySQL takes 100."""


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


USAGE = st.builds(Usage, input_tokens=WHOLE, output_tokens=WHOLE)
RUBRICS = st.just(DEFAULT_RUBRIC) | st.builds(
    Rubric,
    name=st.just("mine"),
    version=st.integers(1, 999),
    criteria=st.tuples(st.builds(Criterion, name=st.just("one"), question=PROMPTS, weight=WEIGHT)),
)
PARAMETERS = st.builds(
    CandidateParameters,
    temperature=maybe(st.floats(0, 2)),
    top_p=maybe(st.floats(0, 1, exclude_min=True)),
    seed=maybe(st.integers(-(2**63), 2**63 - 1)),
)
SPECS = st.builds(
    EvaluationSpec,
    input=st.lists(
        st.builds(Message, role=st.sampled_from(["system", "user"]), content=PROMPTS), min_size=1, max_size=2
    ).map(tuple),
    output=maybe(ANY_TEXT),
    candidate=maybe(st.builds(Candidate, model=st.just("openai/m"), parameters=PARAMETERS)),
    judge=st.builds(JudgeSettings, model=st.just("google/m"), rubric=RUBRICS, reference=maybe(PROMPTS)),
    run=maybe(LABELS),
    item=maybe(LABELS),
    metadata=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
)
INFERENCES = st.builds(
    InferenceResult, output=ANY_TEXT, source=st.just("generated"), served_model=maybe(ANY_TEXT), usage=maybe(USAGE)
)
VERDICTS = st.builds(
    JudgeResult,
    score=UNIT,
    criteria=st.lists(
        st.builds(CriterionScore, name=ANY_TEXT, weight=WEIGHT, score=UNIT, evidence=maybe(ANY_TEXT)),
        min_size=1,
        max_size=3,
    ).map(tuple),
    rationale=ANY_TEXT,
    method=st.sampled_from(Method),
    rubric=st.just("mine@1"),
    requested_model=st.just("google/m"),
    served_model=maybe(ANY_TEXT),
    usage=maybe(USAGE),
)


@st.composite
def records(draw: Callable[[st.SearchStrategy[Any]], Any]) -> EvaluationRecord:
    created_at = draw(MOMENTS)
    of = Identity(
        request_id=draw(st.uuids(version=4)),
        tenant=draw(ANY_TEXT),
        created_at=created_at,
        deadline_at=created_at,
        spec=draw(SPECS),
    )
    scored = draw(maybe(VERDICTS))
    return EvaluationRecord(
        **dict(of),
        status=Status.COMPLETED if scored else Status.FAILED,
        stage=Status.JUDGE,
        updated_at=draw(MOMENTS),
        attempts=draw(st.dictionaries(st.sampled_from(Stage), st.integers(0, 9))),
        inference_result=draw(maybe(INFERENCES)),
        judge_result=scored,
        failure=None if scored else failure(FailureReason.REFUSED, Stage.INFERENCE),
        outcome=Outcome.SCORED if scored else Outcome.REFUSED,
    )


@given(records())
def test_a_row_read_back_is_the_record(record: EvaluationRecord) -> None:
    row = dict(zip(COLUMNS, to_row(record).values, strict=True))
    row["tenant"] = row["tenant"].encode()
    assert to_record([row[name] for name in READ_COLUMNS.split(", ")]) == record


def test_the_deepest_schema_for_an_answer_makes_no_request_too_deep_for_mariadb() -> None:
    cascade = CascadeSettings(json_schema=largest_schema())
    judge = JudgeSettings(model="google/m", rubric=DEFAULT_RUBRIC, cascade=cascade)
    row = to_row(completed(identity(tenant="t", spec=spec(judge=judge))))
    assert _depth(json.loads(dict(zip(COLUMNS, row.values, strict=True))["request"])) == MARIADB_DEPTH


def _depth(value: object) -> int:
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)


@pytest.mark.fault("F46")
@pytest.mark.servers
def test_whatever_a_record_holds_is_equal_after_a_round_trip_through_mysql(mysql_at: MySqlServer) -> None:
    with asyncio.Runner() as runner:

        async def round_trip(record: EvaluationRecord) -> EvaluationRecord | None:
            async with open_database(mysql_at) as database, open_history(database) as history:
                await history.record(record)
                return await history.get(record.request_id, tenant=record.tenant)

        @settings(max_examples=150, deadline=None)
        @given(records())
        def returns_equal(drawn: EvaluationRecord) -> None:
            # The same id again would give the row of an earlier example.
            record = drawn.model_copy(update={"request_id": uuid4()})
            assert runner.run(round_trip(record)) == record

        runner.run(migrated(mysql_at))
        returns_equal()
