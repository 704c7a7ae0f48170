"""AppConfig: the runtime document, checked against the schema of its own model, rolled out step by step, rolled back by
alarms.
"""

import json

import aws_cdk as cdk
from aws_cdk import aws_appconfig as appconfig
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from config.document_schema import document_schema
from config.environments import CloudEnvironment
from config.runtime_document import RuntimeDocument

GROWTH_PERCENT = 20


class RuntimeConfiguration(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: CloudEnvironment,
        document: RuntimeDocument,
        roll_back_on: list[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, id_)
        names, operations, stack = environment.names, environment.operations, cdk.Stack.of(self)
        application = appconfig.Application(self, "Application", application_name=names.appconfig_application)
        target = appconfig.Environment(
            self,
            "Environment",
            application=application,
            environment_name=names.appconfig_environment,
            monitors=[appconfig.Monitor.from_cloud_watch_alarm(alarm) for alarm in roll_back_on],
        )
        duration = cdk.Duration.minutes(operations.rollout_minutes)
        bake = cdk.Duration.minutes(operations.bake_minutes)
        strategy = appconfig.DeploymentStrategy(
            self,
            "Strategy",
            deployment_strategy_name=f"{names.prefix}-rollout",
            rollout_strategy=appconfig.RolloutStrategy.linear(
                growth_factor=GROWTH_PERCENT if operations.rollout_minutes else 100,
                deployment_duration=duration,
                final_bake_time=bake,
            ),
        )
        configuration = appconfig.HostedConfiguration(
            self,
            "Document",
            application=application,
            name=names.appconfig_profile,
            content=appconfig.ConfigurationContent.from_inline_json(
                stack.to_json_string(document.model_dump(mode="json"))
            ),
            validators=[appconfig.JsonSchemaValidator.from_inline(json.dumps(document_schema()))],
            deploy_to=[target],
            deployment_strategy=strategy,
        )
        self.arn = stack.format_arn(
            service="appconfig",
            resource="application",
            resource_name=(
                f"{application.application_id}/environment/{target.environment_id}"
                f"/configuration/{configuration.configuration_profile_id}"
            ),
        )
