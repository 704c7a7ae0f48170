"""What the command line chooses by `-c`: versions, tenants, addresses; what is wrong with it, in one message."""

from pathlib import Path

import aws_cdk as cdk
from pydantic import ValidationError

from config.addresses import Addresses
from config.complaint import complaint
from config.environments import CLOUD_ENVIRONMENTS, CloudEnvironment
from config.tenant import Tenant
from config.tenant_files import FOLDER, BadTenants, read_tenants, tenants_file
from config.versions import DIAGRAM, VERSION_SETS, Standing, Support, UnknownVersion, standings


class BadChoice(Exception):
    """The text says which choice is wrong, why, and what to do."""


def chosen_environments(app: cdk.App) -> list[CloudEnvironment]:
    """Raises BadChoice."""
    name = app.node.try_get_context("versions")
    if name is None:
        return list(CLOUD_ENVIRONMENTS.values())
    if name not in VERSION_SETS:
        raise BadChoice(f"-c versions={name} is unknown: choose one of {', '.join(VERSION_SETS)}")
    return [
        environment.model_copy(update={"versions": VERSION_SETS[name]}) for environment in CLOUD_ENVIRONMENTS.values()
    ]


def chosen_addresses(app: cdk.App) -> Addresses | None:
    """Raises BadChoice."""
    path = app.node.try_get_context("addresses")
    if path is None:
        return None
    try:
        return Addresses.model_validate_json(Path(path).read_text())
    except OSError as error:
        raise BadChoice(f"-c addresses={path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise BadChoice(f"-c addresses={path} is not of the right form: {complaint(error)}") from None


def chosen_tenants(app: cdk.App, environment: CloudEnvironment) -> tuple[Tenant, ...]:
    """Of the files in `config/tenants`, or in another folder. Raises BadChoice."""
    folder = Path(app.node.try_get_context("tenants") or FOLDER)
    if not folder.is_dir() and folder != FOLDER:
        # Taken for "no tenants", a misspelt folder would shut everybody out.
        raise BadChoice(f"-c tenants={folder} is no folder: it holds {environment.name}.json and so on")
    try:
        return read_tenants(tenants_file(environment.name, folder))
    except BadTenants as error:
        raise BadChoice(str(error)) from None


def doubtful_versions(environment: CloudEnvironment) -> list[Standing]:
    """Those past standard support, to be warned of. Raises BadChoice for one that AWS no longer creates.

    The diagram's versions are only warned of: whoever asks for them by name has read why they are not the default.
    """
    try:
        doubtful = [found for found in standings(environment.versions) if found.support is not Support.STANDARD]
    except UnknownVersion as error:
        raise BadChoice(f"environment {environment.name}: {error}") from None
    for found in doubtful:
        if found.support is Support.ENDED and environment.versions != DIAGRAM:
            raise BadChoice(f"environment {environment.name}: {found}")
    return doubtful
