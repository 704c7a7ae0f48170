"""The active document: an invalid or unreachable one never replaces the last good one."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from config.naming import Names
from runtime.kit.settings import Settings
from tests.runtime.documents import runtime_document


class Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content


class ScriptedAppConfig:
    """AppConfig's data plane: hands out the scripted answers one by one; an exception is raised."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.sessions = 0

    async def start_configuration_session(self, **_: Any) -> dict[str, str]:
        self.sessions += 1
        return {"InitialConfigurationToken": f"token-{self.sessions}"}

    async def get_latest_configuration(self, **_: Any) -> dict[str, Any]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"NextPollConfigurationToken": "next", "Configuration": Body(answer)}


AWAY = EndpointConnectionError(endpoint_url="http://nowhere")
FIRST = runtime_document(region="us-east-1")
SECOND = runtime_document(region="eu-west-1")


def settings(*answers: bytes | Exception) -> Settings:
    return Settings(appconfigdata=ScriptedAppConfig(*answers), names=Names(environment="local"))


async def test_a_new_document_is_applied_while_running() -> None:
    current = settings(FIRST.model_dump_json().encode(), SECOND.model_dump_json().encode())
    await current.refresh()
    assert current() == FIRST
    await current.refresh()
    assert current() == SECOND


async def test_an_unchanged_document_comes_back_empty_and_stays() -> None:
    current = settings(FIRST.model_dump_json().encode(), b"")
    await current.refresh()
    await current.refresh()
    assert current() == FIRST


@pytest.mark.fault("F42")
async def test_an_invalid_document_never_becomes_active() -> None:
    broken = SECOND.model_dump_json().replace('"visibility_timeout_seconds":180', '"visibility_timeout_seconds":1')
    current = settings(FIRST.model_dump_json().encode(), broken.encode(), b"{}", b"not json")
    for _ in range(4):
        await current.refresh()
    assert current() == FIRST


@pytest.mark.fault("F42")
async def test_an_unreachable_appconfig_changes_nothing_and_is_asked_again() -> None:
    current = settings(FIRST.model_dump_json().encode(), AWAY, SECOND.model_dump_json().encode())
    await current.refresh()
    await current.refresh()
    assert current() == FIRST
    await current.refresh()
    assert current() == SECOND
