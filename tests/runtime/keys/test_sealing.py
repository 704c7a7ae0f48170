import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.contracts.unavailable import Unavailable
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.keyset import Keyset
from runtime.keys.kid import Kid
from runtime.keys.ports import KeyBinding
from runtime.keys.sealing import PADDED_BYTES, bound_to, pad, unpad
from tests.contract.keys_subjects import SCHEDULE, SetClock, hpke, memory_vault

BINDING = KeyBinding(request_id=uuid.UUID(int=1), tenant="acme")
EXPIRES = datetime(2026, 3, 1, tzinfo=UTC)


def seal(sealer: HpkeSealer, key: str) -> SealedKey:
    return sealer.seal(SecretStr(key), stage=Stage.JUDGE, provider=Provider.GOOGLE, binding=BINDING, expires_at=EXPIRES)


@given(plaintext=st.binary(max_size=600))
def test_padding_is_undone_and_hides_the_length(plaintext: bytes) -> None:
    padded = pad(plaintext)
    assert unpad(padded) == plaintext
    assert len(padded) % PADDED_BYTES == 0
    assert len(padded) - len(plaintext) <= PADDED_BYTES


@given(data=st.data())
def test_no_two_bindings_share_a_form(data: st.DataObject) -> None:
    parts = st.fixed_dictionaries(
        {
            "kid": st.builds(lambda raw: str(Kid.of(Stage.JUDGE, "20260301T000000Z", raw)), st.binary(max_size=2)),
            "stage": st.sampled_from(Stage),
            "provider": st.sampled_from(Provider),
            "binding": st.builds(KeyBinding, request_id=st.uuids(), tenant=st.text()),
            "expires_at": st.sampled_from([EXPIRES, EXPIRES + timedelta(seconds=1)]),
        }
    )
    ours, theirs = data.draw(parts), data.draw(parts)
    assert (bound_to(**ours) == bound_to(**theirs)) == (ours == theirs)


async def test_keys_of_usual_lengths_give_seals_of_one_size_and_never_the_same_one_twice() -> None:
    sealer = (await hpke(await memory_vault())).sealer
    assert isinstance(sealer, HpkeSealer)
    seals = [seal(sealer, "k" * length).ciphertext for length in (20, 39, 51, 104, 164, 164)]
    assert {len(ciphertext) for ciphertext in seals} == {408}
    assert len(set(seals)) == len(seals)


async def test_nothing_shows_the_key() -> None:
    sealer = (await hpke(await memory_vault())).sealer
    assert isinstance(sealer, HpkeSealer)
    sealed = seal(sealer, "sk-canary")
    for text in (repr(sealed), str(sealed), sealed.model_dump_json(), repr(sealer)):
        assert "canary" not in text
        assert base64.b64encode(b"sk-canary").decode().rstrip("=") not in text


async def test_each_epoch_is_sealed_with_its_own_key_and_none_after_the_last_one() -> None:
    vault, now = await memory_vault(), SetClock()
    await vault.rotate(now)
    keyset = await vault.keyset()
    sealer = HpkeSealer(keyset=lambda: keyset, now=now)
    present, following = SCHEDULE.needed(now())
    for moment, epoch in (
        (now(), present),
        (present.seal_until - timedelta(seconds=1), present),
        (following.not_before, following),
        (following.seal_until - timedelta(seconds=1), following),
    ):
        now.time = moment
        assert Kid.parse(seal(sealer, "k").kid).epoch == epoch.name
    now.time = following.seal_until
    with pytest.raises(Unavailable, match="sealing-keys"):
        seal(sealer, "k")


def test_without_a_key_of_the_stage_sealing_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="sealing-keys"):
        seal(HpkeSealer(keyset=lambda: Keyset(keys=()), now=SetClock()), "sk-canary")
