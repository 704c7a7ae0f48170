"""`make check-versions`: how long AWS still supports the engine versions that the environments run, by today's date.

Synth judges them by the day on which the table was reviewed, so that it gives the same result every day; this does not.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.environments import CLOUD_ENVIRONMENTS, CloudEnvironment
from config.versions import REVIEWED_ON, SUPPORT, Engine, Standing, Support, UnknownVersion, standing

SOON = timedelta(days=90)
"""What ends sooner needs an upgrade that is planned now."""
STALE_AFTER = timedelta(days=90)
"""AWS adds a Kubernetes version about every four months."""
GAP = 2


@dataclass(frozen=True)
class Chosen:
    standing: Standing
    environments: tuple[str, ...]
    newer: tuple[str, ...]
    """Later versions of the table that are in standard support."""

    @property
    def until(self) -> date | None:
        return self.standing.window.standard_until

    def needs_action(self, *, on: date) -> bool:
        return self.until is not None and self.until - on <= SOON


@dataclass(frozen=True)
class Ending:
    engine: Engine
    version: str
    support: Support
    until: date


def chosen_versions(environments: Mapping[str, CloudEnvironment], *, on: date) -> list[Chosen]:
    """Raises UnknownVersion."""
    users: dict[tuple[Engine, str], list[str]] = {}
    for engine in Engine:
        for name, environment in environments.items():
            users.setdefault((engine, environment.versions.of(engine)), []).append(name)
    return [
        Chosen(standing(engine, version, on=on), tuple(names), _newer(engine, version, on))
        for (engine, version), names in users.items()
    ]


def _newer(engine: Engine, version: str, on: date) -> tuple[str, ...]:
    known = list(SUPPORT[engine])  # in the order of release
    later = known[known.index(version) + 1 :]
    return tuple(name for name in later if standing(engine, name, on=on).support is Support.STANDARD)


def ending_soon(*, on: date) -> list[Ending]:
    """Of all versions in the table, chosen or not, for an upgrade should not lead to one. The first to end is first."""
    ends = [
        Ending(engine, version, support, until)
        for engine, versions in SUPPORT.items()
        for version, window in versions.items()
        for support, until in (
            (Support.STANDARD, window.standard_until),
            (Support.EXTENDED, window.extended_until),
        )
        if until is not None and on <= until <= on + SOON
    ]
    return sorted(ends, key=lambda end: end.until)


def main(
    arguments: Sequence[str] | None = None,
    *,
    today: date,
    environments: Mapping[str, CloudEnvironment] = CLOUD_ENVIRONMENTS,
    console: Console | None = None,
) -> int:
    """1: a version that is chosen has left standard support, or leaves it soon."""
    parser = argparse.ArgumentParser(prog="python -m tools.check_versions", description="Who supports what, how long.")
    parser.add_argument("--on", type=_day, default=today, metavar="YYYY-MM-DD", help="instead of today")
    on: date = parser.parse_args(arguments).on
    screen = console or Console(highlight=False)
    try:
        chosen = chosen_versions(environments, on=on)
    except UnknownVersion as error:
        screen.print(str(error), style="red", soft_wrap=True, markup=False)
        return 1
    screen.print(_table(chosen, on))
    for remark in _remarks(chosen, on):
        screen.print(remark)
    return 1 if any(row.needs_action(on=on) for row in chosen) else 0


def _table(chosen: Sequence[Chosen], on: date) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    for name in ("engine", "version", "environments", "support", "standard until", "days left", "newer"):
        table.add_column(name, no_wrap=True, justify="right" if name == "days left" else "left")
    for row in chosen:
        found, until = row.standing, row.until
        table.add_row(
            found.engine,
            found.version,
            ", ".join(row.environments),
            Text(found.support, style="red" if row.needs_action(on=on) else "green"),
            str(until or "no end known"),
            str((until - on).days) if until else "",
            ", ".join(row.newer) or "none",
        )
    return table


def _remarks(chosen: Sequence[Chosen], on: date) -> list[Text]:
    remarks = [Text(_advice(row), style="red") for row in chosen if row.needs_action(on=on)]
    remarks += [
        Text(f"{end.engine} {end.version}: {end.support} support ends on {end.until}, in {(end.until - on).days} days")
        for end in ending_soon(on=on)
    ]
    if on - REVIEWED_ON > STALE_AFTER:
        age = (on - REVIEWED_ON).days
        remarks.append(
            Text(f"The table was reviewed {age} days ago: compare config/versions.py with AWS's pages", style="yellow")
        )
    return remarks


def _advice(row: Chosen) -> str:
    found, until = row.standing, row.until
    ended = found.support is not Support.STANDARD
    ends = f"left standard support on {until}" if ended else f"leaves standard support on {until}"
    upgrade = " or ".join(row.newer) or "one that AWS has released since and the table does not know"
    return f"{' and '.join(row.environments)}: {found.engine} {found.version} {ends}: upgrade to {upgrade}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-11-25") from None


if __name__ == "__main__":
    sys.exit(main(today=datetime.now(UTC).date()))
