"""The reviewed files that name an environment's tenants: `config/tenants/dev.json` and so on; none: no tenants."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from config.complaint import complaint
from config.tenant import Tenant, Tenants

FOLDER = Path(__file__).parent / "tenants"
_FILE: TypeAdapter[tuple[Tenant, ...]] = TypeAdapter(Tenants)


class BadTenants(Exception):
    """The text says which file is wrong, and why."""


def tenants_file(environment: str, folder: Path = FOLDER) -> Path:
    return folder / f"{environment}.json"


def read_tenants(path: Path) -> tuple[Tenant, ...]:
    """Raises BadTenants."""
    try:
        return _FILE.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BadTenants(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise BadTenants(f"{path} is not a list of tenants: {complaint(error)}") from None


def write_tenants(path: Path, tenants: tuple[Tenant, ...]) -> None:
    """In one step, after a check. Raises BadTenants."""
    try:
        content = _FILE.dump_json(_FILE.validate_python(tenants), indent=2) + b"\n"
        draft = path.with_name(f".{path.name}.draft")
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise BadTenants(f"{path} cannot be written: {error.strerror}") from None
    except ValidationError as error:
        raise BadTenants(f"{path} would be wrong: {complaint(error)}") from None
