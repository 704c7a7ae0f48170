"""Keys that their owner has sealed, over HTTP, with the example's own code and real HPKE from end to end."""

import asyncio
import json
import os
import sys
import uuid
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature

from config.limits import Limits
from config.tenant import OPEN_TENANT
from config.topology import Stage
from examples.seal_keys import check_signature
from runtime.contracts.messages import INFERENCE_MESSAGE
from runtime.gateway import callers
from runtime.keys.client_seal import request_id_for
from runtime.keys.ports import KeyExpired, KeyUnreadable
from tests.contract.keys_subjects import SCHEDULE, memory_vault
from tests.runtime.gateway.sealing_gateway import (
    BODY,
    GOOGLE_KEY,
    GOOGLE_SEALED,
    OPENAI_KEY,
    OPENAI_SEALED,
    RealClock,
    Running,
    gateway,
)


async def test_what_the_client_sealed_its_stages_open_and_nobody_between_has_seen(running: Running) -> None:
    nonce = uuid.uuid4()
    accepted = await running.submit(await running.sealed(nonce))
    assert accepted.status_code == 202
    assert accepted.json()["id"] == str(request_id_for(nonce, OPEN_TENANT))
    (message,) = running.publisher.published
    assert await running.opened(message, Stage.INFERENCE) == OPENAI_KEY
    assert await running.opened(message, Stage.JUDGE) == GOOGLE_KEY


async def test_one_key_may_be_sealed_by_the_client_and_the_other_by_the_gateway(running: Running) -> None:
    headers = await running.sealed()
    del headers[GOOGLE_SEALED]
    accepted = await running.submit(headers, **{"X-Google-Api-Key": GOOGLE_KEY})
    assert accepted.status_code == 202
    (message,) = running.publisher.published
    assert await running.opened(message, Stage.INFERENCE) == OPENAI_KEY
    assert await running.opened(message, Stage.JUDGE) == GOOGLE_KEY


async def test_the_example_submits_an_evaluation_as_a_program() -> None:
    vault, now = await memory_vault(), RealClock()
    await vault.rotate(now)
    async with gateway(vault, now) as running:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "examples/seal_keys.py", running.url),
            env=os.environ
            | {"OPENAI_API_KEY": OPENAI_KEY, "GOOGLE_API_KEY": GOOGLE_KEY, "no_proxy": "127.0.0.1"}
            | {"LLM_JUDGE_VERIFY_KEY": await vault.verify_key()},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await process.communicate(json.dumps(BODY).encode())
        assert process.returncode == 0
        (message,) = running.publisher.published
        assert json.loads(out)["id"] == str(INFERENCE_MESSAGE.validate_json(message).identity.request_id)
        assert await running.opened(message, Stage.INFERENCE) == OPENAI_KEY
        assert await running.opened(message, Stage.JUDGE) == GOOGLE_KEY


async def test_a_client_that_pins_the_deployments_key_takes_no_keys_of_a_gateway_that_lies(running: Running) -> None:
    keys, verify_key = await running.sealing_keys(), await running.vault.verify_key()
    check_signature(keys, verify_key)
    other = await memory_vault()
    await other.rotate(running.now)
    theirs = await other.signed_keyset()
    forged = [json.loads(theirs.keyset)["keys"]]
    with pytest.raises(ValueError, match="signed"):
        check_signature(keys | {"keys": forged}, verify_key)
    with pytest.raises(InvalidSignature):
        check_signature(
            keys | {"keys": forged, "signed_keyset": theirs.keyset, "signature": theirs.signature}, verify_key
        )


async def test_the_same_seal_is_used_once(running: Running) -> None:
    headers = await running.sealed()
    assert (await running.submit(headers)).status_code == 202
    again = await running.submit(headers)
    assert (again.status_code, again.json()["code"]) == (409, "sealed_keys_used")
    assert len(running.publisher.published) == 1


async def test_a_repeated_submission_with_its_idempotency_key_is_the_same_evaluation(running: Running) -> None:
    headers = await running.sealed() | {"Idempotency-Key": "once"}
    first, again = await running.submit(headers), await running.submit(headers)
    assert first.json()["id"] == again.json()["id"]
    assert len(running.publisher.published) == 1


