"""The command line: which environment, with which versions and how much use; and how a mistake is said."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from config.environments import CLOUD_ENVIRONMENTS, CloudEnvironment
from config.versions import VERSION_SETS, UnknownVersion
from tools.cost.bill import bill
from tools.cost.case import Case
from tools.cost.picture import picture
from tools.cost.prices import MissingPrice, price_list
from tools.cost.remarks import bill_remarks, price_remarks, saving_remarks
from tools.cost.savings import savings
from tools.cost.tables import bill_table, savings_table
from tools.cost.usage import Usage

DOCS = Path(__file__).parents[2] / "docs"
MISUSE = 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, without the usage in front of it."""
        self.exit(MISUSE, f"{message}\n")


def main(
    arguments: Sequence[str] | None = None,
    *,
    today: date,
    environments: Mapping[str, CloudEnvironment] = CLOUD_ENVIRONMENTS,
    console: Console | None = None,
) -> int:
    chosen = _parser(environments).parse_args(arguments)
    screen = console or Console(highlight=False)
    try:
        _report(chosen, environments[chosen.env], today, screen)
    except (MissingPrice, UnknownVersion) as error:
        screen.print(str(error), style="red", soft_wrap=True, markup=False)
        return MISUSE
    except OSError as error:
        screen.print(f"{error.filename} cannot be written: {error.strerror}", style="red", soft_wrap=True, markup=False)
        return MISUSE
    return 0


def _report(chosen: argparse.Namespace, environment: CloudEnvironment, today: date, screen: Console) -> None:
    """Raises MissingPrice, UnknownVersion, OSError."""
    if chosen.versions is not None:
        environment = environment.model_copy(update={"versions": VERSION_SETS[chosen.versions]})
    usage = Usage() if chosen.evaluations is None else Usage(evaluations=chosen.evaluations)
    case = Case(environment, price_list(), usage, today)
    saved, billed = savings(case), bill(case)
    screen.print(savings_table(saved))
    _say(screen, saving_remarks(saved))
    screen.print(bill_table(billed))
    _say(screen, [*bill_remarks(billed), *price_remarks(case)])
    path = _picture_path(chosen)
    if path is not None:
        path.write_text(picture(case, billed, saved))
        screen.print(f"Picture: {path}", soft_wrap=True)


def _picture_path(chosen: argparse.Namespace) -> Path | None:
    """The docs show what is deployed, not what someone tries out."""
    if chosen.svg is None and chosen.versions is None and chosen.evaluations is None:
        return DOCS / f"cost-{chosen.env}.svg"
    svg: Path | None = chosen.svg
    return svg


def _say(screen: Console, remarks: Sequence[Text]) -> None:
    for remark in remarks:
        screen.print(remark)
    screen.print()


def _parser(environments: Mapping[str, CloudEnvironment]) -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m tools.cost", description="What an environment costs a month, and what is saved.")
    parser.add_argument("--env", choices=list(environments), default="dev", help="which environment")
    parser.add_argument("--versions", choices=list(VERSION_SETS), help="with other engine versions than its own")
    parser.add_argument("--evaluations", type=_whole_number, help="how many a month")
    parser.add_argument("--svg", type=Path, help="where to write the picture; docs/cost-ENV.svg by default")
    return parser


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
