"""What cdk-nag's AwsSolutions pack finds and we leave as it is, with the reason. A finding that is not here fails."""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from constructs import IConstruct

from config.callers import AUTHENTICATED, token_file
from config.environments import DEV, CloudEnvironment

PACK = "AwsSolutions"
REGION, PREFIX = "<Region>", "<Prefix>"
"""Stand in a rule for those of the environment."""
NETWORK, DATA, MESSAGING, CLUSTER, OBSERVABILITY, UMBRELLA = (
    *("-Network", "-Data", "-Messaging", "-Cluster", "-Observability"),
    "",
)


@dataclass(frozen=True)
class Acknowledged:
    stack: str
    """What follows the umbrella's name in the stack's."""
    path: str
    """Of the construct, within its stack."""
    rules: tuple[str, ...]
    reason: str
    only_in: tuple[str, ...] = ()
    """Environments; none: all."""

    def rules_in(self, environment: CloudEnvironment) -> list[str]:
        """As the pack calls them there."""
        named = {REGION: environment.region, PREFIX: environment.names.prefix}
        return [f"{PACK}-{_replaced(rule, named)}" for rule in self.rules]


def _replaced(text: str, named: Mapping[str, str]) -> str:
    for name, value in named.items():
        text = text.replace(name, value)
    return text


def managed(*policies: str) -> tuple[str, ...]:
    return tuple(f"IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]" for policy in policies)


def sealing_secrets(of: str) -> str:
    return f"IAM5[Resource::arn:aws:secretsmanager:{REGION}:<AWS::AccountId>:secret:{PREFIX}/sealing/{of}*]"


LAMBDA_LOGS = managed("service-role/AWSLambdaBasicExecutionRole")
LAMBDA_IN_VPC = managed("service-role/AWSLambdaVPCAccessExecutionRole")
ANY_RESOURCE = ("IAM5[Resource::*]",)
KUBECTL = "Eks/Cluster/KubectlProvider"
CONDITIONAL_PULL = (
    'IAM4[Policy::{"Fn::If":["EksClusterKubectlProviderHandlerHasEcrPublicC426D1A5",{"Fn::Join":["",["arn:",'
    '{"Ref":"AWS::Partition"},":iam::aws:policy/AmazonElasticContainerRegistryPublicReadOnly"]]},'
    '{"Ref":"AWS::NoValue"}]}]'
)
OF_CDK = "The Lambda and its role are made by CDK itself and run only while deploying."
EPOCHS_ARE_APART = "Each epoch has a secret of its own whose name nobody knows before; all are of this one stage."
DEV_IS_SMALL = "The diagram makes development small; production has it."

