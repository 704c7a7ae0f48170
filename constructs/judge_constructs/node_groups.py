"""The cluster's nodes: one managed group for each group of the config that is in use."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct, IDependable

from config.cluster import POOL_LABEL, NodeGroup
from config.naming import Names
from judge_constructs.judge_cluster import JudgeCluster
from judge_constructs.three_tier_vpc import APP

ROOT_DEVICE = "/dev/xvda"
"""Of Amazon Linux 2023."""


class NodeGroups(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: JudgeCluster,
        groups: tuple[NodeGroup, ...],
        names: Names,
        after: Sequence[IDependable],
    ) -> None:
        """`after`: what a node needs to be there before it can start, such as the way to the VPC endpoints."""
        super().__init__(scope, id_)
        made_groups = [self._group(group, cluster, names) for group in groups]
        for made in made_groups:
            made.node.add_dependency(*after, cluster.add_ons["vpc-cni"])
        # It is ready only once its pods run, and they need a node.
        cluster.add_ons["coredns"].node.add_dependency(made_groups[0])

    def _group(self, group: NodeGroup, cluster: JudgeCluster, names: Names) -> eks.Nodegroup:
        template = ec2.LaunchTemplate(
            self,
            f"{group.name}-template",
            launch_template_name=f"{names.prefix}-{group.name}",
            # One hop: a pod's packets take a second one, so no pod can borrow its node's role.
            http_put_response_hop_limit=1,
            http_tokens=ec2.LaunchTemplateHttpTokens.REQUIRED,
            block_devices=[
                ec2.BlockDevice(
                    device_name=ROOT_DEVICE,
                    volume=ec2.BlockDeviceVolume.ebs(
                        group.disk_gib, volume_type=ec2.EbsDeviceVolumeType.GP3, encrypted=True
                    ),
                )
            ],
        )
        taints = (
            [eks.TaintSpec(effect=eks.TaintEffect.NO_SCHEDULE, key=group.taint[0], value=group.taint[1])]
            if group.taint
            else None
        )
        made = eks.Nodegroup(
            self,
            group.name,
            cluster=cluster.as_interface,
            node_role=cluster.node_role,
            subnets=ec2.SubnetSelection(subnet_group_name=APP),
            instance_types=[ec2.InstanceType(name) for name in group.instance_types],
            ami_type=(
                eks.NodegroupAmiType.AL2023_X86_64_NVIDIA if group.gpu else eks.NodegroupAmiType.AL2023_X86_64_STANDARD
            ),
            capacity_type=eks.CapacityType[group.capacity.value],
            min_size=group.min_nodes,
            desired_size=group.desired_nodes,
            max_size=group.max_nodes,
            labels={POOL_LABEL: group.pool.value},
            taints=taints,
            launch_template_spec=eks.LaunchTemplateSpec(
                id=template.launch_template_id or "", version=template.latest_version_number
            ),
            enable_node_auto_repair=True,
        )
        # Else a new version of Kubernetes would reach the control plane only.
        cfn_group = made.node.default_child
        if isinstance(cfn_group, cdk.CfnResource):
            cfn_group.add_property_override("Version", cluster.version)
        return made
