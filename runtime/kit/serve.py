"""Runs a service's app in this process until SIGTERM or SIGINT, then drains."""

import os
import resource
import signal
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI

from config.limits import KEEP_ALIVE_SECONDS
from config.topology import Service
from runtime.kit.bounded_http import BoundedHttp
from runtime.kit.environment import ProcessEnvironment, read_environment
from runtime.kit.logs import configure_logs


class Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.started:
            # There is nothing to drain yet, and what the start waits for may never come. Unwound, it would look failed.
            os._exit(0)
        super().handle_exit(sig, frame)


def serve(service: Service, create_app: Callable[[ProcessEnvironment], FastAPI]) -> None:
    # Before the server listens for it, and once more when the server has drained and passes it on.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # A core file would hold whatever is in memory, and a provider key may be.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    environment = read_environment(service)
    configure_logs(service=service.name, level=environment.log_level)
    Server(
        uvicorn.Config(
            create_app(environment),
            host=environment.host,
            port=environment.port,
            loop="uvloop",
            http=BoundedHttp,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=75,
        )
    ).run()
