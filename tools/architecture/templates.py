"""The templates of one environment, and what a reference in one of them leads to, across stacks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from tools.architecture.names import listed

ENDING = ".template.json"
KNOWN_WHEN_DEPLOYED = "?"


class UnreadableTemplates(Exception):
    """There are none, or they do not fit together."""


class Address(NamedTuple):
    stack: str
    logical_id: str


@dataclass(frozen=True, eq=False)
class Part:
    """The properties of a resource, or a part of them. A path that leads nowhere is an empty part."""

    templates: "Templates"
    stack: str
    value: Any

    def at(self, *path: str) -> "Part":
        value = self.value
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return Part(self.templates, self.stack, value)

    def each(self, *path: str) -> list["Part"]:
        found = self.at(*path).value
        values = found if isinstance(found, list) else [] if found is None else [found]
        return [Part(self.templates, self.stack, value) for value in values]

    def text(self, *path: str) -> str:
        return _text(self.at(*path).value)

    def texts(self, *path: str) -> list[str]:
        """Of a mapping."""
        found = self.at(*path).value
        return [_text(value) for value in found.values()] if isinstance(found, Mapping) else []

    def number(self, *path: str) -> int:
        return int(self.text(*path) or 0)

    def is_on(self, *path: str) -> bool:
        return self.at(*path).value is True

    def targets(self, *path: str) -> tuple[Address, ...]:
        """Every resource that is referred to in there, in the order of the text."""
        return tuple(dict.fromkeys(self.templates.targets(self.stack, self.at(*path).value)))

    def target(self, *path: str) -> Address | None:
        return next(iter(self.targets(*path)), None)


@dataclass(frozen=True, eq=False)
class Resource:
    address: Address
    type: str
    properties: Part

    def name(self, prop: str) -> str:
        """Where AWS chooses the name, what it is called in its template."""
        return self.properties.text(prop) or self.address.logical_id


@dataclass(frozen=True, eq=False)
class Templates:
    stacks: Mapping[str, Mapping[str, Any]]
    """Template by stack name."""

    @cached_property
    def resources(self) -> dict[Address, Resource]:
        return {
            Address(stack, name): Resource(
                address=Address(stack, name),
                type=found["Type"],
                properties=Part(self, stack, found.get("Properties", {})),
            )
            for stack, template in sorted(self.stacks.items())
            for name, found in template["Resources"].items()
        }

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources.values() if resource.type in types]

    def one(self, kind: str) -> Resource:
        """The first of them. Raises UnreadableTemplates."""
        for found in self.of_type(kind):
            return found
        raise UnreadableTemplates(f"{listed(self.stacks)}: no {kind}, so no architecture to draw")

    def targets(self, stack: str, value: Any) -> Iterator[Address]:
        """Raises UnreadableTemplates."""
        match value:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                yield from self._itself(Address(stack, name))
            case {"Fn::ImportValue": exported}:
                yield from self.targets(*self._export(stack, _text(exported)))
            case Mapping():
                for inner in value.values():
                    yield from self.targets(stack, inner)
            case list():
                for inner in value:
                    yield from self.targets(stack, inner)

    def _itself(self, address: Address) -> Iterator[Address]:
        found = self.resources.get(address)
        if found is None:  # a parameter such as AWS::AccountId
            return
        # CDK refers to a database's secret by way of its attachment.
        attached = found.type == "AWS::SecretsManager::SecretTargetAttachment"
        yield from found.properties.targets("SecretId") if attached else (address,)

    def _export(self, stack: str, name: str) -> tuple[str, Any]:
        if name not in self._exports:
            raise UnreadableTemplates(f"{stack} imports {name}, which no stack exports: run `make synth` again")
        return self._exports[name]

    @cached_property
    def _exports(self) -> dict[str, tuple[str, Any]]:
        return {
            _text(output["Export"]["Name"]): (stack, output["Value"])
            for stack, template in self.stacks.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }


def read_templates(folder: Path, umbrella_stack: str) -> Templates:
    """Of the umbrella stack and those named after it. Raises UnreadableTemplates."""
    paths = sorted(
        path
        for path in folder.glob(f"{umbrella_stack}*{ENDING}")
        if path.name.removeprefix(umbrella_stack).startswith((ENDING, "-"))
    )
    if not paths:
        raise UnreadableTemplates(f"{folder} has no templates of {umbrella_stack}: run `make synth` first")
    return Templates({path.name.removesuffix(ENDING): json.loads(path.read_text()) for path in paths})


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str() | int():
            return str(value)
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(_text(part) for part in parts)
        case _:
            return KNOWN_WHEN_DEPLOYED
