"""Rows 9 to 14 and 25 of the diagram, with its own numbers: cluster and operation. Each test is named after its row."""

import json

import cdk8s
import pytest

from charts.judge_chart import Target
from charts.system import add_charts
from config.topology import SERVICES
from tests.stacks.readable import without_hash
from tests.stacks.synthesized import ROOT, Properties, Synthesized, Template


def node_groups(template: Template) -> dict[tuple[str, str], Properties]:
    """By pool and capacity."""
    return {
        (group["Labels"]["llm-judge/pool"], group["CapacityType"]): group
        for group in template.all("AWS::EKS::Nodegroup")
    }


def test_r9_eks_has_the_diagrams_name_node_groups_and_sizes(dev: Synthesized) -> None:
    assert dev.cluster.one("AWS::EKS::Cluster")["Name"] == "dev-llm-judge-cluster"
    groups = node_groups(dev.cluster)
    assert {
        key: (group["InstanceTypes"], group["ScalingConfig"]["MinSize"], group["ScalingConfig"]["MaxSize"])
        for key, group in groups.items()
    } == {
        ("system", "ON_DEMAND"): (["t3.medium"], 2, 3),
        ("application", "SPOT"): (["m6i.large", "m5.large"], 2, 10),
        # Not the diagram's: empty while there is spot capacity.
        ("application", "ON_DEMAND"): (["m6i.large"], 0, 4),
    }


def test_r9_the_ai_group_is_g4dn_xlarge_spot_from_zero_to_one_and_disabled(dev: Synthesized) -> None:
    (ai,) = [group for group in dev.environment.cluster.node_groups if group.name == "ai"]
    assert (ai.instance_types, ai.capacity, ai.min_nodes, ai.max_nodes) == (("g4dn.xlarge",), "SPOT", 0, 1)
    assert not dev.environment.ai_model.enabled
    assert ai not in dev.environment.node_groups


def test_r9_eks_answers_inside_the_vpc_only_logs_everything_and_encrypts_secrets(dev: Synthesized) -> None:
    cluster = dev.cluster.one("AWS::EKS::Cluster")
    access = cluster["ResourcesVpcConfig"]
    assert (access["EndpointPrivateAccess"], access["EndpointPublicAccess"]) == (True, False)
    logged = {each["Type"] for each in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]}
    assert logged == {"api", "audit", "authenticator", "controllerManager", "scheduler"}
    assert cluster["EncryptionConfig"][0]["Resources"] == ["secrets"]
    assert cluster["AccessConfig"]["AuthenticationMode"] == "API"


def test_r9_nodes_have_encrypted_disks_and_no_pod_reaches_their_role(dev: Synthesized) -> None:
    templates = dev.cluster.all("AWS::EC2::LaunchTemplate")
    assert len(templates) == 3
    for made in templates:
        data = made["LaunchTemplateData"]
        assert data["MetadataOptions"] == {"HttpPutResponseHopLimit": 1, "HttpTokens": "required"}
        assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
        assert data["BlockDeviceMappings"][0]["Ebs"]["VolumeType"] == "gp3"


def test_r10_add_ons_are_the_diagrams_by_pinned_charts(dev: Synthesized) -> None:
    charts = dev.cluster.all("Custom::AWSCDK-EKS-HelmChart")
    assert sorted((chart["Chart"], chart["Namespace"]) for chart in charts) == [
        ("aws-for-fluent-bit", "kube-system"),
        ("aws-load-balancer-controller", "kube-system"),
        ("cluster-autoscaler", "kube-system"),
        ("external-secrets", "external-secrets-system"),
        ("keda", "keda"),
        ("metrics-server", "kube-system"),
    ]
    assert all(chart["Version"] for chart in charts)


def test_r10_charts_wait_for_nodes_to_run_on_and_for_dns(dev: Synthesized) -> None:
    def ids(kind: str) -> set[str]:
        return {name for name, resource in dev.cluster.resources.items() if resource["Type"] == kind}

    needed = ids("AWS::EKS::Nodegroup") | ids("AWS::EKS::Addon")
    for chart in ids("Custom::AWSCDK-EKS-HelmChart"):
        assert needed <= set(dev.cluster.resources[chart]["DependsOn"])


def test_r10_eks_manages_dns_and_enforces_network_policies(dev: Synthesized) -> None:
    add_ons = {each["AddonName"]: each.get("ConfigurationValues", "{}") for each in dev.cluster.all("AWS::EKS::Addon")}
    assert set(add_ons) == {"vpc-cni", "kube-proxy", "coredns"}
    assert json.loads(add_ons["vpc-cni"]) == {"enableNetworkPolicy": "true"}


