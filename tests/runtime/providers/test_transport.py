"""The connection itself: who is on the other end, and how much of it is read."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.evaluation import Message
from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatModel, ChatRequest, ProviderError
from runtime.providers.transport import MAX_REPLY_BYTES, ProviderTransport
from tests.contract.chat_model_subjects import models_at
from tests.stubs.behaviours import HUGE_BYTES
from tests.stubs.llm_stub import LlmStub

KEY = SecretStr("sk-1")


def ask(model: str) -> ChatRequest:
    return ChatRequest(model=model, messages=(Message(role="user", content="Hello"),))


async def reason(models: Mapping[Provider, ChatModel], provider: Provider, model: str) -> FailureReason:
    with pytest.raises(ProviderError) as caught:
        await models[provider].complete(ask(model), key=KEY, deadline_seconds=20)
    return caught.value.reason


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .issuer_name(name)
        .subject_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "server.pem"
    file.write_bytes(
        signed.public_bytes(Encoding.PEM) + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return file


@pytest.fixture
def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.fault("F18")
@pytest.mark.parametrize("provider", Provider)
async def test_a_certificate_that_nobody_vouches_for_ends_before_the_key_is_sent(
    provider: Provider, server_side: ssl.SSLContext
) -> None:
    async with LlmStub(tls=server_side) as stub, models_at(lambda: stub.url) as models:
        assert await reason(models, provider, "m") is FailureReason.TRANSIENT
        assert not stub.calls


@pytest.mark.parametrize("provider", Provider)
async def test_a_certificate_named_by_the_operator_is_trusted(
    provider: Provider, server_side: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with LlmStub(tls=server_side) as stub, models_at(lambda: stub.url) as models:
        assert (await models[provider].complete(ask("m"), key=KEY, deadline_seconds=20)).text


@pytest.mark.fault("F18")
@pytest.mark.parametrize("provider", Provider)
async def test_a_refused_connection_may_succeed_later(provider: Provider) -> None:
    async with LlmStub() as stub:
        url = stub.url
    async with models_at(lambda: url) as models:
        assert await reason(models, provider, "m") is FailureReason.TRANSIENT


@pytest.mark.fault("F18")
async def test_connecting_ends_after_five_seconds_whatever_the_sdk_asks_for() -> None:
    seen = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.extensions["timeout"])
        return httpx2.Response(200)

    transport = ProviderTransport(inner=httpx2.MockTransport(answer), key_header=None)
    async with httpx2.AsyncClient(transport=transport) as client:
        await client.get("http://provider.test", timeout=None)
        await client.get("http://provider.test", timeout=600)
    assert seen == [{"connect": 5.0, "read": None, "write": None, "pool": None}] * 2


@pytest.mark.fault("F20")
@pytest.mark.parametrize("behaviour", ["huge", "huge_error", "gzip_bomb"])
@pytest.mark.parametrize("provider", Provider)
async def test_a_reply_without_end_is_not_read_to_its_end(
    provider: Provider, behaviour: str, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    await reason(models, provider, f"m--{behaviour}")
    # What lies in the buffers of two sockets was sent, but never read.
    assert stub.body_bytes_sent < MAX_REPLY_BYTES + HUGE_BYTES / 2


@pytest.mark.parametrize("provider", Provider)
async def test_after_a_failure_the_pool_still_serves(
    provider: Provider, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    stub.script("huge", "broken_off", "reset", "gzip_bomb", "http_500", "ok")
    for _ in range(5):
        await reason(models, provider, "m")
    assert (await models[provider].complete(ask("m"), key=KEY, deadline_seconds=20)).text
