"""The strict layer refuses what AWS refuses, and is careless by its seed."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from runtime.kit.aws import aws_client
from tests.contract.messaging_subjects import create_channel
from tests.servers.aws import use_endpoint
from tests.servers.strict_aws import Carelessness, strict_aws

pytestmark = pytest.mark.servers
LARGE = 256 * 1024


@asynccontextmanager
async def channel(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, *, visibility: int = 30, **careless: Any
) -> AsyncIterator[tuple[Any, Any, str, str]]:
    async with strict_aws(endpoint, seed=3) as strict:
        strict.carelessness = Carelessness(**careless)
        use_endpoint(monkeypatch, f"http://127.0.0.1:{strict.port}")
        async with aws_client("sns") as sns, aws_client("sqs") as sqs:
            topic, queue = await create_channel(sns, sqs, visibility)
            yield sns, sqs, topic, queue


async def received(sqs: Any, queue: str) -> list[dict[str, Any]]:
    answer = await sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=0)
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


@pytest.mark.fault("F46")
@pytest.mark.parametrize("text", ["\x00", "\x0b", "\ufffe"], ids=ascii)
async def test_text_that_xml_cannot_carry_is_refused(
    emulator_at: str, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    async with channel(emulator_at, monkeypatch) as (sns, sqs, topic, queue):
        with pytest.raises(ClientError):
            await sns.publish_batch(
                TopicArn=topic, PublishBatchRequestEntries=[{"Id": "0", "Message": f"before{text}after"}]
            )
        with pytest.raises(ClientError):
            await sqs.send_message(QueueUrl=queue, MessageBody=text)
        assert await received(sqs, queue) == []


@pytest.mark.fault("F44")
@pytest.mark.parametrize("bodies", [["\u20ac" * (LARGE // 3 + 1)], ["x" * 100_000] * 3], ids=["one", "a batch"])
async def test_size_is_that_of_the_encoded_text_and_of_a_batch_together(
    emulator_at: str, monkeypatch: pytest.MonkeyPatch, bodies: list[str]
) -> None:
    async with channel(emulator_at, monkeypatch) as (sns, _, topic, _):
        with pytest.raises(ClientError):
            await sns.publish_batch(
                TopicArn=topic,
                PublishBatchRequestEntries=[{"Id": str(n), "Message": body} for n, body in enumerate(bodies)],
            )


@pytest.mark.fault("F9")
async def test_a_replaced_receipt_changes_nothing(emulator_at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with channel(emulator_at, monkeypatch, doubled=1.0) as (sns, sqs, topic, queue):
        await sns.publish(TopicArn=topic, Message="one")
        (first,), (second,) = await received(sqs, queue), await received(sqs, queue)
        entry = {"Id": "0", "ReceiptHandle": first["ReceiptHandle"]}
        deleted = await sqs.delete_message_batch(QueueUrl=queue, Entries=[entry])
        assert [one["Id"] for one in deleted["Successful"]] == ["0"]
        hidden = await sqs.change_message_visibility_batch(QueueUrl=queue, Entries=[entry | {"VisibilityTimeout": 9}])
        assert [one["Code"] for one in hidden["Failed"]] == ["InvalidParameterValue"]
        assert second["MessageId"] == first["MessageId"]
        entry = {"Id": "0", "ReceiptHandle": second["ReceiptHandle"], "VisibilityTimeout": 0}
        await sqs.change_message_visibility_batch(QueueUrl=queue, Entries=[entry])
        assert [one["MessageId"] for one in await received(sqs, queue)] == [first["MessageId"]]


@pytest.mark.fault("F10")
async def test_a_lost_receive_comes_back_after_its_visibility(
    emulator_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with channel(emulator_at, monkeypatch, visibility=0, lost=0.5, reordered=True) as (sns, sqs, topic, queue):
        for number in range(10):
            await sns.publish(TopicArn=topic, Message=str(number))
        seen: Counter[str] = Counter()
        batches = []
        while len(seen) < 10:
            batches.append([one["Body"] for one in await received(sqs, queue)])
            seen.update(batches[-1])
        assert any(len(batch) < 10 for batch in batches)
        assert any(batch != sorted(batch) for batch in batches)