SERVICE_ACCOUNTS = {
    "dev-gateway-svc-role": "llm-judge:gateway-service",
    "dev-redis-svc-role": "llm-judge:redis-service",
    "dev-persistence-svc-role": "llm-judge:persistence-service",
    "dev-inference-svc-role": "llm-judge:inference-service",
    "dev-judge-svc-role": "llm-judge:judge-service",
    "dev-ext-secrets-role": "external-secrets-system:external-secrets",
    "dev-alb-ctrl-role": "kube-system:aws-load-balancer-controller",
    "dev-autoscaler-role": "kube-system:cluster-autoscaler",
    "dev-keda-role": "keda:keda",
    "dev-log-shipper-role": "kube-system:aws-for-fluent-bit",
}


@pytest.mark.parametrize(("role_name", "account"), SERVICE_ACCOUNTS.items())
def test_r11_irsa_role_trusts_exactly_one_service_account(dev: Synthesized, role_name: str, account: str) -> None:
    (statement,) = dev.cluster.one("AWS::IAM::Role", RoleName=role_name)["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert set(statement["Condition"]) == {"StringEquals"}
    trust, _ = statement["Condition"]["StringEquals"]["Fn::GetAtt"]
    conditions = json.dumps(dev.cluster.resources[trust]["Properties"]["Value"])
    assert f'system:serviceaccount:{account}\\"' in conditions
    assert 'sts.amazonaws.com\\"' in conditions


def test_r11_no_other_role_can_be_taken_by_a_pod(dev: Synthesized) -> None:
    named = {
        role.get("RoleName")
        for role in dev.cluster.all("AWS::IAM::Role")
        if "AssumeRoleWithWebIdentity" in json.dumps(role["AssumeRolePolicyDocument"])
    }
    assert named == set(SERVICE_ACCOUNTS)


def test_r12_ecr_has_a_repository_for_each_service_whose_tags_never_move(dev: Synthesized) -> None:
    repositories = dev.cluster.all("AWS::ECR::Repository")
    assert {each["RepositoryName"] for each in repositories} == {
        f"dev-llm-judge/{name}"
        for name in (
            "gateway-service",
            "inference-service",
            "judge-service",
            "redis-service",
            "persistence-service",
            "ai-model-service",
        )
    }
    assert all(each["ImageTagMutability"] == "IMMUTABLE" for each in repositories)
    assert all(each["ImageScanningConfiguration"] == {"ScanOnPush": True} for each in repositories)
    assert len(SERVICES) == len(repositories)


def test_r13_appconfig_checks_rolls_out_and_rolls_back_the_document(dev: Synthesized) -> None:
    umbrella = dev.umbrella
    (validator,) = umbrella.one("AWS::AppConfig::ConfigurationProfile")["Validators"]
    assert validator["Type"] == "JSON_SCHEMA"
    assert umbrella.one("AWS::AppConfig::Application")["Name"] == "dev-llm-judge"
    monitors = umbrella.one("AWS::AppConfig::Environment")["Monitors"]
    assert len(monitors) == 3
    strategy = umbrella.one("AWS::AppConfig::DeploymentStrategy")
    assert (strategy["DeploymentDurationInMinutes"], strategy["FinalBakeTimeInMinutes"]) == (0, 1)


def test_r13_production_rolls_a_document_out_step_by_step(prod: Synthesized) -> None:
    strategy = prod.umbrella.one("AWS::AppConfig::DeploymentStrategy")
    assert (strategy["DeploymentDurationInMinutes"], strategy["GrowthFactor"]) == (10, 20)


def test_r14_budgets_speak_at_50_100_150_and_200_dollars(dev: Synthesized) -> None:
    budgets = dev.observability.all("AWS::Budgets::Budget")
    limits = [each["Budget"]["BudgetLimit"] for each in budgets]
    assert limits == [{"Amount": amount, "Unit": "USD"} for amount in (50, 100, 150, 200)]
    assert all(each["NotificationsWithSubscribers"] for each in budgets)


def test_r14_alarms_watch_what_an_operator_is_woken_for(dev: Synthesized) -> None:
    prefix = "dev-llm-judge-"
    alarms = dev.observability.all("AWS::CloudWatch::Alarm")
    assert {each["AlarmName"].removeprefix(prefix) for each in alarms} == {
        # Do they finish?
        "Evaluations-FailureRate-RollBack",
        # Where do they wait?
        *(f"{queue}-Queue-Message-Age-Max-Notify" for queue in ("inference-queue", "judge-queue")),
        *(f"{queue}-DLQ-Queue-Message-Count-Max-Notify" for queue in ("inference-queue", "judge-queue")),
        *(f"{queue}-NotEmpty-Notify" for queue in ("inference-topic-dlq", "judge-topic-dlq")),
        # What fails?
        "Services-ServerErrors-RollBack",
        "Services-InvalidSettings-RollBack",
        "Services-DeadLetters-Notify",
        "MySql-CPU-Usage-Notify",
        "MySql-Min-Usage-Count-Notify",
        "Redis-EngineCPUUtilization-Notify",
        "Redis-DatabaseMemoryUsagePercentage-Notify",
        "Nat-Unhealthy-Notify",
        "Nat-Missing-Notify",
    }
    assert all("next step: " in each["AlarmDescription"] for each in alarms)
    runbook = (ROOT / "docs/runbooks/alarms.md").read_text()
    assert all(f"| {each['AlarmName'].removeprefix(prefix)} |" in runbook for each in alarms)
    assert all(len(each["AlarmActions"]) == 1 for each in alarms)


def test_r14_a_quiet_night_rolls_no_document_back(dev: Synthesized) -> None:
    """AppConfig also rolls back while an alarm has no data."""
    rolling = [
        each for each in dev.observability.all("AWS::CloudWatch::Alarm") if each["AlarmName"].endswith("RollBack")
    ]
    assert len(rolling) == 3
    assert {each["TreatMissingData"] for each in rolling} == {"notBreaching"}


def test_r14_the_failure_rate_is_seen_when_everything_fails(dev: Synthesized) -> None:
    (rate,) = [
        each
        for each in dev.observability.all("AWS::CloudWatch::Alarm")
        if each["AlarmName"] == "dev-llm-judge-Evaluations-FailureRate-RollBack"
    ]
    (expression,) = [each["Expression"] for each in rate["Metrics"] if "Expression" in each]
    # What has not happened is no data point: without FILL the sum would be none either.
    assert expression.count("FILL(completed, 0)") == 2
    assert expression.count("FILL(failed, 0)") == 3


def test_r14_redis_is_watched_on_every_node(prod: Synthesized) -> None:
    (cpu,) = [
        each
        for each in prod.observability.all("AWS::CloudWatch::Alarm")
        if each["AlarmName"] == "prod-llm-judge-Redis-EngineCPUUtilization-Notify"
    ]
    watched = [
        each["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for each in cpu["Metrics"] if "MetricStat" in each
    ]
    assert watched == ["prod-llm-judge-redis-001", "prod-llm-judge-redis-002"]


def test_r14_every_log_group_forgets(stacks: dict[str, Synthesized]) -> None:
    for synthesized in stacks.values():
        kept = synthesized.environment.operations.log_retention_days
        for template in synthesized.by_name.values():
            assert {each["RetentionInDays"] for each in template.all("AWS::Logs::LogGroup")} <= {kept}


def test_r25_the_stacks_follow_the_module_graph(dev: Synthesized) -> None:
    stack = dev.names.stack
    everything = {stack(part) for part in ("Network", "Data", "Messaging", "Cluster", "Observability")}
    assert dev.depends_on == {
        stack("Network"): set(),
        stack("Messaging"): set(),
        stack("Data"): {stack("Network")},
        stack("Cluster"): {stack("Network"), stack("Data"), stack("Messaging")},
        stack("Observability"): everything - {stack("Observability")},
        dev.names.umbrella_stack: everything,
    }


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_r22_the_umbrella_applies_the_very_manifests_that_cdk8s_writes(
    stacks: dict[str, Synthesized], name: str
) -> None:
    umbrella = stacks[name].umbrella
    applied = [_manifest(each) for each in umbrella.all("Custom::AWSCDK-EKS-KubernetesResource")]
    target = Target(environment=stacks[name].environment, account="{account}")
    assert applied == [chart.to_json() for chart in add_charts(cdk8s.App(), target)]


def test_r22_the_namespace_is_applied_first_and_the_policies_before_any_pod(dev: Synthesized) -> None:
    before = {
        name: [other for other in resource["DependsOn"] if other.startswith("Workloads")]
        for name, resource in dev.umbrella.resources.items()
        if resource["Type"] == "Custom::AWSCDK-EKS-KubernetesResource"
    }
    order = ["Workloadsnamespace", "Workloadsnetworkpolicies", "Workloadsexternalsecrets", "Workloadsredisservice"]
    chain = list(before.items())[: len(order)]
    assert [without_hash(name) for name, _ in chain] == order
    assert [[without_hash(each) for each in others] for _, others in chain] == [[], *([each] for each in order[:-1])]


def _manifest(resource: Properties) -> list[Properties]:
    """Without the label by which CDK finds what is to be deleted."""
    match resource["Manifest"]:
        case {"Fn::Join": ["", parts]}:
            text = "".join(part if isinstance(part, str) else "{account}" for part in parts)
        case text:
            pass
    manifests: list[Properties] = json.loads(text)
    for each in manifests:
        labels = each["metadata"]["labels"]
        for label in [label for label in labels if label.startswith("aws.cdk.eks/prune-")]:
            del labels[label]
    return manifests
