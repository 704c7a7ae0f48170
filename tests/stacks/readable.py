"""Templates as a reviewer reads them: references become the names that they stand for."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.stacks.synthesized import Synthesized, Template

NAMES = (
    *("TopicName", "QueueName", "RepositoryName", "RoleName", "LogGroupName", "DBInstanceIdentifier"),
    *("ReplicationGroupId", "AliasName", "Name"),
)
"""The properties that hold a physical name, by whatever each service calls it."""

LONG = 400
"""Characters of a value before and after; a dashboard's body has thousands."""


class Reader:
    def __init__(self, synthesized: Synthesized) -> None:
        self._exports: dict[str, tuple[Template, Any]] = {}
        for template in synthesized.by_name.values():
            for output in template.body.get("Outputs", {}).values():
                if "Export" in output:
                    self._exports[output["Export"]["Name"]] = (template, output["Value"])

    def text(self, value: Any, template: Template) -> str:  # noqa: PLR0911 - one for each form
        """A value of a template in words."""
        match value:
            case {"Ref": name}:
                return self._named(name, template)
            case {"Fn::GetAtt": [name, "Arn"]}:
                return self._named(name, template)
            case {"Fn::GetAtt": [name, attribute]}:
                return f"{self._named(name, template)}.{attribute}"
            case {"Fn::ImportValue": export}:
                there, exported = self._exports[export]
                return self.text(exported, there)
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self.text(part, template) for part in parts)
            case {"Fn::Select": [index, parts]}:
                return f"{self.text(parts, template)}[{index}]"
            case list():
                return ", ".join(self.text(each, template) for each in value)
            case str():
                return value
            case _:
                return json.dumps(value)

    def _named(self, name: str, template: Template) -> str:
        if name.startswith("AWS::"):
            return name.removeprefix("AWS::").lower()
        resource = template.resources[name]
        if resource["Type"] == "AWS::KMS::Key":
            (alias,) = [
                each["AliasName"] for each in template.all("AWS::KMS::Alias") if name in json.dumps(each["TargetKeyId"])
            ]
            return str(alias)
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::SecretsManager::SecretTargetAttachment":
            return self.text(properties["SecretId"], template)
        found = next((properties[key] for key in NAMES if isinstance(properties.get(key), str)), None)
        return str(found or without_hash(name))


def without_hash(logical_id: str) -> str:
    """CDK ends a logical id with eight hex digits of its path."""
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)


def role_rights(synthesized: Synthesized) -> str:
    """Every named role, and what it may do to what: one action on one resource a line."""
    reader = Reader(synthesized)
    rights: dict[str, list[str]] = {
        role["RoleName"]: []
        for template in synthesized.by_name.values()
        for role in template.all("AWS::IAM::Role")
        if "RoleName" in role
    }
    for template in synthesized.by_name.values():
        for policy in template.all("AWS::IAM::Policy"):
            for role in (reader.text(each, template) for each in policy["Roles"]):
                if role in rights:
                    for statement in policy["PolicyDocument"]["Statement"]:
                        rights[role] += _lines(statement, reader, template)
    return "\n\n".join(f"{role}\n" + "\n".join(lines) for role, lines in sorted(rights.items())) + "\n"


def _lines(statement: dict[str, Any], reader: Reader, template: Template) -> list[str]:
    def listed(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value]

    conditions = [
        f"{operator} {key} {reader.text(wanted, template)}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    ]
    suffix = f"   if {' and '.join(conditions)}" if conditions else ""
    return [
        f"  {statement['Effect']:5} {action:55} {reader.text(resource, template)}{suffix}"
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]


def differences(one: Synthesized, other: Synthesized) -> str:
    """Where the second environment's templates differ from the first's, its name apart; equal changes in one line."""
    lines: list[str] = []
    for (name, template), counterpart in zip(one.by_name.items(), other.by_name.values(), strict=True):
        where: dict[str, list[str]] = {}
        for resource, change in _changes(_comparable(template, one), _comparable(counterpart, other)):
            where.setdefault(change, []).append(resource)
        lines.append(name.replace(one.names.umbrella_stack, "LlmJudge-*"))
        lines += [f"  {change}   ({', '.join(resources)})" for change, resources in sorted(where.items())]
        lines.append("")
    return "\n".join(lines)


def _comparable(template: Template, synthesized: Synthesized) -> dict[str, Any]:
    """Without the environment's name, and without the hashes that CDK makes of it."""
    name = synthesized.environment.name
    text = json.dumps(template.resources)
    text = re.sub(rf"LlmJudge(-?){name.capitalize()}", r"LlmJudge\1*", text)
    text = re.sub(rf"(?<![A-Za-z]){name}(?![A-Za-z])(?!/xvda)|{name}(?=llmjudge)", "*", text)
    text = re.sub(r"(?<=[A-Za-z])[0-9A-F]{8,}[0-9a-f]*|(?<=prune-)[0-9a-f]+", "", text)
    comparable: dict[str, Any] = json.loads(text)
    return comparable


def _changes(one: dict[str, Any], other: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The resource, and what became of it."""
    for resource in sorted(one.keys() | other.keys()):
        if resource not in other:
            yield resource, f"- {one[resource]['Type']}"
        elif resource not in one:
            yield resource, f"+ {other[resource]['Type']}"
        else:
            for change in _property_changes(one[resource], other[resource], ()):
                yield resource, change


def _property_changes(one: Any, other: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from _property_changes(one.get(key), other.get(key), (*path, key))
    elif one != other:
        before, after = json.dumps(one), json.dumps(other)
        brief = f"{before} -> {after}" if len(before + after) < LONG else "differs"
        yield f"{'.'.join(path).removeprefix('Properties.')}: {brief}"
