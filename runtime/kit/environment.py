"""The process environment of a service: where it runs and what it is called, never what it is configured to do."""

import os
import ssl
import sys
from pathlib import Path

from pydantic import SecretStr

from config.base import Frozen
from config.mounted_secrets import MOUNT_PATH
from config.naming import Names
from config.topology import Flow, Service
from runtime.kit.secret_file import SecretFile
from runtime.kit.tokens import Tokens, mounted_tokens

MYSQL_AUTHORITIES = "LLM_JUDGE_MYSQL_CA_FILE"


class ProcessEnvironment(Frozen):
    service: Service
    names: Names
    host: str
    port: int
    log_level: str
    secrets_dir: Path
    """Mounted by External Secrets: one value per file."""
    mysql_authorities: Path | None
    """A PEM file with the authorities that certify MySQL's server, where the system does not know them."""

    def secret(self, name: str) -> SecretStr | None:
        """The mounted secret, or None where there is none: a development Redis has no password."""
        return SecretFile(self.secrets_dir / name)()

    def tokens(self, flow: Flow) -> Tokens:
        """Of a flow that starts or ends at this service."""
        return mounted_tokens(flow, self.secrets_dir)


def read_environment(service: Service) -> ProcessEnvironment:
    """Ends the process where a file that it names cannot be used."""
    return ProcessEnvironment(
        service=service,
        names=Names(environment=os.environ.get("LLM_JUDGE_ENVIRONMENT", "dev")),
        # A pod is reached from outside of itself; one machine sets 127.0.0.1.
        host=os.environ.get("LLM_JUDGE_HOST", "0.0.0.0"),  # noqa: S104
        port=int(os.environ.get("LLM_JUDGE_PORT", str(service.port))),
        log_level=os.environ.get("LLM_JUDGE_LOG_LEVEL", "INFO"),
        secrets_dir=Path(os.environ.get("LLM_JUDGE_SECRETS_DIR", MOUNT_PATH)),
        mysql_authorities=_authorities(),
    )


def _authorities() -> Path | None:
    path = os.environ.get(MYSQL_AUTHORITIES)
    if not path:
        return None
    try:
        ssl.create_default_context(cafile=path)
    except OSError:
        # Later on it would look like a MySQL that is away.
        sys.exit(f"error: {MYSQL_AUTHORITIES}={path} is no PEM file of authorities: unset it, or name one")
    return Path(path)
