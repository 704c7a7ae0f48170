"""A set of ports, exact over all protocols: what rules open is a union of such sets, what a connection may use is an
intersection of two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple, Self

FIRST, LAST = 0, 65_535


class Protocol(StrEnum):
    TCP = "TCP"
    UDP = "UDP"
    SCTP = "SCTP"


class Span(NamedTuple):
    protocol: Protocol
    first: int
    last: int


@dataclass(frozen=True)
class Ports:
    spans: tuple[Span, ...] = ()
    """Sorted, and apart from each other, so that equal sets are equal."""

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Self:
        by_protocol = groupby(sorted(spans), key=lambda span: span.protocol)
        return cls(tuple(merged for _, found in by_protocol for merged in _merged(found)))

    @classmethod
    def one(cls, port: int, protocol: Protocol = Protocol.TCP) -> Self:
        return cls((Span(protocol, port, port),))

    def __or__(self, other: "Ports") -> "Ports":
        return Ports.of((*self.spans, *other.spans))

    def __and__(self, other: "Ports") -> "Ports":
        return Ports.of(
            Span(one.protocol, max(one.first, two.first), min(one.last, two.last))
            for one in self.spans
            for two in other.spans
            if one.protocol is two.protocol and one.first <= two.last and two.first <= one.last
        )

    def __contains__(self, wanted: tuple[Protocol, int]) -> bool:
        protocol, port = wanted
        return any(span.protocol is protocol and span.first <= port <= span.last for span in self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def parts(self) -> tuple["Ports", ...]:
        """One for each of the words."""
        return (self,) if self == ALL else tuple(Ports((span,)) for span in self.spans)

    def words(self) -> tuple[str, ...]:
        """TCP goes without saying."""
        return ("all",) if self == ALL else tuple(_word(span) for span in self.spans)


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Of one protocol, sorted."""
    start, *others = spans
    for span in others:
        if span.first <= start.last + 1:
            start = start._replace(last=max(start.last, span.last))
        else:
            yield start
            start = span
    yield start


def _word(span: Span) -> str:
    protocol = "" if span.protocol is Protocol.TCP else f"/{span.protocol.lower()}"
    last = "" if span.first == span.last else f"-{span.last}"
    return f"{span.first}{last}{protocol}"


NONE = Ports()
ALL = Ports.of(Span(protocol, FIRST, LAST) for protocol in Protocol)
