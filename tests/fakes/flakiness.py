"""A dependency that fails a seeded share of its calls, before or after it did what was asked."""

import random

from runtime.contracts.unavailable import Unavailable


class Flakiness:
    """`share` of the calls raise Unavailable; half of those only after the call took effect, like a lost reply."""

    def __init__(self, *, what: str, share: float, seed: int = 0) -> None:
        self._what = what
        self._share = share
        self._random = random.Random(seed)  # noqa: S311 - reproducible, no secret

    def before(self) -> None:
        self._maybe_fail()

    def after(self) -> None:
        self._maybe_fail()

    def _maybe_fail(self) -> None:
        if self._random.random() < self._share / 2:
            raise Unavailable(self._what)


def reliable(what: str) -> Flakiness:
    return Flakiness(what=what, share=0)
