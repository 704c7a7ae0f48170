import asyncio

import aiohttp
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.parsers import ResponseParserError
from structlog.testing import capture_logs

from runtime.contracts.unavailable import Unavailable
from runtime.kit.aws import aws_call, aws_client

DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "canary"}}, "Publish")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DENIED, "AccessDenied"),
        (ClientError({}, "Publish"), "ClientError"),
        (ReadTimeoutError(endpoint_url="canary"), "ReadTimeoutError"),
        (ResponseParserError("canary"), "ResponseParserError"),
        (aiohttp.ClientPayloadError("canary"), "ClientPayloadError"),
        (ConnectionResetError("canary"), "ConnectionResetError"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_an_error_of_the_libraries_becomes_ours_and_only_its_code_is_logged(error: Exception, code: str) -> None:
    with capture_logs() as logs, pytest.raises(Unavailable, match="sns is unavailable") as raised:
        async with aws_call("sns"):
            raise error
    assert logs[0]["error"] == code
    assert "canary" not in repr(logs)
    assert raised.value.__cause__ is None


async def test_a_call_that_does_not_end_is_given_up() -> None:
    with pytest.raises(Unavailable):
        async with aws_call("sns", timeout_seconds=0):
            await asyncio.Event().wait()


async def test_a_mistake_of_our_own_stays_what_it_is() -> None:
    with pytest.raises(KeyError):
        async with aws_call("sns"):
            raise KeyError


async def test_a_client_takes_its_region_and_endpoint_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    async with aws_client("sqs") as client:
        assert client.meta.region_name == "eu-west-1"
        assert client.meta.endpoint_url == "http://127.0.0.1:1"
