"""A CloudWatch log group with an end: one made by a service on its first line would be kept for ever."""

from aws_cdk import aws_logs as logs
from constructs import Construct

from config.environments import CloudEnvironment
from judge_constructs.encryption_key import removal_policy

RETENTIONS = {
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


class RetainedLogs(logs.LogGroup):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, name: str) -> None:
        super().__init__(
            scope,
            id_,
            log_group_name=name,
            retention=RETENTIONS[environment.operations.log_retention_days],
            removal_policy=removal_policy(environment),
        )


def retain_logs_of(scope: Construct, *, environment: CloudEnvironment) -> None:
    """Also those that CDK makes for the Lambdas of its own: its default is two years."""
    for made in scope.node.find_all():
        if isinstance(made, logs.CfnLogGroup):
            made.retention_in_days = environment.operations.log_retention_days
            made.apply_removal_policy(removal_policy(environment))
