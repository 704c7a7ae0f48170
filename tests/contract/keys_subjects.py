"""What the keys contract runs on: the transparent fake, and HPKE with its key pairs in memory or in the emulator."""

import base64
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config.limits import Limits
from config.naming import Names
from config.topology import Stage
from runtime.keys.epochs import EpochSchedule
from runtime.keys.hpke_opener import HpkeOpener
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.keyring import Keyring
from runtime.keys.keyset import Keyset, SignedKeyset
from runtime.keys.ports import KeyOpener, KeySealer
from runtime.keys.rotation import Rotation
from runtime.kit.aws import aws_client
from tests.fakes.aws_keys import InMemoryKms, InMemorySecrets
from tests.fakes.keys import TransparentOpener, TransparentSealer

SCHEDULE = EpochSchedule.of(Limits())


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
    """Where keys are kept: two AWS clients and the names of an environment of its own."""

    secrets: Any
    kms: Any
    names: Names

    async def rotate(self, now: SetClock, schedule: EpochSchedule = SCHEDULE) -> None:
        await Rotation(schedule=schedule, names=self.names, secrets=self.secrets, kms=self.kms, now=now).rotate()

    async def verify_key(self) -> str:
        answer = await self.kms.get_public_key(KeyId=self.names.sealing_signature_alias)
        return base64.b64encode(answer["PublicKey"]).decode()

    async def signed_keyset(self) -> SignedKeyset:
        answer = await self.secrets.get_secret_value(SecretId=self.names.sealing_keyset)
        return SignedKeyset.model_validate_json(answer["SecretString"])

    async def keyset(self) -> Keyset:
        return (await self.signed_keyset()).verified(await self.verify_key())

    def keyring(self, stage: Stage, now: SetClock) -> Keyring:
        return Keyring(stage=stage, names=self.names, secrets=self.secrets, kms=self.kms, now=now)

    async def private_names(self) -> set[str]:
        """Of the private keys that are there."""
        found: set[str] = set()
        page: dict[str, str] = {}
        while True:
            filters = [{"Key": "name", "Values": [self.names.sealing_secrets]}]
            listed = await self.secrets.list_secrets(Filters=filters, **page)
            found |= {secret["Name"] for secret in listed["SecretList"]}
            if not listed.get("NextToken"):
                return found
            page = {"NextToken": listed["NextToken"]}


def transparent() -> Subject:
    now = SetClock()
    return Subject(TransparentSealer(), {stage: TransparentOpener(stage=stage, now=now) for stage in Stage}, now)


async def hpke(vault: Vault) -> Subject:
    now = SetClock()
    await vault.rotate(now)
    keyset = await vault.keyset()
    openers = {stage: HpkeOpener(stage=stage, keyring=vault.keyring(stage, now), now=now) for stage in Stage}
    return Subject(HpkeSealer(keyset=lambda: keyset, now=now), openers, now)


async def memory_vault() -> Vault:
    vault = Vault(InMemorySecrets(), InMemoryKms(), _fresh_names())
    await vault.secrets.create_secret(Name=vault.names.sealing_keyset)
    return vault


@asynccontextmanager
async def aws_vault() -> AsyncIterator[Vault]:
    """The endpoint comes from the environment."""
    async with aws_client("secretsmanager") as secrets, aws_client("kms") as kms:
        names = _fresh_names()
        for alias, wanted in (
            (names.sealing_kms_alias, {}),
            (names.sealing_signature_alias, {"KeyUsage": "SIGN_VERIFY", "KeySpec": "ECC_NIST_P256"}),
        ):
            key = await kms.create_key(**wanted)
            await kms.create_alias(AliasName=alias, TargetKeyId=key["KeyMetadata"]["KeyId"])
        await secrets.create_secret(Name=names.sealing_keyset)
        yield Vault(secrets, kms, names)


def _fresh_names() -> Names:
    return Names(environment=f"test-{uuid.uuid4().hex[:12]}")
