"""The sealing key pairs, one for each stage and epoch: made while deploying and then by a schedule, destroyed in time.

The private halves are in secrets that only the rotation makes and deletes, so no template knows them.
"""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import custom_resources as cr
from constructs import Construct

from config.environments import CloudEnvironment
from config.limits import SEALING_ROTATION_SECONDS, SEALING_SLACK_SECONDS
from config.topology import Stage
from judge_constructs.sealing_secrets import private_keys_arn

HANDLER = Path(__file__).with_name("sealing_epochs")
EVERY = cdk.Duration.seconds(SEALING_ROTATION_SECONDS)
SILENT = cdk.Duration.hours(3)
"""After which without one good run an operator is told: long before the last published epoch is over."""


class SealingEpochs(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: CloudEnvironment,
        wrapping_key: kms.IKey,
        signing_key: kms.IKey,
        keyset: secretsmanager.ISecret,
        keyset_key: kms.IKey,
        log_group: logs.ILogGroup,
        alerts: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self._role = iam.Role(
            self,
            "Role",
            role_name=environment.names.role("sealing-keys"),
            description="Of the job that makes and destroys the sealing key pairs",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log_group.grant_write(self._role)
        self._allow_secrets(environment, keyset)
        self._allow("kms:Encrypt", on=wrapping_key.key_arn)
        self._allow("kms:Sign", "kms:GetPublicKey", on=signing_key.key_arn)
        # With its caller's rights Secrets Manager encrypts what it keeps. The job itself may decrypt nothing.
        through = {"kms:ViaService": f"secretsmanager.{cdk.Stack.of(self).region}.amazonaws.com"}
        for key in (wrapping_key, keyset_key):
            self._allow("kms:GenerateDataKey", "kms:Decrypt", on=key.key_arn, if_equal=through)
        limits = environment.limits
        settings = {
            "PREFIX": environment.names.sealing_secrets,
            "KEYSET": keyset.secret_arn,
            "WRAPPING_KEY": wrapping_key.key_arn,
            "SIGNING_KEY": signing_key.key_arn,
            "STAGES": ",".join(Stage),
            "EPOCH_SECONDS": str(limits.sealing_epoch_seconds),
            "LONGEST_SEAL_SECONDS": str(limits.longest_seal_seconds),
            "SLACK_SECONDS": str(SEALING_SLACK_SECONDS),
        }
        self._function = lambda_.Function(
            self,
            "Function",
            description="Makes the sealing key pairs of the next epoch, destroys those that are over",
            runtime=lambda_.Runtime.NODEJS_24_X,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HANDLER)),
            timeout=cdk.Duration.minutes(1),
            role=self._role,
            environment=settings,
            log_group=log_group,
        )
        events.Rule(
            self,
            "Schedule",
            schedule=events.Schedule.rate(EVERY),
            targets=[targets.LambdaFunction(self._function, retry_attempts=2)],
        )
        self._tell_of_silence(environment, alerts)
        provider = cr.Provider(self, "Provider", on_event_handler=self._function, log_group=log_group)
        # The first run: a gateway shall find keys when it starts.
        made = cdk.CustomResource(
            self, "Keys", resource_type="Custom::SealingKeys", service_token=provider.service_token, properties=settings
        )
        # Its rights must be there before it runs, and as long as it can.
        made.node.add_dependency(self._role)
        self.verify_key = made.get_att_string("VerifyKey")

    def _allow_secrets(self, environment: CloudEnvironment, keyset: secretsmanager.ISecret) -> None:
        self._allow("secretsmanager:ListSecrets", on="*")
        self._allow(
            *(
                f"secretsmanager:{action}"
                for action in ("CreateSecret", "TagResource", "GetSecretValue", "DeleteSecret")
            ),
            on=private_keys_arn(self, environment.names),
        )
        self._allow("secretsmanager:PutSecretValue", on=keyset.secret_arn)

    def _allow(self, *allowed: str, on: str, if_equal: dict[str, str] | None = None) -> None:
        conditions = {"StringEquals": if_equal} if if_equal else None
        self._role.add_to_policy(iam.PolicyStatement(actions=list(allowed), resources=[on], conditions=conditions))

    def _tell_of_silence(self, environment: CloudEnvironment, alerts: sns.ITopic) -> None:
        alarm = cloudwatch.Alarm(
            self,
            "Silent",
            alarm_name=f"{environment.names.prefix}-SealingKeys-NoRotation-Notify",
            alarm_description="next step: read the log of the sealing-keys job; sealing stops when the last epoch ends",
            metric=cloudwatch.MathExpression(
                label="Good runs",
                expression="FILL(runs, 0) - FILL(errors, 0)",
                using_metrics={
                    "runs": self._function.metric_invocations(period=SILENT, statistic="Sum"),
                    "errors": self._function.metric_errors(period=SILENT, statistic="Sum"),
                },
                period=SILENT,
            ),
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            threshold=1,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(alerts))
