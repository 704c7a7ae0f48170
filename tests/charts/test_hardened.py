"""What a pod may do on its node, what it takes of it, and how it starts and ends.

Read from the YAML of both environments.
"""

import re
from typing import Any

import pytest

from config.topology import SERVICES, Service
from tests.charts.changed import changed
from tests.charts.manifests import Manifests
from tests.charts.pod_security import containers, violations

EVERY = [service.name for service in SERVICES]
KILL_MARGIN_SECONDS = 30
OTHER_KINDS_WITH_PODS = ("Pod", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob")


def test_no_pod_escapes_these_tests(either: Manifests) -> None:
    assert sorted(each["metadata"]["name"] for each in either.all("Deployment")) == sorted(EVERY)
    assert [each for kind in OTHER_KINDS_WITH_PODS for each in either.all(kind)] == []


def test_the_namespace_takes_only_restricted_pods(either: Manifests) -> None:
    labels = either.one("Namespace", "llm-judge")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("service", EVERY)
def test_a_pod_meets_pod_security_restricted(either: Manifests, service: str) -> None:
    assert violations(either.pod(service)) == []


@pytest.mark.parametrize(
    ("path", "value", "violation"),
    [
        ("hostNetwork", True, "shares no namespace with its node"),
        ("volumes.0", {"name": "tmp", "hostPath": {"path": "/"}}, "mounts nothing of its node"),
        ("securityContext.sysctls", [{"name": "kernel.msgmax", "value": "1"}], "sets no kernel parameter of its node"),
        ("containers.0.securityContext.privileged", True, "gateway-service is not privileged"),
        ("containers.0.securityContext.runAsNonRoot", False, "gateway-service runs as a user that is not root"),
        ("containers.0.securityContext.runAsUser", 0, "gateway-service names a user that is not root"),
        ("containers.0.securityContext.allowPrivilegeEscalation", True, "gateway-service gains no privileges"),
        ("containers.0.securityContext.capabilities", {}, "gateway-service drops all capabilities"),
        ("containers.0.securityContext.capabilities.add", ["NET_ADMIN"], "gateway-service adds no capability"),
        ("securityContext.seccompProfile.type", "Unconfined", "gateway-service is confined by seccomp"),
        ("containers.0.securityContext.appArmorProfile", {"type": "Unconfined"}, "gateway-service keeps AppArmor"),
        ("containers.0.securityContext.seLinuxOptions", {"type": "spc_t"}, "gateway-service keeps SELinux"),
        ("containers.0.securityContext.procMount", "Unmasked", "gateway-service sees the masked /proc"),
        ("containers.0.ports.0.hostPort", 80, "gateway-service takes no port of its node"),
        ("containers.0.livenessProbe.httpGet.host", "169.254.169.254", "gateway-service is probed at its own address"),
    ],
)
def test_a_pod_that_may_more_than_restricted_is_found(dev: Manifests, path: str, value: Any, violation: str) -> None:
    assert violations(changed(dev.pod("gateway-service"), path, value)) == [violation]


def test_a_second_container_is_held_to_the_same_rules(dev: Manifests) -> None:
    pod = changed(dev.pod("gateway-service"), "initContainers", [{"name": "first"}])
    assert violations(pod) == ["first gains no privileges", "first drops all capabilities"]


@pytest.mark.parametrize("service", EVERY)
def test_a_pod_writes_only_where_it_is_said_how_much(either: Manifests, service: str) -> None:
    pod = either.pod(service)
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for container in containers(pod):
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        for mount in container["volumeMounts"]:
            assert mount.get("readOnly") or volumes[mount["name"]]["emptyDir"]["sizeLimit"]


@pytest.mark.parametrize("service", EVERY)
def test_a_pod_has_no_token_for_the_kubernetes_api(either: Manifests, service: str) -> None:
    assert either.pod(service)["automountServiceAccountToken"] is False
    assert either.one("ServiceAccount", service)["automountServiceAccountToken"] is False


@pytest.mark.parametrize("service", EVERY)
def test_a_container_says_what_it_needs_and_cannot_take_its_neighbours_memory(either: Manifests, service: str) -> None:
    for container in containers(either.pod(service)):
        resources = container["resources"]
        assert resources["requests"].keys() >= {"cpu", "memory"}
        assert resources["requests"]["memory"] == resources["limits"]["memory"]


@pytest.mark.parametrize("service", SERVICES, ids=EVERY)
def test_an_image_is_one_version_from_the_environments_own_repository(either: Manifests, service: Service) -> None:
    repository = either.environment.names.repository(service)
    for container in containers(either.pod(service.name)):
        registry, _, image = container["image"].partition("/")
        assert re.fullmatch(r"\d{12}\.dkr\.ecr\.us-east-1\.amazonaws\.com", registry)
        assert image == f"{repository}:{either.environment.image_tag}"
        assert not image.endswith(":latest")


@pytest.mark.parametrize("service", EVERY)
def test_a_pod_is_not_killed_before_its_longest_drain_is_over(either: Manifests, service: str) -> None:
    command = either.container(service).get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [])
    # The hook runs first, and the grace period counts it.
    lingers = int(command[1]) if command else 0
    needed = lingers + either.environment.limits.drain_seconds + KILL_MARGIN_SECONDS
    assert either.pod(service)["terminationGracePeriodSeconds"] >= needed


@pytest.mark.parametrize("service", EVERY)
def test_a_pod_is_started_watched_and_asked_on_a_port_that_it_has(either: Manifests, service: str) -> None:
    container = either.container(service)
    ports = {port["name"] for port in container["ports"]}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["port"] in ports
