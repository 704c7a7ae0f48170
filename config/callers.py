"""Which services ask who calls them, and the files from which both ends of such a flow read its token."""

from config.topology import FLOWS, Flow, Service

AUTHENTICATED = tuple(flow for flow in FLOWS if flow.methods)
TOKEN_PROPERTY = "token"  # noqa: S105 - a property's name
"""Of the secret's JSON object."""


def flow_between(source: Service, destination: Service) -> Flow:
    """Raises ValueError where the topology lets the one not call the other."""
    (flow,) = [each for each in callers_of(destination) if each.source == source.name]
    return flow


def callers_of(service: Service) -> tuple[Flow, ...]:
    return tuple(flow for flow in AUTHENTICATED if flow.destination == service.name)


def token_file(flow: Flow) -> str:
    return f"{flow.source}-to-{flow.destination}"


def previous_token_file(flow: Flow) -> str:
    """The token before the last rotation; there is none before the first."""
    return f"{token_file(flow)}-previous"
