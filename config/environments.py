"""The environments side by side: the only place where they differ."""

from typing import Literal

from config.base import Frozen
from config.limits import Limits

EnvironmentName = Literal["dev", "prod", "local"]


class Environment(Frozen):
    name: EnvironmentName
    region: str
    limits: Limits


DEV = Environment(name="dev", region="us-east-1", limits=Limits())
PROD = Environment(name="prod", region="us-east-1", limits=Limits())
LOCAL = Environment(
    name="local",
    region="us-east-1",
    limits=Limits(
        # Short polls let a stop end within seconds; one machine has no bill for empty receives.
        receive_wait_seconds=2,
        config_poll_seconds=15,
        # A verdict on a CPU takes up to half a minute; what a killed process held comes back two minutes later.
        call_deadline_seconds=90,
        visibility_timeout_seconds=120,
        heartbeat_seconds=40,
        drain_seconds=90,
    ),
)
ENVIRONMENTS: dict[str, Environment] = {environment.name: environment for environment in (DEV, PROD, LOCAL)}
