"""The dated price list: every price with its unit, AWS's page for it, and how it was checked."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen

FILE = Path(__file__).with_name("prices.json")
FRESH_FOR = timedelta(days=180)
MEMORY = "memory"


class MissingPrice(Exception):
    """The price list lacks something that the config uses. The text says what and where to add it."""


class Page(Frozen):
    url: str
    dated: str = Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")
    """The day, or the month, of which the page says that its prices are."""


class Price(Frozen):
    usd: Decimal = Field(gt=0)
    unit: str
    """What is kept, such as a GB or a key, is charged by the month."""
    per: int = Field(default=1, ge=1)
    """How many of what is counted make one unit: a million requests."""
    source: str
    """Where AWS says it today."""
    checked: str
    """A key of `pages`, where the price was read, or `memory`: look it up before you rely on it."""

    def __str__(self) -> str:
        return f"${self.usd}/{self.unit}"


class Prices(Frozen):
    as_of: date
    region: str
    currency: str
    spot_discount: Decimal = Field(gt=0, lt=1)
    """The share of the on-demand price that spot saves: an assumption of that day, for spot prices float."""
    vcpus: dict[str, int]
    """By instance type; RDS charges extended support for each."""
    pages: dict[str, Page]
    prices: dict[str, Price]

    def price(self, name: str) -> Price:
        """Raises MissingPrice."""
        try:
            return self.prices[name]
        except KeyError:
            raise MissingPrice(
                f"tools/cost/prices.json has no price {name!r}: add it with its unit and source"
            ) from None

    def vcpus_of(self, instance_type: str) -> int:
        """Raises MissingPrice."""
        try:
            return self.vcpus[instance_type]
        except KeyError:
            raise MissingPrice(f"tools/cost/prices.json does not say how many vCPUs a {instance_type} has") from None

    @property
    def from_memory(self) -> int:
        return sum(price.checked == MEMORY for price in self.prices.values())

    def outdated(self, *, on: date) -> bool:
        return on - self.as_of > FRESH_FOR

    @model_validator(mode="after")
    def _checked_somewhere(self) -> Self:
        for name, price in self.prices.items():
            if price.checked != MEMORY and price.checked not in self.pages:
                raise ValueError(f"prices.{name}.checked: {price.checked!r} is neither {MEMORY!r} nor one of the pages")
        return self


def price_list() -> Prices:
    return Prices.model_validate_json(FILE.read_text())
