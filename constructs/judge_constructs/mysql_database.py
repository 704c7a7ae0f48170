"""RDS for MySQL: encrypted, TLS only, IAM authentication on, its credentials made and kept in Secrets Manager."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.environments import CloudEnvironment
from config.naming import DATABASE
from config.topology import MYSQL_PORT
from judge_constructs.encryption_key import removal_policy
from judge_constructs.retained_logs import RetainedLogs
from judge_constructs.three_tier_vpc import DATA

USERNAME = DATABASE
EXPORTED_LOGS = ("error", "slowquery")
ENGINE_VERSIONS = {"8.0": rds.MysqlEngineVersion.VER_8_0_46, "8.4": rds.MysqlEngineVersion.VER_8_4_10}
"""RDS creates a full version only; patches within it are applied by RDS itself."""


class MySqlDatabase(Construct):
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
        config, names = environment.mysql, environment.names
        engine = rds.DatabaseInstanceEngine.mysql(version=ENGINE_VERSIONS[environment.versions.mysql])
        parameters = rds.ParameterGroup(
            self,
            "Parameters",
            engine=engine,
            description=f"{names.prefix}: TLS only, UTC, strict",
            parameters={
                "require_secure_transport": "1",
                "time_zone": "UTC",
                "character_set_server": "utf8mb4",
                "sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
                "slow_query_log": "1",
                "long_query_time": "1",
                "log_output": "FILE",
            },
        )
        # RDS writes to the groups that it finds; those that it makes itself would be kept for ever.
        exported = [
            RetainedLogs(
                self,
                f"Logs-{kind}",
                environment=environment,
                name=f"/aws/rds/instance/{names.database_instance}/{kind}",
            )
            for kind in EXPORTED_LOGS
        ]
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            instance_identifier=names.database_instance,
            engine=engine,
            instance_type=ec2.InstanceType(config.instance_type),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_group_name=DATA),
            security_groups=[security_group],
            port=MYSQL_PORT,
            database_name=DATABASE,
            credentials=rds.Credentials.from_generated_secret(
                USERNAME, secret_name=names.database_secret, encryption_key=key
            ),
            parameter_group=parameters,
            storage_type=rds.StorageType.GP3,
            allocated_storage=config.storage_gib,
            max_allocated_storage=config.storage_max_gib,
            storage_encrypted=True,
            storage_encryption_key=key,
            iam_authentication=True,
            multi_az=config.multi_az,
            publicly_accessible=False,
            auto_minor_version_upgrade=True,
            backup_retention=cdk.Duration.days(config.backup_days),
            copy_tags_to_snapshot=True,
            deletion_protection=config.deletion_protection,
            delete_automated_backups=not environment.keep_data,
            removal_policy=cdk.RemovalPolicy.SNAPSHOT if environment.keep_data else cdk.RemovalPolicy.DESTROY,
            cloudwatch_logs_exports=list(EXPORTED_LOGS),
            enable_performance_insights=False,
            monitoring_interval=cdk.Duration.minutes(1),
            monitoring_role=_monitoring_role(self),
        )
        self.instance.node.add_dependency(*exported)
        secret = self.instance.secret
        if secret is None:
            raise AssertionError("a generated credential is always kept in a secret")
        self.secret: secretsmanager.ISecret = secret
        # What `secret` gives is only its attachment to the instance.
        cdk.RemovalPolicies.of(self.instance.node.find_child("Secret")).apply(removal_policy(environment))


def _monitoring_role(scope: Construct) -> iam.Role:
    """RDS's agent writes the instance's CPU, memory and disk to CloudWatch every minute."""
    return iam.Role(
        scope,
        "MonitoringRole",
        assumed_by=iam.ServicePrincipal("monitoring.rds.amazonaws.com"),
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name("service-role/AmazonRDSEnhancedMonitoringRole")
        ],
    )
