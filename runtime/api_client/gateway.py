"""Step 2 of sending lines: send one and wait for its end, whatever is killed and started again meanwhile."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import aiohttp

from runtime.api_client.items import Item
from runtime.api_client.result import Ending, Result, ended

WAIT_SECONDS = 20
"""One read waits this long for the end (`Prefer: wait`)."""
CALL_SECONDS = WAIT_SECONDS + 40
PATIENCE_SECONDS = 300.0
"""Without a single good answer; a killed service is back within seconds."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 3.0
TERMINAL = ("COMPLETED", "FAILED")
SERVER_ERROR = 500
WORTH_A_RETRY = (408, 409, 425, 429)
"""409: an earlier try of the same line is still being accepted."""


class GatewayGone(Exception):
    pass


class Refused(Exception):
    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("code"))
        self.problem = problem


class GatewayClient:
    def __init__(self, *, session: aiohttp.ClientSession, base_url: str, headers: Mapping[str, str]) -> None:
        self._session = session
        self.base_url = base_url
        self._url = f"{base_url}/v1/evaluations"
        self._headers = headers

    async def evaluate(self, item: Item, *, idempotency_key: str) -> Result:
        """The same key on every try: however often the line is sent, it is judged once."""
        try:
            headers = {**self._headers, "Idempotency-Key": idempotency_key}
            evaluation = await self._until_answered("POST", self._url, json=item.body, headers=headers)
        except Refused as refused:
            return Result(item, Ending.REJECTED, explanation=explain(refused.problem))
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
        return await self._until_answered("GET", f"{self._url}/{evaluation_id}", headers=headers)

    async def page(self, **query: str) -> dict[str, Any]:
        return await self._until_answered("GET", self._url, params=query)

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """Raises Refused or GatewayGone."""
        return await self._until_answered("GET", f"{self.base_url}{path}", params=query)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises Refused or GatewayGone."""
        return await self._until_answered("POST", f"{self.base_url}{path}", json=body)

    async def _until_answered(self, method: str, url: str, **call: Any) -> dict[str, Any]:
        """Raises Refused for a 4xx, GatewayGone when patience runs out."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        pause = FIRST_PAUSE_SECONDS
        while time.monotonic() < give_up_at:
            try:
                async with asyncio.timeout(CALL_SECONDS), self._session.request(method, url, **call) as answer:
                    content = await answer.json(content_type=None)
                    if answer.ok:
                        return dict(content)
                    if answer.status < SERVER_ERROR and answer.status not in WORTH_A_RETRY:
                        raise Refused(content if isinstance(content, dict) else {})
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
                pass
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        raise GatewayGone


def explain(problem: dict[str, Any]) -> str:
    """Pointer and rule of each wrong field, or the problem's own advice."""
    fields = [f"{error['pointer'] or 'body'}: {error['detail']}" for error in problem.get("errors", ())]
    return "; ".join(fields) or str(problem.get("detail") or "refused")
