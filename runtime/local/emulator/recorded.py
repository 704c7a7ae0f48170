"""What the emulator has no model of: a deployment only records it, under a name and with the attributes others ask for.

Pure data, so that whoever reports on a deployment can say what it did not prove.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

ALARM = "AWS::CloudWatch::Alarm"
METRIC_MATH = f"{ALARM} by metric math"


@dataclass(frozen=True)
class Recorded:
    identifier: str = "{stack}-{logical_id}-{unique}"
    """What `Ref` gives. Filled in with the resource's properties and with what the emulator knows of it."""
    attributes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What `Fn::GetAtt` gives."""


RECORDED_ONLY: Mapping[str, Recorded] = {
    "AWS::Budgets::Budget": Recorded(),
    METRIC_MATH: Recorded("{AlarmName}", {"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{AlarmName}"}),
    "AWS::EC2::FlowLog": Recorded("fl-{unique}"),
    "AWS::EC2::NetworkInterface": Recorded("eni-{unique}"),
    "AWS::EC2::SecurityGroupIngress": Recorded("sgr-{unique}"),
    "AWS::EKS::AccessEntry": Recorded(),
    "AWS::EKS::Addon": Recorded("{ClusterName}|{AddonName}"),
    "AWS::IAM::OIDCProvider": Recorded("arn:aws:iam::{account}:oidc-provider/{host}"),
    "Custom::AWSCDK-EKS-HelmChart": Recorded(),
    "Custom::AWSCDK-EKS-KubernetesResource": Recorded(),
    "Custom::FckNatImage": Recorded(attributes={"Images.0.ImageId": "ami-{unique}"}),
    "Custom::VpcRestrictDefaultSG": Recorded(),
}
"""By kind of resource."""


def recorded_kind(resource_type: str, properties: Mapping[str, Any]) -> str | None:
    """None: it is created for real."""
    kind = METRIC_MATH if resource_type == ALARM and "Metrics" in properties else resource_type
    return kind if kind in RECORDED_ONLY else None
