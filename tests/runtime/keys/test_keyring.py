import asyncio
from datetime import timedelta

import pytest

from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys.keyring import READ_AGAIN_AFTER, Keyring
from runtime.keys.kid import Kid
from runtime.keys.ports import KeyExpired, KeyUnreadable
from tests.contract.keys_subjects import SCHEDULE, SetClock, Vault, memory_vault

STAGE = Stage.JUDGE
SECOND = timedelta(seconds=1)


@pytest.fixture
async def vault() -> Vault:
    return await memory_vault()


@pytest.fixture
def now() -> SetClock:
    return SetClock()


@pytest.fixture
def keyring(vault: Vault, now: SetClock) -> Keyring:
    return vault.keyring(STAGE, now)


async def rotate(vault: Vault, now: SetClock) -> str:
    """The present kid."""
    await vault.rotate(now)
    key = (await vault.keyset()).usable(STAGE, now=now())
    assert key is not None
    forget_calls(vault)
    return key.kid


def forget_calls(vault: Vault) -> None:
    vault.secrets.calls.clear()
    vault.kms.calls.clear()


def never_made(kid: str) -> str:
    return str(Kid.of(STAGE, Kid.parse(kid).epoch, b"another"))


async def test_a_key_is_fetched_once_however_many_ask(vault: Vault, keyring: Keyring, now: SetClock) -> None:
    kid = await rotate(vault, now)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(50):
            tasks.create_task(keyring.private_key(kid))
    await keyring.private_key(kid)
    assert vault.kms.calls == ["decrypt"]
    assert vault.secrets.calls == ["get_secret_value"]


@pytest.mark.fault("F52")
async def test_a_kid_that_is_not_there_leads_to_one_read_in_its_time(
    vault: Vault, keyring: Keyring, now: SetClock
) -> None:
    unknown = never_made(await rotate(vault, now))
    for reads in (1, 2):
        for _ in range(5):
            with pytest.raises(KeyUnreadable):
                await keyring.private_key(unknown)
        assert len(vault.secrets.calls) == reads
        now.advance(READ_AGAIN_AFTER)
    assert not vault.kms.calls


@pytest.mark.parametrize("kid", ["", "another", "judge-20261126T000000Z-", "judge-20269926T000000Z-0123456789abcdef"])
async def test_what_is_no_kid_of_this_stage_costs_no_read(vault: Vault, keyring: Keyring, kid: str) -> None:
    forget_calls(vault)
    for refused in (kid, str(Kid.of(Stage.INFERENCE, "20261126T000000Z", b""))):
        with pytest.raises(KeyUnreadable):
            await keyring.private_key(refused)
    assert not vault.secrets.calls


async def test_a_pair_that_was_made_after_a_fruitless_read_is_found_by_the_next_one(
    vault: Vault, keyring: Keyring, now: SetClock
) -> None:
    kid = await rotate(vault, now)
    name = vault.names.sealing_secret(STAGE, Kid.parse(kid).epoch)
    body = vault.secrets.values.pop(name)
    with pytest.raises(KeyExpired):
        await keyring.private_key(kid)
    vault.secrets.values[name] = body
    now.advance(READ_AGAIN_AFTER)
    await keyring.private_key(kid)


@pytest.mark.fault("F52")
async def test_a_destroyed_epoch_is_expired_and_one_that_never_was_is_unreadable(
    keyring: Keyring, now: SetClock
) -> None:
    present, _ = SCHEDULE.needed(now())
    with pytest.raises(KeyExpired):
        await keyring.private_key(str(Kid.of(STAGE, present.name, b"")))
    later, _ = SCHEDULE.needed(now() + timedelta(days=9))
    with pytest.raises(KeyUnreadable):
        await keyring.private_key(str(Kid.of(STAGE, later.name, b"")))


async def test_known_keys_open_while_aws_is_away(vault: Vault, keyring: Keyring, now: SetClock) -> None:
    kid = await rotate(vault, now)
    await keyring.private_key(kid)
    vault.secrets.down = vault.kms.down = True
    now.advance(timedelta(hours=6))
    await keyring.private_key(kid)
    with pytest.raises(Unavailable, match="secretsmanager"):
        await keyring.private_key(never_made(kid))


@pytest.mark.parametrize("away", ["secrets", "kms"])
async def test_a_failed_read_is_tried_again_with_the_next_message(
    vault: Vault, keyring: Keyring, now: SetClock, away: str
) -> None:
    kid = await rotate(vault, now)
    getattr(vault, away).down = True
    with pytest.raises(Unavailable):
        await keyring.private_key(kid)
    getattr(vault, away).down = False
    await keyring.private_key(kid)


@pytest.mark.fault("F52")
async def test_a_key_in_memory_dies_with_its_epoch_also_where_nobody_destroyed_it(
    vault: Vault, keyring: Keyring, now: SetClock
) -> None:
    kid = await rotate(vault, now)
    present, _ = SCHEDULE.needed(now())
    await keyring.private_key(kid)
    now.time = present.destroy_after
    await keyring.private_key(kid)
    now.advance(SECOND)
    for _ in range(2):
        with pytest.raises(KeyExpired):
            await keyring.private_key(kid)
    assert not keyring._held


async def test_a_caller_who_leaves_does_not_stop_the_read_of_the_others(
    vault: Vault, keyring: Keyring, now: SetClock
) -> None:
    kid = await rotate(vault, now)
    leaving = asyncio.create_task(keyring.private_key(kid))
    staying = asyncio.create_task(keyring.private_key(kid))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying
    assert vault.kms.calls == ["decrypt"]


@pytest.mark.parametrize("content", ["", "not JSON", '{"kid":"x","wrapped_private_key":"AAAA"}'])
async def test_a_damaged_secret_opens_nothing(vault: Vault, keyring: Keyring, now: SetClock, content: str) -> None:
    kid = await rotate(vault, now)
    vault.secrets.values[vault.names.sealing_secret(STAGE, Kid.parse(kid).epoch)] = content
    with pytest.raises(KeyUnreadable):
        await keyring.private_key(kid)


async def test_a_key_wrapped_for_the_other_stage_does_not_open_here(vault: Vault, now: SetClock) -> None:
    kid = await rotate(vault, now)
    epoch = Kid.parse(kid).epoch
    theirs, ours = (vault.names.sealing_secret(stage, epoch) for stage in (STAGE, Stage.INFERENCE))
    stolen = vault.secrets.values[theirs]
    # Also relabelled: KMS knows for which stage it was wrapped.
    for body in (stolen, stolen.replace("judge", "inference")):
        vault.secrets.values[ours] = body
        with pytest.raises(KeyUnreadable):
            await vault.keyring(Stage.INFERENCE, now).private_key(kid.replace("judge", "inference"))
