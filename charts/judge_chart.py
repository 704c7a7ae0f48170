"""What every chart is: a pure function of one environment's config and the account that it is for."""

from dataclasses import dataclass

import cdk8s
from constructs import Construct

from config.environments import CloudEnvironment
from config.naming import SYSTEM
from config.topology import NAMESPACE, Channel, Service

NAME_LABEL = "app.kubernetes.io/name"
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Kubernetes sets it on every namespace."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Every other name follows from the config. In a CDK stack the account is a token."""

    environment: CloudEnvironment
    account: str

    def image(self, service: Service) -> str:
        registry = f"{self.account}.dkr.ecr.{self.environment.region}.amazonaws.com"
        return self.environment.image(service, registry=registry)

    def role_arn(self, service: Service) -> str:
        return f"arn:aws:iam::{self.account}:role/{self.environment.names.service_role(service)}"

    def queue_url(self, channel: Channel) -> str:
        host = f"sqs.{self.environment.region}.amazonaws.com"
        return f"https://{host}/{self.account}/{self.environment.names.queue(channel)}"


class JudgeChart(cdk8s.Chart):
    """One file of manifests, named `name`."""

    name: str

    def __init__(self, scope: Construct, target: Target) -> None:
        super().__init__(
            scope,
            self.name,
            namespace=NAMESPACE,
            labels={"app.kubernetes.io/part-of": SYSTEM},
            # Services are reached by their names.
            disable_resource_name_hashes=True,
        )
        self.target = target
        self.build()

    def build(self) -> None:
        raise NotImplementedError
