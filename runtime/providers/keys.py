"""Before any call: a caller's key is checked here, so that no SDK ever sees an empty one and falls back to another."""

from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.keys.header import KEY
from runtime.providers.chat_model import ProviderError


def usable_key(key: SecretStr | None) -> str:
    """The key without surrounding blanks. Raises `ProviderError(auth)` where there is none or it cannot be one."""
    text = "" if key is None else key.get_secret_value().strip()
    if KEY.fullmatch(text) is None:
        raise ProviderError(FailureReason.AUTH)
    return text
