"""Starts the one-machine stack for the flow tests, in a folder of its own, and lets them kill its parts."""

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx2
import psutil

from runtime.local.folder import Folder
from runtime.local.stack_file import PartRecord, StackRecord, State, read_stack
from tests.servers.aws import aws_environment

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 180
END_SECONDS = 150
OPENAI_KEY, GOOGLE_KEY = "sk-flow-openai-4f1d9c", "flow-google-77ab20"
NO_TLS = ssl.create_default_context()
"""For clients of plain HTTP: each would make one of its own, which takes 60 ms."""
KEYS = {"X-OpenAI-Api-Key": OPENAI_KEY, "X-Google-Api-Key": GOOGLE_KEY}


@dataclass(frozen=True)
class System:
    folder: Folder
    stub_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """With every request of its clients."""

    @property
    def record(self) -> StackRecord:
        record = read_stack(self.folder)
        assert record is not None
        return record

    @property
    def gateway_url(self) -> str:
        return self.record.gateway_url

    def part(self, name: str) -> PartRecord:
        return next(part for part in self.record.parts if part.name == name)

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            base_url=self.gateway_url, headers=self.headers, timeout=90, trust_env=False, verify=NO_TLS
        )

    def kill(self, name: str) -> None:
        """SIGKILL: no drain, no goodbye."""
        process = self.part(name).process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)

    async def until_restarted(self, name: str, restarts: int) -> None:
        async with asyncio.timeout(START_SECONDS):
            while (part := self.part(name)).restarts <= restarts or part.state is not State.READY:
                await asyncio.sleep(0.1)

    async def stub_calls(self) -> list[dict[str, Any]]:
        async with httpx2.AsyncClient(base_url=self.stub_url, trust_env=False, verify=NO_TLS) as client:
            calls: list[dict[str, Any]] = (await client.get("/_stub/calls")).json()
            return calls

    def use_aws(self) -> None:
        os.environ.update(aws_environment(f"http://127.0.0.1:{self.part('aws').port}"))


@contextmanager
def llm_stub() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.stubs.llm_stub", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        finally:
            process.terminate()


@contextmanager
def running_system(
    folder: Path,
    *,
    log_level: str = "DEBUG",
    variables: Mapping[str, str] = MappingProxyType({}),
    ports_away: int = 0,
) -> Iterator[System]:
    """`variables`: more of them, or others, for the supervisor. `ports_away`: from the services' own ports."""
    with llm_stub() as stub_url:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {
            "PYTHONPATH": f"{ROOT}",
            "LLM_JUDGE_LOCAL_DIR": str(folder),
            "LLM_JUDGE_OPENAI_BASE_URL": f"{stub_url}/v1",
            "LLM_JUDGE_GOOGLE_BASE_URL": stub_url,
            # It judges nothing, but it is small: enough to show that the wire works.
            "LLM_JUDGE_MODEL": "smollm2-135m",
            "LLM_JUDGE_LOG_LEVEL": log_level,
            # Not those of whoever runs the tests: it is open.
            "LLM_JUDGE_TENANTS": str(folder),
            **variables,
        }
        command = [sys.executable, "-m", "tests.flow.short_leases", str(ports_away), "up"]
        log = folder.with_suffix(".log").open("w")
        with log, subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log) as supervisor:
            system = System(folder=Folder(folder), stub_url=stub_url)
            try:
                _until_ready(system, supervisor)
                yield system
            finally:
                supervisor.terminate()
                supervisor.wait(timeout=120)


def _until_ready(system: System, supervisor: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while (record := read_stack(system.folder)) is None or record.state is not State.READY:
        assert supervisor.poll() is None, system.folder.root.with_suffix(".log").read_text()
        assert time.monotonic() < deadline, record
        time.sleep(0.1)


def processes_of(system: System) -> list[psutil.Process]:
    supervisor = psutil.Process(system.record.supervisor.pid)
    return [supervisor, *supervisor.children(recursive=True)]


async def ended(client: httpx2.AsyncClient, evaluation_id: str) -> dict[str, Any]:
    """The evaluation once it is terminal; a gateway that is being restarted is asked again."""
    async with asyncio.timeout(END_SECONDS):
        while True:
            try:
                response = await client.get(f"/v1/evaluations/{evaluation_id}", headers={"Prefer": "wait=10"})
            except httpx2.TransportError:
                await asyncio.sleep(0.2)
                continue
            if response.status_code == httpx2.codes.OK and response.json()["status"] in ("COMPLETED", "FAILED"):
                body: dict[str, Any] = response.json()
                return body
            await asyncio.sleep(0.2)


async def submitted(client: httpx2.AsyncClient, body: dict[str, Any], *, key: str) -> str:
    """The id; sent again with the same Idempotency-Key until it is accepted."""
    async with asyncio.timeout(END_SECONDS):
        while True:
            try:
                response = await client.post("/v1/evaluations", json=body, headers={"Idempotency-Key": key} | KEYS)
            except httpx2.TransportError:
                await asyncio.sleep(0.2)
                continue
            if response.status_code in (httpx2.codes.OK, httpx2.codes.ACCEPTED):
                return str(response.json()["id"])
            assert response.status_code in (httpx2.codes.SERVICE_UNAVAILABLE, httpx2.codes.CONFLICT), response.text
            await asyncio.sleep(0.2)


async def pages(client: httpx2.AsyncClient, **query: str) -> AsyncIterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = (await client.get("/v1/evaluations", params=query | ({"cursor": cursor} if cursor else {}))).json()
        for item in page["data"]:
            yield item
        cursor = page["next_cursor"]
        if cursor is None:
            return