ACKNOWLEDGED = (
    Acknowledged(
        NETWORK,
        "Nat/Image/CustomResourcePolicy",
        ANY_RESOURCE,
        "Looking up an image by its name reads public data; the call takes no narrower resource.",
    ),
    Acknowledged(NETWORK, "AWS679f53fac002430cb0da5b7982bd2287/ServiceRole", LAMBDA_LOGS, OF_CDK),
    Acknowledged(
        NETWORK,
        "Vpc/Vpc/NatRole",
        (*ANY_RESOURCE, *managed("AmazonSSMManagedEC2InstanceDefaultPolicy")),
        "The NAT instance attaches its own network interface at start, whose id the role cannot name; Session Manager "
        "is the only way in, so that no port for SSH is open.",
    ),
    Acknowledged(
        NETWORK,
        "Vpc/Vpc/PublicSubnet1/FckNatAsg",
        ("EC26", "AS3"),
        "The launch template encrypts the disk, where the rule does not look; an alarm tells when no instance runs.",
    ),
    Acknowledged(
        DATA,
        "MySql/MonitoringRole",
        managed("service-role/AmazonRDSEnhancedMonitoringRole"),
        "AWS's own policy for RDS's agent writes to one log group and follows the agent.",
    ),
    Acknowledged(
        DATA,
        "MySql/Instance/Secret",
        ("SMG4",),
        "The services' copy is refreshed once an hour, so an automatic rotation would lock them out in between; it is "
        "rotated by hand.",
    ),
    Acknowledged(
        DATA,
        "MySql/Instance",
        ("RDS3", "RDS10"),
        DEV_IS_SMALL,
        only_in=(DEV.name,),
    ),
    Acknowledged(DATA, "MySql/Instance", ("RDS11",), "The diagram fixes 3306; only the cluster reaches it."),
    Acknowledged(
        DATA,
        "Redis/Secret",
        ("SMG4",),
        "ElastiCache takes a new password only in two steps, with both valid in between; it is rotated by hand.",
    ),
    Acknowledged(DATA, "Redis/Cache", ("AEC4",), DEV_IS_SMALL, only_in=(DEV.name,)),
    Acknowledged(DATA, "Redis/Cache", ("AEC5",), "The diagram fixes 6379; only the cluster reaches it."),
    *(
        Acknowledged(
            DATA,
            f"Caller-{token_file(flow)}",
            ("SMG4",),
            "One command rotates it, while all services run; a Lambda for that would be one more thing that may fail.",
        )
        for flow in AUTHENTICATED
    ),
    Acknowledged(
        DATA,
        "SealingKeyset",
        ("SMG4",),
        "It holds public keys, and the sealing-keys job writes it anew every hour.",
    ),
    Acknowledged(
        UMBRELLA,
        "SealingEpochs/Role",
        (*ANY_RESOURCE, sealing_secrets("")),
        "Listing takes no narrower resource and shows names only; each epoch has a secret of its own under one prefix.",
    ),
    Acknowledged(CLUSTER, "Role-inference-service/Role", (sealing_secrets("inference/"),), EPOCHS_ARE_APART),
    Acknowledged(CLUSTER, "Role-judge-service/Role", (sealing_secrets("judge/"),), EPOCHS_ARE_APART),
    Acknowledged(
        UMBRELLA,
        "SealingEpochs/Provider/framework-onEvent/ServiceRole",
        (*LAMBDA_LOGS, "IAM5[Resource::<SealingEpochsFunction641BB250.Arn>:*]"),
        OF_CDK,
    ),
    Acknowledged(
        MESSAGING,
        "inference/Undelivered",
        ("SQS3",),
        "It is the dead-letter queue of a subscription, which the rule does not see.",
    ),
    Acknowledged(
        MESSAGING,
        "judge/Undelivered",
        ("SQS3",),
        "It is the dead-letter queue of a subscription, which the rule does not see.",
    ),
    Acknowledged(
        CLUSTER,
        "Eks/Cluster/Role",
        managed("AmazonEKSClusterPolicy"),
        "EKS requires this policy of AWS's for its control plane.",
    ),
    Acknowledged(
        CLUSTER,
        "Eks/NodeRole",
        managed("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"),
        "EKS requires these policies of AWS's for a node to join; pods cannot reach the node's role.",
    ),
    Acknowledged(CLUSTER, f"{KUBECTL}/Handler", ("L1",), OF_CDK),
    Acknowledged(
        CLUSTER,
        f"{KUBECTL}/Handler/ServiceRole",
        (
            *LAMBDA_LOGS,
            *LAMBDA_IN_VPC,
            *managed("AmazonEC2ContainerRegistryReadOnly"),
            CONDITIONAL_PULL,
        ),
        OF_CDK,
    ),
    Acknowledged(
        CLUSTER,
        f"{KUBECTL}/Provider/framework-onEvent/ServiceRole",
        (*LAMBDA_LOGS, *LAMBDA_IN_VPC, "IAM5[Resource::<EksClusterKubectlProviderHandlerDA75FB7A.Arn>:*]"),
        OF_CDK,
    ),
    Acknowledged(
        CLUSTER,
        "AddOns/LoadBalancerController/alb-sa/Role",
        (
            *ANY_RESOURCE,
            "IAM5[Resource::arn:<AWS::Partition>:ec2:*:*:security-group/*]",
            *(
                f"IAM5[Resource::arn:<AWS::Partition>:elasticloadbalancing:*:*:{kind}]"
                for kind in (
                    *("loadbalancer/app/*/*", "loadbalancer/net/*/*", "targetgroup/*/*"),
                    *("listener-rule/app/*/*/*", "listener-rule/net/*/*/*"),
                    *("listener/app/*/*/*", "listener/net/*/*/*"),
                )
            ),
        ),
        "The controller's published policy: it makes load balancers whose names nobody knows before; its conditions "
        "keep it to those with the cluster's tag.",
    ),
    Acknowledged(
        CLUSTER,
        "AddOns/autoscaler-role/Role",
        ANY_RESOURCE,
        "Describing takes no narrower resource; changing is conditioned on the tag of this cluster.",
    ),
    Acknowledged(
        UMBRELLA,
        "RuntimeConfiguration/Environment",
        ANY_RESOURCE,
        "AppConfig watches the alarms that roll a document back; describing alarms takes no narrower resource.",
    ),
)


def acknowledge(app: IConstruct, environment: CloudEnvironment) -> None:
    """Raises where a construct that is named is not there any more."""
    for known in ACKNOWLEDGED:
        if known.only_in and environment.name not in known.only_in:
            continue
        construct: IConstruct = app.node.find_child(f"{environment.names.umbrella_stack}{known.stack}")
        for step in known.path.split("/"):
            construct = construct.node.find_child(step)
        for rule in known.rules_in(environment):
            cdk.Validations.of(construct).acknowledge(cdk.Acknowledgment(id=f"{PACK}::{rule}", reason=known.reason))
