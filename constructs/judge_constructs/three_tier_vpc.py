"""The VPC: public, app and data subnets in each zone, with exactly the address ranges of the config; its flow logs."""

from collections.abc import Sequence
from typing import Any

import jsii
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from config.network import Network

PUBLIC, APP, DATA = "Public", "App", "Data"


class ThreeTierVpc(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: Network,
        nat: ec2.NatProvider,
        flow_log_group: logs.ILogGroup,
    ) -> None:
        super().__init__(scope, id_)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            vpc_name=name,
            ip_addresses=_FixedCidrs(network),
            availability_zones=list(network.availability_zones),
            nat_gateways=1,
            nat_gateway_provider=nat,
            restrict_default_security_group=True,
            subnet_configuration=[
                ec2.SubnetConfiguration(name=PUBLIC, subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False),
                ec2.SubnetConfiguration(name=APP, subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
                ec2.SubnetConfiguration(name=DATA, subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            ],
            flow_logs={
                # What was refused is what an operator looks for; the rest would be most of the log bill.
                "Refused": ec2.FlowLogOptions(
                    destination=ec2.FlowLogDestination.to_cloud_watch_logs(flow_log_group),
                    traffic_type=ec2.FlowLogTrafficType.REJECT,
                )
            },
        )


@jsii.implements(ec2.IIpAddresses)
class _FixedCidrs:
    """CDK's own allocator carves ranges one after another; these are the documented ones."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def allocate_vpc_cidr(self) -> ec2.VpcIpamOptions:
        return ec2.VpcIpamOptions(cidr_block=str(self._network.vpc_cidr))

    def allocate_subnets_cidr(
        self, *, requested_subnets: Sequence[ec2.RequestedSubnet | dict[str, Any]], vpc_cidr: str
    ) -> ec2.SubnetIpamOptions:
        del vpc_cidr  # part of the interface; every range is known already
        ranges = {
            PUBLIC: iter(self._network.public_cidrs),
            APP: iter(self._network.app_cidrs),
            DATA: iter(self._network.data_cidrs),
        }
        names = [subnet.configuration.name for subnet in requested_subnets if isinstance(subnet, ec2.RequestedSubnet)]
        return ec2.SubnetIpamOptions(
            allocated_subnets=[ec2.AllocatedSubnet(cidr=str(next(ranges[name]))) for name in names]
        )
