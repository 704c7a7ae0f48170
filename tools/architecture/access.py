"""Which role may do what with which resource, as the IAM policies of the templates say."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tools.architecture.templates import Address, Part, Templates


class Verb(StrEnum):
    PUBLISH = "publish"
    CONSUME = "consume"
    READ_SECRET = "read secret"  # noqa: S105  (what a role may do, not a secret)
    READ_SETTINGS = "read settings"
    WRITE_LOGS = "write logs"


VERBS = {
    "sns:Publish": Verb.PUBLISH,
    "sqs:ReceiveMessage": Verb.CONSUME,
    "secretsmanager:GetSecretValue": Verb.READ_SECRET,
    "appconfig:GetLatestConfiguration": Verb.READ_SETTINGS,
    "logs:PutLogEvents": Verb.WRITE_LOGS,
}
"""The one action of each that the others come with."""
TARGETS = {
    Verb.PUBLISH: "AWS::SNS::Topic",
    Verb.CONSUME: "AWS::SQS::Queue",
    Verb.READ_SECRET: "AWS::SecretsManager::Secret",
    Verb.READ_SETTINGS: "AWS::AppConfig::ConfigurationProfile",
    Verb.WRITE_LOGS: "AWS::Logs::LogGroup",
}


@dataclass(frozen=True)
class Access:
    role: Address
    verb: Verb
    target: Address


def read_accesses(templates: Templates) -> tuple[Access, ...]:
    granted = [
        Access(role, verb, target)
        for role, statement in _statements(templates)
        if statement.text("Effect") == "Allow"
        for action in statement.each("Action")
        if (verb := VERBS.get(action.text())) is not None
        for target in statement.targets("Resource")
        if templates.resources[target].type == TARGETS[verb]
    ]
    return tuple(dict.fromkeys(granted))


def _statements(templates: Templates) -> Iterator[tuple[Address, Part]]:
    for policy in templates.of_type("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        for role in policy.properties.targets("Roles"):
            for statement in policy.properties.each("PolicyDocument", "Statement"):
                yield role, statement
    for role_itself in templates.of_type("AWS::IAM::Role"):
        for inline in role_itself.properties.each("Policies"):
            for statement in inline.each("PolicyDocument", "Statement"):
                yield role_itself.address, statement
