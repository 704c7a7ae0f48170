"""Correction: a message that was accepted survives a `kill -9`; the emulator saves its queues at a clean stop only.

Each arrival and each delete is one line, written before the caller hears of it; a save makes the lines before it void.
There is no fsync: what the kernel was given outlives the process, if not the machine.
"""

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ministack import app as ministack
from ministack.services import sqs

KEPT = "kept"
"""Marks a message that has its line."""


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def install(self) -> None:
        """Into loading and saving of the emulator's state."""
        load, save = ministack._load_persisted_state, ministack.save_all  # noqa: SLF001

        def load_and_replay() -> None:
            load()
            self._replay()

        def save_and_clear(services: dict[str, Any]) -> None:
            save(services)
            self._file.truncate(0)

        ministack._load_persisted_state = load_and_replay  # noqa: SLF001
        ministack.save_all = save_and_clear

    def arrived(self) -> None:
        """Called after each arrival: the new message is the last of its queue."""
        for queue in _queues():
            message = queue["messages"][-1] if queue["messages"] else None
            if message is not None and KEPT not in message:
                self._write({"queue": queue["name"], "message": message})
                message[KEPT] = True

    def deleting(self, queue_url: str, handles: Collection[str | None]) -> None:
        messages = sqs._get_q(queue_url)["messages"]  # noqa: SLF001
        gone = [
            message["id"] for message in messages if message["receipt_handle"] and message["receipt_handle"] in handles
        ]
        if gone:
            self._write({"gone": gone})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def _replay(self) -> None:
        queues = {queue["name"]: queue for queue in _queues()}
        known = {message["id"] for queue in queues.values() for message in queue["messages"]}
        gone: set[str] = set()
        for line in self._lines():
            gone.update(line.get("gone", ()))
            message, queue = line.get("message"), queues.get(line.get("queue", ""))
            if message and queue and message["id"] not in known:
                queue["messages"].append(message | {KEPT: True})
        for queue in queues.values():
            queue["messages"] = [message for message in queue["messages"] if message["id"] not in gone]

    def _lines(self) -> Iterator[dict[str, Any]]:
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:  # cut off by the kill, so nobody was told of it
                return


def _queues() -> list[dict[str, Any]]:
    return [queue for _, queue in sqs._queues.all_items()]  # noqa: SLF001
