"""`demo` from nothing to its exit code, as a person runs it, with two parts killed in the middle."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from pathlib import Path

import psutil
import pytest

from runtime.local.child_environment import PROJECT
from runtime.local.folder import Folder
from runtime.local.running import running_stack
from tests.stubs.llm_stub import LlmStub

pytestmark = pytest.mark.flow
LINES = 30
OPENAI_KEY, GOOGLE_KEY = "sk-canary-openai", "canary-google"


def environment(folder: Path, stub: LlmStub) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LLM_JUDGE_"))}
    return own | {
        "LLM_JUDGE_LOCAL_DIR": str(folder),
        "LLM_JUDGE_OPENAI_BASE_URL": f"{stub.url}/v1",
        "LLM_JUDGE_GOOGLE_BASE_URL": stub.url,
        "MODEL_PATH": str(folder / "none.gguf"),
        "OPENAI_API_KEY": OPENAI_KEY,
        "GOOGLE_API_KEY": GOOGLE_KEY,
        "LLM_JUDGE_CANDIDATE_MODEL": "gpt-x--delay_300",
        "LLM_JUDGE_JUDGE_MODEL": "gemini-x--delay_700",
    }


async def command(variables: dict[str, str], *arguments: str) -> Process:
    program = (sys.executable, "-m", "runtime.local", *arguments)
    return await asyncio.create_subprocess_exec(*program, cwd=PROJECT, env=variables, stdout=PIPE, stderr=STDOUT)


async def test_demo_survives_the_death_of_database_and_judge(tmp_path: Path) -> None:
    folder, lines = Folder(tmp_path / "local"), tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps({"input": f"question {number}"}) + "\n" for number in range(LINES)))
    async with asyncio.timeout(240), LlmStub() as stub:
        variables = environment(folder.root, stub)
        demo = await command(variables, "demo", "--file", str(lines))
        try:
            await stub.called.wait()
            kill(folder, "judge-service")
            kill(folder, "mysql")
            screen, _ = await demo.communicate()
            assert demo.returncode == 0, screen.decode()
            assert f"{LINES} judged" in screen.decode()
            listens_on_loopback_only(folder)
        finally:
            await (await command(variables, "down")).communicate()
    assert running_stack(folder) is None
    written = b"".join(path.read_bytes() for path in files_below(folder.root))
    assert OPENAI_KEY.encode() not in written
    assert GOOGLE_KEY.encode() not in written


def files_below(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]


def kill(folder: Folder, name: str) -> None:
    stack = running_stack(folder)
    assert stack is not None
    process = next(part.process for part in stack.parts if part.name == name)
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)


def listens_on_loopback_only(folder: Folder) -> None:
    stack = running_stack(folder)
    assert stack is not None
    supervisor = psutil.Process(stack.supervisor.pid)
    addresses = {
        link.laddr.ip
        for process in (supervisor, *supervisor.children(recursive=True))
        for link in process.net_connections("inet")
        if link.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}
