"""Tokens for tests that call a service as another one does: made up, the same at both ends."""

from pydantic import SecretStr

from config.callers import flow_between
from config.topology import Flow, Service
from runtime.kit.tokens import Tokens


def token_of(flow: Flow) -> str:
    return f"{flow.source}-shows-this-to-{flow.destination}"


def made_up_tokens(flow: Flow) -> Tokens:
    return lambda: (SecretStr(token_of(flow)),)


def bearer(source: Service, destination: Service) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_of(flow_between(source, destination))}"}
