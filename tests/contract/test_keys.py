import base64
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.keys.ports import KeyBinding, KeyExpired, KeyUnreadable
from tests.contract.keys_subjects import Subject, aws_vault, hpke, memory_vault, transparent
from tests.servers.aws import use_endpoint

BINDING = KeyBinding(request_id=uuid.UUID(int=7), tenant="acme")
KEY = "sk-canary-0123456789"
LIFETIME = timedelta(hours=1)

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(params=["transparent", "hpke", pytest.param("hpke-emulator", marks=pytest.mark.servers)])
async def subject(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Subject]:
    match request.param:
        case "transparent":
            yield transparent()
        case "hpke":
            yield await hpke(await memory_vault())
        case _:
            use_endpoint(monkeypatch, request.getfixturevalue("emulator_at"))
            async with aws_vault() as vault:
                yield await hpke(vault)


def seal(subject: Subject, *, key: str = KEY, stage: Stage = Stage.JUDGE, binding: KeyBinding = BINDING) -> SealedKey:
    return subject.sealer.seal(
        SecretStr(key), stage=stage, provider=Provider.GOOGLE, binding=binding, expires_at=subject.now() + LIFETIME
    )


async def open_sealed(
    subject: Subject, sealed: SealedKey, *, stage: Stage = Stage.JUDGE, binding: KeyBinding = BINDING
) -> str:
    return (await subject.openers[stage].open(sealed, binding=binding)).get_secret_value()


@many
@given(key=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=512))
async def test_every_key_opens_as_it_was_sealed(subject: Subject, key: str) -> None:
    assert await open_sealed(subject, seal(subject, key=key)) == key


async def test_a_seal_survives_the_message_it_travels_in(subject: Subject) -> None:
    received = SealedKey.model_validate_json(seal(subject).model_dump_json())
    assert await open_sealed(subject, received) == KEY


async def test_the_same_moment_in_another_time_zone_is_the_same_expiry(subject: Subject) -> None:
    sealed = seal(subject)
    elsewhere = sealed.expires_at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert await open_sealed(subject, sealed.model_copy(update={"expires_at": elsewhere})) == KEY


@pytest.mark.parametrize(
    "binding",
    [KeyBinding(request_id=uuid.UUID(int=8), tenant="acme"), KeyBinding(request_id=uuid.UUID(int=7), tenant="acm")],
    ids=["request", "tenant"],
)
async def test_it_opens_for_no_other_request_and_no_other_tenant(subject: Subject, binding: KeyBinding) -> None:
    with pytest.raises(KeyUnreadable):
        await open_sealed(subject, seal(subject), binding=binding)


async def test_one_stage_cannot_open_what_was_sealed_for_the_other(subject: Subject) -> None:
    sealed = seal(subject)
    with pytest.raises(KeyUnreadable):
        await open_sealed(subject, sealed, stage=Stage.INFERENCE)
    relabelled = sealed.model_copy(update={"stage": Stage.INFERENCE})
    with pytest.raises(KeyUnreadable):
        await open_sealed(subject, relabelled, stage=Stage.INFERENCE)


@pytest.mark.parametrize(
    "change",
    [{"provider": Provider.OPENAI}, {"kid": "another"}, {"ciphertext": ""}, {"ciphertext": "not base64 !"}],
    ids=str,
)
async def test_a_relabelled_seal_is_unreadable(subject: Subject, change: dict[str, object]) -> None:
    with pytest.raises(KeyUnreadable):
        await open_sealed(subject, seal(subject).model_copy(update=change))


@pytest.mark.parametrize("by", [timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=1)], ids=str)
async def test_a_prolonged_seal_is_unreadable(subject: Subject, by: timedelta) -> None:
    sealed = seal(subject)
    later = sealed.model_copy(update={"expires_at": sealed.expires_at + by})
    with pytest.raises(KeyUnreadable):
        await open_sealed(subject, later)


@many
@given(data=st.data())
async def test_a_seal_with_any_byte_changed_is_unreadable(subject: Subject, data: st.DataObject) -> None:
    sealed = seal(subject)
    raw = bytearray(base64.b64decode(sealed.ciphertext))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    damaged = sealed.model_copy(update={"ciphertext": base64.b64encode(bytes(raw)).decode()})
    with pytest.raises(KeyUnreadable):
        await open_sealed(subject, damaged)


@many
@given(length=st.integers(0, 300))
async def test_a_cut_seal_is_unreadable(subject: Subject, length: int) -> None:
    sealed = seal(subject)
    cut = base64.b64encode(base64.b64decode(sealed.ciphertext)[:length]).decode()
    if cut == sealed.ciphertext:
        return
    with pytest.raises(KeyUnreadable):
        await open_sealed(subject, sealed.model_copy(update={"ciphertext": cut}))


@pytest.mark.fault("F41", "F52")
async def test_an_expired_seal_says_so_after_two_minutes_of_tolerance(subject: Subject) -> None:
    sealed = seal(subject)
    subject.now.advance(LIFETIME + timedelta(minutes=2))
    assert await open_sealed(subject, sealed) == KEY
    subject.now.advance(timedelta(seconds=1))
    with pytest.raises(KeyExpired):
        await open_sealed(subject, sealed)


@many
@given(
    sealed_for=st.tuples(st.uuids(), st.text(max_size=20)),
    opened_for=st.tuples(st.uuids(), st.text(max_size=20)),
)
async def test_it_opens_exactly_where_the_binding_is_the_same(
    subject: Subject, sealed_for: tuple[uuid.UUID, str], opened_for: tuple[uuid.UUID, str]
) -> None:
    ours = KeyBinding(request_id=sealed_for[0], tenant=sealed_for[1])
    theirs = KeyBinding(request_id=opened_for[0], tenant=opened_for[1])
    sealed = seal(subject, binding=ours)
    assert await open_sealed(subject, sealed, binding=ours) == KEY
    if ours != theirs:
        with pytest.raises(KeyUnreadable):
            await open_sealed(subject, sealed, binding=theirs)
