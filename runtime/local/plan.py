"""From the environment to the list of parts: which run here, which run elsewhere, and on which ports."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from config.naming import DATABASE, Names
from config.runtime_document import MySqlAddress, RedisAddress
from config.topology import AI_MODEL, CHANNELS, GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS
from runtime.local.aws_access import emulator_access, named_access
from runtime.local.document import LocalModel
from runtime.local.folder import Folder
from runtime.local.part import Part, Step, nothing
from runtime.local.parts import aws_emulator, mysql, redis
from runtime.local.parts.aws_emulator import AwsEmulator, aws_elsewhere
from runtime.local.parts.model import model_part
from runtime.local.parts.seekdb import EmbeddedSeekdb
from runtime.local.parts.services import service_part
from runtime.local.ports import LOOPBACK, choose_ports
from runtime.local.provision.provisioner import NAMES, Provisioner
from runtime.local.replacements import MySqlServer, RedisServer, read_replacements
from runtime.local.tenants import local_tenants
from runtime.local.weights import model_settings

# Unusual numbers: the usual ones belong to whatever else a laptop runs.
EMBEDDED_PORTS = {aws_emulator.NAME: 14566, redis.NAME: 16379, mysql.NAME: 13306}
SERVICES = (REDIS, PERSISTENCE, INFERENCE, JUDGE, GATEWAY)


@dataclass(frozen=True)
class Plan:
    parts: tuple[Part, ...]
    access: Mapping[str, str]
    """How AWS is reached, as environment variables."""
    gateway_url: str


def plan_stack(folder: Folder, environment: Mapping[str, str] = os.environ) -> Plan:
    """Raises BadReplacement, UnknownModel, NoFreePort or Unusable."""
    elsewhere = read_replacements(environment)
    ports = free_ports()
    database = elsewhere.mysql or _own_mysql(folder, ports[mysql.NAME])
    cache = elsewhere.redis or _own_redis(folder, ports[redis.NAME])
    weights = model_settings(environment)
    provisioner = Provisioner(
        folder=folder,
        ports=ports,
        mysql=database,
        redis=cache,
        model=LocalModel(weights.model_name, weights.slots),
        environment=environment,
        tenants=local_tenants(environment),
    )
    emulator = None if elsewhere.aws_endpoint_url else AwsEmulator(folder=folder, port=ports[aws_emulator.NAME])
    seekdb = None if elsewhere.mysql else EmbeddedSeekdb(folder=folder, server=database)
    access = emulator_access(ports[aws_emulator.NAME]) if emulator else named_access(environment)
    prepare = before_start(emulator, seekdb, names=NAMES)
    parts = (
        emulator.part(provision=provisioner.provision) if emulator else aws_elsewhere(provision=provisioner.provision),
        seekdb.part() if seekdb else mysql.mysql_elsewhere(database),
        redis.redis_elsewhere(cache) if elsewhere.redis else redis.valkey(folder=folder, server=cache),
        model_part(
            weights, folder=folder, port=ports[AI_MODEL.name], after_failure=provisioner.provision_without_model
        ),
        *service_parts(folder=folder, ports=ports, access=access, prepare=prepare),
    )
    return Plan(parts, access, f"http://{LOOPBACK}:{ports[GATEWAY.name]}")


def free_ports() -> dict[str, int]:
    """By part. Raises NoFreePort."""
    return choose_ports(EMBEDDED_PORTS | {service.name: service.port for service in (*SERVICES, AI_MODEL)})


def service_parts(
    *, folder: Folder, ports: Mapping[str, int], access: Mapping[str, str], prepare: Mapping[str, Step]
) -> tuple[Part, ...]:
    return tuple(
        service_part(
            service, folder=folder, port=ports[service.name], access=access, prepare=prepare.get(service.name, nothing)
        )
        for service in SERVICES
    )


def before_start(emulator: AwsEmulator | None, seekdb: EmbeddedSeekdb | None, *, names: Names) -> dict[str, Step]:
    """What an embedded part must do for a service that starts again, by service."""
    steps: dict[str, Step] = {PERSISTENCE.name: seekdb.forget_locks} if seekdb else {}
    if emulator:
        steps |= {channel.consumer: emulator.release_messages_of(names.queue(channel)) for channel in CHANNELS}
    return steps


def _own_mysql(folder: Folder, port: int) -> MySqlServer:
    address = MySqlAddress(host=LOOPBACK, port=port, database=DATABASE, tls=False)
    return MySqlServer(address, "llm_judge", folder.secret("mysql-app-password"))


def _own_redis(folder: Folder, port: int) -> RedisServer:
    return RedisServer(RedisAddress(host=LOOPBACK, port=port, tls=False), folder.secret("redis-server-password"))
