"""The image's files without Docker: each service as a pod runs it, beside the real servers of the running system."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from config.topology import GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS, Service
from tests.flow.system import System, ended, submitted
from tests.images.tree import Tree, build_tree
from tests.servers.aws import aws_environment
from tests.servers.process import free_port

pytestmark = [
    pytest.mark.flow,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("unshare") is None,
        reason="SKIPPED: only root can give a process a root of its own; run the tests as root to see this one",
    ),
]

SERVICES = (REDIS, PERSISTENCE, GATEWAY, INFERENCE, JUDGE)
START_SECONDS = 60
DRAIN_SECONDS = 30
NOT_ALLOWED = (
    "pytest",
    "aws_cdk",
    "cdk8s",
    "moto",
    "ministack",
    "xllamacpp",
    "runtime.local",
    "runtime.ai_model",
)
LOOK_AROUND = """
import importlib.util, json, os, shutil, sys
def writable(folder):
    try:
        open(os.path.join(folder, "probe"), "w").close()
    except OSError:
        return False
    return True
print(json.dumps({
    "user": [os.getuid(), os.getgid(), os.getgroups()],
    "writable": [name for name in ("/", "/opt/llm-judge", "/opt/llm-judge/project", "/var", "/tmp") if writable(name)],
    "importable": [name for name in sys.argv[1:] if importlib.util.find_spec(name)],
}))
"""


@pytest.fixture(scope="module")
def tree(system: System) -> Iterator[Tree]:
    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        tree = build_tree(Path(folder) / "root")
        for secret in system.folder.secrets.iterdir():
            tree.mount_secret(secret.name, secret.read_text())
        yield tree


@asynccontextmanager
async def running(tree: Tree, service: Service, system: System) -> AsyncIterator[tuple["subprocess.Popen[bytes]", str]]:
    port = free_port()
    process = tree.start(
        "-m",
        service.module,
        environment={
            **aws_environment(f"http://127.0.0.1:{system.part('aws').port}"),
            "LLM_JUDGE_ENVIRONMENT": "local",
            "LLM_JUDGE_HOST": "127.0.0.1",
            "LLM_JUDGE_PORT": str(port),
        },
        log=log_of(tree, service),
    )
    try:
        await until_ready(process, port, log_of(tree, service))
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def log_of(tree: Tree, service: Service) -> Path:
    return tree.root.parent / f"{service.name}.log"


async def until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS), httpx2.AsyncClient(trust_env=False) as client:
        while True:
            assert process.poll() is None, log
            with contextlib.suppress(httpx2.TransportError):
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == httpx2.codes.OK:
                    return
            await asyncio.sleep(0.1)


def test_the_tree_has_no_rights_nothing_writable_but_tmp_and_nothing_it_does_not_need(tree: Tree) -> None:
    log = tree.root.parent / "look.log"
    assert tree.start("-c", LOOK_AROUND, *NOT_ALLOWED, environment={}, log=log).wait(timeout=60) == 0, log.read_text()
    seen = json.loads(log.read_text())
    assert seen == {"user": [10001, 10001, []], "writable": ["/tmp"], "importable": []}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_service_starts_from_the_tree_turns_ready_and_ends_at_sigterm(
    tree: Tree, system: System, service: Service
) -> None:
    async with running(tree, service, system) as (process, url):
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
            assert (await client.get("/healthz")).status_code == httpx2.codes.OK
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, DRAIN_SECONDS) == 0, log_of(tree, service).read_text()


async def test_an_evaluation_goes_through_the_services_of_the_tree(tree: Tree, system: System) -> None:
    async with AsyncExitStack() as stack:
        urls = [(await stack.enter_async_context(running(tree, service, system)))[1] for service in SERVICES]
        gateway = urls[SERVICES.index(GATEWAY)]
        body = {"input": "case-image", "candidate": {"model": "openai/gpt-x"}, "judge": {"model": "google/gemini-x"}}
        async with httpx2.AsyncClient(base_url=gateway, timeout=90, trust_env=False) as client:
            evaluation = await ended(client, await submitted(client, body, key="image"))
        assert (evaluation["outcome"], evaluation["failure"]) == ("scored", None)
