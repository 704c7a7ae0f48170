"""AppConfig's data plane as the test says: documents, silence, errors, and bodies that break off."""

from typing import Any, Self

from aiohttp import ClientPayloadError


class Body:
    """A streamed body, `breaks` in the middle where it is told to."""

    def __init__(self, content: bytes, *, breaks: bool = False) -> None:
        self._content = content
        self._breaks = breaks
        self.taken = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def read(self, amount: int) -> bytes:
        chunk = self._content[self.taken : self.taken + amount]
        self.taken += len(chunk)
        if not chunk and self._breaks:
            raise ClientPayloadError
        return chunk


class ScriptedAppConfig:
    """Hands out the answers one by one; an exception is raised."""

    def __init__(self, *answers: bytes | Body | Exception) -> None:
        self.answers = list(answers)
        self.sessions = 0

    async def start_configuration_session(self, **_: Any) -> dict[str, str]:
        self.sessions += 1
        return {"InitialConfigurationToken": f"token-{self.sessions}"}

    async def get_latest_configuration(self, **_: Any) -> dict[str, Any]:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        body = Body(answer) if isinstance(answer, bytes) else answer
        return {"NextPollConfigurationToken": "next", "Configuration": body}
