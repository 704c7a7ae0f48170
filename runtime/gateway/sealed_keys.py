"""The keys of one evaluation as its message carries them: each sealed for its stage, by us or by its owner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationSpec
from runtime.contracts.messages import SealedKey
from runtime.gateway.provider_keys import SEALED_KEY_HEADERS, ProviderKeys, invalid_key, required_providers
from runtime.keys.client_seal import ClientSeal, ClientSeals, request_id_for
from runtime.keys.ports import KeyBinding, KeySealer


@dataclass(frozen=True)
class SealedKeys:
    candidate: SealedKey | None
    judge: SealedKey | None


def choose_request_id(spec: EvaluationSpec, keys: ProviderKeys, *, tenant: str) -> UUID:
    """The id that the client has sealed its keys for, else a new one. Raises Problem 422 where they name two."""
    nonces = {key.nonce: provider for provider, key in _needed(spec, keys) if isinstance(key, ClientSeal)}
    if len(nonces) > 1:
        header = SEALED_KEY_HEADERS[list(nonces.values())[-1]]
        raise invalid_key(header, "Seal all keys of one evaluation with the same nonce.")
    return request_id_for(nonces.popitem()[0], tenant) if nonces else uuid4()


def seal_keys(
    spec: EvaluationSpec,
    keys: ProviderKeys,
    *,
    sealer: KeySealer,
    client_seals: ClientSeals,
    binding: KeyBinding,
    expires_at: datetime,
) -> SealedKeys:
    """Raises Problem 422 for a client's seal that its stage could not open, Unavailable without public keys."""

    def sealed(stage: Stage, provider: Provider) -> SealedKey:
        key = keys[provider]
        if not isinstance(key, ClientSeal):
            return sealer.seal(key, stage=stage, provider=provider, binding=binding, expires_at=expires_at)
        try:
            return client_seals.take(key, stage=stage, provider=provider)
        except ValueError as error:
            raise invalid_key(SEALED_KEY_HEADERS[provider], str(error)) from None

    by_stage = {stage: sealed(stage, provider) for stage, provider in required_providers(spec).items()}
    return SealedKeys(candidate=by_stage.get(Stage.INFERENCE), judge=by_stage.get(Stage.JUDGE))


def _needed(spec: EvaluationSpec, keys: ProviderKeys) -> list[tuple[Provider, object]]:
    return [(provider, keys[provider]) for provider in required_providers(spec).values()]
