"""What only the supervisor asks of the emulator, and no AWS has: paths beside its API."""

import time

from ministack import app as ministack
from ministack.services import sqs

from runtime.local.emulator import RELEASE_PATH, SAVE_PATH

DONE, UNKNOWN = 204, 404


def obey(path: str) -> int:
    """The HTTP status of the answer."""
    if path == SAVE_PATH:
        # Before any clean stop: queues, topics and keys would not survive a kill.
        ministack.save_all(ministack._build_persistence_save_dict())  # noqa: SLF001
        return DONE
    if path.startswith(RELEASE_PATH):
        return DONE if _release(path.removeprefix(RELEASE_PATH)) else UNKNOWN
    return UNKNOWN


def _release(queue_name: str) -> bool:
    """Makes visible what a worker that is gone has received: nobody else would come back for it for minutes."""
    queues = [queue for _, queue in sqs._queues.all_items() if queue["name"] == queue_name]  # noqa: SLF001
    now = time.time()
    for queue in queues:
        for message in queue["messages"]:
            message["visible_at"] = min(message["visible_at"], now)
    sqs.esm_wake.set()
    return bool(queues)
