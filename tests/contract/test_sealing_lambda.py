"""What the Lambda does beside rotating: it answers CloudFormation. Its rotation passes test_sealing_rotation.py."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from config.topology import Stage
from runtime.kit.aws import aws_client
from tests.contract.keys_subjects import SCHEDULE, SetClock, Vault, aws_vault
from tests.contract.rotations import PACKAGES, LambdaVault
from tests.fakes.aws_keys import Died
from tests.servers.aws import use_endpoint

pytestmark = pytest.mark.servers

if not (PACKAGES / "@aws-sdk/client-kms").is_dir():
    pytest.skip("the AWS SDK for Node is not installed: run `npm ci`", allow_module_level=True)


@pytest.fixture
async def vault(emulator_at: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LambdaVault]:
    use_endpoint(monkeypatch, emulator_at)
    async with aws_vault() as made:
        yield LambdaVault(made.secrets, made.kms, made.names)


@pytest.fixture
def now() -> SetClock:
    return SetClock()


async def test_a_deployment_gets_the_key_that_verifies_and_no_private_one(vault: LambdaVault, now: SetClock) -> None:
    told = await vault.invoke({"RequestType": "Create"}, now)
    assert told == {"PhysicalResourceId": "sealing-keys", "Data": {"VerifyKey": await vault.verify_key()}}
    keys = (await vault.keyset()).keys
    assert len(keys) == 4
    for key in keys:
        now.time = max(now.time, key.not_before)
        private = await vault.keyring(key.stage, now).private_key(key.kid)
        assert base64.b64encode(private.private_bytes_raw()).decode() not in json.dumps(told)


async def test_an_update_keeps_every_pair_and_its_own_name(vault: LambdaVault, now: SetClock) -> None:
    created = await vault.invoke({"RequestType": "Create"}, now)
    before = await vault.keyset()
    assert await vault.invoke({"RequestType": "Update"}, now) == created
    assert await vault.keyset() == before


async def test_with_the_stack_every_private_key_goes(vault: LambdaVault, now: SetClock) -> None:
    await vault.invoke({"RequestType": "Create"}, now)
    assert await vault.invoke({"RequestType": "Delete"}, now) == {}
    assert await vault.private_names() == set()


async def test_what_the_lambda_made_the_other_rotation_goes_on_with(vault: LambdaVault, now: SetClock) -> None:
    await vault.rotate(now)
    made = await vault.keyset()
    async with aws_client("secretsmanager") as secrets:
        await Vault(secrets, vault.kms, vault.names).rotate(now)
    assert await vault.keyset() == made


@pytest.mark.parametrize("step", [1, 5, 9, 13])
async def test_wherever_a_run_dies_the_next_one_does_the_rest(vault: LambdaVault, now: SetClock, step: int) -> None:
    await vault.rotate(now)
    now.advance(SCHEDULE.length + SCHEDULE.longest_seal + SCHEDULE.slack + timedelta(seconds=1))
    with suppress(Died):
        await vault.rotate(now, dies_after=step)
    await vault.rotate(now)
    due = {vault.names.sealing_secret(stage, epoch.name) for stage in Stage for epoch in SCHEDULE.needed(now())}
    assert await vault.private_names() == due
    keys = (await vault.keyset()).keys
    assert len(keys) == 4
    for key in keys:
        now.time = max(now.time, key.not_before)
        assert (await vault.keyring(key.stage, now).private_key(key.kid)).public_key() == key.key
