"""The five services: `python -m runtime.gateway` and so on, with an environment as in the cluster."""

import sys
from collections.abc import Mapping

from config.environments import LOCAL
from config.topology import GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS, Service
from runtime.local.child_environment import child_environment
from runtime.local.folder import Folder
from runtime.local.part import Part, Step, nothing
from runtime.local.parts import aws_emulator, mysql, redis
from runtime.local.parts.http_probe import http_probe
from runtime.local.ports import LOOPBACK

NEEDS = {
    REDIS.name: (aws_emulator.NAME, redis.NAME),
    PERSISTENCE.name: (aws_emulator.NAME, mysql.NAME),
    INFERENCE.name: (aws_emulator.NAME,),
    JUDGE.name: (aws_emulator.NAME,),
    GATEWAY.name: (aws_emulator.NAME,),
}
STOP_SECONDS = 20.0
"""Running calls may finish; what is cut off is done again after the next start."""


def service_part(
    service: Service, *, folder: Folder, port: int, access: Mapping[str, str], prepare: Step = nothing
) -> Part:
    return Part(
        name=service.name,
        port=port,
        command=(sys.executable, "-m", service.module),
        environment=child_environment() | dict(access) | service_environment(folder, port),
        needs=NEEDS[service.name],
        prepare=prepare,
        probe=http_probe(f"http://{LOOPBACK}:{port}/readyz"),
        stop_timeout_seconds=STOP_SECONDS,
    )


def service_environment(folder: Folder, port: int) -> dict[str, str]:
    return {
        "LLM_JUDGE_ENVIRONMENT": LOCAL.name,
        "LLM_JUDGE_HOST": LOOPBACK,
        "LLM_JUDGE_PORT": str(port),
        "LLM_JUDGE_SECRETS_DIR": str(folder.secrets),
    }
