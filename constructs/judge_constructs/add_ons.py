"""The cluster's add-ons: each Helm chart of the config, with a role of its own where it calls AWS."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from config.add_ons import (
    CLUSTER_AUTOSCALER,
    EXTERNAL_SECRETS,
    GPU_DEVICE_PLUGIN,
    KEDA,
    KEDA_OPERATOR_ACCOUNT,
    LOG_SHIPPER,
    METRICS_SERVER,
    ON_SYSTEM_NODES,
    HelmChart,
)
from config.cluster import ROLE_ANNOTATION, NodeGroup
from config.environments import CloudEnvironment
from judge_constructs.judge_cluster import JudgeCluster
from judge_constructs.workload_role import WorkloadRole

ALB_CONTROLLER_VERSION = eks.AlbControllerVersion.V3_2_2
INSTALL_TIMEOUT = cdk.Duration.minutes(10)


class AddOns(Construct):
    """Of the roles that it makes, those that need more than their own rights are public."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: JudgeCluster,
        environment: CloudEnvironment,
        service_logs: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, id_)
        self._cluster = cluster
        self._names = environment.names
        self._load_balancer_controller()
        self._install(METRICS_SERVER)
        self._cluster_autoscaler(environment.node_groups)
        self._log_shipper(service_logs)
        self.external_secrets = self._external_secrets()
        self.keda = self._keda()
        if environment.ai_model.enabled:
            self._install(GPU_DEVICE_PLUGIN)

    def _load_balancer_controller(self) -> None:
        controller = eks.AlbController(
            self,
            "LoadBalancerController",
            cluster=self._cluster.cluster,
            version=ALB_CONTROLLER_VERSION,
            additional_helm_chart_values={
                # Called for each new Service, and refuses it while the controller starts; we use Ingress only.
                "enableServiceMutatorWebhook": False,
                # Called for each new pod of the namespace; while it is away, pods start without a readiness gate.
                "podMutatorWebhookConfig": {"failurePolicy": "Ignore"},
                "enableWaf": False,
                "enableWafv2": False,
                "enableShield": False,
                **ON_SYSTEM_NODES,
            },
        )
        # CDK brings the controller's published policy; only the name is ours.
        role = controller.node.find_child("alb-sa").node.find_child("Role").node.default_child
        if not isinstance(role, iam.CfnRole):
            raise TypeError("the controller's role is not where this version of CDK is expected to keep it")
        role.role_name = self._names.role("alb-ctrl")

    def _cluster_autoscaler(self, groups: tuple[NodeGroup, ...]) -> None:
        role = self._role("autoscaler", CLUSTER_AUTOSCALER.namespace, CLUSTER_AUTOSCALER.chart)
        role.allow(
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
            "eks:DescribeNodegroup",
            on=["*"],
        )
        # EKS tags the groups of its managed nodes so; changing others is refused.
        role.allow(
            "autoscaling:SetDesiredCapacity",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
            on=["*"],
            if_equal={f"aws:ResourceTag/k8s.io/cluster-autoscaler/{self._names.cluster}": "owned"},
        )
        self._install(
            CLUSTER_AUTOSCALER,
            {
                "autoDiscovery": {"clusterName": self._names.cluster},
                "awsRegion": cdk.Stack.of(self).region,
                # By the name that AWS makes of a group's logical id.
                "expanderPriorities": {
                    str(priority): [f".*Nodes{group.name}.*" for group in groups if group.priority == priority]
                    for priority in sorted({group.priority for group in groups})
                },
                "rbac": {"serviceAccount": self._service_account(CLUSTER_AUTOSCALER.chart, role)},
            },
        )

    def _external_secrets(self) -> WorkloadRole:
        """What it may read is added where the secrets are known."""
        role = self._role("ext-secrets", EXTERNAL_SECRETS.namespace, EXTERNAL_SECRETS.chart)
        self._install(
            EXTERNAL_SECRETS,
            {"serviceAccount": self._service_account(EXTERNAL_SECRETS.chart, role)},
        )
        return role

    def _keda(self) -> WorkloadRole:
        """What it may measure is added where the queues are known."""
        role = self._role("keda", KEDA.namespace, KEDA_OPERATOR_ACCOUNT)
        self._install(KEDA, {"podIdentity": {"aws": {"irsa": {"enabled": True, "roleArn": role.role.role_arn}}}})
        return role

    def _log_shipper(self, service_logs: logs.ILogGroup) -> None:
        """The pods' lines to CloudWatch, where the dashboards and alarms read them."""
        role = self._role("log-shipper", LOG_SHIPPER.namespace, LOG_SHIPPER.chart)
        role.allow("logs:CreateLogStream", "logs:PutLogEvents", on=[service_logs.log_group_arn])
        role.allow("logs:DescribeLogStreams", on=[service_logs.log_group_arn])
        self._install(
            LOG_SHIPPER,
            {
                "serviceAccount": self._service_account(LOG_SHIPPER.chart, role),
                "cloudWatchLogs": {
                    "enabled": True,
                    "region": cdk.Stack.of(self).region,
                    "logGroupName": self._names.service_log_group,
                    "logGroupTemplate": "",
                    "logStreamPrefix": "pod-",
                    "autoCreateGroup": False,
                    # The line as the service wrote it: that is what the metric filters read.
                    "logKey": "log",
                },
            },
        )

    def _role(self, workload: str, namespace: str, service_account: str) -> WorkloadRole:
        return WorkloadRole(
            self,
            f"{workload}-role",
            name=self._names.role(workload),
            cluster=self._cluster.cluster,
            namespace=namespace,
            service_account=service_account,
        )

    def _service_account(self, name: str, role: WorkloadRole) -> dict[str, Any]:
        return {"create": True, "name": name, "annotations": {ROLE_ANNOTATION: role.role.role_arn}}

    def _install(self, chart: HelmChart, values: Mapping[str, Any] | None = None) -> None:
        """`values`: those that only AWS knows; the others are the config's."""
        # Here and not by the cluster's own method, so that the charts wait for whatever the add-ons wait for.
        eks.HelmChart(
            self,
            chart.chart,
            cluster=self._cluster.as_interface,
            chart=chart.chart,
            repository=chart.repository,
            version=chart.version,
            namespace=chart.namespace,
            release=chart.chart,
            create_namespace=chart.brings_its_namespace,
            values={**chart.values, **(values or {})},
            wait=True,
            timeout=INSTALL_TIMEOUT,
        )
