"""The whole monthly bill, stack by stack, and the budgets that it exceeds."""

from dataclasses import dataclass
from decimal import Decimal

from config.versions import Standing, Support, standings
from tools.cost.case import Case
from tools.cost.line import Line, total
from tools.cost.prices import MissingPrice
from tools.cost.stack_lines import (
    cluster_lines,
    data_lines,
    messaging_lines,
    network_lines,
    observability_lines,
    platform_lines,
)

STACKS = {
    "Network": network_lines,
    "Data": data_lines,
    "Messaging": messaging_lines,
    "Cluster": cluster_lines,
    "Observability": observability_lines,
    "Platform": platform_lines,
}
LEFT_OUT = (
    "data transfer to the internet and between zones",
    "tokens of OpenAI and Google, which the caller's own key pays",
    "free tiers, credits and savings plans",
    "the support plan and taxes",
    "nodes above the desired count, and what an interrupted spot node costs",
    "backups above the free allowance, and CPU credits of t-instances",
    "cents: calls of KMS and Secrets Manager, the NAT instance's own disk, Lambdas that run while deploying",
    "a dollar a month for each yearly rotation of a KMS key, the first two",
)


@dataclass(frozen=True)
class StackBill:
    name: str
    lines: tuple[Line, ...]

    @property
    def usd(self) -> Decimal:
        return total(self.lines)


@dataclass(frozen=True)
class Bill:
    stacks: tuple[StackBill, ...]
    budgets_usd: tuple[int, ...]
    surcharged: tuple[Standing, ...]
    """What is past its standard support, and why a surcharge is in the bill."""

    @property
    def usd(self) -> Decimal:
        return sum((stack.usd for stack in self.stacks), start=Decimal(0))

    @property
    def exceeded_usd(self) -> tuple[int, ...]:
        return tuple(budget for budget in self.budgets_usd if self.usd > budget)


def bill(case: Case) -> Bill:
    """Raises MissingPrice."""
    environment, prices = case.environment, case.prices
    if environment.region != prices.region:
        raise MissingPrice(
            f"tools/cost/prices.json has the prices of {prices.region}, and {environment.name} is in "
            f"{environment.region}: replace them by that region's"
        )
    return Bill(
        stacks=tuple(StackBill(name, lines(case)) for name, lines in STACKS.items()),
        budgets_usd=environment.operations.budget_thresholds_usd,
        surcharged=tuple(
            found for found in standings(environment.versions, on=case.on) if found.support is not Support.STANDARD
        ),
    )
