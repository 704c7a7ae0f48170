"""ECR: one repository for each service; images are scanned, their tags never move, and old ones go."""

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from constructs import Construct

from config.environments import CloudEnvironment
from config.topology import SERVICES
from judge_constructs.encryption_key import removal_policy

KEPT_IMAGES = 20
"""Tagged ones: for two platforms each consists of several. Enough to roll back for weeks; ECR charges by stored GB."""


class ServiceRepositories(Construct):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, key: kms.IKey) -> None:
        super().__init__(scope, id_)
        for service in SERVICES:
            ecr.Repository(
                self,
                service.name,
                repository_name=environment.names.repository(service),
                image_scan_on_push=True,
                image_tag_mutability=ecr.TagMutability.IMMUTABLE,
                encryption=ecr.RepositoryEncryption.KMS,
                encryption_key=key,
                lifecycle_rules=[ecr.LifecycleRule(tag_pattern_list=["*"], max_image_count=KEPT_IMAGES)],
                removal_policy=removal_policy(environment),
                empty_on_delete=not environment.keep_data,
            )
