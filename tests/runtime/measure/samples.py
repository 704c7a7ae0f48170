"""Random data for the statistics, and how long hypothesis may take with them."""

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st

from runtime.contracts.two_orders import Preference, Shown

measured = settings(deadline=None, max_examples=60)
"""No deadline: the first call of a scipy function loads it."""

preference = st.sampled_from(Preference)
orders = st.tuples(st.none() | st.sampled_from(Shown), st.none() | st.sampled_from(Shown))
SWAPPED = {Preference.A: Preference.B, Preference.B: Preference.A, Preference.TIE: Preference.TIE}


def swapped(verdicts: Sequence[Preference | None]) -> list[Preference | None]:
    return [None if verdict is None else SWAPPED[verdict] for verdict in verdicts]
