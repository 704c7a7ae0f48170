"""Submits an evaluation with provider keys that the gateway cannot read: they are sealed here. Needs `cryptography`.

    OPENAI_API_KEY=... GOOGLE_API_KEY=... python examples/seal_keys.py http://127.0.0.1:8000 <<< '{
      "input": "Name the largest moon of Saturn.",
      "candidate": {"model": "openai/..."}, "judge": {"model": "google/..."}}'

With LLM_JUDGE_VERIFY_KEY (the deployment's output `SealingVerifyKey`) it also refuses public keys that the deployment
has not signed, whoever answers. The format for other languages: docs/sealing.md.
"""

import base64
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_der_public_key

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
STAGES = {"openai": "inference", "google": "judge"}
"""Which stage the key is for: a judge of OpenAI's needs it sealed for `judge`."""
HEADERS = {"openai": "X-OpenAI-Api-Key-Sealed", "google": "X-Google-Api-Key-Sealed"}
VERSION = "llm-judge-seal-v1"
PADDED_BYTES = 256
LIFE_SECONDS = 1800


def seal(key: str, *, provider: str, nonce: uuid.UUID, sealing_keys: dict[str, Any], now: float) -> str:
    """The value of the header. All keys of one evaluation have the same nonce, and no two evaluations have."""
    public = _newest(sealing_keys["keys"], STAGES[provider], datetime.fromtimestamp(now, UTC))
    expiry = int(now) + min(LIFE_SECONDS, sealing_keys["longest_seal_seconds"])
    tenant = sealing_keys["tenant"]
    request_id = uuid.uuid5(nonce, tenant)
    info = "\n".join((VERSION, public["kid"], STAGES[provider], provider, str(request_id), str(expiry), tenant))
    marked = key.encode() + b"\x80"
    padded = marked + bytes(-len(marked) % PADDED_BYTES)
    recipient = X25519PublicKey.from_public_bytes(base64.b64decode(public["public_key"]))
    ciphertext = base64.urlsafe_b64encode(SUITE.encrypt(padded, recipient, info.encode())).decode()
    return f"v1.{nonce}.{expiry}.{public['kid']}.{ciphertext}"


def check_signature(sealing_keys: dict[str, Any], verify_key: str) -> None:
    """Raises InvalidSignature, or ValueError where the keys are not those that were signed."""
    key = load_der_public_key(base64.b64decode(verify_key))
    if not isinstance(key, EllipticCurvePublicKey):
        raise TypeError("LLM_JUDGE_VERIFY_KEY is no key on an elliptic curve")
    signed: str = sealing_keys["signed_keyset"]
    key.verify(base64.b64decode(sealing_keys["signature"]), signed.encode(), ECDSA(SHA256()))
    if json.loads(signed)["keys"] != sealing_keys["keys"]:
        raise ValueError("These are not the keys that were signed")


def _newest(keys: list[dict[str, str]], stage: str, now: datetime) -> dict[str, str]:
    def time_of(text: str) -> datetime:
        return datetime.fromisoformat(text)

    begun = [key for key in keys if key["stage"] == stage]
    begun = [key for key in begun if time_of(key["not_before"]) <= now < time_of(key["seal_until"])]
    return max(begun, key=lambda key: time_of(key["not_before"]))


def _call(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(url, body, headers or {})  # noqa: S310 - the caller's own gateway
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(error.read().decode()) from None


def main() -> None:
    gateway = sys.argv[1].rstrip("/")
    sealing_keys = _call(f"{gateway}/v1/sealing-keys")
    if sealing_keys["version"] != VERSION:
        raise SystemExit(f"This example seals as {VERSION}, and the gateway wants {sealing_keys['version']}")
    if verify_key := os.environ.get("LLM_JUDGE_VERIFY_KEY"):
        check_signature(sealing_keys, verify_key)
    nonce = uuid.uuid4()
    headers = {"Content-Type": "application/json"}
    for provider, header in HEADERS.items():
        if key := os.environ.get(f"{provider.upper()}_API_KEY"):
            headers[header] = seal(key, provider=provider, nonce=nonce, sealing_keys=sealing_keys, now=time.time())
    accepted = _call(f"{gateway}/v1/evaluations", sys.stdin.buffer.read(), headers)
    print(json.dumps(accepted))


if __name__ == "__main__":
    main()
