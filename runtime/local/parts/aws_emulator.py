"""The AWS APIs that the services use, from ministack; or the endpoint that AWS_ENDPOINT_URL names."""

import signal
import sys
from collections.abc import Awaitable, Callable

import aiohttp

from runtime.local.aws_access import ACCOUNT
from runtime.local.child_environment import child_environment
from runtime.local.emulator import SAVE_PATH
from runtime.local.folder import Folder
from runtime.local.part import NotReady, Part
from runtime.local.parts.http_probe import http_probe
from runtime.local.ports import LOOPBACK

NAME = "aws"
Provision = Callable[[], Awaitable[None]]
"""Creates whatever is missing; raises NotReady where AWS does not answer."""


def aws_emulator(*, folder: Folder, port: int, provision: Provision) -> Part:
    address = f"http://{LOOPBACK}:{port}"

    async def settle() -> None:
        await provision()
        await _save(address)

    return Part(
        name=NAME,
        port=port,
        command=(sys.executable, "-m", "runtime.local.emulator"),
        environment=child_environment() | _emulator_settings(folder, port),
        probe=http_probe(f"{address}/_ministack/health"),
        settle=settle,
        cost_of_death=(
            "The messages in its queues are lost: evaluations that waited there stay open, send them again."
        ),
        # A clean stop writes the queues to disk.
        orphan_signal=signal.SIGTERM,
    )


def aws_elsewhere(*, provision: Provision) -> Part:
    async def answers() -> None:
        return None

    return Part(name=NAME, command=None, probe=answers, settle=provision)


def _emulator_settings(folder: Folder, port: int) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "SERVICES": "sns,sqs,kms,secretsmanager,appconfig,appconfigdata,sts",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder.state(NAME)),
        "LOG_LEVEL": "WARNING",
        # Left on, it opens an MQTT port, and looks for containers of its own to remove.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
    }


async def _save(address: str) -> None:
    """Queues, topics and keys are in place now: a killed emulator shall come back with them."""
    try:
        async with aiohttp.ClientSession() as session, session.post(address + SAVE_PATH) as answer:
            answer.raise_for_status()
    except (aiohttp.ClientError, OSError):
        raise NotReady from None
