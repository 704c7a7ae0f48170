import asyncio

import pytest

from config.runtime_document import SealingPublicKey
from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys.keyring import READ_AGAIN_SECONDS, Keyring
from runtime.keys.ports import KeyUnreadable
from runtime.keys.provision import create_sealing_key
from tests.contract.keys_subjects import Vault, memory_vault

STAGE = Stage.JUDGE


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def vault() -> Vault:
    return memory_vault()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyring(vault: Vault, clock: Clock) -> Keyring:
    return Keyring(stage=STAGE, names=vault.names, secrets=vault.secrets, kms=vault.kms, monotonic=clock)


async def rotate(vault: Vault) -> SealingPublicKey:
    public = await create_sealing_key(stage=STAGE, names=vault.names, secrets=vault.secrets, kms=vault.kms)
    forget_calls(vault)
    return public


def forget_calls(vault: Vault) -> None:
    vault.secrets.calls.clear()
    vault.kms.calls.clear()


async def test_a_key_is_fetched_once_however_many_ask(vault: Vault, keyring: Keyring) -> None:
    kid = (await rotate(vault)).kid
    async with asyncio.TaskGroup() as tasks:
        for _ in range(50):
            tasks.create_task(keyring.private_key(kid))
    await keyring.private_key(kid)
    assert vault.kms.calls == ["decrypt"]
    assert vault.secrets.calls == ["get_secret_value"] * 2  # the current and the previous version


async def test_an_unknown_kid_leads_to_one_read_in_its_time(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    await keyring.private_key((await rotate(vault)).kid)
    clock.now += READ_AGAIN_SECONDS
    forget_calls(vault)
    for _ in range(5):
        with pytest.raises(KeyUnreadable):
            await keyring.private_key("gone")
    assert len(vault.secrets.calls) == 2
    assert not vault.kms.calls
    clock.now += READ_AGAIN_SECONDS
    with pytest.raises(KeyUnreadable):
        await keyring.private_key("gone")
    assert len(vault.secrets.calls) == 4


async def test_a_kid_made_just_after_the_last_read_is_unavailable_and_then_found(
    vault: Vault, keyring: Keyring, clock: Clock
) -> None:
    await keyring.private_key((await rotate(vault)).kid)
    new = (await rotate(vault)).kid
    clock.now += READ_AGAIN_SECONDS - 1
    with pytest.raises(Unavailable, match="sealing-keys"):
        await keyring.private_key(new)
    clock.now += 1
    await keyring.private_key(new)


async def test_known_keys_open_while_aws_is_away(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    kid = (await rotate(vault)).kid
    await keyring.private_key(kid)
    vault.secrets.down = vault.kms.down = True
    clock.now += 1_000_000
    await keyring.private_key(kid)
    with pytest.raises(Unavailable, match="secretsmanager"):
        await keyring.private_key("another")


@pytest.mark.parametrize("away", ["secrets", "kms"])
async def test_a_failed_read_is_tried_again_with_the_next_message(vault: Vault, keyring: Keyring, away: str) -> None:
    kid = (await rotate(vault)).kid
    getattr(vault, away).down = True
    with pytest.raises(Unavailable):
        await keyring.private_key(kid)
    getattr(vault, away).down = False
    await keyring.private_key(kid)


async def test_a_key_that_the_secret_no_longer_holds_is_forgotten(vault: Vault, keyring: Keyring, clock: Clock) -> None:
    first = (await rotate(vault)).kid
    await keyring.private_key(first)
    await rotate(vault)
    third = (await rotate(vault)).kid
    clock.now += READ_AGAIN_SECONDS
    await keyring.private_key(third)
    clock.now += READ_AGAIN_SECONDS
    with pytest.raises(KeyUnreadable):
        await keyring.private_key(first)


async def test_a_caller_who_leaves_does_not_stop_the_read_of_the_others(vault: Vault, keyring: Keyring) -> None:
    kid = (await rotate(vault)).kid
    leaving = asyncio.create_task(keyring.private_key(kid))
    staying = asyncio.create_task(keyring.private_key(kid))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    assert vault.kms.calls == ["decrypt"]
