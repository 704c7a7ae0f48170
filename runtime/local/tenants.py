"""The tenants of one machine: those of `config/tenants/local.json`, or of another folder; none: it is open."""

from collections.abc import Mapping
from pathlib import Path

from config.naming import ONE_MACHINE
from config.tenant import Tenant
from config.tenant_files import FOLDER, BadTenants, read_tenants, tenants_file
from runtime.local.part import Unusable

FOLDER_VARIABLE = "LLM_JUDGE_TENANTS"
API_KEY_VARIABLE = "LLM_JUDGE_API_KEY"
"""With which the demo calls, where there are tenants."""


def local_tenants(environment: Mapping[str, str]) -> tuple[Tenant, ...]:
    """Raises Unusable."""
    folder = Path(environment.get(FOLDER_VARIABLE) or FOLDER)
    try:
        return read_tenants(tenants_file(ONE_MACHINE, folder))
    except BadTenants as error:
        raise Unusable(str(error)) from None


def authorization(api_key: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_key}"} if api_key else {}
