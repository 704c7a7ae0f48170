"""A pair of answers is shown in both orders, and only what survives the swap is a preference (Zheng et al. 2023)."""

from enum import StrEnum
from typing import Literal, overload

from config.base import Frozen


class Shown(StrEnum):
    """What a judge says of the two answers as they stand before it."""

    FIRST = "first"
    SECOND = "second"
    TIE = "tie"


class Preference(StrEnum):
    """The same of the answers themselves, wherever they stood."""

    A = "A"
    B = "B"
    TIE = "tie"


Side = Literal["output", "baseline", "tie"]
"""The same in the words of an evaluation, whose `output` is A and whose `baseline` is B."""
SIDES: dict[Preference, Side] = {Preference.A: "output", Preference.B: "baseline", Preference.TIE: "tie"}
PREFERENCES: dict[Side, Preference] = {side: preference for preference, side in SIDES.items()}


class PairVerdict(Frozen):
    preference: Preference
    order_consistent: bool
    """Both orders said the same. False: the preference is a tie, because the judge looked at the place."""


_A_FIRST = {Shown.FIRST: Preference.A, Shown.SECOND: Preference.B, Shown.TIE: Preference.TIE}
_B_FIRST = {Shown.FIRST: Preference.B, Shown.SECOND: Preference.A, Shown.TIE: Preference.TIE}


def unswapped(shown: Shown, *, a_is_first: bool) -> Preference:
    return (_A_FIRST if a_is_first else _B_FIRST)[shown]


@overload
def combined(a_first: Shown, b_first: Shown) -> PairVerdict: ...
@overload
def combined(a_first: Shown | None, b_first: Shown | None) -> PairVerdict | None: ...
def combined(a_first: Shown | None, b_first: Shown | None) -> PairVerdict | None:
    """The verdict of both orders. None: one of them failed, and half a verdict is none."""
    if a_first is None or b_first is None:
        return None
    one, other = unswapped(a_first, a_is_first=True), unswapped(b_first, a_is_first=False)
    return PairVerdict(preference=one if one is other else Preference.TIE, order_consistent=one is other)
