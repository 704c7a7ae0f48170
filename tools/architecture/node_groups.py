"""The cluster's nodes as the templates make them, and which of them stand in for others."""

import json
import re
from dataclasses import dataclass

from tools.architecture.names import listed
from tools.architecture.templates import Address, Resource, Templates


@dataclass(frozen=True)
class NodeGroup:
    name: str
    instance_types: tuple[str, ...]
    capacity: str
    smallest: int
    largest: int
    image: str
    disk: str
    is_fallback: bool


def read_node_groups(templates: Templates) -> tuple[NodeGroup, ...]:
    found = [(group, _priority(templates, group)) for group in templates.of_type("AWS::EKS::Nodegroup")]
    return tuple(
        _node_group(
            templates,
            group,
            is_fallback=any(_name(other) == _name(group) and better > priority for other, better in found),
        )
        for group, priority in found
    )


def _node_group(templates: Templates, found: Resource, *, is_fallback: bool) -> NodeGroup:
    properties = found.properties
    return NodeGroup(
        name=_name(found),
        instance_types=tuple(each.text() for each in properties.each("InstanceTypes")),
        capacity=properties.text("CapacityType"),
        smallest=properties.number("ScalingConfig", "MinSize"),
        largest=properties.number("ScalingConfig", "MaxSize"),
        image=properties.text("AmiType"),
        disk=_disk(templates, properties.target("LaunchTemplate", "Id")),
        is_fallback=is_fallback,
    )


def _name(found: Resource) -> str:
    """Pods choose it by its labels, and AWS gives it a name where the template has none."""
    properties = found.properties
    return properties.text("NodegroupName") or listed(properties.texts("Labels")) or found.address.logical_id


def _priority(templates: Templates, found: Resource) -> int:
    """The cluster autoscaler tries the highest first. A name that AWS gives begins with the logical id."""
    given = found.name("NodegroupName")
    return max(
        (
            int(priority)
            for chart in templates.of_type("Custom::AWSCDK-EKS-HelmChart")
            if chart.properties.text("Chart") == "cluster-autoscaler"
            for priority, patterns in json.loads(chart.properties.text("Values"))["expanderPriorities"].items()
            if any(re.search(pattern, given) for pattern in patterns)
        ),
        default=0,
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
