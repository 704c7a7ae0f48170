"""Folders of templates as synth leaves them, and what the comparison makes of two of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.template_diff.comment import Report
from tools.template_diff.differences import compare
from tools.template_diff.stateful import losses

Resources = Mapping[str, Mapping[str, Any]]

SHOP: Resources = {
    "Network": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
    "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": {"CidrBlock": "10.0.1.0/24", "VpcId": {"Ref": "Network"}}},
    "Database": {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {"AllocatedStorage": "20", "Engine": "mysql", "MultiAZ": False, "Port": "3306"},
        "Metadata": {"aws:cdk:path": "Shop/MySql/Resource"},
    },
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders", "VisibilityTimeout": 180}},
    "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "full", "Threshold": 80}},
}


def with_properties(resources: Resources, name: str, **properties: Any) -> Resources:
    resource = resources[name]
    return {**resources, name: {**resource, "Properties": {**resource["Properties"], **properties}}}


def without(resources: Resources, name: str) -> Resources:
    return {other: resource for other, resource in resources.items() if other != name}


def write_templates(folder: Path, stacks: Mapping[str, Resources]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for stack, resources in stacks.items():
        (folder / f"{stack}.template.json").write_text(json.dumps({"Resources": resources}))
    return folder


def reported(
    folder: Path, base: Mapping[str, Resources], head: Mapping[str, Resources], *, label_is_set: bool = False
) -> Report:
    comparison = compare(write_templates(folder / "base", base), write_templates(folder / "head", head))
    return Report(
        base="abc",
        head="def",
        comparison=comparison,
        losses=losses(comparison.differences),
        label_is_set=label_is_set,
    )
