"""`down`: stop what `up` or `demo` started, in order, and whatever a killed run left behind."""

from rich.console import Console

from runtime.local.folder import Folder
from runtime.local.leftovers import end, end_leftovers
from runtime.local.running import running_stack
from runtime.local.stack_file import find, read_stack

STOP_SECONDS = 90.0
"""Running model calls may finish; the slowest part is killed well before."""


def down(folder: Folder, console: Console) -> int:
    record = running_stack(folder)
    supervisor = find(record.supervisor) if record else None
    if supervisor is not None:
        console.print("Stopping")
        end([supervisor], grace_seconds=STOP_SECONDS)
    left = read_stack(folder)
    ended = end_leftovers(left) if left else []
    folder.stack_file.unlink(missing_ok=True)
    console.print("Stopped" if supervisor or ended else "Nothing was running")
    return 0
