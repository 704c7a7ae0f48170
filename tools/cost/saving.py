"""One row of the design's cost table: what the default would cost, what ours costs, and what the design claims."""

from dataclasses import dataclass
from decimal import Decimal

from tools.cost.line import Line, total

CLOSE = Decimal("0.1")
"""Claims are round figures: within a tenth is as claimed."""


@dataclass(frozen=True)
class Claim:
    """In the design's words, and as dollars a month in this case."""

    text: str
    low_usd: Decimal
    high_usd: Decimal | None
    """None: no upper end."""


@dataclass(frozen=True)
class Saving:
    feature: str
    instead_of: str
    default: tuple[Line, ...]
    ours: tuple[Line, ...]
    claim: Claim
    note: str

    @property
    def usd(self) -> Decimal:
        return total(self.default) - total(self.ours)

    @property
    def share(self) -> Decimal | None:
        """Of the default's cost; None where nothing is saved."""
        return self.usd / total(self.default) if self.usd > 0 else None

    @property
    def verdict(self) -> str:
        if self.usd < 0:
            return "costs more"
        if self.usd < self.claim.low_usd * (1 - CLOSE):
            return "less"
        if self.claim.high_usd is not None and self.usd > self.claim.high_usd * (1 + CLOSE):
            return "more"
        return "as claimed"
