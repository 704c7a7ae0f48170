"""What an operator is told and when: budgets, alarms, how long logs are kept, how settings are rolled out."""

from typing import Self

from pydantic import Field, model_validator

from config.base import Frozen


class Operations(Frozen):
    budget_thresholds_usd: tuple[int, ...] = (50, 100, 150, 200)
    """Dollars a month; a notice goes out at each."""
    notify_emails: tuple[str, ...] = ()
    """Who is told of alarms and budgets; nobody is still a topic that others can subscribe to."""
    log_retention_days: int = 30
    oldest_message_minutes: int = Field(default=15, ge=1)
    """A message that waits longer than this: the stage is stuck or far too small."""
    failure_percent: int = Field(default=10, ge=1, le=100)
    """Of the evaluations that ended in five minutes."""
    server_errors: int = Field(default=5, ge=1)
    """Answers of the gateway with a status of 500 or more, in five minutes."""
    cpu_percent: int = Field(default=80, ge=1, le=100)
    memory_percent: int = Field(default=80, ge=1, le=100)
    free_storage_gib: int = Field(default=5, ge=1)
    rollout_minutes: int = Field(default=0, ge=0)
    """Over which a changed runtime document reaches the services, a fifth of them at a time; 0: all at once."""
    bake_minutes: int = Field(default=1, ge=0)
    """After a roll-out; an alarm in this time rolls the document back."""

    @model_validator(mode="after")
    def _rising(self) -> Self:
        thresholds = self.budget_thresholds_usd
        if not thresholds or list(thresholds) != sorted(set(thresholds)) or thresholds[0] <= 0:
            given = ", ".join(map(str, thresholds))
            raise ValueError(f"operations.budget_thresholds_usd must rise from a positive amount, not {given}")
        return self
