"""Rows 20, 22 and 23 of the diagram and the Kubernetes half of rows 9 to 11. Each test is named after its row."""

import json

import cdk8s
import pytest

from charts.judge_chart import Target
from charts.system import add_charts
from config.environments import DEV
from tests.charts.manifests import Manifest, Manifests

FIVE = ("gateway-service", "redis-service", "persistence-service", "inference-service", "judge-service")
PORTS = {
    "gateway-service": 8000,
    "redis-service": 8001,
    "persistence-service": 8002,
    "inference-service": 8003,
    "judge-service": 8004,
    "ai-model-service": 8005,
}


@pytest.mark.parametrize("service", FIVE)
def test_r9_the_services_run_on_the_application_nodes(dev: Manifests, service: str) -> None:
    assert dev.pod(service)["nodeSelector"] == {"llm-judge/pool": "application"}
    assert "tolerations" not in dev.pod(service)


def test_r9_the_model_runs_on_the_tainted_gpu_nodes(dev: Manifests) -> None:
    pod = dev.pod("ai-model-service")
    assert pod["nodeSelector"] == {"llm-judge/pool": "ai"}
    assert pod["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert dev.container("ai-model-service")["resources"]["limits"]["nvidia.com/gpu"] == "1"


@pytest.mark.parametrize("service", ["gateway-service", "redis-service", "persistence-service"])
def test_r10_the_metrics_server_scales_what_answers_requests(dev: Manifests, service: str) -> None:
    spec = dev.one("HorizontalPodAutoscaler", service)["spec"]
    assert spec["scaleTargetRef"]["name"] == service
    (metric,) = spec["metrics"]
    assert metric["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}


@pytest.mark.parametrize(
    ("service", "queue"),
    [("inference-service", "dev-llm-judge-inference-queue"), ("judge-service", "dev-llm-judge-judge-queue")],
)
def test_r10_keda_scales_the_workers_by_the_backlog_of_their_queue(dev: Manifests, service: str, queue: str) -> None:
    spec = dev.one("ScaledObject", service)["spec"]
    assert spec["scaleTargetRef"] == {"kind": "Deployment", "name": service}
    (trigger,) = spec["triggers"]
    assert trigger["type"] == "aws-sqs-queue"
    assert trigger["metadata"] == {
        "queueURL": f"https://sqs.us-east-1.amazonaws.com/000000000000/{queue}",
        "awsRegion": "us-east-1",
        "queueLength": "64",
        # What a worker holds counts: else a full worker would look like an idle one.
        "scaleOnInFlight": "true",
    }
    own_role = dev.one("TriggerAuthentication", trigger["authenticationRef"]["name"])
    assert own_role["spec"] == {"podIdentity": {"provider": "aws"}}


@pytest.mark.parametrize("service", FIVE)
def test_r10_a_pod_is_taken_away_slowly_and_one_at_a_time(either: Manifests, service: str) -> None:
    scalers = {each["metadata"]["name"]: each["spec"] for each in either.all("HorizontalPodAutoscaler")}
    keda = {
        each["metadata"]["name"]: each["spec"]["advanced"]["horizontalPodAutoscalerConfig"]
        for each in either.all("ScaledObject")
    }
    down = (scalers | keda)[service]["behavior"]["scaleDown"]
    assert down == {
        "stabilizationWindowSeconds": 300,
        "policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}],
    }


@pytest.mark.parametrize("service", FIVE)
def test_r10_a_worker_that_is_taken_away_has_time_to_finish_its_calls(either: Manifests, service: str) -> None:
    longest_call = either.environment.limits.call_deadline_seconds
    assert either.pod(service)["terminationGracePeriodSeconds"] >= longest_call + 30


@pytest.mark.parametrize("service", FIVE)
def test_r11_a_service_account_carries_the_role_of_its_service(dev: Manifests, service: str) -> None:
    role = f"dev-{service.removesuffix('-service')}-svc-role"
    account = dev.one("ServiceAccount", service)
    assert account["metadata"]["annotations"] == {
        "eks.amazonaws.com/role-arn": f"arn:aws:iam::000000000000:role/{role}"
    }
    assert dev.pod(service)["serviceAccountName"] == service


def test_r11_the_model_has_no_role(dev: Manifests) -> None:
    assert "annotations" not in dev.one("ServiceAccount", "ai-model-service")["metadata"]


def test_r20_the_model_is_off(either: Manifests) -> None:
    assert either.one("Deployment", "ai-model-service")["spec"]["replicas"] == 0
    assert "gpu" not in json.dumps(either.one("ResourceQuota", "quota"))


def test_r20_one_setting_turns_the_model_on() -> None:
    enabled = DEV.ai_model.model_copy(update={"enabled": True})
    environment = DEV.model_copy(update={"ai_model": enabled})
    charts = add_charts(cdk8s.App(), Target(environment=environment, account="1" * 12))
    (replicas,) = [
        each["spec"]["replicas"]
        for chart in charts
        for each in chart.to_json()
        if each["kind"] == "Deployment" and "replicas" in each["spec"]
    ]
    assert replicas == 1
    assert "ai" in [group.name for group in environment.node_groups]


def test_r20_a_new_version_of_the_model_needs_no_second_gpu_node(either: Manifests) -> None:
    strategy = either.one("Deployment", "ai-model-service")["spec"]["strategy"]
    assert strategy["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}


def test_r20_vllm_serves_the_model_of_the_config_from_its_own_image(dev: Manifests) -> None:
    container = dev.container("ai-model-service")
    assert container["image"].endswith("/dev-llm-judge/ai-model-service:0.1.0")
    assert {"--port=8005", f"--served-model-name={DEV.ai_model.name}", "--model=/model"} <= set(container["args"])


def test_r22_everything_is_in_the_namespace_llm_judge(either: Manifests) -> None:
    namespaces = either.all("Namespace")
    assert [each["metadata"]["name"] for each in namespaces] == ["llm-judge"]
    others = [each for manifests in either.by_file.values() for each in manifests if each["kind"] != "Namespace"]
    assert {each["metadata"]["namespace"] for each in others} == {"llm-judge"}
    # A namespace is in none.
    assert "namespace" not in namespaces[0]["metadata"]


@pytest.mark.parametrize(("service", "port"), PORTS.items())
def test_r22_a_workload_is_reached_by_its_name_and_port(either: Manifests, service: str, port: int) -> None:
    spec = either.one("Service", service)["spec"]
    assert (spec["type"], [each["port"] for each in spec["ports"]]) == ("ClusterIP", [port])
    assert [each["containerPort"] for each in either.container(service)["ports"]] == [port]
    assert (
        spec["selector"].items() <= either.one("Deployment", service)["spec"]["template"]["metadata"]["labels"].items()
    )


def test_r22_the_internet_reaches_the_gateway_by_https_443_only(dev: Manifests) -> None:
    (ingress,) = dev.all("Ingress")
    assert ingress["spec"]["ingressClassName"] == "alb"
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": "gateway-service", "port": {"number": 8000}}
    annotations = _load_balancer(ingress)
    assert json.loads(annotations["listen-ports"]) == [{"HTTPS": 443}]
    assert (annotations["scheme"], annotations["target-type"]) == ("internet-facing", "ip")


def test_r22_the_load_balancer_takes_no_old_tls_and_no_malformed_request(either: Manifests) -> None:
    (ingress,) = either.all("Ingress")
    annotations = _load_balancer(ingress)
    assert annotations["ssl-policy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    attributes = dict(each.split("=") for each in annotations["load-balancer-attributes"].split(","))
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["routing.http.desync_mitigation_mode"] == "strictest"
    # Above the longest call that waits, and so above any heartbeat in between.
    assert int(attributes["idle_timeout.timeout_seconds"]) > either.environment.limits.prefer_wait_max_seconds


def test_r22_production_cannot_lose_its_load_balancer_by_mistake(dev: Manifests, prod: Manifests) -> None:
    def protected(manifests: Manifests) -> bool:
        (ingress,) = manifests.all("Ingress")
        return "deletion_protection.enabled=true" in _load_balancer(ingress)["load-balancer-attributes"]

    assert (protected(dev), protected(prod)) == (False, True)


def test_r22_a_gateway_that_leaves_serves_until_the_load_balancer_knows(either: Manifests) -> None:
    hook = either.container("gateway-service")["lifecycle"]["preStop"]["exec"]["command"]
    assert hook == ["sleep", str(either.environment.public.deregistration_seconds)]


def test_r23_every_pod_is_under_the_default_and_a_policy_of_its_own(either: Manifests) -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in either.all("NetworkPolicy")}
    assert set(policies) == {"default-deny", *PORTS}
    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for service in PORTS:
        assert policies[service]["podSelector"] == {"matchLabels": {"app.kubernetes.io/name": service}}
        assert policies[service]["policyTypes"] == ["Ingress", "Egress"]


def _load_balancer(ingress: Manifest) -> dict[str, str]:
    prefix = "alb.ingress.kubernetes.io/"
    return {name.removeprefix(prefix): value for name, value in ingress["metadata"]["annotations"].items()}
