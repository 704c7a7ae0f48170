"""What `cdk diff` says, by stack: it has no form of it for programs."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import pairwise

HEADING = re.compile(r"Stack (\S+)(?: \(.*\))?")
NO_DIFFERENCE = "There were no differences"
CHATTER = re.compile(
    r"(start|success): |Hold on while |Including dependency stacks|.*Number of stacks with differences"
)
REMOVED, ADDED = "[-] ", "[+] "
LONG = 160
"""A line that CDK shows whole, because the runtime document is one string to it."""
SHOWN_BESIDE = 40
"""Characters on both sides of what differs."""


def differences(text: str) -> dict[str, str]:
    """By the name of each stack that was compared; empty where there is none."""
    return {name: _without_chatter(lines) for name, lines in _stacks(text)}


def shortened(difference: str) -> str:
    """Of two long lines, the one before and the one after, only what differs."""
    lines = difference.splitlines()
    for number, (before, after) in enumerate(pairwise(difference.splitlines())):
        if REMOVED in before and ADDED in after and min(len(before), len(after)) > LONG:
            lines[number : number + 2] = _excerpts(before, after)
    return "\n".join(lines)


def _excerpts(before: str, after: str) -> tuple[str, str]:
    indent, _, old = before.partition(REMOVED)
    _, _, new = after.partition(ADDED)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    changes = [change for change in matcher.get_opcodes() if change[0] != "equal"]
    _, old_begin, _, new_begin, _ = changes[0]
    _, _, old_end, _, new_end = changes[-1]
    return (
        f"{indent}{REMOVED}{_around(old, old_begin, old_end)}",
        f"{indent}{ADDED}{_around(new, new_begin, new_end)}",
    )


def _around(text: str, begin: int, end: int) -> str:
    return f"… {text[max(0, begin - SHOWN_BESIDE) : end + SHOWN_BESIDE]} …"


def _stacks(text: str) -> Iterator[tuple[str, list[str]]]:
    name, lines = "", list[str]()
    for line in text.splitlines():
        heading = HEADING.fullmatch(line)
        if heading is None:
            lines.append(line)
            continue
        if name:
            yield name, lines
        name, lines = heading[1], []
    if name:
        yield name, lines


def _without_chatter(lines: list[str]) -> str:
    body = "\n".join(line for line in lines if not CHATTER.match(line)).strip()
    return "" if body.startswith(NO_DIFFERENCE) else body
