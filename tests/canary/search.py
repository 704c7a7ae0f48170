"""Searches bytes for the keys of a run, also inside whatever compressed streams they hold."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from tests.canary.canaries import Marks
from tests.canary.forms import needles

STREAM = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
"""How gzip and zlib begin."""
GZIP_OR_ZLIB = 47
READ_BYTES = 64 * 1024
MOST_INFLATED_BYTES = 64 * 2**20
MOST_NESTED = 3


class Search:
    def __init__(self, marks: Marks) -> None:
        self._needles = needles(marks)

    def hits(self, data: bytes, *, nested: int = 0) -> Counter[str]:
        """How often each form of a key was seen; one in a compressed stream counts as its form in that stream."""
        found: Counter[str] = Counter()
        for needle, form in self._needles.items():
            found[form] += data.count(needle)
        if nested < MOST_NESTED:
            for inflated in _streams(data):
                for form, count in self.hits(inflated, nested=nested + 1).items():
                    found[f"{form}, compressed" if nested == 0 else form] += count
        return +found


def _streams(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    for start in STREAM.finditer(data):
        inflated = _inflated(view[start.start() :])
        if inflated:
            yield inflated


def _inflated(data: memoryview) -> bytes:
    """As far as it goes: what was cut off, or is none after all, gives what came out before the error."""
    stream, out = zlib.decompressobj(GZIP_OR_ZLIB), bytearray()
    for position in range(0, len(data), READ_BYTES):
        part, before = data[position : position + READ_BYTES], stream.copy()
        try:
            out += stream.decompress(part)
        except zlib.error:
            return bytes(out) + _byte_by_byte(before, part)
        if stream.eof or len(out) > MOST_INFLATED_BYTES:
            break
    return bytes(out)


def _byte_by_byte(stream: "zlib._Decompress", part: memoryview) -> bytes:
    """An error takes with it what was inflated before it in the same call."""
    out = bytearray()
    with suppress(zlib.error):
        for position in range(len(part)):
            out += stream.decompress(part[position : position + 1])
    return bytes(out)
