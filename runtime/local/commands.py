"""The command line: which command, with what, and how a failure is said."""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from runtime.ai_model.settings import UnknownModel
from runtime.local.demo.command import demo
from runtime.local.deploy.failure import DeployFailed
from runtime.local.detach import StartFailed, start_detached
from runtime.local.down import down
from runtime.local.folder import Folder, local_folder
from runtime.local.lock import AlreadyRunning
from runtime.local.part import Unusable
from runtime.local.ports import NoFreePort
from runtime.local.replacements import BadReplacement
from runtime.local.running import running_stack
from runtime.local.status import status
from runtime.local.weights import fetch_missing_weights

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        return _run(chosen, console)
    except (StartFailed, DeployFailed, BadReplacement, UnknownModel, NoFreePort, Unusable) as error:
        console.print(str(error), style="red", soft_wrap=True, markup=False)
        return 1
    except AlreadyRunning:
        console.print("It runs already: see `make status`, or stop it with `make down`")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(chosen: argparse.Namespace, console: Console) -> int:
    folder = local_folder()
    match chosen.command:
        case "up" if chosen.detach:
            if running_stack(folder) is not None:
                raise AlreadyRunning
            fetch_missing_weights()
            record = asyncio.run(start_detached(folder, console))
            console.print(f"Ready in {record.ready_seconds} s: {record.gateway_url}; `make down` stops it")
            return 0
        case "up":
            # Imported here: it brings the AWS and database clients, half a second that no other command needs.
            from runtime.local.up import up  # noqa: PLC0415

            fetch_missing_weights()
            return up(folder, console)
        case "down":
            return down(folder, console)
        case "status":
            return status(folder, console)
        case "deploy":
            # Imported here, like `up`.
            from runtime.local.deploy.command import deploy  # noqa: PLC0415

            return deploy(folder.root / "deploy", console, keep=chosen.keep)
        case _:
            return _demo(folder, console, chosen)


def _demo(folder: Folder, console: Console, chosen: argparse.Namespace) -> int:
    try:
        return asyncio.run(demo(folder, console, files=chosen.file, svg=chosen.svg))
    except KeyboardInterrupt:
        if running_stack(folder) is not None:
            console.print("Interrupted. What was sent is judged all the same; `make down` stops the system.")
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runtime.local", description="The whole system on one machine.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="start everything; Ctrl-C stops it")
    start.add_argument("--detach", action="store_true", help="leave it running in the background")
    commands.add_parser("down", help="stop it")
    commands.add_parser("status", help="what runs, on which port")
    whole = commands.add_parser("deploy", help="deploy every stack into the emulator by CDK, run the services on it")
    whole.add_argument("--keep", action="store_true", help="leave it running until Ctrl-C")
    run = commands.add_parser("demo", help="start what is not running, judge examples/*.jsonl, show the scores")
    run.add_argument("--file", type=Path, nargs="+", default=[], help="JSON lines of your own")
    run.add_argument("--svg", type=Path, help="write the table as a picture too")
    return parser
