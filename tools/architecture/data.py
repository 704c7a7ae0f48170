"""The databases as the templates make them: MySQL and Redis."""

from dataclasses import dataclass

from tools.architecture.names import listed
from tools.architecture.templates import Address, Part, Resource, Templates


@dataclass(frozen=True)
class Store:
    address: Address
    name: str
    engine: str
    size: str
    at_rest: str
    entrance: str
    """What a client needs to get in."""
    subnets: tuple[Address, ...]
    groups: tuple[Address, ...]


def read_stores(templates: Templates) -> tuple[Store, ...]:
    return (
        *(_database(templates, found) for found in templates.of_type("AWS::RDS::DBInstance")),
        *(_cache(templates, found) for found in templates.of_type("AWS::ElastiCache::ReplicationGroup")),
    )


def _database(templates: Templates, found: Resource) -> Store:
    properties = found.properties
    return Store(
        address=found.address,
        name=found.name("DBInstanceIdentifier"),
        engine=f"RDS {properties.text('Engine')} {properties.text('EngineVersion')}",
        size=f"{properties.text('DBInstanceClass')}, {'two zones' if properties.is_on('MultiAZ') else 'one zone'}",
        at_rest=_told(
            (True, f"{properties.text('AllocatedStorage')} GiB {properties.text('StorageType')}"),
            (properties.is_on("StorageEncrypted"), "encrypted at rest"),
            (properties.is_on("DeletionProtection"), "protected"),
        ),
        entrance=_told(
            (_requires_tls(templates, properties.target("DBParameterGroupName")), "TLS only"),
            (bool(properties.targets("MasterUserPassword")), "password"),
            (properties.is_on("EnableIAMDatabaseAuthentication"), "or IAM"),
        ),
        subnets=_subnets(templates, properties.target("DBSubnetGroupName")),
        groups=properties.targets("VPCSecurityGroups"),
    )


def _cache(templates: Templates, found: Resource) -> Store:
    properties = found.properties
    nodes = properties.number("NumCacheClusters")
    return Store(
        address=found.address,
        name=found.name("ReplicationGroupId"),
        engine=f"ElastiCache {properties.text('Engine')} {properties.text('EngineVersion')}",
        size=f"{properties.text('CacheNodeType')}, {nodes} {'node' if nodes == 1 else 'nodes'}",
        at_rest=_told(
            (properties.is_on("AtRestEncryptionEnabled"), "encrypted at rest"),
            (properties.is_on("AutomaticFailoverEnabled"), "fails over by itself"),
        ),
        entrance=_told((_tls_only(properties), "TLS only"), (bool(properties.targets("AuthToken")), "password")),
        subnets=_subnets(templates, properties.target("CacheSubnetGroupName")),
        groups=properties.targets("SecurityGroupIds"),
    )


def _tls_only(properties: Part) -> bool:
    return properties.is_on("TransitEncryptionEnabled") and properties.text("TransitEncryptionMode") != "preferred"


def _requires_tls(templates: Templates, parameters: Address | None) -> bool:
    if parameters is None:
        return False
    said = templates.resources[parameters].properties.text("Parameters", "require_secure_transport")
    return said in {"1", "ON"}


def _subnets(templates: Templates, group: Address | None) -> tuple[Address, ...]:
    return templates.resources[group].properties.targets("SubnetIds") if group else ()


def _told(*facts: tuple[bool, str]) -> str:
    return listed(told for is_so, told in facts if is_so)
