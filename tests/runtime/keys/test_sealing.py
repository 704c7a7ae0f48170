import base64
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.runtime_document import SealingPublicKey
from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.contracts.unavailable import Unavailable
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.ports import KeyBinding
from runtime.keys.sealing import PADDED_BYTES, bound_to, pad, unpad
from tests.contract.keys_subjects import hpke, memory_vault

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


@given(tenants=st.lists(st.text(), min_size=2, max_size=2, unique=True), kids=st.tuples(st.text(), st.text()))
def test_no_two_bindings_share_a_form(tenants: list[str], kids: tuple[str, str]) -> None:
    def form(kid: str, tenant: str) -> bytes:
        binding = KeyBinding(request_id=BINDING.request_id, tenant=tenant)
        return bound_to(kid=kid, stage=Stage.JUDGE, provider=Provider.LOCAL, binding=binding, expires_at=EXPIRES)

    assert form(kids[0], tenants[0]) != form(kids[1], tenants[1])


async def test_keys_of_usual_lengths_give_seals_of_one_size_and_never_the_same_one_twice() -> None:
    sealer = (await hpke(memory_vault())).sealer
    assert isinstance(sealer, HpkeSealer)
    seals = [seal(sealer, "k" * length).ciphertext for length in (20, 39, 51, 104, 164, 164)]
    assert {len(ciphertext) for ciphertext in seals} == {408}
    assert len(set(seals)) == len(seals)


async def test_nothing_shows_the_key() -> None:
    sealer = (await hpke(memory_vault())).sealer
    assert isinstance(sealer, HpkeSealer)
    sealed = seal(sealer, "sk-canary")
    for text in (repr(sealed), str(sealed), sealed.model_dump_json(), repr(sealer)):
        assert "canary" not in text
        assert base64.b64encode(b"sk-canary").decode().rstrip("=") not in text


@pytest.mark.parametrize("public_key", ["", "not base64", base64.b64encode(b"short").decode()])
def test_a_document_without_a_usable_public_key_makes_sealing_unavailable(public_key: str) -> None:
    sealer = HpkeSealer(public_keys=lambda: {Stage.JUDGE: SealingPublicKey(kid="k", public_key=public_key)})
    with pytest.raises(Unavailable, match="sealing-keys"):
        seal(sealer, "sk-canary")


def test_a_document_without_the_stage_makes_sealing_unavailable() -> None:
    with pytest.raises(Unavailable, match="sealing-keys"):
        seal(HpkeSealer(public_keys=dict), "sk-canary")
