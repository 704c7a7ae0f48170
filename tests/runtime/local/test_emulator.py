"""The corrections of the AWS emulator, seen through the AWS API."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from runtime.kit.aws import aws_client
from runtime.local.aws_access import emulator_access
from runtime.local.emulator import RELEASE_PATH, SAVE_PATH
from runtime.local.folder import Folder
from runtime.local.parts.aws_emulator import AwsEmulator
from runtime.local.ports import LOOPBACK
from tests.runtime.local.stand_ins import made
from tests.servers.process import free_port, running

pytestmark = pytest.mark.servers
HIDDEN_SECONDS = 600
WAIT_SECONDS = 10


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    chosen = free_port()
    for name, value in emulator_access(chosen).items():
        monkeypatch.setenv(name, value)
    return chosen


@contextmanager
def emulator(folder: Folder, port: int) -> Iterator[subprocess.Popen[bytes]]:
    settings = AwsEmulator(folder=folder, port=port)._settings()
    command = ["env", *(f"{name}={value}" for name, value in settings.items())]
    command += [sys.executable, "-m", "runtime.local.emulator"]
    with running(command, log=folder.log("aws"), answers=lambda: order(port, "/_ministack/health", "GET") == 200) as up:
        yield up


def order(port: int, path: str, method: str = "POST") -> int | None:
    link = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        link.request(method, path)
        return link.getresponse().status
    except OSError:
        return None
    finally:
        link.close()


@asynccontextmanager
async def queue() -> AsyncIterator[tuple[Any, str]]:
    async with aws_client("sqs") as sqs:
        created = await sqs.create_queue(QueueName="q", Attributes={"VisibilityTimeout": str(HIDDEN_SECONDS)})
        yield sqs, created["QueueUrl"]


async def receive(sqs: Any, url: str, *, wait_seconds: int = 0) -> list[str]:
    answer = await sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait_seconds)
    return [message["Body"] for message in answer.get("Messages", ())]


async def test_a_delete_may_be_repeated(tmp_path: Path, port: int) -> None:
    with emulator(made(tmp_path), port):
        async with queue() as (sqs, url):
            await sqs.send_message(QueueUrl=url, MessageBody="a")
            handle = (await sqs.receive_message(QueueUrl=url))["Messages"][0]["ReceiptHandle"]
            await sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
            await sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
            again = await sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": "1", "ReceiptHandle": handle}])
            assert [entry["Id"] for entry in again["Successful"]] == ["1"]
            assert await receive(sqs, url) == []


async def test_a_waiting_receive_gets_what_arrives_by_sns(tmp_path: Path, port: int) -> None:
    with emulator(made(tmp_path), port):
        async with queue() as (sqs, url), aws_client("sns") as sns, asyncio.TaskGroup() as tasks:
            topic = (await sns.create_topic(Name="t"))["TopicArn"]
            arn = (await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"]))["Attributes"]["QueueArn"]
            raw = {"RawMessageDelivery": "true"}
            await sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
            waiting = tasks.create_task(receive(sqs, url, wait_seconds=WAIT_SECONDS))
            await sns.publish(TopicArn=topic, Message="hello")
            assert await waiting == ["hello"]


async def test_a_message_is_not_given_to_a_receiver_that_is_gone(tmp_path: Path, port: int) -> None:
    with emulator(made(tmp_path), port):
        async with queue() as (sqs, url):
            await killed_receiver(url)
            await sqs.send_message(QueueUrl=url, MessageBody="a")
            assert await receive(sqs, url, wait_seconds=WAIT_SECONDS) == ["a"]


async def killed_receiver(url: str) -> None:
    """Sends a long receive by hand, and hangs up while it waits."""
    body = f'{{"QueueUrl": "{url}", "WaitTimeSeconds": {WAIT_SECONDS}}}'.encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Length: {len(body)}\r\n"
    port = int(os.environ["AWS_ENDPOINT_URL"].rpartition(":")[2])
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    writer.write(f"{head}Content-Type: application/x-amz-json-1.0\r\n\r\n".encode() + body)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await reader.read()
    assert writer.transport is not None
    writer.transport.abort()


async def test_accepted_messages_survive_a_kill_and_deleted_ones_stay_deleted(tmp_path: Path, port: int) -> None:
    folder = made(tmp_path)
    with emulator(folder, port) as killed:
        async with queue() as (sqs, url):
            assert order(port, SAVE_PATH) == 204
            for body in ("done", "open", "new"):
                await sqs.send_message(QueueUrl=url, MessageBody=body)
            first = (await sqs.receive_message(QueueUrl=url))["Messages"][0]
            await sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    with emulator(folder, port):
        async with queue() as (sqs, url):
            assert sorted(await receive(sqs, url)) == ["new", "open"]


async def test_queues_survive_a_clean_stop(tmp_path: Path, port: int) -> None:
    folder = made(tmp_path)
    with emulator(folder, port) as stopped:
        async with queue() as (sqs, url):
            await sqs.send_message(QueueUrl=url, MessageBody="a")
        stopped.terminate()
        stopped.wait()
    assert (folder.state("aws") / "arrivals.jsonl").read_text() == ""
    with emulator(folder, port):
        async with queue() as (sqs, url):
            assert await receive(sqs, url) == ["a"]


async def test_what_a_dead_worker_had_received_can_be_released(tmp_path: Path, port: int) -> None:
    with emulator(made(tmp_path), port):
        async with queue() as (sqs, url):
            await sqs.send_message(QueueUrl=url, MessageBody="a")
            assert await receive(sqs, url) == ["a"]
            assert await receive(sqs, url) == []
            assert order(port, f"{RELEASE_PATH}q") == 204
            assert await receive(sqs, url) == ["a"]
            assert order(port, f"{RELEASE_PATH}unknown") == 404
