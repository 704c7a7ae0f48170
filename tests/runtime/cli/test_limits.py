"""A gateway that is there and lets no line in yet: when it is waited for, and when the command ends with the reason."""

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from runtime.api_client.gateway import GatewayClient, OverLimit, Refused
from runtime.api_client.items import Item
from runtime.api_client.result import Ending, Result
from runtime.api_client.send import send_items
from runtime.cli.commands import main
from tests.runtime.cli.labelled_lines import LINES, written
from tests.runtime.cli.measuring_gateway import MeasuringGateway, served

HOURS = 7 * 3600


class Occupied(MeasuringGateway):
    """Answers what is handed in with a problem."""

    def __init__(self, status: int, problem: dict[str, object], **headers: str) -> None:
        super().__init__()
        self.problem, self.refusal_headers, self.status = problem, headers, status
        self.calls = 0

    def _refuse(self) -> web.StreamResponse:
        self.calls += 1
        return web.json_response(self.problem, status=self.status, headers=self.refusal_headers)

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        return self._refuse() if request.headers["Idempotency-Key"] == "k" else await super()._submit(request)

    async def _calibrate(self, request: web.Request) -> web.StreamResponse:
        return self._refuse()


async def sent(gateway: MeasuringGateway, *, patience_seconds: float) -> Result:
    async with gateway.serve() as url, aiohttp.ClientSession() as session:
        client = GatewayClient(session=session, base_url=url, headers={}, patience_seconds=patience_seconds)
        return await client.evaluate(Item("a", "f:1", {"input": "q"}), idempotency_key="k")


async def test_over_a_limit_a_line_waits_as_long_as_it_is_told_however_often() -> None:
    gateway = MeasuringGateway()
    gateway.limited.extend([1, 1, 1])
    assert (await sent(gateway, patience_seconds=1.5)).ending is Ending.JUDGED
    assert not gateway.limited


async def test_a_limit_that_outlasts_the_patience_is_told_with_its_own_words_and_when_to_come_again() -> None:
    gateway = MeasuringGateway()
    gateway.limited.append(HOURS)
    with pytest.raises(OverLimit, match=r"You may send 2 requests a day\..* Come again in 7:00:00; what was accepted"):
        await sent(gateway, patience_seconds=300)


async def test_the_limit_ends_all_lines_and_is_raised_as_itself() -> None:
    gateway = MeasuringGateway()
    gateway.limited.extend([1, 1, HOURS])
    items = [Item(name, "f:1", {"input": name}) for name in "abc"]
    async with gateway.serve() as url, aiohttp.ClientSession() as session:
        client = GatewayClient(session=session, base_url=url, headers={})
        with pytest.raises(OverLimit):
            await send_items(items, client=client, key_of=lambda place, _: str(place), on_result=lambda _: None)


def test_a_command_over_the_quota_stops_with_one_line_and_the_same_one_goes_on_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway, file = MeasuringGateway(), written(tmp_path / "l.jsonl", LINES)
    gateway.limited.extend([HOURS] * len(LINES))
    with served(gateway) as url:
        assert main(["--url", url, "calibrate", file]) == 1
        (line,) = capsys.readouterr().out.splitlines()
        assert line.startswith("You may send 2 requests a day.")
        assert line.endswith("what was accepted is judged all the same. The same command goes on from there.")
        gateway.limited.clear()
        assert main(["--url", url, "calibrate", file]) == 0
    assert len(gateway.by_key) == len(LINES)


def test_a_conflict_that_no_waiting_is_told_for_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem = {"code": "evaluations_open", "detail": "Some of these evaluations have not ended.", "retryable": True}
    gateway, file = Occupied(409, problem), written(tmp_path / "l.jsonl", LINES)
    with served(gateway) as url:
        assert main(["--url", url, "calibrate", file]) == 1
    assert "Some of these evaluations have not ended." in capsys.readouterr().out
    assert gateway.calls == 1


async def test_a_line_that_is_still_being_accepted_is_waited_for_and_then_lost_with_the_reason() -> None:
    problem = {"code": "idempotency_in_progress", "detail": "It is still being accepted.", "retryable": True}
    gateway = Occupied(409, problem, **{"Retry-After": "1"})
    result = await sent(gateway, patience_seconds=0.5)
    assert gateway.calls > 1
    assert (result.ending, result.explanation) == (Ending.LOST, "It is still being accepted.")


async def test_what_another_try_makes_no_better_is_refused_in_its_own_words() -> None:
    gateway = Occupied(409, {"code": "sealed_keys_used", "detail": "Seal your keys again."})
    result = await sent(gateway, patience_seconds=300)
    assert (gateway.calls, result.ending, result.explanation) == (1, Ending.REJECTED, "Seal your keys again.")


async def test_a_limit_of_nobody_knows_how_long_is_waited_for_and_then_told() -> None:
    gateway = Occupied(429, {"code": "too_many", "detail": "Slow down."})
    async with gateway.serve() as url, aiohttp.ClientSession() as session:
        client = GatewayClient(session=session, base_url=url, headers={}, patience_seconds=0.5)
        with pytest.raises(Refused) as caught:
            await client.post("/v1/calibrations", {}, type(gateway.calibration))
    assert gateway.calls > 1
    assert caught.value.problem["detail"] == "Slow down."
