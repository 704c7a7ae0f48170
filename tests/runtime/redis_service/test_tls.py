"""Redis over TLS, as the document asks for: the server's certificate is checked against the machine's authorities."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from config.runtime_document import RedisAddress
from runtime.contracts.unavailable import Unavailable
from runtime.local.replacements import RedisServer
from tests.contract.evaluations import fresh_tenant, new_request
from tests.runtime.redis_service.stores import open_subject
from tests.servers.tls import Certificate, make_certificate, tls_before

pytestmark = pytest.mark.servers


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
async def address(redis_at: RedisServer, certificate: Certificate) -> AsyncIterator[RedisAddress]:
    async with tls_before(redis_at.address.host, redis_at.address.port, certificate) as port:
        yield RedisAddress(host="127.0.0.1", port=port, tls=True)


async def test_a_redis_with_a_trusted_certificate_is_used(
    redis_at: RedisServer, address: RedisAddress, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    async with open_subject(redis_at, address=lambda: address) as opened:
        assert (await opened.states.create(new_request(tenant=fresh_tenant()))).created


async def test_a_redis_that_nobody_vouches_for_is_unavailable(redis_at: RedisServer, address: RedisAddress) -> None:
    async with open_subject(redis_at, address=lambda: address) as opened:
        with pytest.raises(Unavailable):
            await opened.states.create(new_request(tenant=fresh_tenant()))


async def test_a_redis_of_another_name_is_unavailable(
    redis_at: RedisServer, address: RedisAddress, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    elsewhere = address.model_copy(update={"host": "localhost"})
    async with open_subject(redis_at, address=lambda: elsewhere) as opened:
        with pytest.raises(Unavailable):
            await opened.states.create(new_request(tenant=fresh_tenant()))
