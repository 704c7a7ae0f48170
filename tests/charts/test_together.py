"""The objects of a cluster fit together: every name that one gives of another exists, and the quota holds them all.

Read from the YAML of both environments.
"""

from fractions import Fraction

import pytest

from config.topology import AI_MODEL, SERVICES, Service
from tests.charts.manifests import Manifest, Manifests, mounted_secrets
from tests.charts.pod_security import containers

EVERY = [service.name for service in SERVICES]
SCALED = [service.name for service in SERVICES if service != AI_MODEL]
UNITS = {"": Fraction(1), "m": Fraction(1, 1000), "Ki": Fraction(2**10), "Mi": Fraction(2**20), "Gi": Fraction(2**30)}


@pytest.mark.parametrize("service", SCALED)
def test_pods_are_spread_over_zones_and_nodes(either: Manifests, service: str) -> None:
    spread = {each["topologyKey"]: each for each in either.pod(service)["topologySpreadConstraints"]}
    assert spread.keys() == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
    for each in spread.values():
        assert selected(either, each["labelSelector"]["matchLabels"]) == [service]


@pytest.mark.parametrize("service", EVERY)
def test_a_node_can_leave_and_takes_one_pod_of_a_workload_at_a_time(either: Manifests, service: str) -> None:
    budget = either.one("PodDisruptionBudget", service)["spec"]
    assert budget["selector"] == either.one("Deployment", service)["spec"]["selector"]
    assert selected(either, budget["selector"]["matchLabels"]) == [service]
    assert budget["maxUnavailable"] == 1


@pytest.mark.parametrize("service", SCALED)
def test_one_autoscaler_and_nothing_else_says_how_many_pods_there_are(either: Manifests, service: str) -> None:
    (least, most) = scale(either, service)
    assert 1 <= least <= most
    assert "replicas" not in either.one("Deployment", service)["spec"]


def test_an_autoscaler_scales_a_deployment_that_is_there(either: Manifests) -> None:
    targets = [each["spec"]["scaleTargetRef"] for each in autoscalers(either)]
    assert sorted(target["name"] for target in targets) == sorted(SCALED)
    assert {target["kind"] for target in targets} == {"Deployment"}


@pytest.mark.parametrize("service", EVERY)
def test_a_service_leads_to_the_pods_of_its_deployment_at_a_port_that_they_have(
    either: Manifests, service: str
) -> None:
    spec = either.one("Service", service)["spec"]
    assert selected(either, spec["selector"]) == [service]
    listens = [port["containerPort"] for port in either.container(service)["ports"]]
    assert [port["targetPort"] for port in spec["ports"]] == [port["port"] for port in spec["ports"]] == listens


def test_the_ingress_leads_to_a_service_and_port_that_are_there(either: Manifests) -> None:
    (ingress,) = either.all("Ingress")
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            backend = path["backend"]["service"]
            ports = either.one("Service", backend["name"])["spec"]["ports"]
            assert backend["port"]["number"] in [port["port"] for port in ports]


@pytest.mark.parametrize("service", SERVICES, ids=EVERY)
def test_a_pod_has_its_own_account_with_the_role_that_the_config_names(either: Manifests, service: Service) -> None:
    account = either.one("ServiceAccount", either.pod(service.name)["serviceAccountName"])
    assert account["metadata"]["name"] == service.name
    role = account["metadata"].get("annotations", {}).get("eks.amazonaws.com/role-arn", "")
    expected = either.environment.names.service_role(service) if service.reads_settings else ""
    assert role.rpartition("/")[2] == expected


def test_every_secret_that_a_pod_mounts_is_fetched_from_a_store_that_is_there(either: Manifests) -> None:
    fetched = {each["spec"]["target"]["name"]: each["spec"]["secretStoreRef"] for each in either.all("ExternalSecret")}
    mounted = {name for service in EVERY for name in mounted_secrets(either.pod(service))}
    assert mounted == fetched.keys()
    for store in fetched.values():
        assert either.one(store["kind"], store["name"])


@pytest.mark.parametrize("service", EVERY)
def test_a_pod_is_under_a_network_policy_of_its_own_both_ways(either: Manifests, service: str) -> None:
    own = either.one("NetworkPolicy", service)["spec"]
    assert selected(either, own["podSelector"]["matchLabels"]) == [service]
    assert sorted(own["policyTypes"]) == ["Egress", "Ingress"]


@pytest.mark.parametrize(
    ("entry", "part", "resource"),
    [
        ("requests.cpu", "requests", "cpu"),
        ("requests.memory", "requests", "memory"),
        ("limits.memory", "limits", "memory"),
    ],
)
def test_the_quota_holds_every_workload_at_its_most_amid_a_roll_out(
    either: Manifests, entry: str, part: str, resource: str
) -> None:
    quota = either.one("ResourceQuota", "quota")["spec"]["hard"]
    needed = sum(
        most_pods(either, service) * amount(container["resources"][part][resource])
        for service in EVERY
        for container in containers(either.pod(service))
    )
    assert amount(quota[entry]) >= needed
    assert amount(quota["pods"]) >= sum(most_pods(either, service) for service in EVERY)


def selected(manifests: Manifests, labels: dict[str, str]) -> list[str]:
    """The deployments whose pods carry these labels."""
    return [
        each["metadata"]["name"]
        for each in manifests.all("Deployment")
        if labels.items() <= each["spec"]["template"]["metadata"]["labels"].items()
    ]


def autoscalers(manifests: Manifests) -> list[Manifest]:
    return [*manifests.all("HorizontalPodAutoscaler"), *manifests.all("ScaledObject")]


def scale(manifests: Manifests, service: str) -> tuple[int, int]:
    """The fewest and the most pods that its one autoscaler makes."""
    (spec,) = [each["spec"] for each in autoscalers(manifests) if each["spec"]["scaleTargetRef"]["name"] == service]
    if "triggers" in spec:
        return spec["minReplicaCount"], spec["maxReplicaCount"]
    return spec["minReplicas"], spec["maxReplicas"]


def most_pods(manifests: Manifests, service: str) -> int:
    spec = manifests.one("Deployment", service)["spec"]
    most: int = spec["replicas"] if "replicas" in spec else scale(manifests, service)[1]
    surge: int = spec["strategy"]["rollingUpdate"]["maxSurge"]
    return most + surge if most else 0


def amount(quantity: str) -> Fraction:
    number = quantity.rstrip("mKMGi")
    return Fraction(number) * UNITS[quantity.removeprefix(number)]
