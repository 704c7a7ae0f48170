"""The tokens by which a service shows another who calls, as both ends of the flow read them."""

from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from config.callers import previous_token_file, token_file
from config.topology import Flow
from runtime.kit.secret_file import SecretFile

Tokens = Callable[[], tuple[SecretStr, ...]]
"""Of one flow: the current one, then the one before it. Both ends change over within minutes, and not at once."""


def mounted_tokens(flow: Flow, folder: Path) -> Tokens:
    files = [SecretFile(folder / name) for name in (token_file(flow), previous_token_file(flow))]
    return lambda: tuple(token for file in files if (token := file()) is not None)


def no_tokens() -> tuple[SecretStr, ...]:
    return ()
