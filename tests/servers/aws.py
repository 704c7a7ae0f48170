"""AWS for tests: the emulator of the one-machine stack, a stricter layer before it, and moto as a second opinion."""

import http.client
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.process import free_port, running
from tests.servers.strict_aws import strict_aws
from tests.servers.thread import in_a_thread

ROOT = Path(__file__).parent.parent.parent
REGION = "us-east-1"


@pytest.fixture(scope="session")
def emulator_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with emulator(tmp_path_factory.mktemp("emulator")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def moto_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with moto(tmp_path_factory.mktemp("moto")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def strict_at(emulator_at: str) -> Iterator[str]:
    with in_a_thread(strict_aws(emulator_at, seed=1)) as (strict, _):
        yield f"http://127.0.0.1:{strict.port}"


def use_endpoint(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    """What `aws_client` makes from now on talks to this endpoint."""
    for name, value in aws_environment(endpoint).items():
        monkeypatch.setenv(name, value)


def aws_environment(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


@contextmanager
def emulator(directory: Path) -> Iterator[str]:
    port = free_port()
    command = ["env", f"PYTHONPATH={ROOT}", f"GATEWAY_PORT={port}", f"STATE_DIR={directory}", "LOG_LEVEL=WARNING"]
    command += ["MINISTACK_HOST=127.0.0.1", sys.executable, "-m", "runtime.local.emulator"]
    with running(command, log=directory / "emulator.log", answers=lambda: _answers(port, "/_ministack/health")):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def moto(directory: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(command, log=directory / "moto.log", answers=lambda: _answers(port, "/moto-api/")):
        yield f"http://127.0.0.1:{port}"


def _answers(port: int, path: str) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        link.request("GET", path)
        return link.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        link.close()