async def test_a_seal_opens_for_no_other_tenant_and_can_take_nobodys_id(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = await running.sealed()
    first = await running.submit(headers)
    monkeypatch.setattr(callers, "OPEN_TENANT", "thief")
    stolen = await running.submit(headers)
    assert stolen.status_code == 202
    assert stolen.json()["id"] != first.json()["id"]
    for stage in Stage:
        with pytest.raises(KeyUnreadable):
            await running.opened(running.publisher.published[1], stage)


async def test_a_seal_lives_no_longer_than_an_evaluation(running: Running) -> None:
    headers = await running.sealed()
    (await running.submit(headers)).raise_for_status()
    running.now.advance(timedelta(seconds=Limits().longest_seal_seconds + 1))
    with pytest.raises(KeyExpired):
        await running.opened(running.publisher.published[0], Stage.JUDGE)
    assert "expired" in await running.refused(headers)
    headers = await running.sealed()
    parts = headers[OPENAI_SEALED].split(".")
    for seconds in (Limits().longest_seal_seconds + 1, 10**9):
        parts[2] = str(int(running.now().timestamp()) + seconds)
        assert "too long" in await running.refused(headers | {OPENAI_SEALED: ".".join(parts)})


async def test_a_prolonged_seal_is_taken_and_opens_nothing(running: Running) -> None:
    headers = await running.sealed()
    parts = headers[OPENAI_SEALED].split(".")
    parts[2] = str(int(parts[2]) + 1)
    (await running.submit(headers | {OPENAI_SEALED: ".".join(parts)})).raise_for_status()
    with pytest.raises(KeyUnreadable):
        await running.opened(running.publisher.published[0], Stage.INFERENCE)


async def test_what_is_wrong_with_a_seal_is_said_and_the_seal_is_not_repeated(running: Running) -> None:
    headers = await running.sealed()
    good = headers[OPENAI_SEALED]
    version, nonce, expiry, kid, ciphertext = good.split(".")
    unknown = kid[:-16] + "0" * 16
    for value, said in {
        headers[GOOGLE_SEALED]: "sealed for the judge stage",
        f"{version}.{nonce}.{expiry}.{unknown}.{ciphertext}": "unknown or past",
        f"{version}.{nonce}.{expiry}.nobody.{ciphertext}": "damaged",
        f"{version}.{nonce}.{expiry}.{kid}.{ciphertext[:-4]}": "damaged",
        f"{version}.{'0' * 35}-.{expiry}.{kid}.{ciphertext}": "damaged",
        f"{version}.{nonce}.{expiry}.{kid}.{ciphertext[:-4]}+/+/": "no sealed key",
        f"v2.{nonce}.{expiry}.{kid}.{ciphertext}": "no sealed key",
        f"{version}.{nonce}.soon.{kid}.{ciphertext}": "no sealed key",
        OPENAI_KEY: "no sealed key",
        good + "A" * 2048: "too long",
        f"{version}.{uuid.uuid4()}.{expiry}.{kid}.{ciphertext}": "same nonce",
    }.items():
        assert said in await running.refused(headers | {OPENAI_SEALED: value})


async def test_a_raw_and_a_sealed_key_of_one_provider_are_too_many(running: Running) -> None:
    assert "not both" in await running.refused(await running.sealed() | {"X-OpenAI-Api-Key": OPENAI_KEY})


async def test_when_every_epoch_is_over_sealing_stops_and_says_so(running: Running) -> None:
    headers = await running.sealed()
    running.now.time = SCHEDULE.needed(running.now())[1].seal_until
    answers = [
        await running.client.get("/v1/sealing-keys"),
        await running.submit({"X-OpenAI-Api-Key": OPENAI_KEY, "X-Google-Api-Key": GOOGLE_KEY}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "sealing_keys_unavailable")
        assert "Retry-After" in answer.headers
    assert "unknown or past" in await running.refused(headers)
    # What needs no key goes on.
    accepted = await running.client.post("/v1/evaluations", json={"input": "hi"})
    assert accepted.status_code == 202
    await running.vault.rotate(running.now)
    await running.published.refresh()
    assert (await running.submit(await running.sealed())).status_code == 202
