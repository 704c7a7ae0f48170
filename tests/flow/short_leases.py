"""`python -m runtime.local` with deadlines of seconds: what a killed worker held comes back soon."""

import sys

import config.environments

SHORT = {
    "call_deadline_seconds": 10,
    "lease_margin_seconds": 5,
    "visibility_timeout_seconds": 15,
    "heartbeat_seconds": 5,
    "drain_seconds": 20,
}
limits = config.environments.LOCAL.limits
config.environments.LOCAL = config.environments.LOCAL.model_copy(
    update={"limits": type(limits).model_validate(limits.model_dump() | SHORT)}
)

from runtime.local.commands import main  # noqa: E402 - it reads the environment's limits

if __name__ == "__main__":
    sys.exit(main())
