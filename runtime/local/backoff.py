"""How often and how soon a part that dies is started again."""

from dataclasses import dataclass, field

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A part that ran this long was fine: its next death is a first one."""
MOST_QUICK_DEATHS = 7
"""In a row; about 25 s of trying."""


@dataclass
class Backoff:
    quick_deaths: int = field(default=0, init=False)

    def after(self, lived_seconds: float) -> float | None:
        """The pause before the next start; None: it died too often too soon."""
        self.quick_deaths = 1 if lived_seconds >= STEADY_SECONDS else self.quick_deaths + 1
        if self.quick_deaths > MOST_QUICK_DEATHS:
            return None
        return min(FIRST_DELAY_SECONDS * 2.0 ** (self.quick_deaths - 1), LONGEST_DELAY_SECONDS)
