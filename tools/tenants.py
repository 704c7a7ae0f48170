"""`make tenant`: makes API keys, and keeps the file that names an environment's tenants. A key is shown once, here."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from config.complaint import complaint
from config.environments import CLOUD_ENVIRONMENTS
from config.naming import ONE_MACHINE, Names
from config.tenant import Tenant
from config.tenant_files import FOLDER, BadTenants, read_tenants, tenants_file, write_tenants
from runtime.keys.api_key import hash_api_key, new_api_key

MISUSE = 2

TenantList = tuple[Tenant, ...]


class CannotDo(Exception):
    """The text says why, and what to do."""


def add(tenants: TenantList, name: str, key_hash: str) -> TenantList:
    """Raises CannotDo."""
    if any(tenant.name == name for tenant in tenants):
        raise CannotDo(f"{name} is there already: DO=rotate gives it another key")
    try:
        return (*tenants, Tenant(name=name, key_hashes=(key_hash,)))
    except ValidationError as error:
        if any(found["loc"] == ("name",) for found in error.errors()):
            form = "2 to 40 small letters, digits and single hyphens, the first a letter"
            raise CannotDo(f"{name!r} is no name for a tenant: use {form}") from None
        raise CannotDo(complaint(error)) from None


def rotate(tenant: Tenant, key_hash: str) -> Tenant:
    """Raises CannotDo."""
    if len(tenant.key_hashes) > 1:
        raise CannotDo(f"{tenant.name} has two keys already: DO=retire ends the older one")
    return tenant.model_copy(update={"key_hashes": (*tenant.key_hashes, key_hash)})


def retire(tenant: Tenant) -> Tenant:
    """Without its older key. Raises CannotDo."""
    if len(tenant.key_hashes) == 1:
        raise CannotDo(f"{tenant.name} has one key only: DO=rotate makes another first, DO=disable shuts it out")
    return tenant.model_copy(update={"key_hashes": tenant.key_hashes[1:]})


def disable(tenant: Tenant) -> Tenant:
    return tenant.model_copy(update={"disabled": True})


def enable(tenant: Tenant) -> Tenant:
    return tenant.model_copy(update={"disabled": False})


CHANGES: dict[str, Callable[[Tenant], Tenant]] = {"retire": retire, "disable": disable, "enable": enable}


def changed(tenants: TenantList, name: str, change: Callable[[Tenant], Tenant]) -> TenantList:
    """Raises CannotDo."""
    if all(tenant.name != name for tenant in tenants):
        known = ", ".join(tenant.name for tenant in tenants) or "there are none yet"
        raise CannotDo(f"There is no tenant {name!r} here ({known})")
    return tuple(change(tenant) if tenant.name == name else tenant for tenant in tenants)


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    path = tenants_file(chosen.env, chosen.folder)
    try:
        _run(chosen, path)
    except (CannotDo, BadTenants) as error:
        sys.stderr.write(f"{error}\n")
        return MISUSE
    return 0


def _run(chosen: argparse.Namespace, path: Path) -> None:
    """Raises CannotDo, BadTenants."""
    tenants = read_tenants(path)
    if chosen.name is None and chosen.verb is not None:
        raise CannotDo(f"Say whose: NAME=... DO={chosen.verb}")
    if chosen.name is None:
        for tenant in tenants:
            keys = f"{len(tenant.key_hashes)} key{'s' * (len(tenant.key_hashes) > 1)}"
            sys.stdout.write(f"{tenant.name}: {keys}{', disabled' * tenant.disabled}\n")
        sys.stdout.write(f"{len(tenants)} in {path}; NAME=... adds one\n")
        return
    key = new_api_key() if chosen.verb in (None, "add", "rotate") else None
    match chosen.verb or "add", key:
        case "add", str():
            tenants = add(tenants, chosen.name, hash_api_key(key))
        case "rotate", str():
            tenants = changed(tenants, chosen.name, lambda tenant: rotate(tenant, hash_api_key(key)))
        case _:
            tenants = changed(tenants, chosen.name, CHANGES[chosen.verb])
    write_tenants(path, tenants)
    if key is not None:
        # After the file: a key that nothing knows of would be of no use to anybody.
        sys.stdout.write(f"The key of {chosen.name}, shown this once:\n\n  {key}\n\n")
    sys.stdout.write(f"{path} is written: {_next_step(chosen.env)}\n")


def _next_step(environment: str) -> str:
    if environment == ONE_MACHINE:
        return "it holds from the next `make up` on"
    return f"have it reviewed, then `npx cdk deploy {Names(environment=environment).umbrella_stack}`"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, without the usage in front of it."""
        self.exit(MISUSE, f"{message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m tools.tenants", description="Tenants and their API keys. No name: list them.")
    parser.add_argument("verb", nargs="?", choices=("add", "rotate", *CHANGES))
    parser.add_argument("--name", help="whose")
    parser.add_argument("--env", choices=(*CLOUD_ENVIRONMENTS, ONE_MACHINE), default="dev", help="which environment")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are; config/tenants by default")
    return parser


if __name__ == "__main__":
    sys.exit(main())
