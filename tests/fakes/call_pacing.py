"""`CallPacing` in memory, on a clock that a test moves."""

from collections.abc import Callable

from runtime.contracts.pacing import Admission, CallReport, CallRequest, PacedKey
from tests.fakes.flakiness import Flakiness, reliable
from tests.fakes.pacing_model import Pace


class InMemoryCallPacing:
    """Remembers every report in `reports`."""

    def __init__(self, *, now: Callable[[], float]) -> None:
        self.reports: list[CallReport] = []
        self.flakiness: Flakiness = reliable("redis-service")
        self._now = now
        self._paces: dict[PacedKey, Pace] = {}

    @property
    def keys(self) -> list[PacedKey]:
        """That have a pace."""
        return list(self._paces)

    async def admit(self, request: CallRequest) -> Admission:
        self.flakiness.before()
        return self._pace(request.key).admit(request, self._now())

    async def settle(self, report: CallReport) -> Admission:
        self.flakiness.before()
        self.reports.append(report)
        return self._pace(report.request.key).settle(report, self._now())

    def _pace(self, key: PacedKey) -> Pace:
        return self._paces.setdefault(key, Pace(at=self._now()))
