"""The EKS cluster as the templates make it: nodes, add-ons, what runs there, and the load balancers in front."""

import re
from dataclasses import dataclass

from tools.architecture.document import service_places
from tools.architecture.load_balancers import LoadBalancer, read_load_balancers
from tools.architecture.manifests import Pods, pod_callers, read_pods
from tools.architecture.node_groups import NodeGroup, read_node_groups
from tools.architecture.templates import Address, Resource, Templates

WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
SERVICE_ACCOUNT = re.compile(r':sub":"system:serviceaccount:([^:]+):([^"]+)"')


@dataclass(frozen=True)
class Workload:
    """What has a name in a namespace: by its place in the settings, its chart, its role, or its Deployment."""

    namespace: str
    name: str
    port: int | None
    chart_version: str
    role: Address | None
    role_name: str
    pods: Pods | None
    callers: tuple[str, ...] | None
    """The pods that the network policies let in."""

    @property
    def key(self) -> Address | str:
        """Of its box."""
        return self.role or f"{self.namespace}/{self.name}"


@dataclass(frozen=True)
class Cluster:
    address: Address
    name: str
    version: str
    is_private: bool
    subnets: tuple[Address, ...]
    node_groups: tuple[NodeGroup, ...]
    add_ons: tuple[str, ...]
    workloads: tuple[Workload, ...]
    load_balancers: tuple[LoadBalancer, ...]


def read_cluster(templates: Templates) -> Cluster:
    """Raises UnreadableTemplates."""
    found = templates.one("AWS::EKS::Cluster")
    return Cluster(
        address=found.address,
        name=found.name("Name"),
        version=found.properties.text("Version"),
        is_private=not found.properties.is_on("ResourcesVpcConfig", "EndpointPublicAccess"),
        subnets=found.properties.targets("ResourcesVpcConfig", "SubnetIds"),
        node_groups=read_node_groups(templates),
        add_ons=tuple(each.name("AddonName") for each in templates.of_type("AWS::EKS::Addon")),
        workloads=_workloads(templates),
        load_balancers=read_load_balancers(templates),
    )


def _workloads(templates: Templates) -> tuple[Workload, ...]:
    roles = {
        account: role for role in templates.of_type("AWS::IAM::Role") for account in _service_accounts(templates, role)
    }
    charts = {
        (chart.properties.text("Namespace"), chart.properties.text("Release")): chart.properties.text("Version")
        for chart in templates.of_type("Custom::AWSCDK-EKS-HelmChart")
    }
    ports, pods = service_places(templates), read_pods(templates)
    return tuple(
        Workload(
            namespace=namespace,
            name=name,
            port=ports.get((namespace, name)),
            chart_version=charts.get((namespace, name), ""),
            role=role.address if role else None,
            role_name=role.name("RoleName") if role else "",
            pods=pods.get((namespace, name)),
            callers=pod_callers(templates, (namespace, name)),
        )
        for namespace, name in dict.fromkeys((*ports, *charts, *roles, *pods))
        for role in [roles.get((namespace, name))]
    )


def _service_accounts(templates: Templates, role: Resource) -> list[tuple[str, str]]:
    """Of the conditions on the cluster's tokens, which CDK writes as text that a custom resource parses."""
    return [
        (match[1], match[2])
        for statement in role.properties.each("AssumeRolePolicyDocument", "Statement")
        if statement.text("Action") == WEB_IDENTITY
        for condition in statement.targets("Condition")
        if (match := SERVICE_ACCOUNT.search(templates.resources[condition].properties.text("Value")))
    ]
