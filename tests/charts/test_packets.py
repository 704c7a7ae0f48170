"""The policies as a packet filter: real connections between network namespaces agree with the evaluator.

Needs root and nftables on Linux. Nothing leaves the namespaces.
"""

from collections.abc import Iterator

import pytest

from tests.charts.manifests import Manifests
from tests.charts.reachability.clusters import cluster
from tests.charts.reachability.ends import hosts, pods
from tests.charts.reachability.laboratory import Laboratory, Place, what_is_missing
from tests.charts.reachability.packet_filter import ruleset
from tests.charts.reachability.table import SERVICES
from tools.connectivity.ends import End
from tools.connectivity.evaluate import allowed
from tools.connectivity.ports import Protocol

pytestmark = [
    pytest.mark.packets,
    pytest.mark.skipif(bool(what_is_missing()), reason=f"no packets are sent: {what_is_missing()}"),
]
STRANGERS = ("kube-system/kube-dns", "default/other", "default/gateway-service", "llm-judge/unknown")
HIGH = 50_123
PLACES: list[Place] = [
    *((Protocol.TCP, port) for port in (53, 80, 443, 3306, 6379, *range(8000, 8006), HIGH)),
    *((Protocol.UDP, port) for port in (53, 443, HIGH)),
]


@pytest.fixture(scope="module")
def ends(dev: Manifests) -> list[End]:
    return [*(end for end in pods(cluster(dev).pods) if end.name in (*SERVICES, *STRANGERS)), *hosts()]


@pytest.fixture(scope="module")
def laboratory(ends: list[End]) -> Iterator[Laboratory]:
    with Laboratory.running(ends, PLACES) as running:
        yield running


def test_without_policies_everybody_answers_everybody(laboratory: Laboratory, ends: list[End]) -> None:
    laboratory.enforce("")
    found = laboratory.reached()
    assert len(found) == len(ends) * (len(ends) - 1) * len(PLACES)
    assert [key for key, answer in found.items() if answer != key[1]] == []


def test_a_packet_passes_exactly_where_the_evaluator_says(
    laboratory: Laboratory, ends: list[End], either: Manifests
) -> None:
    policies = cluster(either).policies
    laboratory.enforce(ruleset(either.all("NetworkPolicy"), ends))
    expected = {
        (source.name, destination.name, place): destination.name if place in open_ports else ""
        for source in ends
        for destination in ends
        if source != destination
        for open_ports in [allowed(policies, source, destination)]
        for place in PLACES
    }
    found = laboratory.reached()
    assert {key: answer for key, answer in found.items() if answer != expected[key]} == {}
