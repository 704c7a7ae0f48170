"""One line of the bill: a product of named factors and a price, so that what is shown is what was computed."""

from dataclasses import dataclass
from decimal import Decimal
from math import prod

from tools.cost.prices import Price

HOURS_A_MONTH = 730
"""As AWS's own calculator has it."""
KB_IN_A_GB = 1_000_000


@dataclass(frozen=True)
class Factor:
    value: Decimal
    text: str


def count(number: int, noun: str) -> Factor:
    return Factor(Decimal(number), f"{number:,} {noun}{'' if number == 1 else 's'}")


def kilobytes(number: int) -> Factor:
    """As a part of a GB, which is what AWS charges for."""
    return Factor(Decimal(number) / KB_IN_A_GB, f"{number} KB")


def gigabytes(number: int, unit: str = "GB") -> Factor:
    return Factor(Decimal(number), f"{number} {unit}")


HOURS = Factor(Decimal(HOURS_A_MONTH), f"{HOURS_A_MONTH} h")


@dataclass(frozen=True)
class Line:
    what: str
    price: Price
    factors: tuple[Factor, ...]

    @property
    def quantity(self) -> Decimal:
        return prod((factor.value for factor in self.factors), start=Decimal(1))

    @property
    def how_many(self) -> str:
        return " x ".join(factor.text for factor in self.factors)

    @property
    def usd(self) -> Decimal:
        return self.quantity * self.price.usd / self.price.per


def total(lines: tuple[Line, ...]) -> Decimal:
    return sum((line.usd for line in lines), start=Decimal(0))


def dollars(usd: Decimal) -> str:
    return f"{'-' if usd < 0 else ''}${abs(usd):,.2f}"
