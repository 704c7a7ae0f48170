"""Texts shortened to the room there is: the longest first, and none more than it must be."""

from collections.abc import Sequence


def longest_that_fits(lengths: Sequence[int], room: int) -> int:
    """The length to cut the longer ones down to, so that all together take no more than the room."""
    for done, length in enumerate(sorted(lengths)):
        share = room // (len(lengths) - done)
        if length > share:
            return max(share, 0)
        room -= length
    return max(lengths, default=0)


def shortened(text: str, length: int, note: str) -> str:
    """Cut after a whole line where there is one; the note, which comes on top, says how many lines are missing."""
    if len(text) <= length:
        return text
    kept = text[:length].rpartition("\n")[0] or text[:length]
    missing = len(text.splitlines()) - len(kept.splitlines())
    return f"{kept}\n… {missing:,} more lines: {note}"
