"""The ai-model-service: a small model on the CPU, so that the whole runs without a key."""

import asyncio
import sys

from config.topology import AI_MODEL
from runtime.ai_model.settings import Settings
from runtime.local.child_environment import child_environment
from runtime.local.folder import Folder
from runtime.local.part import Part, Step, Unusable
from runtime.local.parts.http_probe import http_probe
from runtime.local.parts.services import service_environment
from runtime.local.ports import LOOPBACK
from runtime.local.weights import weights_missing

NAME = AI_MODEL.name
LOAD_SECONDS = 180.0
NO_MODEL = (
    "Without it only openai/ and google/ models can be used, with your own keys. To have it: set MODEL_PATH to a GGUF "
    "file of a chat model, or LLM_JUDGE_MODEL to another name of the catalogue, and start again."
)


def model_part(settings: Settings, *, folder: Folder, port: int, after_failure: Step) -> Part:
    async def prepare() -> None:
        if not settings.catalogued and not settings.weights.is_file():
            raise Unusable(f"MODEL_PATH names no file. {NO_MODEL}")
        if await asyncio.to_thread(weights_missing, settings):
            raise Unusable(f"The weights of {settings.model_name} are not here. {NO_MODEL}")

    return Part(
        name=NAME,
        port=port,
        command=(sys.executable, "-m", AI_MODEL.module),
        environment=child_environment() | service_environment(folder, port),
        prepare=prepare,
        probe=http_probe(f"http://{LOOPBACK}:{port}/readyz"),
        after_failure=after_failure,
        optional=True,
        start_timeout_seconds=LOAD_SECONDS,
    )
