"""What the keys contract runs on: the transparent fake, and HPKE with its key pairs in memory or in the emulator."""

import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config.naming import Names
from config.topology import Stage
from runtime.keys.hpke_opener import HpkeOpener
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.keyring import Keyring
from runtime.keys.ports import KeyOpener, KeySealer
from runtime.keys.provision import ensure_sealing_key
from runtime.kit.aws import aws_client
from tests.fakes.aws_keys import InMemoryKms, InMemorySecrets
from tests.fakes.keys import TransparentOpener, TransparentSealer


class SetClock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


@dataclass(frozen=True)
class Subject:
    sealer: KeySealer
    openers: Mapping[Stage, KeyOpener]
    now: SetClock


@dataclass(frozen=True)
class Vault:
    """Where private keys are kept: two AWS clients and the names of an environment of its own."""

    secrets: Any
    kms: Any
    names: Names


def transparent() -> Subject:
    now = SetClock()
    return Subject(TransparentSealer(), {stage: TransparentOpener(stage=stage, now=now) for stage in Stage}, now)


async def hpke(vault: Vault) -> Subject:
    now = SetClock()
    public_keys = {
        stage: await ensure_sealing_key(stage=stage, names=vault.names, secrets=vault.secrets, kms=vault.kms)
        for stage in Stage
    }
    openers = {
        stage: HpkeOpener(
            stage=stage,
            keyring=Keyring(stage=stage, names=vault.names, secrets=vault.secrets, kms=vault.kms),
            now=now,
        )
        for stage in Stage
    }
    return Subject(HpkeSealer(public_keys=lambda: public_keys), openers, now)


def memory_vault() -> Vault:
    return Vault(InMemorySecrets(), InMemoryKms(), _fresh_names())


@asynccontextmanager
async def aws_vault() -> AsyncIterator[Vault]:
    """The endpoint comes from the environment."""
    async with aws_client("secretsmanager") as secrets, aws_client("kms") as kms:
        names = _fresh_names()
        key = await kms.create_key()
        await kms.create_alias(AliasName=names.sealing_kms_alias, TargetKeyId=key["KeyMetadata"]["KeyId"])
        yield Vault(secrets, kms, names)


def _fresh_names() -> Names:
    return Names(environment=f"test-{uuid.uuid4().hex[:12]}")
