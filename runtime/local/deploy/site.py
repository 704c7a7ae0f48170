"""What runs beside the emulator in the place of cluster and databases, and where: known before anything is deployed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.addresses import Addresses
from config.environments import CloudEnvironment
from config.mounted_secrets import MYSQL_PASSWORD_FILE, MYSQL_USERNAME_FILE, REDIS_PASSWORD_FILE
from config.naming import DATABASE
from config.runtime_document import MySqlAddress, RedisAddress
from config.topology import AI_MODEL, GATEWAY, Provider
from runtime.ai_model.settings import Settings
from runtime.local.aws_access import emulator_access
from runtime.local.document import LocalModel, runtime_document
from runtime.local.folder import Folder
from runtime.local.part import Part, nothing
from runtime.local.parts import aws_emulator, mysql, redis
from runtime.local.parts.aws_emulator import AwsEmulator
from runtime.local.parts.model import model_part
from runtime.local.parts.redis import valkey
from runtime.local.parts.seekdb import EmbeddedSeekdb
from runtime.local.plan import before_start, service_parts
from runtime.local.ports import LOOPBACK
from runtime.local.replacements import MySqlServer, RedisServer

STOP_SECONDS = 2.0
"""At the end nothing is in flight: a worker's long poll of 20 s need not be waited for."""


@dataclass(frozen=True, kw_only=True)
class Site:
    folder: Folder
    environment: CloudEnvironment
    ports: Mapping[str, int]
    model: Settings

    @property
    def access(self) -> dict[str, str]:
        return emulator_access(self.ports[aws_emulator.NAME])

    @property
    def gateway_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ports[GATEWAY.name]}"

    def addresses(self, variables: Mapping[str, str]) -> Addresses:
        document = runtime_document(
            ports=self.ports,
            channels={},
            redis=self._redis,
            mysql=self._mysql,
            sealing_verify_key="",
            model=LocalModel(self.model.model_name, self.model.slots),
            environment=variables,
        )
        return Addresses.model_validate(document.model_dump(include=set(Addresses.model_fields)))

    def parts(self, emulator: AwsEmulator) -> tuple[Part, ...]:
        """With the credentials that were deployed; call it when they are mounted."""
        database = MySqlServer(self._mysql, self._mounted(MYSQL_USERNAME_FILE), self._mounted(MYSQL_PASSWORD_FILE))
        cache = RedisServer(self._redis, self._mounted(REDIS_PASSWORD_FILE))
        seekdb = EmbeddedSeekdb(folder=self.folder, server=database)
        services = service_parts(
            folder=self.folder,
            ports=self.ports,
            access=self.access,
            prepare=before_start(emulator, seekdb, names=self.environment.names),
        )
        return (
            seekdb.part(),
            valkey(folder=self.folder, server=cache),
            model_part(self.model, folder=self.folder, port=self.ports[AI_MODEL.name], after_failure=nothing),
            *(self._of_this_environment(part) for part in services),
        )

    def _of_this_environment(self, part: Part) -> Part:
        return replace(
            part,
            environment={**part.environment, "LLM_JUDGE_ENVIRONMENT": self.environment.name},
            # The emulator is up before them all, in a folder of its own.
            needs=tuple(name for name in part.needs if name != aws_emulator.NAME),
            stop_timeout_seconds=STOP_SECONDS,
        )

    def _mounted(self, name: str) -> str:
        return (self.folder.secrets / name).read_text()

    @property
    def _redis(self) -> RedisAddress:
        return RedisAddress(host=LOOPBACK, port=self.ports[redis.NAME], tls=False)

    @property
    def _mysql(self) -> MySqlAddress:
        return MySqlAddress(host=LOOPBACK, port=self.ports[mysql.NAME], database=DATABASE, tls=False)


def with_one_change(addresses: Addresses) -> Addresses:
    """As an operator would who lets one more call of OpenAI run at once."""
    openai = addresses.providers[Provider.OPENAI]
    changed = openai.model_copy(update={"max_in_flight": openai.max_in_flight + 1})
    return addresses.model_copy(update={"providers": addresses.providers | {Provider.OPENAI: changed}})
