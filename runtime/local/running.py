"""Which stack runs from this folder, if any."""

from runtime.local.folder import Folder
from runtime.local.stack_file import StackRecord, State, find, read_stack


def running_stack(folder: Folder) -> StackRecord | None:
    """The record of a supervisor that is alive; a record alone proves nothing."""
    record = read_stack(folder)
    return record if record is not None and find(record.supervisor) is not None else None


def is_whole(record: StackRecord) -> bool:
    return record.state is State.READY and all(part.optional or part.state is not State.FAILED for part in record.parts)
