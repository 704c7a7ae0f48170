"""The charts, applied to the cluster by CDK: the same that `cdk8s synth` writes, for this account."""

import aws_cdk as cdk
import cdk8s
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

from charts.judge_chart import Target
from charts.system import add_charts
from config.environments import CloudEnvironment
from judge_constructs.judge_cluster import JudgeCluster


class Workloads(Construct):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, cluster: JudgeCluster) -> None:
        super().__init__(scope, id_)
        # The charts belong to an app of cdk8s that nobody synthesizes.
        target = Target(environment=environment, account=cdk.Stack.of(self).account)
        before: eks.KubernetesManifest | None = None
        for chart in add_charts(cdk8s.App(), target):
            made = eks.KubernetesManifest(self, chart.name, cluster=cluster.as_interface, manifest=chart.to_json())
            if before is not None:
                # In their order: the namespace first, the policies before there is a pod.
                made.node.add_dependency(before)
            before = made
