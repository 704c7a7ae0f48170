"""The state of requests, in front of ElastiCache."""

from charts.runtime_service import RuntimeService
from config.topology import REDIS
from config.workloads import ENDPOINT_SECONDS


class RedisService(RuntimeService):
    name = REDIS.name
    service = REDIS

    def linger_seconds(self) -> int:
        return ENDPOINT_SECONDS
