"""One network namespace for each end of a connection, and a router between them that holds the policies.

Every address exists inside these namespaces only, and all of them go away again.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tools.connectivity.ends import End
from tools.connectivity.ports import Protocol

Place = tuple[Protocol, int]
AGENT = Path(__file__).with_name("probe_agent.py")
PATIENCE_SECONDS = 20.0
ROUTER_SETTINGS = (
    "net.ipv4.ip_forward=1",
    # Every refusal is to be heard; older kernels do not have the last two, and a probe waits for a while.
    *("net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000", "net.ipv4.icmp_msgs_burst=100000"),
)


def what_is_missing() -> str:
    if sys.platform != "linux" or os.geteuid() != 0:
        return "network namespaces need root on Linux"
    missing = [tool for tool in ("ip", "nft") if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not found: apt-get install iproute2 nftables" if missing else ""


class Laboratory:
    def __init__(self, ends: Sequence[End], places: Sequence[Place]) -> None:
        self._ends, self._places = ends, places
        self._router = f"reach-{os.getpid()}"
        self._agents: dict[str, subprocess.Popen[str]] = {}

    @classmethod
    @contextmanager
    def running(cls, ends: Sequence[End], places: Sequence[Place]) -> Iterator["Laboratory"]:
        laboratory = cls(ends, places)
        with ExitStack() as stack:
            laboratory._build(stack)
            laboratory._start(stack)
            yield laboratory

    def enforce(self, ruleset: str) -> None:
        _run("ip", "netns", "exec", self._router, "nft", "-f", "-", text=f"flush ruleset\n{ruleset}\n")

    def reached(self) -> dict[tuple[str, str, Place], str]:
        """Who answered at every place of every other end, for every end; "" for nobody."""
        asked = {
            source.name: [(end, place) for end in self._ends if end != source for place in self._places]
            for source in self._ends
        }
        for source, probes in asked.items():
            self._tell(source, [[protocol.lower(), str(end.address), port] for end, (protocol, port) in probes])
        return {
            (source, end.name, place): answer
            for source, probes in asked.items()
            for (end, place), answer in zip(probes, json.loads(self._hear(source)), strict=True)
        }

    def _build(self, stack: ExitStack) -> None:
        self._add(stack, self._router)
        for setting in ROUTER_SETTINGS:
            _run("ip", "netns", "exec", self._router, "sysctl", "-eqw", setting)
        for number, end in enumerate(self._ends):
            host, link, gateway = self._host(number), f"link{number}", f"198.18.{number}.1"
            self._add(stack, host)
            _ip(self._router, f"link add {link} type veth peer name eth0 netns {host}")
            _ip(self._router, f"address add {gateway}/32 dev {link}", f"link set {link} up")
            _ip(self._router, f"route add {end.address}/32 dev {link}")
            _ip(host, f"address add {end.address}/32 dev eth0", "link set lo up", "link set eth0 up")
            _ip(host, f"route add {gateway}/32 dev eth0", f"route add default via {gateway}")

    def _start(self, stack: ExitStack) -> None:
        listening = [f"{protocol.lower()}:{port}" for protocol, port in self._places]
        for number, end in enumerate(self._ends):
            inside = ["ip", "netns", "exec", self._host(number), sys.executable, "-I", "-S", str(AGENT)]
            agent = subprocess.Popen(
                [*inside, end.name, *listening], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.callback(_stop, agent)
            self._agents[end.name] = agent
        for name in self._agents:
            assert self._hear(name) == "ready\n"

    def _host(self, number: int) -> str:
        return f"{self._router}-{number}"

    def _add(self, stack: ExitStack, namespace: str) -> None:
        _run("ip", "netns", "add", namespace)
        stack.callback(_run, "ip", "netns", "delete", namespace)

    def _tell(self, name: str, probes: Sequence[object]) -> None:
        stdin = self._agents[name].stdin
        assert stdin is not None
        stdin.write(json.dumps(probes) + "\n")
        stdin.flush()

    def _hear(self, name: str) -> str:
        stdout = self._agents[name].stdout
        assert stdout is not None
        return stdout.readline()


def _stop(agent: subprocess.Popen[str]) -> None:
    agent.kill()
    agent.communicate()


def _ip(namespace: str, *commands: str) -> None:
    _run("ip", "-n", namespace, "-batch", "-", text="\n".join(commands) + "\n")


def _run(*command: str, text: str = "") -> None:
    subprocess.run(command, input=text, text=True, check=True, timeout=PATIENCE_SECONDS)
