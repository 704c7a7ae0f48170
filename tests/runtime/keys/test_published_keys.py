import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys import published_keys
from runtime.keys.keyset import Keyset, SealingPublicKey, SignedKeyset
from runtime.keys.kid import Kid
from runtime.keys.published_keys import PublishedKeys
from tests.contract.keys_subjects import SCHEDULE, SetClock, Vault, memory_vault


@pytest.fixture
async def vault() -> Vault:
    return await memory_vault()


@pytest.fixture
def now() -> SetClock:
    return SetClock()


async def published(vault: Vault, now: SetClock, **more: Any) -> PublishedKeys:
    verify_key = await vault.verify_key()
    return PublishedKeys(secrets=vault.secrets, names=vault.names, verify_key=lambda: verify_key, now=now, **more)


def somebody_elses(now: SetClock) -> Keyset:
    """Keys whose private halves are known to an attacker."""
    epoch, _ = SCHEDULE.needed(now())
    raw = X25519PrivateKey.generate().public_key().public_bytes_raw()
    return Keyset(
        keys=tuple(
            SealingPublicKey(
                kid=str(Kid.of(stage, epoch.name, raw)),
                stage=stage,
                public_key=base64.b64encode(raw).decode(),
                not_before=epoch.not_before,
                seal_until=epoch.seal_until,
            )
            for stage in Stage
        )
    )


async def test_the_gateway_starts_without_keys_and_reads_them_as_soon_as_they_are_there(
    vault: Vault, now: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published_keys, "RETRY_SECONDS", 0.01)
    async with await published(vault, now) as keys:
        with pytest.raises(Unavailable, match="sealing-keys"):
            keys.keyset()
        await vault.rotate(now)
        async with asyncio.timeout(5):
            while keys._active is None:
                await asyncio.sleep(0.01)
        assert keys.keyset() == await vault.keyset()


async def test_a_new_epoch_is_read_with_the_next_poll(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    async with await published(vault, now, poll_seconds=0.01) as keys:
        first = keys.keyset()
        now.advance(SCHEDULE.length)
        await vault.rotate(now)
        async with asyncio.timeout(5):
            while keys.keyset() == first:
                await asyncio.sleep(0.01)
        assert keys.keyset() == await vault.keyset()


async def test_the_last_good_keys_stay_while_the_source_is_away(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    keys = await published(vault, now)
    await keys.refresh()
    good = keys.keyset()
    vault.secrets.down = True
    await keys.refresh()
    assert keys.keyset() == good


async def test_forged_keys_never_become_active(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    genuine = await vault.signed_keyset()
    keys = await published(vault, now)
    await keys.refresh()
    good = keys.keyset()
    forged = somebody_elses(now).model_dump_json()
    their_key = generate_private_key(SECP256R1())
    for body in (
        SignedKeyset(keyset=forged, signature=genuine.signature).model_dump_json(),
        SignedKeyset(
            keyset=forged, signature=base64.b64encode(their_key.sign(forged.encode(), ECDSA(SHA256()))).decode()
        ).model_dump_json(),
        SignedKeyset(keyset=forged, signature="").model_dump_json(),
        SignedKeyset(keyset=genuine.keyset + " ", signature=genuine.signature).model_dump_json(),
        forged,
        "",
        "null",
    ):
        await vault.secrets.put_secret_value(SecretId=vault.names.sealing_keyset, SecretString=body)
        await keys.refresh()
        assert keys.keyset() == good


async def test_an_old_genuine_keyset_brings_no_old_key_back(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    old = await vault.signed_keyset()
    now.advance(timedelta(days=5))
    await vault.secrets.put_secret_value(SecretId=vault.names.sealing_keyset, SecretString=old.model_dump_json())
    keys = await published(vault, now)
    await keys.refresh()
    assert keys.keyset().usable(Stage.JUDGE, now=now()) is None


@pytest.mark.parametrize("verify_key", ["", "not base64", base64.b64encode(b"no DER").decode()])
async def test_without_a_usable_verify_key_nothing_is_genuine(vault: Vault, now: SetClock, verify_key: str) -> None:
    await vault.rotate(now)
    keys = PublishedKeys(secrets=vault.secrets, names=vault.names, verify_key=lambda: verify_key, now=now)
    await keys.refresh()
    with pytest.raises(Unavailable):
        keys.keyset()


async def test_a_kid_is_that_of_its_key(now: SetClock) -> None:
    one, other = somebody_elses(now).keys[0], somebody_elses(now).keys[0]
    with pytest.raises(ValueError, match="another key"):
        SealingPublicKey.model_validate(one.model_dump() | {"kid": other.kid})
    with pytest.raises(ValueError, match="public"):
        SealingPublicKey.model_validate(one.model_dump() | {"public_key": "AAAA"})
