"""Whom MySQL's server must be certified by: authorities of a file, or the system's; its name counts too."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.runtime_document import MySqlAddress
from runtime.persistence.database import Credentials
from tests.servers.tls import Certificate, make_certificate, tls_before

ADDRESS = MySqlAddress(host="127.0.0.1", port=3306, database="llm_judge", tls=True)


def login(authorities: Path | None) -> Credentials:
    return Credentials(username="judge", password=SecretStr("secret"), authorities=authorities)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


@pytest.fixture
async def port(certificate: Certificate) -> AsyncIterator[int]:
    echo = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with echo, tls_before("127.0.0.1", echo.sockets[0].getsockname()[1], certificate) as port:
        yield port


async def greet(port: int, context: ssl.SSLContext | None, name: str) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    writer.close()


async def test_a_server_certified_by_the_named_authorities_is_trusted(certificate: Certificate, port: int) -> None:
    await greet(port, login(certificate.file).tls(ADDRESS), "127.0.0.1")


async def test_it_is_not_trusted_under_another_name(certificate: Certificate, port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await greet(port, login(certificate.file).tls(ADDRESS), "mysql.example.org")


async def test_without_a_file_only_the_systems_authorities_count(port: int) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await greet(port, login(None).tls(ADDRESS), "127.0.0.1")


def test_an_address_without_tls_has_none(certificate: Certificate) -> None:
    assert login(certificate.file).tls(ADDRESS.model_copy(update={"tls": False})) is None
