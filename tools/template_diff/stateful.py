"""Which resources hold something that no deployment makes again, and what is lost with each."""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.template_diff.differences import Difference, Impact, ResourceChange, Standing

LABEL = "replace-stateful"
"""On a pull request it says: somebody has thought of what is lost."""

LOST_WITH = {
    "AWS::EC2::Subnet": "the addresses of nodes, endpoints, MySQL and Redis, none of which can move to another subnet",
    "AWS::EC2::VPC": "everything inside it, which would have to be made again",
    "AWS::ECR::Repository": "the images that running pods are started from again",
    "AWS::EKS::Cluster": "every workload in it, and the OIDC issuer that every service's role trusts",
    "AWS::ElastiCache::ReplicationGroup": "the state of every evaluation under way and the results of seven days",
    "AWS::KMS::Key": "everything that it encrypted: nothing else can decrypt it",
    "AWS::Logs::LogGroup": "the logs kept so far",
    "AWS::RDS::DBInstance": "the history of every evaluation since the last snapshot",
    "AWS::SecretsManager::Secret": "a password or key that was made while deploying and exists nowhere else",
    # It keeps no message, but whoever still publishes to it is answered as always, and nobody receives that.
    "AWS::SNS::Topic": "its confirmed subscriptions, and what services publish to it before they know the new one",
    "AWS::SQS::Queue": "the messages in it: evaluations that were accepted",
    "Custom::SealingKeys": "every private sealing key: the keys in all messages under way could not be opened any more",
}

HAPPENS = {
    Impact.REPLACE: "will be replaced",
    Impact.MAY_REPLACE: "may be replaced",
    Impact.DESTROY: "will be deleted",
    Impact.ORPHAN: "will be left behind in the account, used by nothing",
}
GONE = "is in a stack that the app no longer has"


@dataclass(frozen=True)
class Loss:
    stack: str
    resource: ResourceChange
    happens: str
    lost: str


def losses(differences: tuple[Difference, ...]) -> tuple[Loss, ...]:
    return tuple(loss for difference in differences for loss in _of_one(difference))


def _of_one(difference: Difference) -> Iterator[Loss]:
    for resource in difference.resources:
        happens = GONE if difference.standing is Standing.GONE else HAPPENS.get(resource.impact)
        if happens and resource.type in LOST_WITH:
            yield Loss(difference.stack, resource, happens, LOST_WITH[resource.type])
