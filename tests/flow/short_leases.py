"""`python -m runtime.local` with deadlines of seconds: what a killed worker held comes back soon.

The first argument is how far the services' ports are from their own: of two systems at once, one would take the ports
of a part that the other one is just restarting.
"""

import sys

import config.environments
import config.topology

SHORT = {
    "call_deadline_seconds": 13,
    "lease_margin_seconds": 2,
    "visibility_timeout_seconds": 15,
    "heartbeat_seconds": 5,
    "drain_seconds": 20,
    "retry_backoff_seconds": 0.5,
    "retry_backoff_max_seconds": 8,
    # A dead or frozen worker's poll goes on in the emulator, and takes a message with it.
    "receive_wait_seconds": 2,
}
limits = config.environments.LOCAL.limits
config.environments.LOCAL = config.environments.LOCAL.model_copy(
    update={"limits": type(limits).model_validate(limits.model_dump() | SHORT)}
)
ports_away = int(sys.argv.pop(1))
for name, service in list(vars(config.topology).items()):
    if isinstance(service, config.topology.Service):
        vars(config.topology)[name] = service.model_copy(update={"port": service.port + ports_away})

from runtime.local.commands import main  # noqa: E402 - it reads the environment's limits and the services' ports

if __name__ == "__main__":
    sys.exit(main())
