"""`python -m runtime.local.emulator`: serves SNS, SQS, KMS, Secrets Manager and AppConfig on 127.0.0.1."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from ministack import app as ministack
from ministack.core.persistence import save_all

from runtime.local.emulator import SAVE_PATH
from runtime.local.emulator.deletes import forgive_repeated_deletes
from runtime.local.emulator.long_poll import wake_receivers_on_arrival

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """The emulator, and a way to have its state saved before a clean stop: it may be killed instead."""
    if scope["type"] != "http" or scope["path"] != SAVE_PATH:
        await ministack.app(scope, receive, send)
        return
    save_all(ministack._build_persistence_save_dict())  # noqa: SLF001
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body"})


def serve(*, port: int) -> None:
    forgive_repeated_deletes()
    wake_receivers_on_arrival()
    uvicorn.run(
        app,
        # Loopback, without a choice: the emulator checks no credentials.
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    serve(port=int(os.environ["GATEWAY_PORT"]))
