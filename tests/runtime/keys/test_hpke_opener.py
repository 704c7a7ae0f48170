import uuid
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.contracts.unavailable import Unavailable
from runtime.keys.ports import KeyBinding, KeyExpired, KeyUnreadable
from tests.contract.keys_subjects import Subject, Vault, hpke, memory_vault

BINDING = KeyBinding(request_id=uuid.UUID(int=1), tenant="acme")


@pytest.fixture
async def vault() -> Vault:
    return await memory_vault()


@pytest.fixture
async def subject(vault: Vault) -> Subject:
    subject = await hpke(vault)
    vault.secrets.calls.clear()
    return subject


def seal(subject: Subject, stage: Stage, expires_at: datetime) -> SealedKey:
    return subject.sealer.seal(
        SecretStr("sk-canary"), stage=stage, provider=Provider.OPENAI, binding=BINDING, expires_at=expires_at
    )


async def test_what_cannot_open_here_costs_no_look_at_the_secret(subject: Subject, vault: Vault) -> None:
    later = subject.now() + timedelta(hours=1)
    with pytest.raises(KeyUnreadable):
        await subject.openers[Stage.INFERENCE].open(seal(subject, Stage.JUDGE, later), binding=BINDING)
    past = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(KeyExpired):
        await subject.openers[Stage.JUDGE].open(seal(subject, Stage.JUDGE, past), binding=BINDING)
    assert not vault.secrets.calls


async def test_an_unreachable_secret_is_no_verdict_on_the_key(subject: Subject, vault: Vault) -> None:
    sealed = seal(subject, Stage.JUDGE, subject.now() + timedelta(hours=1))
    vault.secrets.down = True
    with pytest.raises(Unavailable):
        await subject.openers[Stage.JUDGE].open(sealed, binding=BINDING)
    vault.secrets.down = False
    opened = await subject.openers[Stage.JUDGE].open(sealed, binding=BINDING)
    assert opened.get_secret_value() == "sk-canary"
    assert "canary" not in repr(opened)
