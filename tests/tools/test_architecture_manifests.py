"""What the picture knows of the Kubernetes manifests in the templates, from small ones that say one thing each."""

import json
from typing import Any

import pytest

from tools.architecture.load_balancers import LoadBalancer, read_load_balancers
from tools.architecture.manifests import Pods, pod_callers, read_pods
from tools.architecture.templates import Templates

Properties = dict[str, Any]


def manifest(kind: str, name: str, *, annotations: Properties | None = None, **spec: Any) -> Properties:
    metadata = {"namespace": "shop", "name": name, "annotations": annotations or {}}
    return {"kind": kind, "metadata": metadata, "spec": spec}


def applied_as(text: Any) -> Templates:
    """The text of their list, as a template has it."""
    found = {"Type": "Custom::AWSCDK-EKS-KubernetesResource", "Properties": {"Manifest": text}}
    return Templates({"Shop": {"Resources": {"Applied": found}}})


def applied(*manifests: Properties) -> Templates:
    return applied_as(json.dumps(manifests))


def pods_named(name: str) -> Properties:
    return {"podSelector": {"matchLabels": {"app.kubernetes.io/name": name}}}


def closed(name: str, *ingress: Properties) -> Properties:
    return manifest("NetworkPolicy", name, **pods_named(name), policyTypes=["Ingress"], ingress=ingress)


def test_the_number_of_pods_is_what_scales_a_deployment_or_what_it_asks_for_itself() -> None:
    target = {"scaleTargetRef": {"name": "till"}}
    trigger = {"type": "aws-sqs-queue"}
    cpu = {"type": "Resource", "resource": {"name": "cpu"}}
    scaler = manifest("HorizontalPodAutoscaler", "x", **target, minReplicas=2, maxReplicas=4, metrics=[cpu])
    scaled = manifest("ScaledObject", "y", **target, minReplicaCount=1, maxReplicaCount=9, triggers=[trigger])
    till = "shop", "till"
    assert read_pods(applied(manifest("Deployment", "till", replicas=0))) == {till: Pods(0, 0)}
    assert read_pods(applied(manifest("Deployment", "till"))) == {till: Pods(1, 1)}
    assert read_pods(applied(scaler, manifest("Deployment", "till"))) == {till: Pods(2, 4, "CPU")}
    assert read_pods(applied(scaled, manifest("Deployment", "till"))) == {till: Pods(1, 9, "backlog")}


def test_a_manifest_is_read_though_a_part_of_it_is_known_only_when_deployed() -> None:
    before, after = json.dumps([manifest("Deployment", "till", image="@", replicas=3)]).split("@")
    templates = applied_as({"Fn::Join": ["", [before, {"Ref": "AWS::AccountId"}, after]]})
    assert read_pods(templates) == {("shop", "till"): Pods(3, 3)}


def test_a_pod_takes_calls_from_the_pods_that_its_network_policies_name() -> None:
    templates = applied(
        closed("till", {"from": [pods_named("door"), {"ipBlock": {"cidr": "10.0.1.0/24"}}]}),
        closed("till", {"from": [pods_named("door")]}, {"from": [pods_named("shelf")]}),
        closed("shelf"),
    )
    assert pod_callers(templates, ("shop", "till")) == ("door", "shelf")
    assert pod_callers(templates, ("shop", "shelf")) == ()
    assert pod_callers(templates, ("shop", "door")) is None
    assert pod_callers(templates, ("elsewhere", "till")) is None


def test_a_network_policy_without_a_name_is_for_every_pod_of_its_namespace() -> None:
    denied = manifest("NetworkPolicy", "deny", podSelector={}, policyTypes=["Ingress", "Egress"])
    assert pod_callers(applied(denied), ("shop", "till")) == ()


def test_a_network_policy_about_ways_out_keeps_no_caller_away() -> None:
    out = manifest("NetworkPolicy", "out", podSelector={}, policyTypes=["Egress"])
    assert pod_callers(applied(out), ("shop", "till")) is None


@pytest.mark.parametrize("rule", [{}, {"from": [{"podSelector": {}}]}, {"from": [{"namespaceSelector": {}}]}])
def test_a_rule_that_lets_in_more_than_the_pods_of_one_name_says_others(rule: Properties) -> None:
    assert pod_callers(applied(closed("till", rule)), ("shop", "till")) == ("others",)


def test_an_ingress_of_the_load_balancers_class_is_a_load_balancer() -> None:
    asked = {
        "alb.ingress.kubernetes.io/load-balancer-name": "shop-alb",
        "alb.ingress.kubernetes.io/scheme": "internet-facing",
        "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]',
        "alb.ingress.kubernetes.io/inbound-cidrs": "192.0.2.0/24,198.51.100.0/24",
        "alb.ingress.kubernetes.io/ssl-policy": "TLS13",
    }
    rule = {"host": "shop.example.com", "http": {"paths": [{"backend": {"service": {"name": "till"}}}]}}
    ours = manifest("Ingress", "till", annotations=asked, ingressClassName="alb", rules=[rule])
    other = manifest("Ingress", "shelf", ingressClassName="nginx", rules=[rule])
    (found,) = read_load_balancers(applied(ours, other))
    assert found == LoadBalancer(
        name="shop-alb",
        scheme="internet-facing",
        listeners=("HTTPS 443",),
        lets_in="192.0.2.0/24, 198.51.100.0/24",
        tls_policy="TLS13",
        hosts=("shop.example.com",),
        backends=(("shop", "till"),),
    )
    assert found.subnet_access == "Public"


def test_an_ingress_that_says_no_more_makes_a_private_load_balancer_that_lets_in_every_address() -> None:
    (found,) = read_load_balancers(applied(manifest("Ingress", "till", ingressClassName="alb")))
    assert (found.name, found.subnet_access, found.lets_in) == ("till", "Private", "0.0.0.0/0")
