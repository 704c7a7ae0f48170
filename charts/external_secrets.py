"""What Secrets Manager holds for the services, brought into the cluster; they mount it as files."""

from collections.abc import Mapping
from typing import Any

from charts.custom_object import add_custom_object
from charts.judge_chart import JudgeChart
from config.mounted_secrets import MOUNTED_SECRETS, MountedSecret

API_VERSION = "external-secrets.io/v1"
STORE = "secrets-manager"
REFRESH = "15m"
"""What was changed is here after so long, and a minute or two later in the pods: the services read the files again."""
PREVIOUS = "AWSPREVIOUS"


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
            "target": {
                "name": secret.name,
                "creationPolicy": "Owner",
                # Before its first rotation a secret has no previous version, which `Retain` takes for an error.
                "deletionPolicy": "Merge" if secret.previous_files else "Retain",
            },
            "data": [
                # The current one is read first: a rotation in between is then seen as none, and complete the next time.
                *_entries(secret.files, key=key),
                *_entries(secret.previous_files, key=key, version=PREVIOUS),
            ],
        }


def _entries(files: Mapping[str, str], **reference: str) -> list[dict[str, Any]]:
    return [{"secretKey": file, "remoteRef": {**reference, "property": property_}} for file, property_ in files.items()]
