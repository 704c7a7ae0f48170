"""The account's registry, and the token that opens it for twelve hours."""

import base64
from dataclasses import dataclass, field

from botocore.session import get_session


@dataclass(frozen=True)
class Registry:
    host: str
    username: str
    password: str = field(repr=False)


def open_registry(region: str) -> Registry:
    """Raises botocore's errors."""
    (given,) = get_session().create_client("ecr", region_name=region).get_authorization_token()["authorizationData"]
    username, _, password = base64.b64decode(given["authorizationToken"]).decode().partition(":")
    return Registry(given["proxyEndpoint"].removeprefix("https://"), username, password)
