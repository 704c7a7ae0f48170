"""`python -m runtime.ai_model`: the ai-model-service as a process; it ends with 0 on SIGTERM."""

import os
import resource
import signal
import sys
from types import FrameType

import uvicorn

from runtime.ai_model.catalogue import CATALOGUE
from runtime.ai_model.main import create_app
from runtime.ai_model.settings import Settings, UnknownModel, read_settings
from runtime.ai_model.weights import NoSuchFile, WeightsCache, WeightsMissing

# Longer answers are cut: who waits for them can ask again.
GRACEFUL_SHUTDOWN_SECONDS = 20


def main() -> int:
    # uvicorn raises the signal again after its shutdown; without a handler that would be an exit by signal.
    signal.signal(signal.SIGTERM, _leave)
    # A core file would hold the prompts and answers that are in memory.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        settings = read_settings(os.environ)
        _require_weights(settings)
    except (UnknownModel, WeightsMissing, NoSuchFile) as unusable:
        sys.stderr.write(f"{unusable}\n")
        return 2
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
    )
    return 0


def _require_weights(settings: Settings) -> None:
    if settings.catalogued:
        model = CATALOGUE[settings.model_name]
        if not WeightsCache(directory=settings.weights.parent).is_verified(model):
            raise WeightsMissing(model)
    elif not settings.weights.is_file():
        raise NoSuchFile


def _leave(_: int, __: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
