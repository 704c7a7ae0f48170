"""Step 1 of 6: where everything lives, and who may talk to what keeps data."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from config.environments import CloudEnvironment
from config.topology import HTTPS_PORT
from judge_constructs.nat_instance import NatInstance
from judge_constructs.retained_logs import RetainedLogs
from judge_constructs.three_tier_vpc import ThreeTierVpc
from judge_constructs.vpc_endpoints import VpcEndpoints


class NetworkStack(cdk.Stack):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, env: cdk.Environment) -> None:
        super().__init__(scope, id_, env=env)
        network, names = environment.network, environment.names
        nat = NatInstance(
            self,
            "Nat",
            region=environment.region,
            network=network,
            log_group=RetainedLogs(self, "DeploymentLogs", environment=environment, name=names.log_group("nat-image")),
        )
        self.vpc = ThreeTierVpc(
            self,
            "Vpc",
            name=names.vpc,
            network=network,
            nat=nat.provider,
            flow_log_group=RetainedLogs(
                self, "FlowLogs", environment=environment, name=names.log_group("refused-flows")
            ),
        ).vpc
        nat.secure(self.vpc, network)
        self.nat_group = nat.provider.auto_scaling_groups[0]
        self.endpoints = VpcEndpoints(self, "Endpoints", vpc=self.vpc, network=network, names=names)
        # The EC2 API's name leads to its endpoint in all of the VPC, for the NAT instance too.
        self.endpoints.security_group.add_ingress_rule(
            nat.provider.security_group, ec2.Port.tcp(HTTPS_PORT), "The NAT instance attaches its network interface"
        )
        self.mysql_access = self._closed_group("MySqlAccess", "MySQL")
        self.redis_access = self._closed_group("RedisAccess", "Redis")

    def _closed_group(self, id_: str, what: str) -> ec2.SecurityGroup:
        """Nobody may connect, until the stack that knows both sides says so."""
        return ec2.SecurityGroup(
            self, id_, vpc=self.vpc, allow_all_outbound=False, description=f"Connections to {what}"
        )
