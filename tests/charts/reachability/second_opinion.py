"""What network-config-analyzer, which has nothing in common with our evaluator, says of the same policies.

Its pins clash with ours, so it has an environment of its own. It takes a block of addresses for what is outside of the
cluster only; ours matches pods by their addresses too. No block that is open here holds a pod, so that both agree.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import yaml

from tools.connectivity.ends import End
from tools.connectivity.ports import ALL, NONE, Ports, Protocol, Span

ANALYZER = Path(__file__).resolve().parents[3] / ".venv-analyzer" / "bin" / "nca"
CONNECTION = re.compile(r"(\S+) => (\S+) : (All connections|(?:\{protocols:[A-Z, ]+,dst_ports:[\d,-]+\},?)+)")
PORTS = re.compile(r"\{protocols:([A-Z, ]+),dst_ports:([\d,-]+)\}")
Opinion = dict[tuple[str, str], Ports]
"""By who connects to whom, as it names them: a pod by its namespace and name, or a range of addresses."""


def second_opinion(policies: Path, ends: Sequence[End], folder: Path) -> Opinion:
    world = folder / "world.yaml"
    world.write_text(yaml.safe_dump_all(_world(ends)))
    command = [str(ANALYZER), "--connectivity", str(policies), "-n", str(world), "-p", str(world)]
    form = ["--output_endpoints", "pods", "--output_format", "txt_no_fw_rules"]
    done = subprocess.run([*command, *form], capture_output=True, text=True, check=True, cwd=folder)
    lines = [line for line in done.stdout.splitlines() if " => " in line]
    return dict(_connection(line) for line in lines)


def opinion_on(source: End, destination: End, opinion: Opinion) -> Ports:
    for (one, other), ports in opinion.items():
        if _is(one, source) and _is(other, destination):
            return ports
    return NONE


def _is(name: str, end: End) -> bool:
    if end.pod is not None:
        return name == f"{end.pod.namespace}/{_short(end)}"
    first, dash, last = name.partition("-")
    is_range = dash and re.fullmatch(r"[\d.]+", first)
    return bool(is_range) and IPv4Address(first) <= end.address <= IPv4Address(last)


def _connection(line: str) -> tuple[tuple[str, str], Ports]:
    found = CONNECTION.fullmatch(line)
    assert found is not None, f"not understood: {line}"
    source, destination, ports = found.groups()
    return (source, destination), ALL if ports == "All connections" else Ports.of(_spans(ports))


def _spans(text: str) -> Iterator[Span]:
    for protocols, ranges in PORTS.findall(text):
        for protocol in protocols.split(", "):
            for each in ranges.split(","):
                first, _, last = each.partition("-")
                yield Span(Protocol(protocol), int(first), int(last or first))


def _world(ends: Sequence[End]) -> Iterator[dict[str, Any]]:
    pods = [(end, end.pod) for end in ends if end.pod is not None]
    for name, labels in {pod.namespace: dict(pod.namespace_labels) for _, pod in pods}.items():
        yield {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    for end, pod in pods:
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": _short(end), "namespace": pod.namespace, "labels": dict(pod.labels)},
            "spec": {"containers": [{"name": "main", "image": "main"}]},
            "status": {"podIP": str(end.address)},
        }


def _short(end: End) -> str:
    return end.name.rpartition("/")[2]
