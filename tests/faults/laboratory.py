"""The whole system in its own processes, a proxy before each thing that it talks to, and crash points to arm."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from redis.asyncio import Redis

from config.environments import LOCAL
from config.naming import Names
from runtime.kit import crash_points
from runtime.kit.crash_points import CrashPoint
from runtime.local.replacements import MySqlServer, RedisServer
from tests.flow.system import System, running_system
from tests.servers.aws import aws_environment, emulator
from tests.servers.mysql_server import any_mysql, execute, login_without_privileges
from tests.servers.process import free_port
from tests.servers.redis_server import own_redis
from tests.servers.strict_aws import Carelessness, StrictAws, strict_aws
from tests.servers.tcp_proxy import Mode, ProxyBetweenProcesses, proxy_between_processes
from tests.servers.thread import in_a_thread

NAMES = Names(environment=LOCAL.name)
DEATH_SECONDS = 60
PORTS_AWAY = 1000
"""The flow tests' system may run at the same time."""


@dataclass
class Laboratory:
    system: System
    mysql: MySqlServer
    """As its administrator."""
    login: MySqlServer
    """As the services see it."""
    redis: RedisServer
    aws_url: str
    strict: StrictAws
    crash_folder: Path
    proxies: dict[str, ProxyBetweenProcesses]
    """By what lies behind: redis, mysql, sns, sqs."""

    def heal(self) -> None:
        """Ends every fault that can be told to end."""
        for proxy in self.proxies.values():
            proxy.set(Mode.PASS)
        self.strict.carelessness = Carelessness()
        for armed in self.crash_folder.glob("*.armed"):
            armed.unlink()

    def arm(self, point: CrashPoint, *, passage: int = 1, number: signal.Signals = signal.SIGKILL) -> None:
        """`number`: the signal that the process sends itself there."""
        written = self.crash_folder / f"{point}.arming"
        written.write_text(f"{passage} {number.name}")
        written.rename(self.crash_folder / f"{point}.armed")

    async def until_crashed(self, point: CrashPoint) -> None:
        async with asyncio.timeout(DEATH_SECONDS):
            while (self.crash_folder / f"{point}.armed").exists():
                await asyncio.sleep(0.02)

    def admin(self) -> Redis:
        return Redis(port=self.redis.address.port, password=self.redis.password, protocol=2, decode_responses=True)

    def rows(self, columns: str, *, where: str = "1 = 1") -> list[tuple[Any, ...]]:
        database = self.mysql.address.database
        return execute(self.mysql, f"SELECT {columns} FROM {database}.request_history WHERE {where}")  # noqa: S608

    def process(self, part: str) -> psutil.Process:
        process = self.system.part(part).process
        assert process is not None
        return psutil.Process(process.pid)

    @contextmanager
    def second(self, part: str, *, log: int = subprocess.DEVNULL) -> Iterator["subprocess.Popen[bytes]"]:
        """Another process of a service, as a second replica; `log`: the descriptor that it writes to."""
        first = self.process(part)
        environment = first.environ() | {"LLM_JUDGE_PORT": str(free_port())}
        with subprocess.Popen(first.cmdline(), env=environment, cwd=first.cwd(), stdout=log, stderr=log) as process:
            try:
                yield process
            finally:
                process.terminate()

    @contextmanager
    def frozen(self, *parts: str) -> Iterator[None]:
        for part in parts:
            self.signal(part, signal.SIGSTOP)
        try:
            yield
        finally:
            for part in parts:
                self.signal(part, signal.SIGCONT)

    def signal(self, part: str, number: signal.Signals) -> None:
        self.process(part).send_signal(number)

    def log(self, part: str) -> str:
        return self.system.folder.log(part).read_text()

    def use_aws(self) -> None:
        """As an administrator does: past the proxies."""
        os.environ.update(aws_environment(self.aws_url))


@contextmanager
def laboratory(folder: Path, *, seed: int) -> Iterator[Laboratory]:
    with ExitStack() as stack:
        for name in ("redis", "mysql", "aws", "crash"):
            (folder / name).mkdir(parents=True)
        redis = stack.enter_context(own_redis(folder / "redis", port=free_port()))
        mysql = stack.enter_context(any_mysql(folder / "mysql", port=free_port()))
        login = login_without_privileges(mysql)
        aws_url = stack.enter_context(emulator(folder / "aws"))
        strict, _ = stack.enter_context(in_a_thread(strict_aws(aws_url, seed=seed)))
        targets = {
            "redis": redis.address.port,
            "mysql": mysql.address.port,
            "sns": strict.port,
            "sqs": strict.port,
        }
        proxies = {
            name: stack.enter_context(proxy_between_processes("127.0.0.1", port)) for name, port in targets.items()
        }
        variables = {
            **aws_environment(aws_url),
            "AWS_ENDPOINT_URL_SNS": f"http://127.0.0.1:{proxies['sns'].port}",
            "AWS_ENDPOINT_URL_SQS": f"http://127.0.0.1:{proxies['sqs'].port}",
            "LLM_JUDGE_REDIS_URL": f"redis://:{redis.password}@127.0.0.1:{proxies['redis'].port}",
            "LLM_JUDGE_MYSQL_URL": (
                f"mysql://{login.username}:{login.password}@127.0.0.1:{proxies['mysql'].port}/{mysql.address.database}"
            ),
            # Both stages are asked for by name: no local model.
            "MODEL_PATH": str(folder / "none.gguf"),
            crash_points.VARIABLE: str(folder / "crash"),
            "LLM_JUDGE_ENVIRONMENT": LOCAL.name,
        }
        system = stack.enter_context(
            running_system(folder / "state", log_level="INFO", variables=variables, ports_away=PORTS_AWAY)
        )
        yield Laboratory(system, mysql, login, redis, aws_url, strict, folder / "crash", proxies)
