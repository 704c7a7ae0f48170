"""The rotation job: makes the key pairs of this epoch and the next, publishes the public halves, destroys what is over.

It may run twice at once and may die anywhere: what is there in Secrets Manager is all it knows, and the next run does
the rest. In a cloud the Lambda of `judge_constructs/sealing_epochs` does the same.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.naming import Names
from config.topology import Stage
from runtime.keys.epochs import Epoch, EpochSchedule
from runtime.keys.keyset import Keyset, SealingPublicKey, SignedKeyset
from runtime.keys.kid import Kid
from runtime.keys.sealing_secret import (
    DELETED,
    DESTROY_AFTER_TAG,
    KMS,
    NOT_THERE,
    SECRETS,
    SealingSecret,
    SecretUnusable,
    encryption_context,
    read_secret,
)
from runtime.kit.aws import aws_call, aws_error_code

log = structlog.get_logger()

THERE_ALREADY = frozenset({"ResourceExistsException", DELETED})
"""Made by another run; or it was deleted just now, and its name is free for the next run."""


@dataclass(frozen=True, kw_only=True)
class Rotation:
    schedule: EpochSchedule
    names: Names
    secrets: Any
    kms: Any
    now: Callable[[], datetime]

    async def rotate(self) -> None:
        """Raises Unavailable where AWS does not answer; a failure to make does not keep what is over alive."""
        now = self.now()
        ends = await self._ends()
        over = [name for name, end in ends.items() if end < now]
        try:
            await self._make_and_publish(set(ends) - set(over), now)
        finally:
            for name in over:
                await self._destroy(name)

    async def _ends(self) -> Mapping[str, datetime]:
        """When each pair that is there must be destroyed, by the name of its secret."""
        found: dict[str, datetime] = {}
        page: dict[str, str] = {}
        while True:
            async with aws_call(SECRETS):
                listed = await self.secrets.list_secrets(
                    Filters=[{"Key": "name", "Values": [self.names.sealing_secrets]}], **page
                )
            for secret in listed["SecretList"]:
                tags = {tag["Key"]: tag["Value"] for tag in secret.get("Tags", ())}
                if DESTROY_AFTER_TAG in tags:
                    found[secret["Name"]] = datetime.fromisoformat(tags[DESTROY_AFTER_TAG])
            if not listed.get("NextToken"):
                return found
            page = {"NextToken": listed["NextToken"]}

    async def _make_and_publish(self, living: set[str], now: datetime) -> None:
        for epoch in self.schedule.needed(now):
            for stage in Stage:
                name = self.names.sealing_secret(stage, epoch.name)
                if name not in living:
                    await self._make(stage, epoch, name)
                    living.add(name)
        published = [key for name in sorted(living) if (key := await self._public(name)) and key.seal_until > now]
        await self._publish(Keyset(keys=tuple(published)))

    async def _make(self, stage: Stage, epoch: Epoch, name: str) -> None:
        private_key = X25519PrivateKey.generate()
        public_key = private_key.public_key().public_bytes_raw()
        kid = str(Kid.of(stage, epoch.name, public_key))
        async with aws_call(KMS):
            answer = await self.kms.encrypt(
                KeyId=self.names.sealing_kms_alias,
                Plaintext=private_key.private_bytes_raw(),
                EncryptionContext=encryption_context(stage, kid),
            )
        secret = SealingSecret(
            public=SealingPublicKey(
                kid=kid,
                stage=stage,
                public_key=base64.b64encode(public_key).decode(),
                not_before=epoch.not_before,
                seal_until=epoch.seal_until,
            ),
            destroy_after=epoch.destroy_after,
            wrapped_private_key=base64.b64encode(answer["CiphertextBlob"]).decode(),
        )
        async with aws_call(SECRETS):
            try:
                await self.secrets.create_secret(
                    Name=name,
                    SecretString=secret.model_dump_json(),
                    KmsKeyId=self.names.sealing_kms_alias,
                    Tags=[{"Key": DESTROY_AFTER_TAG, "Value": epoch.destroy_after.isoformat()}],
                )
            except ClientError as error:
                if aws_error_code(error) not in THERE_ALREADY:
                    raise

    async def _public(self, name: str) -> SealingPublicKey | None:
        try:
            secret = await read_secret(self.secrets, name=name)
        except SecretUnusable:
            log.error("sealing_secret_unusable", secret=name, next_step="delete this secret: it is made again")  # noqa: TRY400 - a traceback may show the secret
            return None
        return secret.public if secret else None

    async def _publish(self, keyset: Keyset) -> None:
        """Each time: so whatever else the secret came to hold lasts for an hour at most."""
        text = keyset.model_dump_json()
        async with aws_call(KMS):
            signed = await self.kms.sign(
                KeyId=self.names.sealing_signature_alias,
                Message=text.encode(),
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        body = SignedKeyset(keyset=text, signature=base64.b64encode(signed["Signature"]).decode())
        async with aws_call(SECRETS):
            await self.secrets.put_secret_value(SecretId=self.names.sealing_keyset, SecretString=body.model_dump_json())

    async def _destroy(self, name: str) -> None:
        async with aws_call(SECRETS):
            try:
                await self.secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            except ClientError as error:
                if aws_error_code(error) != NOT_THERE:
                    raise
