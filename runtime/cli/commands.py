"""The command line: which command, with what, and how a failure is said."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from runtime.api_client.gateway import GatewayClient, GatewayGone, NotAGateway, OverLimit, Refused, explain
from runtime.cli.attack import attack
from runtime.cli.calibrate import calibrate
from runtime.cli.judge_options import BadRubric, JudgeOptions
from runtime.cli.labelled import Labels
from runtime.cli.labelled_file import BadLabels, LabelledFile
from runtime.cli.runs import compare, summarise
from runtime.cli.session import gateway_session
from runtime.local.detach import StartFailed

INTERRUPTED = 130
Command = Callable[[GatewayClient, Console], Awaitable[int]]


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    console = Console(highlight=False)
    try:
        return asyncio.run(_run(chosen, console))
    except OverLimit as limit:
        console.print(f"{limit} The same command goes on from there.", style="red", soft_wrap=True, markup=False)
    except Refused as refused:
        console.print(explain(refused.problem), style="red", soft_wrap=True, markup=False)
    except NotAGateway as other:
        console.print(
            f"{other} is not an LLM-Judge gateway, or of another version: check --url",
            style="red",
            markup=False,
            soft_wrap=True,
        )
    except GatewayGone:
        console.print("The gateway does not answer: check --url, or `make status`", style="red")
    except (StartFailed, BadRubric, BadLabels) as error:
        console.print(str(error), style="red", soft_wrap=True, markup=False)
    except OSError as error:
        words = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        console.print(words, style="red", soft_wrap=True, markup=False)
    except KeyboardInterrupt:
        console.print("Interrupted. What was sent is judged all the same; the same command goes on from there.")
        return INTERRUPTED
    return 1


async def _run(chosen: argparse.Namespace, console: Console) -> int:
    # What it asks for is read first: a wrong path need not wait until a system has started.
    command = _command(chosen, console)
    async with gateway_session(chosen.url, console) as client:
        return await command(client, console)


def _command(chosen: argparse.Namespace, console: Console) -> Command:
    """Raises OSError, BadRubric, BadLabels."""
    match chosen.command:
        case "calibrate":
            options = JudgeOptions.read(chosen.judge, chosen.rubric)
            labels = Labels(chosen.pass_label, chosen.fail_label, chosen.criterion)
            file = LabelledFile.read(chosen.file, labels, limit=chosen.limit, console=console)
            return partial(calibrate, file, options=options, svg=chosen.svg)
        case "attack":
            return partial(attack, options=JudgeOptions.read(chosen.judge, chosen.rubric))
        case "run":
            return partial(summarise, chosen.name)
        case _:
            return partial(compare, chosen.name, chosen.other)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="llm-judge", description="How far a judge, and a run, can be trusted.")
    parser.add_argument("--url", help="the gateway; without it the system on this machine, started if need be")
    commands = parser.add_subparsers(dest="command", required=True)
    judge = argparse.ArgumentParser(add_help=False)
    judge.add_argument("--judge", metavar="MODEL", help="provider/model; the deployment may have a default")
    judge.add_argument("--rubric", help="the name of a rubric, or a JSON file with one")

    measure = commands.add_parser(
        "calibrate", parents=[judge], help="measure a judge against the human labels of FILE (JSON lines)"
    )
    measure.add_argument("file", type=Path)
    measure.add_argument("--limit", type=_positive, help="so many of its lines, drawn at random, the same each time")
    measure.add_argument("--pass-label", help="the value of `human_label` that means good")
    measure.add_argument("--fail-label", help="the value of `human_label` that means bad")
    measure.add_argument("--criterion", help="which of several human scores; without it their mean")
    measure.add_argument("--svg", type=Path, help="write the table as a picture too")

    commands.add_parser("attack", parents=[judge], help="try to talk a judge into good scores, and count how often")
    one = commands.add_parser("run", help="sum up the evaluations of a run")
    one.add_argument("name")
    two = commands.add_parser("compare", help="two runs over the same items")
    two.add_argument("name")
    two.add_argument("other")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
