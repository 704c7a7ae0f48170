"""What a pod asks of its node."""

from pydantic import Field

from config.base import Frozen


class Resources(Frozen):
    cpu_millis: int = Field(ge=50)
    """Requested; there is no limit: a throttled process misses deadlines while its node idles."""
    memory_mib: int = Field(ge=64)
    """Requested and the limit: a pod that grows beyond it is ended, not its neighbours."""


class Total(Resources):
    pods: int
