"""AWS's APIs inside the VPC: a gateway endpoint for S3, interface endpoints for the rest, each with a policy."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from config.naming import Names
from config.network import INTERFACE_ENDPOINTS, Network
from judge_constructs.three_tier_vpc import DATA


class VpcEndpoints(Construct):
    """Who may connect is decided where the cluster's security group is known."""

    def __init__(self, scope: Construct, id_: str, *, vpc: ec2.Vpc, network: Network, names: Names) -> None:
        super().__init__(scope, id_)
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, allow_all_outbound=False, description="Interface endpoints of AWS APIs"
        )
        # Beside the pods they would share the pods' ranges, and a network policy knows them by range only.
        subnets = vpc.select_subnets(subnet_group_name=DATA).subnets[: network.endpoint_zones]
        for service in INTERFACE_ENDPOINTS:
            endpoint = vpc.add_interface_endpoint(
                service.replace(".", "-"),
                service=ec2.InterfaceVpcEndpointAwsService(service),
                open=False,
                security_groups=[self.security_group],
                subnets=ec2.SubnetSelection(subnets=subnets),
            )
            for statement in self._statements(service, names):
                endpoint.add_to_policy(statement)
        # Not restricted by account: ECR hands out image layers, and Amazon Linux its packages, from AWS's own buckets.
        vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)

    def _statements(self, service: str, names: Names) -> list[iam.PolicyStatement]:
        """Callers of this account only, and where a service has names, our names only."""
        stack = cdk.Stack.of(self)
        ours = {
            "sqs": stack.format_arn(service="sqs", resource=f"{names.prefix}-*"),
            "sns": stack.format_arn(service="sns", resource=f"{names.prefix}-*"),
            "secretsmanager": stack.format_arn(
                service="secretsmanager",
                resource="secret",
                resource_name=f"{names.prefix}/*",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            ),
            "kms": stack.format_arn(service="kms", resource="key", resource_name="*"),
        }
        statements = [
            iam.PolicyStatement(
                principals=[iam.AnyPrincipal()],
                actions=["*"],
                resources=[ours.get(service, "*")],
                conditions={"StringEquals": {"aws:PrincipalAccount": stack.account}},
            )
        ]
        if service == "sts":
            # A pod that asks for its role has no account yet: it only shows the cluster's token.
            role = stack.format_arn(service="iam", region="", resource="role", resource_name="*")
            statements.append(
                iam.PolicyStatement(
                    principals=[iam.AnyPrincipal()], actions=["sts:AssumeRoleWithWebIdentity"], resources=[role]
                )
            )
        return statements
