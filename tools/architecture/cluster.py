"""The EKS cluster as the templates make it: nodes, add-ons, charts, and the workloads with a role of their own."""

import re
from dataclasses import dataclass

from tools.architecture.document import service_places
from tools.architecture.names import listed
from tools.architecture.templates import Address, Resource, Templates

WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
SERVICE_ACCOUNT = re.compile(r':sub":"system:serviceaccount:([^:]+):([^"]+)"')


@dataclass(frozen=True)
class NodeGroup:
    name: str
    instance_types: tuple[str, ...]
    capacity: str
    smallest: int
    largest: int
    image: str
    disk: str


@dataclass(frozen=True)
class Workload:
    """What runs under a name in a namespace: known by its role, by its chart, or by its place in the settings."""

    namespace: str
    name: str
    port: int | None
    chart_version: str
    role: Address | None
    role_name: str


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


def read_cluster(templates: Templates) -> Cluster:
    """Raises UnreadableTemplates."""
    found = templates.one("AWS::EKS::Cluster")
    return Cluster(
        address=found.address,
        name=found.name("Name"),
        version=found.properties.text("Version"),
        is_private=not found.properties.is_on("ResourcesVpcConfig", "EndpointPublicAccess"),
        subnets=found.properties.targets("ResourcesVpcConfig", "SubnetIds"),
        node_groups=tuple(_node_group(templates, each) for each in templates.of_type("AWS::EKS::Nodegroup")),
        add_ons=tuple(each.name("AddonName") for each in templates.of_type("AWS::EKS::Addon")),
        workloads=_workloads(templates),
    )


def _node_group(templates: Templates, found: Resource) -> NodeGroup:
    properties = found.properties
    return NodeGroup(
        # Pods choose it by its labels, and AWS gives it a name where the template has none.
        name=properties.text("NodegroupName") or listed(properties.texts("Labels")) or found.address.logical_id,
        instance_types=tuple(each.text() for each in properties.each("InstanceTypes")),
        capacity=properties.text("CapacityType"),
        smallest=properties.number("ScalingConfig", "MinSize"),
        largest=properties.number("ScalingConfig", "MaxSize"),
        image=properties.text("AmiType"),
        disk=_disk(templates, properties.target("LaunchTemplate", "Id")),
    )


def _disk(templates: Templates, launch: Address | None) -> str:
    if launch is None:
        return ""
    devices = templates.resources[launch].properties.each("LaunchTemplateData", "BlockDeviceMappings")
    return listed(
        f"{volume.text('VolumeSize')} GiB {volume.text('VolumeType')}"
        + (", encrypted" if volume.is_on("Encrypted") else "")
        for volume in (device.at("Ebs") for device in devices)
    )


def _workloads(templates: Templates) -> tuple[Workload, ...]:
    roles = {
        account: role for role in templates.of_type("AWS::IAM::Role") for account in _service_accounts(templates, role)
    }
    charts = {
        (chart.properties.text("Namespace"), chart.properties.text("Release")): chart.properties.text("Version")
        for chart in templates.of_type("Custom::AWSCDK-EKS-HelmChart")
    }
    ports = service_places(templates)
    return tuple(
        Workload(
            namespace=namespace,
            name=name,
            port=ports.get((namespace, name)),
            chart_version=charts.get((namespace, name), ""),
            role=role.address if role else None,
            role_name=role.name("RoleName") if role else "",
        )
        for namespace, name in dict.fromkeys((*ports, *charts, *roles))
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
