"""The AWS APIs that the services use, from ministack; or the endpoint that AWS_ENDPOINT_URL names."""

import signal
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp

from config.limits import SEALING_ROTATION_SECONDS
from runtime.local.aws_access import ACCOUNT
from runtime.local.child_environment import child_environment
from runtime.local.emulator import RELEASE_PATH, SAVE_PATH
from runtime.local.folder import Folder
from runtime.local.part import ANSWER_SECONDS, NotReady, Part, Step, nothing
from runtime.local.parts.http_probe import http_probe
from runtime.local.ports import LOOPBACK

NAME = "aws"
USED_BY_SERVICES = "sns,sqs,kms,secretsmanager,appconfig,appconfigdata,sts"


class AwsEmulator:
    def __init__(self, *, folder: Folder, port: int, lambda_packages: Path | None = None) -> None:
        """With `lambda_packages` it serves every API and takes deployments; their Lambdas find their packages there."""
        self._folder = folder
        self._port = port
        self._lambda_packages = lambda_packages
        self._address = f"http://{LOOPBACK}:{port}"

    def part(self, *, provision: Step) -> Part:
        """`provision` creates whatever is missing; it raises NotReady where AWS does not answer."""

        async def settle() -> None:
            await provision()
            # Queues, topics and keys are in place now: a killed emulator shall come back with them.
            await self._order(SAVE_PATH)

        return Part(
            name=NAME,
            port=self._port,
            command=(sys.executable, "-m", "runtime.local.emulator"),
            environment=child_environment() | self._settings(),
            probe=http_probe(f"{self._address}/_ministack/health"),
            settle=settle,
            settle_again_seconds=SEALING_ROTATION_SECONDS,
            # A clean stop writes the queues to disk.
            orphan_signal=signal.SIGTERM,
        )

    def release_messages_of(self, queue: str) -> Step:
        """Before the queue's only worker starts again: what it had received when it died comes back at once."""

        async def release() -> None:
            with suppress(NotReady):
                await self._order(RELEASE_PATH + queue)

        return release

    def _settings(self) -> dict[str, str]:
        return self._extent() | {
            "GATEWAY_PORT": str(self._port),
            "MINISTACK_HOST": LOOPBACK,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._folder.state(NAME)),
            "LOG_LEVEL": "WARNING",
            # Left on, it opens an MQTT port, and looks for containers of its own to remove.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
        }

    def _extent(self) -> dict[str, str]:
        if self._lambda_packages is None:
            return {"SERVICES": USED_BY_SERVICES}
        # In AWS the Lambda runtime brings the SDK. Each Lambda is unpacked into a temporary folder that nobody removes.
        return {"NODE_PATH": str(self._lambda_packages), "TMPDIR": str(self._folder.state("lambdas"))}

    async def _order(self, path: str) -> None:
        try:
            async with aiohttp.ClientSession() as session, session.post(self._address + path) as answer:
                answer.raise_for_status()
        except (aiohttp.ClientError, OSError):
            raise NotReady from None


def aws_elsewhere(*, provision: Step) -> Part:
    return Part(
        name=NAME,
        command=None,
        probe=nothing,
        settle=provision,
        settle_again_seconds=SEALING_ROTATION_SECONDS,
        start_timeout_seconds=ANSWER_SECONDS,
    )
