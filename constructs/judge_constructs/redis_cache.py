"""ElastiCache for Redis: TLS, a password, encrypted at rest, no eviction: a full cache refuses, it never forgets."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.environments import CloudEnvironment
from config.topology import REDIS_PORT
from judge_constructs.encryption_key import removal_policy
from judge_constructs.three_tier_vpc import DATA

PARAMETER_FAMILIES = {"7.1": "redis7"}
PASSWORD_LENGTH = 64
"""ElastiCache takes 16 to 128 printable characters, without most punctuation."""


class RedisCache(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: CloudEnvironment,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id_)
        config, names, version = environment.redis, environment.names, environment.versions.redis
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=names.redis_secret,
            description="Password of the Redis cache",
            encryption_key=key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 - the form that the generated one is put into
                generate_string_key="password",
                exclude_punctuation=True,
                password_length=PASSWORD_LENGTH,
            ),
            removal_policy=removal_policy(environment),
        )
        subnets = elasticache.CfnSubnetGroup(
            self,
            "Subnets",
            cache_subnet_group_name=names.cache,
            description="Data subnets",
            subnet_ids=vpc.select_subnets(subnet_group_name=DATA).subnet_ids,
        )
        parameters = elasticache.CfnParameterGroup(
            self,
            "Parameters",
            cache_parameter_group_family=PARAMETER_FAMILIES[version],
            description=f"{names.prefix}: refuse when full, never evict a request",
            # The default, volatile-lru, silently drops keys that have a TTL, and every request key has one.
            properties={"maxmemory-policy": "noeviction"},
        )
        fail_over = config.replicas > 0
        self.cache = elasticache.CfnReplicationGroup(
            self,
            "Cache",
            replication_group_id=names.cache,
            replication_group_description="State of requests, kept for seven days",
            engine="redis",
            engine_version=version,
            cache_node_type=f"cache.{config.node_type}",
            num_cache_clusters=1 + config.replicas,
            automatic_failover_enabled=fail_over,
            multi_az_enabled=fail_over,
            port=REDIS_PORT,
            cache_subnet_group_name=subnets.ref,
            cache_parameter_group_name=parameters.ref,
            security_group_ids=[security_group.security_group_id],
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            auth_token=self.secret.secret_value_from_json("password").unsafe_unwrap(),
            at_rest_encryption_enabled=True,
            kms_key_id=key.key_arn,
            snapshot_retention_limit=config.snapshot_days,
            auto_minor_version_upgrade=True,
        )
        self.cache.apply_removal_policy(
            cdk.RemovalPolicy.SNAPSHOT if environment.keep_data else cdk.RemovalPolicy.DESTROY
        )
