"""`python -m runtime.local.emulator`: serves the AWS APIs that SERVICES names, or all, on 127.0.0.1."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from ministack import app as ministack

from runtime.local.emulator import ARRIVALS_FILE
from runtime.local.emulator.deletes import forgive_repeated_deletes
from runtime.local.emulator.journal import Journal
from runtime.local.emulator.long_poll import caller, wake_receivers_on_arrival
from runtime.local.emulator.orders import obey

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def app(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] != "http" or not scope["path"].startswith("/_local/"):
        caller.set(receive)
        await ministack.app(scope, receive, send)
        return
    await send({"type": "http.response.start", "status": obey(scope["path"]), "headers": []})
    await send({"type": "http.response.body"})


def serve(*, port: int, state: Path) -> None:
    journal = Journal(state / ARRIVALS_FILE)
    journal.install()
    forgive_repeated_deletes(journal)
    wake_receivers_on_arrival(journal)
    if "cloudformation" in ministack.SERVICE_HANDLERS:
        # Imported here: it brings every service there is, and `make up` needs a handful.
        from runtime.local.emulator.cloudformation import accept_our_templates  # noqa: PLC0415

        accept_our_templates()
    uvicorn.run(
        app,
        # Loopback, without a choice: the emulator checks no credentials.
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        # The emulator sends one itself; the SDK of the CDK command line takes two for no time at all.
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    serve(port=int(os.environ["GATEWAY_PORT"]), state=Path(os.environ["STATE_DIR"]))
