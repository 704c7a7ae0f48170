"""The EKS cluster: a private API, all control-plane logs, encrypted secrets, and network policies that are enforced."""

from collections.abc import Callable
from typing import cast

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk.lambda_layer_kubectl_v29 import KubectlV29Layer
from aws_cdk.lambda_layer_kubectl_v35 import KubectlV35Layer
from constructs import Construct

from config.environments import CloudEnvironment
from judge_constructs.three_tier_vpc import APP

KUBECTL_LAYERS: dict[str, Callable[[Construct, str], lambda_.ILayerVersion]] = {
    "1.29": KubectlV29Layer,
    "1.35": KubectlV35Layer,
}
"""kubectl talks to servers of its own minor version and of one next to it; the layers are packages of their own."""

ADD_ONS: dict[str, dict[str, object]] = {
    # Without this the CNI ignores network policies, and every pod reaches every other.
    "vpc-cni": {"enableNetworkPolicy": "true"},
    "kube-proxy": {},
    "coredns": {},
}
"""EKS's own; without a version EKS takes the default of the cluster's Kubernetes version."""


class NoKubectl(Exception):
    """There is no kubectl layer for this version of Kubernetes. The text says what to do."""


class JudgeCluster(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, environment: CloudEnvironment, vpc: ec2.IVpc, key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        config, version = environment.cluster, environment.versions.kubernetes
        self.version = version
        subnets = ec2.SubnetSelection(subnet_group_name=APP)
        self.cluster = eks.Cluster(
            self,
            "Cluster",
            cluster_name=environment.names.cluster,
            version=eks.KubernetesVersion.of(version),
            vpc=vpc,
            vpc_subnets=[subnets],
            default_capacity_type=eks.DefaultCapacityType.NODEGROUP,
            default_capacity=0,
            endpoint_access=_endpoint_access(config.public_api_cidrs),
            cluster_logging=[
                eks.ClusterLoggingTypes.API,
                eks.ClusterLoggingTypes.AUDIT,
                eks.ClusterLoggingTypes.AUTHENTICATOR,
                eks.ClusterLoggingTypes.CONTROLLER_MANAGER,
                eks.ClusterLoggingTypes.SCHEDULER,
            ],
            secrets_encryption_key=key,
            # Whoever happens to deploy gets no standing right; the roles of the config do.
            bootstrap_cluster_creator_admin_permissions=False,
            # EKS's own add-ons below are managed; self-managed copies would only have to be replaced.
            bootstrap_self_managed_addons=False,
            kubectl_provider_options=eks.KubectlProviderOptions(
                kubectl_layer=_kubectl_layer(self, version),
                private_subnets=vpc.select_subnets(subnet_group_name=APP).subnets,
            ),
        )
        for number, arn in enumerate(config.admin_role_arns):
            self.cluster.grant_cluster_admin(f"Admin{number}", arn)
        self.add_ons = {
            name: eks.Addon(
                self,
                f"AddOn-{name}",
                cluster=self.as_interface,
                addon_name=name,
                configuration_values=values or None,
            )
            for name, values in ADD_ONS.items()
        }
        self.node_role = _node_role(self)

    @property
    def as_interface(self) -> eks.ICluster:
        """For what joins the cluster: jsii's protocol asks for a member that its own class lacks."""
        return cast("eks.ICluster", self.cluster)


def _endpoint_access(public_cidrs: tuple[object, ...]) -> eks.EndpointAccess:
    if not public_cidrs:
        return eks.EndpointAccess.PRIVATE
    return eks.EndpointAccess.PUBLIC_AND_PRIVATE.only_from(*map(str, public_cidrs))


def _kubectl_layer(scope: Construct, version: str) -> lambda_.ILayerVersion:
    """Raises NoKubectl."""
    try:
        layer = KUBECTL_LAYERS[version]
    except KeyError:
        package = f"aws-cdk.lambda-layer-kubectl-v{version.replace('1.', '', 1)}"
        raise NoKubectl(
            f"no kubectl layer for Kubernetes {version}, only for {', '.join(KUBECTL_LAYERS)}: add the package "
            f"{package} to pyproject.toml and its class to KUBECTL_LAYERS"
        ) from None
    return layer(scope, "Kubectl")


def _node_role(scope: Construct) -> iam.Role:
    """What a node needs to join and to pull images; pods have roles of their own."""
    return iam.Role(
        scope,
        "NodeRole",
        assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name(name)
            for name in ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly")
        ],
    )
