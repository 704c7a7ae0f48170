"""Step 2 of sending lines: send one and wait for its end, whatever is killed and started again meanwhile."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError

from runtime.api_client.items import Item
from runtime.api_client.result import Ending, Result, ended
from runtime.providers import retry_after

WAIT_SECONDS = 20
"""One read waits this long for the end (`Prefer: wait`)."""
CALL_SECONDS = WAIT_SECONDS + 40
PATIENCE_SECONDS = 300.0
"""Without a single good answer; a killed service is back within seconds. A limit that says when it ends is one."""
UNKNOWN_PATIENCE_SECONDS = 3.0
"""For an address that a user gave and that never answered: it is a wrong one more often than one that starts."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 3.0
TERMINAL = ("COMPLETED", "FAILED")
OVER_LIMIT, SERVER_ERROR = 429, 500
WORTH_A_RETRY = (408, 425, OVER_LIMIT)
"""Also where they do not say when, with Retry-After; any other 4xx is final then."""


Shape = TypeVar("Shape", bound=BaseModel)


class GatewayGone(Exception):
    pass


class NotAGateway(GatewayGone):
    """Something answers, in a form that no gateway of ours has."""


class Refused(Exception):
    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("code"))
        self.problem = problem


class OverLimit(Refused):
    """A limit of the caller's that holds for longer than anybody is ready to wait: no other line would get through."""

    def __init__(self, problem: dict[str, Any], *, wait_seconds: float) -> None:
        super().__init__(problem)
        self.wait = timedelta(seconds=round(wait_seconds))

    def __str__(self) -> str:
        why = explain(self.problem).rstrip(".")
        return f"{why}. Come again in {self.wait}; what was accepted is judged all the same."


class GatewayClient:
    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        base_url: str,
        headers: Mapping[str, str],
        first_patience_seconds: float = PATIENCE_SECONDS,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """`first_patience_seconds` counts until something has answered, the other one from then on."""
        self._session = session
        self.base_url = base_url
        self._url = f"{base_url}/v1/evaluations"
        self._headers = headers
        self._patience_seconds, self._later_patience_seconds = first_patience_seconds, patience_seconds

    async def evaluate(self, item: Item, *, idempotency_key: str) -> Result:
        """The same key on every try: however often the line is sent, it is judged once. Raises OverLimit."""
        try:
            headers = {**self._headers, "Idempotency-Key": idempotency_key}
            evaluation = await self._evaluation("POST", self._url, json=item.body, headers=headers)
        except OverLimit:
            raise
        except Refused as refused:
            # An earlier try of it may still be accepted.
            ending = Ending.LOST if refused.problem.get("retryable") else Ending.REJECTED
            return Result(item, ending, explanation=explain(refused.problem))
        except GatewayGone:
            return Result(item, Ending.LOST, explanation="the gateway did not accept it in time")
        evaluation_id = evaluation["id"]
        try:
            while evaluation["status"] not in TERMINAL:
                evaluation = await self.read(evaluation_id)
        except (Refused, GatewayGone):
            return Result(item, Ending.LOST, None, evaluation_id, "its end could not be read")
        return ended(item, evaluation if "created_at" in evaluation else await self.read(evaluation_id))

    async def read(self, evaluation_id: str) -> dict[str, Any]:
        headers = {"Prefer": f"wait={WAIT_SECONDS}"}
        return await self._evaluation("GET", f"{self._url}/{evaluation_id}", headers=headers)

    async def page(self, **query: str) -> dict[str, Any]:
        """Raises Refused or GatewayGone, like all that follow."""
        found = await self._until_answered("GET", self._url, params=query)
        entries = found.get("data")
        if not isinstance(entries, list) or not all(map(_is_evaluation, entries)) or "has_more" not in found:
            raise NotAGateway(self.base_url)
        return found

    async def get(self, path: str, shape: type[Shape], **query: str) -> Shape:
        return self._shaped(shape, await self._until_answered("GET", f"{self.base_url}{path}", params=query))

    async def post(self, path: str, body: dict[str, Any], shape: type[Shape]) -> Shape:
        return self._shaped(shape, await self._until_answered("POST", f"{self.base_url}{path}", json=body))

    def _shaped(self, shape: type[Shape], content: dict[str, Any]) -> Shape:
        try:
            return shape.model_validate(content)
        except ValidationError:
            raise NotAGateway(self.base_url) from None

    async def _evaluation(self, method: str, url: str, **call: Any) -> dict[str, Any]:
        found = await self._until_answered(method, url, **call)
        if not _is_evaluation(found):
            raise NotAGateway(self.base_url)
        return found

    async def _until_answered(self, method: str, url: str, **call: Any) -> dict[str, Any]:
        """Empty for what is no object. Raises Refused for a 4xx, GatewayGone when patience runs out."""
        began, pause = time.monotonic(), FIRST_PAUSE_SECONDS
        refused: Refused | None = None
        while time.monotonic() - began < self._patience_seconds:
            refused, wait = None, pause
            try:
                async with asyncio.timeout(CALL_SECONDS), self._session.request(method, url, **call) as answer:
                    content = await _content(answer)
                    self._patience_seconds = self._later_patience_seconds
                    if answer.ok:
                        return content or {}
                    if answer.status < SERVER_ERROR:
                        refused = Refused(_problem(content, answer.status))
                        told = self._told_to_wait(answer, refused)
                        if told is not None:
                            began, wait = time.monotonic() + told, max(told, FIRST_PAUSE_SECONDS)
            except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
                raise NotAGateway(self.base_url) from None
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
                pass
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise refused or GatewayGone

    def _told_to_wait(self, answer: aiohttp.ClientResponse, refused: Refused) -> float | None:
        """Seconds until the caller's limit lets a call through. None: nobody knows, or it is no limit.

        Raises OverLimit where that takes too long, and `refused` for what no other try makes better.
        """
        told = retry_after.from_header(answer.headers.get("Retry-After"))
        if told is None and answer.status not in WORTH_A_RETRY:
            raise refused
        if told is None or answer.status != OVER_LIMIT:
            return None
        if told > self._later_patience_seconds:
            raise OverLimit(refused.problem, wait_seconds=told)
        return told


async def _content(answer: aiohttp.ClientResponse) -> dict[str, Any] | None:
    """None where it is no JSON object, as from a proxy."""
    try:
        content = await answer.json(content_type=None)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _problem(content: dict[str, Any] | None, status: int) -> dict[str, Any]:
    """`content`, or words of our own where no gateway of ours made it."""
    errors = (content or {}).get("errors", [])
    fields = isinstance(errors, list) and all(isinstance(e, dict) and {"pointer", "detail"} <= e.keys() for e in errors)
    if content is not None and isinstance(content.get("code"), str) and fields:
        return content
    return {"detail": f"It is answered with {status} and no reason: check --url"}


def _is_evaluation(content: object) -> bool:
    return isinstance(content, dict) and {"id", "status"} <= content.keys()


def explain(problem: dict[str, Any]) -> str:
    """Pointer and rule of each wrong field, or the problem's own advice."""
    fields = [f"{error['pointer'] or 'body'}: {error['detail']}" for error in problem.get("errors", ())]
    return "; ".join(fields) or str(problem.get("detail") or "refused")
