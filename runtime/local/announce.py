"""What a person sees of a start and of whatever happens later: one line for each event that matters."""

from rich.console import Console
from rich.text import Text

from runtime.local.ports import LOOPBACK
from runtime.local.stack_file import PartRecord, StackRecord, State

NAME_WIDTH = 20


class Announcer:
    """Fed with records: by the supervisor as they change, or by who watches a detached one. Says each thing once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said: set[tuple[str, str]] = set()

    def __call__(self, stack: StackRecord, _: PartRecord | None = None) -> None:
        for part in stack.parts:
            line = _line(part)
            if line and (part.name, line.plain) not in self._said:
                self._said.add((part.name, line.plain))
                self._console.print(line, soft_wrap=True)


def _line(part: PartRecord) -> Text | None:
    name = f"  {part.name:<{NAME_WIDTH}}"
    match part.state:
        case State.READY:
            where = f"{LOOPBACK}:{part.port}" if part.port else "elsewhere"
            again = f"   started again ({part.restarts})" if part.restarts else ""
            return Text.assemble(name, ("ready", "green"), f" {part.ready_seconds or 0:5.1f} s   {where}{again}")
        case State.FAILED:
            return Text.assemble(name, ("failed", "red"), f"   {part.note}")
        case State.RESTARTING:
            return Text.assemble(name, ("ended", "yellow"), f"   starting it again ({part.restarts})")
        case _:
            return None
