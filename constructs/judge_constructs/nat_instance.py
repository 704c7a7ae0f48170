"""The way out of the app subnets: one fck-nat instance of about three dollars a month in place of a NAT gateway."""

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from aws_cdk import custom_resources as cr
from cdk_fck_nat import FckNatInstanceProvider
from constructs import Construct

from config.network import Network
from config.topology import HTTPS_PORT

ROOT_DEVICE = "/dev/xvda"


class NatInstance(Construct):
    """Pass `provider` to the VPC, then call `secure` once the VPC is there."""

    def __init__(self, scope: Construct, id_: str, *, region: str, network: Network, log_group: logs.ILogGroup) -> None:
        super().__init__(scope, id_)
        image = self._image_by_name(network, log_group)
        self.provider = FckNatInstanceProvider(
            instance_type=ec2.InstanceType(network.nat_instance_type),
            machine_image=ec2.MachineImage.generic_linux({region: image}),
            enable_ssm=True,
        )

    def secure(self, vpc: ec2.Vpc, network: Network) -> None:
        """Everything that leaves the VPC is HTTPS: providers, registries and AWS APIs without an endpoint."""
        cdk.Aspects.of(vpc).add(ec2.LaunchTemplateRequireImdsv2Aspect())
        for template in (child for child in vpc.node.find_all() if isinstance(child, ec2.CfnLaunchTemplate)):
            # fck-nat takes no disk settings; the image's own root disk is made an encrypted one.
            template.add_property_override(
                "LaunchTemplateData.BlockDeviceMappings",
                [{"DeviceName": ROOT_DEVICE, "Ebs": {"Encrypted": True, "VolumeType": "gp3"}}],
            )
        for cidr in network.app_cidrs:
            self.provider.security_group.add_ingress_rule(
                ec2.Peer.ipv4(str(cidr)), ec2.Port.tcp(HTTPS_PORT), "HTTPS from the app subnets"
            )
        for group in (child for child in vpc.node.find_all() if isinstance(child, autoscaling.CfnAutoScalingGroup)):
            # Else a new image would wait until the running instance happens to die.
            group.cfn_options.update_policy = cdk.CfnUpdatePolicy(
                auto_scaling_rolling_update=cdk.CfnAutoScalingRollingUpdate(
                    max_batch_size=1, min_instances_in_service=0
                )
            )

    def _image_by_name(self, network: Network, log_group: logs.ILogGroup) -> str:
        """Looked up while deploying: a look-up while synthesizing would need credentials and change with the day."""
        lookup = cr.AwsSdkCall(
            service="EC2",
            action="describeImages",
            parameters={
                # AWS hides an image from others once it is deprecated; this one is pinned, not recommended.
                "IncludeDeprecated": True,
                "Owners": [network.nat_image_owner],
                "Filters": [{"Name": "name", "Values": [network.nat_image]}],
            },
            output_paths=["Images.0.ImageId"],
            # Named by the image, so that another image is looked up again.
            physical_resource_id=cr.PhysicalResourceId.of(network.nat_image),
        )
        return cr.AwsCustomResource(
            self,
            "Image",
            resource_type="Custom::FckNatImage",
            install_latest_aws_sdk=False,
            on_create=lookup,
            on_update=lookup,
            policy=cr.AwsCustomResourcePolicy.from_sdk_calls(resources=cr.AwsCustomResourcePolicy.ANY_RESOURCE),
            log_group=log_group,
        ).get_response_field("Images.0.ImageId")
