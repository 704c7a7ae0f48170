import base64
from collections.abc import AsyncIterator

import pytest

from config.runtime_document import SealingPublicKey
from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys.keyring import Keyring
from runtime.keys.ports import KeyUnreadable
from runtime.keys.provision import create_sealing_key, ensure_sealing_key
from tests.contract.keys_subjects import Vault, aws_vault, memory_vault
from tests.servers.aws import use_endpoint

STAGE = Stage.INFERENCE


@pytest.fixture(params=["memory", pytest.param("emulator", marks=pytest.mark.servers)])
async def vault(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Vault]:
    if request.param == "memory":
        yield memory_vault()
        return
    use_endpoint(monkeypatch, request.getfixturevalue("emulator_at"))
    async with aws_vault() as real:
        yield real


def keyring_for(vault: Vault, stage: Stage = STAGE) -> Keyring:
    return Keyring(stage=stage, names=vault.names, secrets=vault.secrets, kms=vault.kms)


async def ensure(vault: Vault, stage: Stage = STAGE) -> SealingPublicKey:
    return await ensure_sealing_key(stage=stage, names=vault.names, secrets=vault.secrets, kms=vault.kms)


async def create(vault: Vault) -> SealingPublicKey:
    return await create_sealing_key(stage=STAGE, names=vault.names, secrets=vault.secrets, kms=vault.kms)


async def public_half(keyring: Keyring, kid: str) -> str:
    return base64.b64encode((await keyring.private_key(kid)).public_key().public_bytes_raw()).decode()


async def test_the_keyring_reads_what_was_provisioned(vault: Vault) -> None:
    public = await ensure(vault)
    assert await public_half(keyring_for(vault), public.kid) == public.public_key


async def test_a_key_that_still_opens_is_kept(vault: Vault) -> None:
    assert await ensure(vault) == await ensure(vault)


async def test_each_stage_has_a_key_pair_of_its_own(vault: Vault) -> None:
    ours, theirs = await ensure(vault), await ensure(vault, Stage.JUDGE)
    assert ours.public_key != theirs.public_key
    with pytest.raises(KeyUnreadable):
        await keyring_for(vault).private_key(theirs.kid)


@pytest.mark.parametrize("content", ["", "generated-by-the-deployment", '{"kid":"x","wrapped_private_key":"AAAA"}'])
async def test_a_secret_without_a_usable_key_is_replaced(vault: Vault, content: str) -> None:
    await vault.secrets.create_secret(Name=vault.names.sealing_secret(STAGE), SecretString=content or " ")
    public = await ensure(vault)
    assert await public_half(keyring_for(vault), public.kid) == public.public_key


async def test_a_key_wrapped_for_the_other_stage_does_not_open_here(vault: Vault) -> None:
    await ensure(vault, Stage.JUDGE)
    stolen = await vault.secrets.get_secret_value(
        SecretId=vault.names.sealing_secret(Stage.JUDGE), VersionStage="AWSCURRENT"
    )
    await vault.secrets.create_secret(Name=vault.names.sealing_secret(STAGE), SecretString=stolen["SecretString"])
    with pytest.raises(Unavailable):
        await keyring_for(vault).private_key("any")


async def test_after_a_rotation_both_the_new_key_and_the_one_before_are_there(vault: Vault) -> None:
    first, second, third = [await create(vault) for _ in range(3)]
    keyring = keyring_for(vault)
    assert await public_half(keyring, third.kid) == third.public_key
    assert await public_half(keyring, second.kid) == second.public_key
    with pytest.raises(KeyUnreadable):
        await keyring_for(vault).private_key(first.kid)


async def test_before_anything_is_provisioned_the_keys_are_unavailable_rather_than_gone(vault: Vault) -> None:
    with pytest.raises(Unavailable, match="sealing-keys"):
        await keyring_for(vault).private_key("any")
