"""Leaks on purpose, in each place: a search that does not find them proves nothing."""

import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from runtime.kit.aws import aws_client
from tests.canary.canaries import Marks
from tests.canary.mysql_places import cursor_of
from tests.canary.places import SHARED_MEMORY, Witnesses
from tests.canary.process_places import open_to_all
from tests.canary.redis_places import redis_of
from tests.flow.system import System

TEXT_ONLY = ("processes", "queues")
"""How the names of such places begin: bytes that are no text cannot be put there."""


def takes_only_text(place: str) -> bool:
    return place.startswith(TEXT_ONLY)


def planted(marks: Marks, random: Random, forms: Mapping[str, Callable[[str], bytes]]) -> bytes:
    """One key in each form, one after the other."""
    key = marks.key(random)
    return b" ".join(form(key) for form in forms.values())


@asynccontextmanager
async def leaks(system: System, seen: Witnesses, text: bytes, everything: bytes) -> AsyncIterator[None]:
    """Until it is left."""
    with ExitStack() as stack:
        for path in (
            system.folder.log("planted"),
            system.folder.root / "run" / "planted",
            Path(tempfile.gettempdir()) / "planted",
            SHARED_MEMORY / f"planted-{system.record.supervisor.pid}",
        ):
            path.write_bytes(everything)
            stack.callback(path.unlink)
        seen.replies.append(("planted", everything))
        stack.callback(seen.replies.pop)
        stack.enter_context(_processes(text.decode()))
        for name in ("environ", "cmdline"):
            seen.processes.update((data, path) for path, data in open_to_all(name))
        async with redis_of(system) as redis, cursor_of(system) as cursor:
            await redis.set("planted", everything)
            await cursor.execute("CREATE TABLE planted (body LONGBLOB)")
            await cursor.execute("INSERT INTO planted VALUES (UNHEX(%s))", (everything.hex(),))
            await _to_queues_and_secrets(text.decode())
            yield
            await redis.delete("planted")
            await cursor.execute("DROP TABLE planted")


def _processes(text: str) -> ExitStack:
    """One has it in its environment, the other in its arguments."""
    stack, waits = ExitStack(), [sys.executable, "-c", "input()"]
    for command, environment in ((waits, {"PLANTED": text}), ([*waits, text], {})):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
        stack.callback(process.wait)
        stack.callback(process.terminate)
    return stack


async def _to_queues_and_secrets(text: str) -> None:
    attribute = {"DataType": "String", "StringValue": text}
    async with aws_client("sqs") as sqs, aws_client("secretsmanager") as secrets:
        for url in (await sqs.list_queues())["QueueUrls"]:
            if url.endswith("dlq"):
                await sqs.send_message(QueueUrl=url, MessageBody=text, MessageAttributes={"planted": attribute})
        await secrets.create_secret(Name="planted", SecretString=text)
