"""The network as the templates make it: the VPC, its tiers of subnets, and how each gets out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.architecture.templates import Address, Part, Resource, Templates

ANYWHERE = "0.0.0.0/0"
FCK_NAT_RELEASE = re.compile(r"(fck-nat)-\w+-hvm-(\d+\.\d+\.\d+)")


@dataclass(frozen=True)
class Subnet:
    address: Address
    zone: str
    cidr: str
    way_out: Address | None
    """Where its default route leads."""


@dataclass(frozen=True)
class Tier:
    name: str
    access: str
    """What CDK calls its type: Public, Private or Isolated."""
    subnets: tuple[Subnet, ...]

    def holds(self, addresses: Iterable[Address]) -> bool:
        return not {subnet.address for subnet in self.subnets}.isdisjoint(addresses)


@dataclass(frozen=True)
class NatInstance:
    address: Address
    """Of its network interface, for that is what routes lead to."""
    instance_type: str
    image: str
    subnet: Address | None


@dataclass(frozen=True)
class Endpoint:
    service: str
    is_gateway: bool
    subnets: tuple[Address, ...]
    groups: tuple[Address, ...]


@dataclass(frozen=True)
class Way:
    """What a security group lets in from another."""

    source: Address
    group: Address
    protocol: str
    port: int


@dataclass(frozen=True)
class Network:
    address: Address
    cidr: str
    internet_gateway: Address | None
    tiers: tuple[Tier, ...]
    nat_instances: tuple[NatInstance, ...]
    endpoints: tuple[Endpoint, ...]

    @property
    def region(self) -> str:
        return self.tiers[0].subnets[0].zone[:-1]


def read_network(templates: Templates) -> Network:
    """Raises UnreadableTemplates."""
    vpc = templates.one("AWS::EC2::VPC")
    return Network(
        address=vpc.address,
        cidr=vpc.properties.text("CidrBlock"),
        internet_gateway=next((found.address for found in templates.of_type("AWS::EC2::InternetGateway")), None),
        tiers=_tiers(templates),
        nat_instances=tuple(_nat_instances(templates)),
        endpoints=tuple(_endpoint(found) for found in templates.of_type("AWS::EC2::VPCEndpoint")),
    )


def read_ways(templates: Templates) -> tuple[Way, ...]:
    rules = [(rule.properties.target("GroupId"), rule.properties) for rule in _of(templates, "Ingress")]
    rules += [
        (group.address, rule) for group in _of(templates, "") for rule in group.properties.each("SecurityGroupIngress")
    ]
    return tuple(
        Way(source, group, rule.text("IpProtocol"), rule.number("FromPort"))
        for group, rule in rules
        if group is not None and (source := rule.target("SourceSecurityGroupId")) is not None
    )


def _of(templates: Templates, what: str) -> list[Resource]:
    return templates.of_type(f"AWS::EC2::SecurityGroup{what}")


def _tiers(templates: Templates) -> tuple[Tier, ...]:
    ways_out = _ways_out(templates)
    tiers: dict[tuple[str, str], list[Subnet]] = {}
    for found in templates.of_type("AWS::EC2::Subnet"):
        properties = found.properties
        subnet = Subnet(
            found.address,
            properties.text("AvailabilityZone"),
            properties.text("CidrBlock"),
            ways_out.get(found.address),
        )
        named = _tag(properties, "aws-cdk:subnet-name"), _tag(properties, "aws-cdk:subnet-type")
        tiers.setdefault(named, []).append(subnet)
    return tuple(Tier(name, access, tuple(subnets)) for (name, access), subnets in tiers.items())


def _ways_out(templates: Templates) -> dict[Address | None, Address]:
    """By subnet."""
    by_table = {
        route.properties.target("RouteTableId"): target
        for route in templates.of_type("AWS::EC2::Route")
        if route.properties.text("DestinationCidrBlock") == ANYWHERE
        for target in route.properties.targets()
        if target != route.properties.target("RouteTableId")
    }
    return {
        link.properties.target("SubnetId"): by_table[table]
        for link in templates.of_type("AWS::EC2::SubnetRouteTableAssociation")
        if (table := link.properties.target("RouteTableId")) in by_table
    }


def _nat_instances(templates: Templates) -> Iterator[NatInstance]:
    """A launch template whose start script takes a network interface: that is how fck-nat keeps its address."""
    for launch in templates.of_type("AWS::EC2::LaunchTemplate"):
        data = launch.properties.at("LaunchTemplateData")
        for taken in data.targets("UserData"):
            interface = templates.resources[taken]
            if interface.type == "AWS::EC2::NetworkInterface":
                yield NatInstance(
                    address=taken,
                    instance_type=data.text("InstanceType"),
                    image=_image(templates, data),
                    subnet=interface.properties.target("SubnetId"),
                )


def _image(templates: Templates, launch: Part) -> str:
    """What the custom resource that finds it looks for."""
    looked_for = (templates.resources[each].properties.text("Create") for each in launch.targets("ImageId"))
    releases = (FCK_NAT_RELEASE.search(text) for text in looked_for)
    return next((f"{release[1]} {release[2]}" for release in releases if release), "")


def _endpoint(found: Resource) -> Endpoint:
    properties = found.properties
    _, _, _, service = properties.text("ServiceName").split(".", 3)  # com.amazonaws.us-east-1.ecr.api
    return Endpoint(
        service=service,
        is_gateway=properties.text("VpcEndpointType") == "Gateway",
        subnets=properties.targets("SubnetIds"),
        groups=properties.targets("SecurityGroupIds"),
    )


def _tag(properties: Part, key: str) -> str:
    return next((tag.text("Value") for tag in properties.each("Tags") if tag.text("Key") == key), "")
