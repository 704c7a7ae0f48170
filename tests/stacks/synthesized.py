"""The stacks as CloudFormation gets them, and short ways to ask them something."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from app import build
from config.addresses import Addresses
from config.environments import CLOUD_ENVIRONMENTS, CloudEnvironment
from config.naming import Names
from config.tenant import Tenant

ROOT = Path(__file__).parents[2]
PARTS = ("Network", "Data", "Messaging", "Cluster", "Observability")

Properties = dict[str, Any]


@dataclass(frozen=True)
class Template:
    body: dict[str, Any]

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = self.body["Resources"]
        return found

    def all(self, kind: str, **wanted: Any) -> list[Properties]:
        """The properties of every resource of the type that has at least the wanted ones."""
        return [
            properties
            for resource in self.resources.values()
            if resource["Type"] == kind
            for properties in [resource.get("Properties", {})]
            if all(properties.get(name) == value for name, value in wanted.items())
        ]

    def one(self, kind: str, **wanted: Any) -> Properties:
        (found,) = self.all(kind, **wanted)
        return found

    def logical_id(self, kind: str, **wanted: Any) -> str:
        (found,) = [
            name
            for name, resource in self.resources.items()
            if resource["Type"] == kind
            and all(resource["Properties"].get(key) == value for key, value in wanted.items())
        ]
        return found


@dataclass(frozen=True)
class Synthesized:
    """The six stacks of one environment."""

    environment: CloudEnvironment
    umbrella: Template
    network: Template
    data: Template
    messaging: Template
    cluster: Template
    observability: Template
    depends_on: dict[str, set[str]]
    """Stack names by stack name."""

    @property
    def names(self) -> Names:
        return self.environment.names

    @property
    def by_name(self) -> dict[str, Template]:
        parts = (self.network, self.data, self.messaging, self.cluster, self.observability)
        named = {self.names.stack(part): template for part, template in zip(PARTS, parts, strict=True)}
        return named | {self.names.umbrella_stack: self.umbrella}

    def statements(self) -> Iterator[dict[str, Any]]:
        for template in self.by_name.values():
            for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
                for properties in template.all(kind):
                    yield from properties["PolicyDocument"]["Statement"]


def new_app(folder: Path) -> cdk.App:
    """As the command line makes it: `cdk.App()` alone does not read cdk.json."""
    return cdk.App(outdir=str(folder), context=json.loads((ROOT / "cdk.json").read_text())["context"])


def synthesize(
    folder: Path,
    *environments: CloudEnvironment,
    tenants: tuple[Tenant, ...] = (),
    addresses: Addresses | None = None,
) -> dict[str, Synthesized]:
    """By environment name."""
    app = new_app(folder)
    chosen = environments or tuple(CLOUD_ENVIRONMENTS.values())
    for environment in chosen:
        build(app, environment, tenants=tenants, addresses=addresses)
    assembly = app.synth()
    made = {stack.stack_name: stack for stack in assembly.stacks}
    result: dict[str, Synthesized] = {}
    for environment in chosen:
        names = environment.names
        parts = {part.lower(): Template(made[names.stack(part)].template) for part in PARTS}
        stacks = [names.umbrella_stack, *(names.stack(part) for part in PARTS)]
        result[environment.name] = Synthesized(
            environment=environment,
            umbrella=Template(made[names.umbrella_stack].template),
            depends_on={name: {found.id for found in made[name].dependencies if found.id in made} for name in stacks},
            **parts,
        )
    return result
