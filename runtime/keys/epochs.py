"""When a sealing key pair is made, used and destroyed: a pure function of the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from config.limits import SEALING_SLACK_SECONDS, Limits

NAME_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Epoch:
    not_before: datetime
    seal_until: datetime
    destroy_after: datetime
    """The last seal of this epoch has expired some time before."""

    @property
    def name(self) -> str:
        """Its start: `20261126T000000Z`."""
        return self.not_before.strftime(NAME_FORMAT)


@dataclass(frozen=True)
class EpochSchedule:
    length: timedelta
    """Whole seconds: epochs are named by the second in which they start."""
    longest_seal: timedelta
    slack: timedelta

    @classmethod
    def of(cls, limits: Limits) -> Self:
        return cls(
            length=timedelta(seconds=limits.sealing_epoch_seconds),
            longest_seal=timedelta(seconds=limits.longest_seal_seconds),
            slack=timedelta(seconds=SEALING_SLACK_SECONDS),
        )

    def needed(self, now: datetime) -> tuple[Epoch, Epoch]:
        """The present epoch and the next one: all whose pairs must be there."""
        seconds = int(self.length.total_seconds())
        start = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
        return self._starting(start), self._starting(start + self.length)

    def _starting(self, start: datetime) -> Epoch:
        end = start + self.length
        return Epoch(not_before=start, seal_until=end, destroy_after=end + self.longest_seal + self.slack)


def start_of(name: str) -> datetime:
    """Raises ValueError for what names no epoch."""
    return datetime.strptime(name, NAME_FORMAT).replace(tzinfo=UTC)
