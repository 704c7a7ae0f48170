"""Secrets Manager and KMS in memory, as far as the sealing keys use them; they count their calls and may be down."""

import secrets as random_secrets
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Died(Exception):
    """The process that made the call is gone."""


class _Remote:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.down = False
        self.dies_after: int | None = None
        """Calls that still succeed; the one after them does its work, and its caller does not live to hear of it."""

    def _called(self, name: str) -> None:
        if self.down:
            self.calls.append(name)
            raise EndpointConnectionError(endpoint_url="memory")
        self.calls.append(name)

    def _answered(self) -> None:
        if self.dies_after is not None and len(self.calls) > self.dies_after:
            raise Died


class InMemorySecrets(_Remote):
    """One page holds two secrets, so that whoever lists must turn pages."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.tags: dict[str, list[dict[str, str]]] = {}

    async def create_secret(
        self,
        *,
        Name: str,  # noqa: N803 - AWS's names
        SecretString: str = "",  # noqa: N803
        KmsKeyId: str | None = None,  # noqa: N803
        Tags: list[dict[str, str]] | None = None,  # noqa: N803
    ) -> dict[str, Any]:
        self._called("create_secret")
        if Name in self.values:
            raise _error("ResourceExistsException")
        self.values[Name] = SecretString
        self.tags[Name] = Tags or []
        self._answered()
        return {"Name": Name}

    async def put_secret_value(self, *, SecretId: str, SecretString: str) -> dict[str, Any]:  # noqa: N803
        self._called("put_secret_value")
        self._existing(SecretId)
        self.values[SecretId] = SecretString
        self._answered()
        return {"Name": SecretId}

    async def get_secret_value(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803
        self._called("get_secret_value")
        value = self._existing(SecretId)
        self._answered()
        return {"SecretString": value}

    async def list_secrets(self, *, Filters: list[dict[str, Any]], NextToken: str = "") -> dict[str, Any]:  # noqa: N803
        self._called("list_secrets")
        (prefix,) = Filters[0]["Values"]
        start = int(NextToken or 0)
        names = sorted(name for name in self.values if name.startswith(prefix))
        page = [{"Name": name, "Tags": self.tags[name]} for name in names[start : start + 2]]
        self._answered()
        return {"SecretList": page} | ({"NextToken": str(start + 2)} if len(names) > start + 2 else {})

    async def delete_secret(self, *, SecretId: str, ForceDeleteWithoutRecovery: bool) -> dict[str, Any]:  # noqa: N803
        self._called("delete_secret")
        assert ForceDeleteWithoutRecovery, "a secret with a recovery window can be had again"
        self._existing(SecretId)
        del self.values[SecretId]
        self._answered()
        return {"Name": SecretId}

    def _existing(self, name: str) -> str:
        if name not in self.values:
            raise _error("ResourceNotFoundException")
        return self.values[name]


class InMemoryKms(_Remote):
    def __init__(self) -> None:
        super().__init__()
        self._wrapped: dict[bytes, tuple[bytes, dict[str, str]]] = {}
        self._signing_key = generate_private_key(SECP256R1())

    async def encrypt(
        self,
        *,
        KeyId: str,  # noqa: N803
        Plaintext: bytes,  # noqa: N803
        EncryptionContext: dict[str, str],  # noqa: N803
    ) -> dict[str, Any]:
        self._called("encrypt")
        blob = random_secrets.token_bytes(64)
        self._wrapped[blob] = (Plaintext, EncryptionContext)
        return {"CiphertextBlob": blob, "KeyId": KeyId}

    async def decrypt(self, *, CiphertextBlob: bytes, EncryptionContext: dict[str, str]) -> dict[str, Any]:  # noqa: N803
        self._called("decrypt")
        plaintext, context = self._wrapped.get(CiphertextBlob, (b"", None))
        if context != EncryptionContext:
            raise _error("InvalidCiphertextException")
        return {"Plaintext": plaintext}

    async def sign(self, *, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, Any]:  # noqa: N803
        self._called("sign")
        assert (MessageType, SigningAlgorithm) == ("RAW", "ECDSA_SHA_256")
        return {"Signature": self._signing_key.sign(Message, ECDSA(SHA256()))}

    async def get_public_key(self, *, KeyId: str) -> dict[str, Any]:  # noqa: N803
        self._called("get_public_key")
        public_key = self._signing_key.public_key()
        return {"PublicKey": public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "made up"}}, "made up")
