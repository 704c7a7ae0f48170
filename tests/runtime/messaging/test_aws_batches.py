"""How SnsPublisher and SqsInbox group calls and tell each caller its own result."""

import asyncio

import pytest
from botocore.exceptions import ClientError

from runtime.contracts.unavailable import Unavailable
from runtime.kit.aws import aws_client
from runtime.messaging.ports import Delivery
from runtime.messaging.sns_publisher import SnsPublisher
from runtime.messaging.sqs_inbox import SqsInbox
from tests.fakes.aws_queues import ScriptedBatches
from tests.servers.aws import use_endpoint
from tests.servers.process import free_port

DENIED = ClientError({"Error": {"Code": "AuthorizationError", "Message": "canary"}}, "Publish")


@pytest.fixture
def client() -> ScriptedBatches:
    return ScriptedBatches()


@pytest.fixture
def publisher(client: ScriptedBatches) -> SnsPublisher:
    return SnsPublisher(client=client, topic_arn=lambda: "topic")


@pytest.fixture
def inbox(client: ScriptedBatches) -> SqsInbox:
    return SqsInbox(client=client, queue_url=lambda: "queue")


def delivery(name: str) -> Delivery:
    return Delivery(message_id=name, receipt_handle=f"receipt of {name}", body="", receive_count=1)


async def publish_all(publisher: SnsPublisher, bodies: list[str]) -> list[BaseException | None]:
    return await asyncio.gather(*(publisher.publish(body, tenant="t") for body in bodies), return_exceptions=True)


async def test_messages_published_together_share_calls_of_ten(client: ScriptedBatches, publisher: SnsPublisher) -> None:
    await publish_all(publisher, [str(n) for n in range(25)])
    assert [len(batch) for batch in client.batches] == [10, 10, 5]


async def test_each_message_names_its_tenant_as_its_group(client: ScriptedBatches, publisher: SnsPublisher) -> None:
    await asyncio.gather(*(publisher.publish(f"of {tenant}", tenant=tenant) for tenant in ("acme", "globex")))
    (batch,) = client.batches
    assert [(entry["Message"], entry["MessageGroupId"]) for entry in batch] == [
        ("of acme", "acme"),
        ("of globex", "globex"),
    ]


async def test_a_call_carries_no_more_bytes_than_sns_takes(client: ScriptedBatches, publisher: SnsPublisher) -> None:
    await publish_all(publisher, ["x" * 100_000] * 5)
    assert [len(batch) for batch in client.batches] == [2, 2, 1]


async def test_only_the_refused_message_of_a_batch_fails(client: ScriptedBatches, publisher: SnsPublisher) -> None:
    client.refuse = lambda entry: "InternalError" if entry["Message"] == "bad" else None
    good, bad, other = await publish_all(publisher, ["good", "bad", "other"])
    assert good is None
    assert other is None
    assert isinstance(bad, Unavailable)


async def test_a_failed_call_is_an_error_of_its_own_for_each_of_its_messages(
    client: ScriptedBatches, publisher: SnsPublisher
) -> None:
    client.error = DENIED
    results = await publish_all(publisher, ["one", "two"])
    assert [str(result) for result in results] == ["sns is unavailable"] * 2
    assert results[0] is not results[1]


async def test_leaving_the_publisher_waits_for_what_is_on_its_way(client: ScriptedBatches) -> None:
    client.open.clear()
    async with SnsPublisher(client=client, topic_arn=lambda: "topic") as publisher:
        publishing = asyncio.create_task(publisher.publish("one", tenant="t"))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(client.open.set)
    assert publishing.done()


async def test_deletes_of_the_same_time_share_a_call(client: ScriptedBatches, inbox: SqsInbox) -> None:
    async with asyncio.TaskGroup() as tasks:
        for n in range(12):
            tasks.create_task(inbox.delete(delivery(str(n))))
    assert [len(batch) for batch in client.batches] == [10, 2]


async def test_visibility_changes_of_the_same_time_share_a_call_each_with_its_own_seconds(
    client: ScriptedBatches, inbox: SqsInbox
) -> None:
    async with asyncio.TaskGroup() as tasks:
        for n in range(3):
            tasks.create_task(inbox.hide(delivery(str(n)), seconds=n))
    (batch,) = client.batches
    assert [entry["VisibilityTimeout"] for entry in batch] == [0, 1, 2]


async def test_visibility_changes_keep_their_order(client: ScriptedBatches, inbox: SqsInbox) -> None:
    client.open.clear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(inbox.hide(delivery("a"), seconds=180))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks.create_task(inbox.hide(delivery("a"), seconds=0))
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(client.batches) == 1
        client.open.set()
    assert [entry["VisibilityTimeout"] for batch in client.batches for entry in batch] == [180, 0]


@pytest.mark.parametrize(
    "code",
    [
        "ReceiptHandleIsInvalid",
        "InvalidParameterValue",
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
    ],
)
async def test_a_receipt_that_has_expired_is_no_error(client: ScriptedBatches, inbox: SqsInbox, code: str) -> None:
    client.refuse = lambda _: code
    await inbox.delete(delivery("a"))
    await inbox.hide(delivery("a"), seconds=0)


async def test_any_other_refusal_is_an_error_for_its_own_caller(client: ScriptedBatches, inbox: SqsInbox) -> None:
    client.refuse = lambda entry: "InternalError" if "bad" in entry["ReceiptHandle"] else None
    good, bad = await asyncio.gather(
        inbox.delete(delivery("good")), inbox.delete(delivery("bad")), return_exceptions=True
    )
    assert good is None
    assert isinstance(bad, Unavailable)


@pytest.mark.fault("F6")
async def test_a_refused_connection_is_an_unavailable_queue_and_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    use_endpoint(monkeypatch, f"http://127.0.0.1:{free_port()}")
    async with aws_client("sns") as sns, aws_client("sqs") as sqs:
        inbox = SqsInbox(client=sqs, queue_url=lambda: "http://127.0.0.1/1/q")
        with pytest.raises(Unavailable, match="sns"):
            await SnsPublisher(client=sns, topic_arn=lambda: "arn:aws:sns:us-east-1:1:t").publish("one", tenant="t")
        with pytest.raises(Unavailable, match="sqs"):
            await inbox.receive(max_messages=1, wait_seconds=0)
        with pytest.raises(Unavailable, match="sqs"):
            await inbox.delete(delivery("a"))
