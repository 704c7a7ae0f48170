"""Whatever comes in the place of a seal, in a header or in a message: it is refused, and nothing else is raised."""

import base64
import uuid
from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from config.tenant import OPEN_TENANT
from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.keys.client_seal import parse_client_seal, request_id_for
from runtime.keys.hpke_opener import HpkeOpener
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.ports import KeyBinding, KeyExpired, KeyUnreadable
from tests.runtime.gateway.sealing_gateway import (
    OPENAI_SEALED,
    Running,
)


@given(value=st.one_of(st.text(), st.binary().map(lambda raw: f"v1.{base64.urlsafe_b64encode(raw).decode()}")))
def test_any_header_is_a_seal_or_refused_in_our_own_words(value: str) -> None:
    with pytest.raises(ValueError, match="sealed key") as refused:
        parse_client_seal(value)
    assert len(value) < 8 or value not in str(refused.value)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_damaged_seal_raises_nothing_but_a_refusal_or_unreadable(running: Running, data: st.DataObject) -> None:
    token = (await running.sealed())[OPENAI_SEALED]
    place = data.draw(st.integers(0, len(token) - 1))
    match data.draw(st.sampled_from(("flip", "cut", "random"))):
        case "flip":
            damaged = token[:place] + chr(ord(token[place]) ^ data.draw(st.integers(1, 127))) + token[place + 1 :]
        case "cut":
            damaged = token[:place]
        case _:
            damaged = token[:place] + data.draw(st.text(max_size=20)) + token[place + 1 :]
    try:
        parsed = parse_client_seal(damaged)
    except ValueError:
        return
    if parsed == parse_client_seal(token):
        return
    sealed = SealedKey(
        kid=str(parsed.kid),
        stage=Stage.INFERENCE,
        provider=Provider.OPENAI,
        expires_at=parsed.expires_at,
        ciphertext=parsed.ciphertext,
    )
    opener = HpkeOpener(
        stage=Stage.INFERENCE, keyring=running.vault.keyring(Stage.INFERENCE, running.now), now=running.now
    )
    binding = KeyBinding(request_id=request_id_for(parsed.nonce, OPEN_TENANT), tenant=OPEN_TENANT)
    with pytest.raises((KeyUnreadable, KeyExpired)):
        await opener.open(sealed, binding=binding)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_a_message_says_the_opener_only_refuses(running: Running, data: st.DataObject) -> None:
    genuine = HpkeSealer(keyset=running.published.keyset, now=running.now).seal(
        SecretStr("k"),
        stage=Stage.JUDGE,
        provider=Provider.GOOGLE,
        binding=KeyBinding(request_id=uuid.UUID(int=1), tenant="t"),
        expires_at=running.now() + timedelta(minutes=5),
    )
    texts = st.one_of(st.text(max_size=40), st.binary(max_size=600).map(lambda raw: base64.b64encode(raw).decode()))
    changed = {
        "kid": data.draw(st.one_of(st.just(genuine.kid), texts)),
        "stage": data.draw(st.sampled_from(Stage)),
        "expires_at": data.draw(st.one_of(st.just(genuine.expires_at), st.datetimes(timezones=st.just(UTC)))),
        "ciphertext": data.draw(texts),
    }
    sealed = SealedKey.model_validate(genuine.model_dump() | changed)
    opener = HpkeOpener(stage=Stage.JUDGE, keyring=running.vault.keyring(Stage.JUDGE, running.now), now=running.now)
    with pytest.raises((KeyUnreadable, KeyExpired)):
        await opener.open(sealed, binding=KeyBinding(request_id=uuid.UUID(int=1), tenant="t"))
