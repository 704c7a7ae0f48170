"""Secrets Manager and KMS in memory, as far as the sealing keys use them; they count their calls and may be down."""

import secrets as random_secrets
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError


class _Remote:
    def __init__(self) -> None:
        self.calls: list[str] = []
        self.down = False

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.down:
            raise EndpointConnectionError(endpoint_url="memory")


class InMemorySecrets(_Remote):
    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[str, list[str]] = {}

    async def create_secret(self, *, Name: str, SecretString: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        self._called("create_secret")
        self.versions[Name] = [SecretString]
        return {"Name": Name}

    async def put_secret_value(self, *, SecretId: str, SecretString: str) -> dict[str, Any]:  # noqa: N803
        self._called("put_secret_value")
        self._existing(SecretId).append(SecretString)
        return {"Name": SecretId}

    async def get_secret_value(self, *, SecretId: str, VersionStage: str) -> dict[str, Any]:  # noqa: N803
        self._called("get_secret_value")
        versions = self._existing(SecretId)
        back = {"AWSCURRENT": 1, "AWSPREVIOUS": 2}[VersionStage]
        if back > len(versions):
            raise _error("ResourceNotFoundException")
        return {"SecretString": versions[-back]}

    def _existing(self, name: str) -> list[str]:
        if name not in self.versions:
            raise _error("ResourceNotFoundException")
        return self.versions[name]


class InMemoryKms(_Remote):
    def __init__(self) -> None:
        super().__init__()
        self._wrapped: dict[bytes, tuple[bytes, dict[str, str]]] = {}

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


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "made up"}}, "made up")
