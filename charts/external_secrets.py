"""The passwords of MySQL and Redis, brought from Secrets Manager into the cluster; the services mount them as files."""

from typing import Any

from charts.custom_object import add_custom_object
from charts.judge_chart import JudgeChart
from config.mounted_secrets import MOUNTED_SECRETS, MountedSecret

API_VERSION = "external-secrets.io/v1"
STORE = "secrets-manager"
REFRESH = "15m"
"""A password that was changed is here after so long; the services read the files at every new connection."""


class ExternalSecrets(JudgeChart):
    name = "external-secrets"

    def build(self) -> None:
        # No `auth`: the operator's own role, which reads these secrets and no others.
        provider = {"aws": {"service": "SecretsManager", "region": self.target.environment.region}}
        add_custom_object(self, api_version=API_VERSION, kind="SecretStore", name=STORE, spec={"provider": provider})
        for secret in MOUNTED_SECRETS:
            add_custom_object(
                self, api_version=API_VERSION, kind="ExternalSecret", name=secret.name, spec=self._spec(secret)
            )

    def _spec(self, secret: MountedSecret) -> dict[str, Any]:
        key = secret.source(self.target.environment.names)
        return {
            "refreshInterval": REFRESH,
            "secretStoreRef": {"kind": "SecretStore", "name": STORE},
            "target": {"name": secret.name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [
                {"secretKey": file, "remoteRef": {"key": key, "property": property_}}
                for file, property_ in secret.files.items()
            ],
        }
