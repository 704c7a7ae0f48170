"""How the services reach AWS here: the emulator with made-up credentials, or what the environment names."""

import os
from collections.abc import Mapping

from config.environments import LOCAL
from runtime.local.ports import LOOPBACK

ACCOUNT = "000000000000"


def emulator_access(port: int) -> dict[str, str]:
    """Complete, so that a laptop's own AWS profile plays no part."""
    return {
        "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
        "AWS_REGION": LOCAL.region,
        "AWS_DEFAULT_REGION": LOCAL.region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def named_access(environment: Mapping[str, str]) -> dict[str, str]:
    """Another emulator, or AWS: its credentials are the environment's."""
    given = {name: value for name, value in environment.items() if name.startswith("AWS_")}
    region = given.get("AWS_REGION") or given.get("AWS_DEFAULT_REGION") or LOCAL.region
    has_own = "AWS_ACCESS_KEY_ID" in given or "AWS_PROFILE" in given
    made_up = {} if has_own else {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    return made_up | given | {"AWS_REGION": region}
