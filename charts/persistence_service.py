"""The history of evaluations, in front of MySQL."""

from charts.runtime_service import RuntimeService
from config.topology import PERSISTENCE
from config.workloads import ENDPOINT_SECONDS


class PersistenceService(RuntimeService):
    name = PERSISTENCE.name
    service = PERSISTENCE

    def linger_seconds(self) -> int:
        return ENDPOINT_SECONDS
