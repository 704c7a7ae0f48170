"""The rotation of the sealing keys: whatever happened before, a run leaves exactly the pairs that are due."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys.ports import KeyExpired, KeyUnreadable
from tests.contract.keys_subjects import SCHEDULE, SetClock, Vault, aws_vault, memory_vault
from tests.contract.rotations import PACKAGES, LambdaVault
from tests.fakes.aws_keys import Died, InMemoryKms, InMemorySecrets
from tests.servers.aws import use_endpoint

DAY = SCHEDULE.length
LIFE_AFTER_EPOCH = SCHEDULE.longest_seal + SCHEDULE.slack


HAS_SDK = (PACKAGES / "@aws-sdk/client-kms").is_dir()
NEEDS_SDK = pytest.mark.skipif(not HAS_SDK, reason="the AWS SDK for Node is not installed: run `npm ci`")


@pytest.fixture(
    params=[
        "memory",
        pytest.param("emulator", marks=pytest.mark.servers),
        pytest.param("lambda", marks=[pytest.mark.servers, NEEDS_SDK]),
    ]
)
async def vault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Vault]:
    if request.param == "memory":
        yield await memory_vault()
        return
    use_endpoint(monkeypatch, request.getfixturevalue("emulator_at"))
    async with aws_vault() as real:
        yield LambdaVault(real.secrets, real.kms, real.names) if request.param == "lambda" else real


@pytest.fixture
def now() -> SetClock:
    return SetClock()


def due(vault: Vault, now: SetClock) -> set[str]:
    """What must be there just after a run: this epoch and the next."""
    return {vault.names.sealing_secret(stage, epoch.name) for stage in Stage for epoch in SCHEDULE.needed(now())}


async def test_this_epoch_and_the_next_have_a_pair_for_each_stage(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    assert await vault.private_names() == due(vault, now)
    keyset = await vault.keyset()
    assert len(keyset.keys) == 4
    for stage in Stage:
        today = keyset.usable(stage, now=now())
        tomorrow = keyset.usable(stage, now=now() + DAY)
        assert today is not None
        assert tomorrow is not None
        assert today.seal_until == tomorrow.not_before


async def test_each_stage_opens_its_own_pairs_only(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    for key in (await vault.keyset()).keys:
        now.time = max(now.time, key.not_before)
        for stage in Stage:
            keyring = vault.keyring(stage, now)
            if stage is key.stage:
                opened = await keyring.private_key(key.kid)
                assert opened.public_key() == key.key
            else:
                with pytest.raises(KeyUnreadable):
                    await keyring.private_key(key.kid)


async def test_running_again_keeps_every_pair(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    before = await vault.keyset()
    await vault.rotate(now)
    assert await vault.keyset() == before


async def test_two_runs_at_once_agree_on_the_pairs(vault: Vault, now: SetClock) -> None:
    await asyncio.gather(*(vault.rotate(now) for _ in range(3)))
    assert await vault.private_names() == due(vault, now)
    for key in (await vault.keyset()).keys:
        now.time = max(now.time, key.not_before)
        assert await vault.keyring(key.stage, now).private_key(key.kid)


@pytest.mark.fault("F52")
async def test_a_private_key_is_gone_for_good_once_its_last_seal_has_expired(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    first = (await vault.keyset()).usable(Stage.JUDGE, now=now())
    assert first is not None
    names = {vault.names.sealing_secret(stage, SCHEDULE.needed(now())[0].name) for stage in Stage}
    now.time = first.seal_until + LIFE_AFTER_EPOCH
    await vault.rotate(now)
    assert names < await vault.private_names()
    now.advance(timedelta(seconds=1))
    await vault.rotate(now)
    assert await vault.private_names() == due(vault, now)
    with pytest.raises(KeyExpired):
        await vault.keyring(Stage.JUDGE, now).private_key(first.kid)
    for name in names:
        with pytest.raises(Exception, match="ResourceNotFound"):
            await vault.secrets.get_secret_value(SecretId=name)


async def test_a_past_epoch_is_no_longer_published_and_still_opens(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    first = (await vault.keyset()).usable(Stage.JUDGE, now=now())
    assert first is not None
    now.time = first.seal_until
    await vault.rotate(now)
    assert (await vault.keyset()).named(first.kid) is None
    assert await vault.keyring(Stage.JUDGE, now).private_key(first.kid)


async def test_after_a_long_rest_only_what_is_due_is_there(vault: Vault, now: SetClock) -> None:
    for _ in range(2):
        await vault.rotate(now)
        now.advance(timedelta(days=9))
    await vault.rotate(now)
    assert await vault.private_names() == due(vault, now)


async def test_a_destroyed_pair_is_not_made_again_by_a_later_run(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    now.advance(timedelta(days=3))
    for _ in range(2):
        await vault.rotate(now)
        assert await vault.private_names() == due(vault, now)


async def test_another_epoch_length_leaves_the_living_pairs_their_own_end(vault: Vault, now: SetClock) -> None:
    await vault.rotate(now)
    daily = (await vault.keyset()).usable(Stage.JUDGE, now=now())
    assert daily is not None
    hours = type(SCHEDULE)(length=timedelta(hours=2), longest_seal=SCHEDULE.longest_seal, slack=SCHEDULE.slack)
    await vault.rotate(now, hours)
    newer = (await vault.keyset()).usable(Stage.JUDGE, now=now())
    assert newer is not None
    assert newer.not_before > daily.not_before
    now.time = daily.seal_until
    await vault.rotate(now, hours)
    assert await vault.keyring(Stage.JUDGE, now).private_key(daily.kid)


async def test_a_secret_of_somebody_else_is_left_alone(vault: Vault, now: SetClock) -> None:
    foreign = f"{vault.names.sealing_secrets}notes"
    await vault.secrets.create_secret(Name=foreign, SecretString="not ours")
    now.advance(timedelta(days=300))
    await vault.rotate(now)
    assert await vault.private_names() == due(vault, now) | {foreign}


@pytest.mark.parametrize("content", ["", "not JSON", '{"keyset": "", "signature": ""}'])
async def test_whatever_the_keyset_held_the_next_run_publishes_a_good_one(
    vault: Vault, now: SetClock, content: str
) -> None:
    await vault.secrets.put_secret_value(SecretId=vault.names.sealing_keyset, SecretString=content or " ")
    await vault.rotate(now)
    assert len((await vault.keyset()).keys) == 4


STEPS = 15
"""More than the calls of one run to Secrets Manager, when it makes two pairs and destroys two."""


@pytest.mark.parametrize("step", range(STEPS))
async def test_wherever_a_run_dies_the_next_one_does_the_rest(now: SetClock, step: int) -> None:
    vault = await memory_vault()
    assert isinstance(vault.secrets, InMemorySecrets)
    await vault.rotate(now)
    sealed_before = await vault.keyset()
    # Two epochs later one pair of each stage is over, one is the present, one must be made.
    now.advance(DAY + LIFE_AFTER_EPOCH + timedelta(seconds=1))
    vault.secrets.calls.clear()
    vault.secrets.dies_after = step
    try:
        await vault.rotate(now)
        survived = True
    except Died:
        survived = False
    assert survived == (step >= len(vault.secrets.calls))
    vault.secrets.dies_after = None
    # In between, what the gateway may seal with opens.
    for published in (sealed_before, await vault.keyset()):
        for stage in Stage:
            usable = published.usable(stage, now=now())
            assert usable is not None
            assert await vault.keyring(stage, now).private_key(usable.kid)
    await vault.rotate(now)
    assert await vault.private_names() == due(vault, now)
    assert len((await vault.keyset()).keys) == 4


async def test_the_steps_of_that_test_are_all_of_a_run(now: SetClock) -> None:
    vault = await memory_vault()
    await vault.rotate(now)
    now.advance(DAY + LIFE_AFTER_EPOCH + timedelta(seconds=1))
    vault.secrets.calls.clear()
    await vault.rotate(now)
    assert {"list_secrets", "create_secret", "get_secret_value", "put_secret_value", "delete_secret"} == set(
        vault.secrets.calls
    )
    assert len(vault.secrets.calls) < STEPS


async def test_a_pair_that_cannot_be_made_keeps_nothing_alive(now: SetClock) -> None:
    vault = await memory_vault()
    assert isinstance(vault.kms, InMemoryKms)
    await vault.rotate(now)
    now.advance(timedelta(days=3))
    vault.kms.down = True
    with pytest.raises(Unavailable):
        await vault.rotate(now)
    assert await vault.private_names() == set()
