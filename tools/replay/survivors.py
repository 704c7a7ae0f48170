"""What is left of a judge's two verdicts once they are put together."""

from runtime.contracts.two_orders import Preference, combined
from runtime.measure.pairwise import Orders


def survivor(both: Orders) -> Preference | None:
    verdict = combined(*both)
    return None if verdict is None else verdict.preference


def is_consistent(both: Orders) -> bool:
    verdict = combined(*both)
    return verdict is not None and verdict.order_consistent
