"""How names and numbers are written in the picture."""

from collections.abc import Callable, Iterable
from datetime import timedelta

Shorten = Callable[[str], str]
"""A resource's name without the prefix that all of them have."""


def shorten(prefix: str) -> Shorten:
    def short(name: str) -> str:
        return name.removeprefix(prefix).lstrip("-/") or name

    return short


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def lasting(seconds: int) -> str:
    days, rest = divmod(seconds, int(timedelta(days=1).total_seconds()))
    return f"{seconds} s" if rest or not days else f"{days} days" if days > 1 else "1 day"
