"""Step 4 of 6: where the services run, their images, their roles, and their way to data and to AWS."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from config.environments import CloudEnvironment
from config.topology import (
    CHANNELS,
    ELASTICACHE,
    FLOWS,
    GATEWAY,
    HTTPS_PORT,
    NAMESPACE,
    RDS,
    SERVICES,
    STAGE_SERVICES,
    Service,
)
from judge_constructs.add_ons import AddOns
from judge_constructs.encryption_key import EncryptionKey
from judge_constructs.judge_cluster import JudgeCluster
from judge_constructs.node_groups import NodeGroups
from judge_constructs.retained_logs import RetainedLogs, retain_logs_of
from judge_constructs.service_repositories import ServiceRepositories
from judge_constructs.workload_role import WorkloadRole
from stacks.data import DataStack
from stacks.messaging import MessagingStack
from stacks.network import NetworkStack


class ClusterStack(cdk.Stack):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: CloudEnvironment,
        network: NetworkStack,
        data: DataStack,
        messaging: MessagingStack,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id_, env=env)
        self._names = environment.names
        key = EncryptionKey(self, "Key", environment=environment, purpose="cluster", about="Kubernetes secrets, images")
        control_plane_logs = RetainedLogs(
            self, "ControlPlaneLogs", environment=environment, name=f"/aws/eks/{self._names.cluster}/cluster"
        )
        self.service_logs = RetainedLogs(
            self, "ServiceLogs", environment=environment, name=self._names.service_log_group
        )
        self.cluster = JudgeCluster(self, "Eks", environment=environment, vpc=network.vpc, key=key)
        # EKS writes to the group that it finds; one that it makes itself would be kept for ever.
        self.cluster.node.add_dependency(control_plane_logs)
        nodes = NodeGroups(
            self,
            "Nodes",
            cluster=self.cluster,
            groups=environment.node_groups,
            names=self._names,
            after=self._open_ways(network),
        )
        add_ons = AddOns(self, "AddOns", cluster=self.cluster, environment=environment, service_logs=self.service_logs)
        add_ons.node.add_dependency(nodes, *self.cluster.add_ons.values())
        ServiceRepositories(self, "Images", environment=environment, key=key)
        self.roles = {service.name: self._role(service) for service in SERVICES if service.reads_settings}
        self._grant_messaging(messaging, add_ons.keda)
        self._grant_secrets(data, add_ons.external_secrets)
        retain_logs_of(self, environment=environment)

    def _open_ways(self, network: NetworkStack) -> list[ec2.CfnSecurityGroupIngress]:
        """Every flow of the topology that ends outside of the cluster; between pods, network policies decide."""
        ways = {RDS: network.mysql_access, ELASTICACHE: network.redis_access}
        opened = [
            self._open(flow.source, ways[flow.destination], flow.port, f"{flow.source} to {flow.destination}")
            for flow in FLOWS
            if flow.destination in ways
        ]
        to_aws = self._open("aws-apis", network.endpoints.security_group, HTTPS_PORT, "AWS APIs from the cluster")
        return [*opened, to_aws]

    def _open(self, name: str, group: ec2.ISecurityGroup, port: int, why: str) -> ec2.CfnSecurityGroupIngress:
        return ec2.CfnSecurityGroupIngress(
            self,
            f"Way-{name}",
            group_id=group.security_group_id,
            source_security_group_id=self.cluster.cluster.cluster_security_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
        )

    def _role(self, service: Service) -> WorkloadRole:
        return WorkloadRole(
            self,
            f"Role-{service.name}",
            name=self._names.service_role(service),
            cluster=self.cluster.cluster,
            namespace=NAMESPACE,
            service_account=service.name,
        )

    def _grant_messaging(self, messaging: MessagingStack, keda: WorkloadRole) -> None:
        for channel in CHANNELS:
            made = messaging.channels[channel.name]
            keda.allow("sqs:GetQueueAttributes", on=[made.queue.queue_arn])
            for publisher in channel.publishers:
                self.roles[publisher].may_publish(made, key=messaging.key)
            self.roles[channel.consumer].may_consume(made, key=messaging.key)

    def _grant_secrets(self, data: DataStack, external_secrets: WorkloadRole) -> None:
        external_secrets.may_read_secret(data.mysql.secret, data.redis.secret, *data.caller_secrets, key=data.key)
        for stage, service in STAGE_SERVICES.items():
            self.roles[service.name].may_open_seals(stage, names=self._names, key=data.sealing_key)
        self.roles[GATEWAY.name].may_read_secret(data.sealing_keyset, key=data.key)
