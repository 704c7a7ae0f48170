"""The settings document that the templates deploy: where the services and the providers are."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tools.architecture.templates import Templates


def service_places(templates: Templates) -> dict[tuple[str, str], int | None]:
    """The port by namespace and name."""
    places = {}
    for document in _documents(templates):
        for url in document.get("service_urls", {}).values():
            place = urlsplit(url)
            name, namespace, *_ = _host(place).split(".")
            places[namespace, name] = place.port
    return places


def provider_hosts(templates: Templates) -> tuple[str, ...]:
    return tuple(
        _host(urlsplit(provider["base_url"]))
        for document in _documents(templates)
        for provider in document.get("providers", {}).values()
    )


def _documents(templates: Templates) -> Iterator[dict[str, Any]]:
    for found in templates.of_type("AWS::AppConfig::HostedConfigurationVersion"):
        yield json.loads(found.properties.text("Content"))


def _host(place: SplitResult) -> str:
    return place.hostname or ""
