"""`deploy` as a person runs it: the real CDK deploys everything into the emulator, and the services work on that."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest

from config.environments import DEV
from config.topology import AI_MODEL
from runtime.kit.aws import aws_client
from runtime.local.deploy.cdk import check_tools
from runtime.local.deploy.failure import DeployFailed
from runtime.local.emulator.recorded import RECORDED_ONLY
from runtime.local.folder import Folder
from runtime.local.stack_file import read_stack
from tests.flow.system import GOOGLE_KEY, KEYS, OPENAI_KEY, ROOT, System, ended, llm_stub, pages
from tests.servers.aws import use_endpoint

PARTS = ("Network", "Data", "Messaging", "Cluster", "Observability")
STACKS = {DEV.names.umbrella_stack, *(DEV.names.stack(part) for part in PARTS)}
START_SECONDS = 240
KEPT = "It keeps running"


def what_is_missing() -> str:
    try:
        check_tools()
    except DeployFailed as missing:
        return str(missing)
    return ""


pytestmark = [pytest.mark.flow, pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing())]


@dataclass(frozen=True)
class Deployment:
    process: "subprocess.Popen[bytes]"
    root: Path
    screen_file: Path
    stub_url: str

    @property
    def screen(self) -> str:
        return self.screen_file.read_text()

    @property
    def services(self) -> System:
        shown = re.search(r"Authorization: (Bearer ljk_\w+)", self.screen)
        assert shown is not None
        return System(Folder(self.root / "services"), self.stub_url, {"Authorization": shown.group(1)})

    @property
    def emulator_url(self) -> str:
        record = read_stack(Folder(self.root / "cloud"))
        assert record is not None
        return f"http://127.0.0.1:{record.parts[0].port}"


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    # Not pytest's own folder: the path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="judge-") as folder, llm_stub() as stub_url:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LLM_JUDGE_"))}
        variables = own | {
            "PYTHONPATH": str(ROOT),
            "LLM_JUDGE_LOCAL_DIR": folder,
            "LLM_JUDGE_OPENAI_BASE_URL": f"{stub_url}/v1",
            "LLM_JUDGE_GOOGLE_BASE_URL": stub_url,
            "MODEL_PATH": f"{folder}/none.gguf",
            "OPENAI_API_KEY": OPENAI_KEY,
            "GOOGLE_API_KEY": GOOGLE_KEY,
            "LLM_JUDGE_CANDIDATE_MODEL": "gpt-x",
            "LLM_JUDGE_JUDGE_MODEL": "gemini-x",
        }
        screen, command = Path(folder) / "screen", [sys.executable, "-m", "runtime.local", "deploy", "--keep"]
        with (
            screen.open("wb") as output,
            subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output) as process,
        ):
            try:
                _until_kept(process, screen)
                yield Deployment(process, Path(folder) / "deploy", screen, stub_url)
            finally:
                process.terminate()


def _until_kept(process: "subprocess.Popen[bytes]", screen: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while KEPT not in screen.read_text():
        assert process.poll() is None, screen.read_text()
        assert time.monotonic() < deadline, screen.read_text()
        time.sleep(0.1)


async def test_every_resource_of_every_stack_is_created_or_named_as_recorded(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_endpoint(monkeypatch, deployment.emulator_url)
    async with aws_client("cloudformation") as cloudformation:
        stacks = {stack["StackName"]: stack for stack in (await cloudformation.describe_stacks())["Stacks"]}
        assert stacks.keys() >= STACKS
        for name in STACKS:
            assert stacks[name]["StackStatus"] == "CREATE_COMPLETE"
            resources = (await cloudformation.describe_stack_resources(StackName=name))["StackResources"]
            assert {resource["ResourceStatus"] for resource in resources} == {"CREATE_COMPLETE"}
            recorded = {resource["ResourceType"] for resource in resources} & RECORDED_ONLY.keys()
            assert all(kind in deployment.screen for kind in recorded)


async def test_the_evaluation_was_scored_once_and_has_one_row(deployment: Deployment) -> None:
    assert "one row in the history" in deployment.screen
    async with deployment.services.client() as client:
        rows = [row async for row in pages(client, status="COMPLETED")]
    assert [row["outcome"] for row in rows] == ["scored"]
    assert [call["protocol"] for call in await deployment.services.stub_calls()] == ["google"]


async def test_a_prompt_passes_both_stages_with_keys_that_are_sealed_by_the_deployed_pairs(
    deployment: Deployment,
) -> None:
    body = {
        "input": "case-deployed",
        "candidate": {"model": "openai/gpt-x"},
        "judge": {"model": "google/gemini-x"},
    }
    async with deployment.services.client() as client:
        accepted = await client.post("/v1/evaluations", json=body, headers=KEYS)
        assert accepted.status_code == httpx2.codes.ACCEPTED, accepted.text
        evaluation = await ended(client, accepted.json()["id"])
    assert evaluation["outcome"] == "scored"
    calls = [call for call in await deployment.services.stub_calls() if call["case"] == "case-deployed"]
    assert [call["protocol"] for call in calls] == ["openai", "google"]


def test_the_code_does_not_differ_from_what_was_deployed(deployment: Deployment) -> None:
    assert f"no differences in {len(STACKS)} stacks" in deployment.screen


def test_a_changed_setting_shows_its_own_difference_and_no_other(deployment: Deployment) -> None:
    changes = [line for line in deployment.screen.splitlines() if "[-] …" in line or "[+] …" in line]
    before, after = (line.replace("[-]", "").replace("[+]", "").strip() for line in changes)
    assert before.replace('"max_in_flight\\":64', '"max_in_flight\\":65') == after
    changed = [line.split()[1] for line in deployment.screen.splitlines() if line.startswith("[~]")]
    assert changed == ["AWS::AppConfig::HostedConfigurationVersion", "AWS::AppConfig::Deployment"]


async def test_without_its_tenants_key_nobody_is_let_in(deployment: Deployment) -> None:
    async with httpx2.AsyncClient(base_url=deployment.services.gateway_url, trust_env=False) as stranger:
        response = await stranger.get("/v1/evaluations")
    assert (response.status_code, response.json()["code"]) == (401, "missing_api_key")


def test_nothing_listens_beyond_this_machine(deployment: Deployment) -> None:
    command = psutil.Process(deployment.process.pid)
    addresses = {
        link.laddr.ip
        for process in (command, *command.children(recursive=True))
        for link in process.net_connections(kind="inet")
        if link.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_it_runs_without_the_local_model_and_says_so(deployment: Deployment) -> None:
    assert f"{AI_MODEL.name}    failed" in deployment.screen


def test_interrupted_it_stops_everything_and_leaves_only_its_logs(deployment: Deployment) -> None:
    deployment.process.send_signal(signal.SIGINT)
    assert deployment.process.wait(timeout=60) == 0
    assert "Every step held" in deployment.screen
    left = {path.relative_to(deployment.root).parts[1] for path in deployment.root.rglob("*") if path.is_file()}
    assert left == {"logs", "run"}
    for log in deployment.root.rglob("*.log"):
        assert OPENAI_KEY not in log.read_text()
        assert GOOGLE_KEY not in log.read_text()
