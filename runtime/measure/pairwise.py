"""A judge that compares two answers: is it the answer that it looks at, or its place?

`Orders` is what it said of one item with A first, and with B first; None where it failed.
"""

from collections.abc import Sequence

from runtime.contracts.calibration import Estimate
from runtime.contracts.two_orders import Preference, Shown, combined, unswapped
from runtime.measure.estimate import mean_of, mean_share

Orders = tuple[Shown | None, Shown | None]
Verdict = Preference | bool
"""Of a pair, or pass and fail."""
HALF = 0.5


def credit(verdict: Verdict, human: Verdict) -> float:
    """How right a verdict is: 1 or 0, and a half where one says tie and the other does not."""
    if verdict == human:
        return 1.0
    return HALF if Preference.TIE in (verdict, human) else 0.0


def credit_of_item(both: Orders, human: Preference) -> float | None:
    """The mean credit of an item's verdicts. None: both failed."""
    return mean_of(
        [
            None if shown is None else credit(unswapped(shown, a_is_first=a_is_first), human)
            for shown, a_is_first in zip(both, (True, False), strict=True)
        ]
    )


def accuracy_over_orders(orders: Sequence[Orders], human: Sequence[Preference]) -> Estimate | None:
    """The mean credit over all verdicts of both orders, as LLMBar reports it (Zeng et al. 2024). A failure stays out.

    The two verdicts of an item hang together, so that the interval counts items, not verdicts.
    """
    return mean_share([credit_of_item(both, label) for both, label in zip(orders, human, strict=True)])


def position_consistency(orders: Sequence[Orders]) -> Estimate | None:
    """The share of items whose verdict survives the swap (Zheng et al. 2023), of those judged in both orders."""
    verdicts = [combined(*both) for both in orders]
    return mean_share([None if verdict is None else float(verdict.order_consistent) for verdict in verdicts])


def first_position_preference(orders: Sequence[Orders]) -> float | None:
    """The share of decided verdicts that chose what stood first; one half is blind to the place. None without one."""
    decided = [shown for both in orders for shown in both if shown in (Shown.FIRST, Shown.SECOND)]
    return decided.count(Shown.FIRST) / len(decided) if decided else None


def win_rate(preferences: Sequence[Preference | None]) -> Estimate | None:
    """How often A wins, a tie being half a win; the interval is Wilson's. None without a verdict."""
    return mean_share([None if preference is None else credit(preference, Preference.A) for preference in preferences])


def longer_wins(lengths_a: Sequence[int], lengths_b: Sequence[int]) -> list[Preference]:
    """The baseline that takes the longer answer. A judge that does not beat it is measuring length."""
    return [
        Preference.TIE if a == b else Preference.A if a > b else Preference.B
        for a, b in zip(lengths_a, lengths_b, strict=True)
    ]


def always_first(items: int) -> list[Orders]:
    """The baseline that takes whatever stands first. Both orders together make ties of it."""
    return [(Shown.FIRST, Shown.FIRST)] * items
