"""Makes AWS ready for the services: after each start of the emulator, and when there is no local model after all."""

from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from config.environments import LOCAL
from config.naming import Names
from config.tenant import Tenant
from runtime.contracts.unavailable import Unavailable
from runtime.kit.aws import AWS_ERRORS, aws_client, aws_error_code
from runtime.local.document import LocalModel, local_addresses, runtime_document
from runtime.local.folder import Folder
from runtime.local.part import NotReady
from runtime.local.provision.appconfig import deploy_document
from runtime.local.provision.messaging import provision_channels
from runtime.local.provision.sealing import provision_sealing
from runtime.local.provision.secrets import provision_secrets
from runtime.local.replacements import MySqlServer, RedisServer

NAMES = Names(environment=LOCAL.name)


@dataclass(kw_only=True)
class Provisioner:
    folder: Folder
    ports: Mapping[str, int]
    mysql: MySqlServer
    redis: RedisServer
    model: LocalModel | None
    environment: Mapping[str, str]
    tenants: tuple[Tenant, ...] = ()

    async def provision_without_model(self) -> None:
        """The local model cannot be had: no request shall be sent to it by default."""
        self.model = None
        # Where AWS is not up yet, its own start does this.
        with suppress(NotReady):
            await self.provision()

    async def provision(self) -> None:
        """Raises NotReady where AWS does not answer as it should."""
        try:
            async with AsyncExitStack() as stack:
                sns, sqs, kms, secretsmanager, appconfig = [
                    await stack.enter_async_context(aws_client(name))
                    for name in ("sns", "sqs", "kms", "secretsmanager", "appconfig")
                ]
                await provision_secrets(
                    secretsmanager=secretsmanager, names=NAMES, folder=self.folder, mysql=self.mysql, redis=self.redis
                )
                addresses = local_addresses(
                    ports=self.ports,
                    redis=self.redis.address,
                    mysql=self.mysql.address,
                    model=self.model,
                    environment=self.environment,
                )
                document = runtime_document(
                    addresses,
                    channels=await provision_channels(sns=sns, sqs=sqs, names=NAMES, limits=LOCAL.limits),
                    sealing_verify_key=await provision_sealing(kms=kms, secretsmanager=secretsmanager, names=NAMES),
                    tenants=self.tenants,
                )
                await deploy_document(appconfig=appconfig, names=NAMES, document=document)
        except Unavailable as error:
            raise NotReady(str(error)) from None
        except AWS_ERRORS as error:
            raise NotReady(f"AWS answered {aws_error_code(error)}") from None
