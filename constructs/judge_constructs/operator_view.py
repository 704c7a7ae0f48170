"""The operator's dashboard and alarms, in the order of the questions: do evaluations finish, where do they wait, what
fails, what does it cost. Each alarm says what to do next.
"""

import aws_cdk as cdk
import cdk_monitoring_constructs as monitoring
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from constructs import Construct

from config.environments import CloudEnvironment
from judge_constructs.message_channel import MessageChannel
from judge_constructs.service_metrics import PERIOD, ServiceMetrics

NOTIFY, ROLL_BACK = "Notify", "RollBack"
"""What an alarm does beside being seen: it tells people, or it also rolls a changed runtime document back."""
GIB = 1024**3
FEW_ENDED = 5
"""Below this many ended evaluations a failure rate says little."""
AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD

Measured = cloudwatch.Metric | cloudwatch.MathExpression | monitoring.CustomMetricWithAlarm


class OperatorView(Construct):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, alerts: sns.ITopic) -> None:
        super().__init__(scope, id_)
        prefix = environment.names.prefix
        self._environment = environment
        self._operations = environment.operations
        self._names = environment.names
        self._facade = monitoring.MonitoringFacade(
            self,
            "Facade",
            alarm_factory_defaults=monitoring.AlarmFactoryDefaults(
                alarm_name_prefix=prefix,
                actions_enabled=True,
                action=monitoring.SnsAlarmActionStrategy(on_alarm_topic=alerts),
                datapoints_to_alarm=1,
            ),
            dashboard_factory=monitoring.DefaultDashboardFactory(
                self, "Dashboards", dashboard_name_prefix=prefix, create_alarm_dashboard=True
            ),
        )

    @property
    def roll_back_alarms(self) -> list[cloudwatch.IAlarm]:
        return [made.alarm for made in self._facade.created_alarms_with_disambiguator(ROLL_BACK)]

    def are_evaluations_finishing(self, metrics: ServiceMetrics) -> None:
        self._facade.add_large_header("1. Are evaluations finishing?")
        # Nothing counted is no data point, not a zero.
        ended = "(FILL(failed, 0) + FILL(completed, 0))"
        rate = cloudwatch.MathExpression(
            label="Failed, %",
            expression=f"IF({ended} >= {FEW_ENDED}, 100 * FILL(failed, 0) / {ended}, 0)",
            using_metrics={"failed": metrics.failed, "completed": metrics.completed},
            period=PERIOD,
        )
        failing = self._alarmed(
            rate,
            "FailureRate",
            AT_LEAST,
            self._operations.failure_percent,
            "see question 3 for the reasons; a provider's outage passes by itself, a new setting is rolled back",
            action=ROLL_BACK,
        )
        self._graphs(
            "Evaluations",
            {
                "Accepted and ended": [metrics.accepted, metrics.completed, metrics.failed],
                "Failed, % of what ended": [failing],
                "A verdict's time, ms, p95": [metrics.judge_duration],
            },
        )

    def where_do_they_wait(self, channels: list[MessageChannel]) -> None:
        self._facade.add_large_header("2. Where do they wait?")
        for made in channels:
            self._facade.monitor_sqs_queue_with_dlq(
                queue=made.queue,
                dead_letter_queue=made.dead_letters,
                human_readable_name=made.channel.queue,
                alarm_friendly_name=made.channel.queue,
                add_queue_max_message_age_alarm={
                    NOTIFY: monitoring.MaxMessageAgeThreshold(
                        max_age_in_seconds=self._operations.oldest_message_minutes * 60,
                        alarm_description_override=(
                            f"next step: see whether {made.channel.consumer} runs, scales and reaches its provider"
                        ),
                    )
                },
                add_dead_letter_queue_max_size_alarm={
                    NOTIFY: monitoring.MaxMessageCountThreshold(
                        max_message_count=0,
                        alarm_description_override="next step: a bug or a poison message; read the runbook first",
                    )
                },
            )
            self._graphs(
                made.channel.undelivered_queue,
                {
                    "What the topic could not deliver": [
                        self._alarmed(
                            made.undelivered.metric_approximate_number_of_messages_visible(
                                period=PERIOD, statistic="Maximum"
                            ),
                            "NotEmpty",
                            AT_LEAST,
                            1,
                            "restore the queue's policy or its KMS key, then publish each message again (runbook)",
                        )
                    ]
                },
            )

    def what_fails(
        self, metrics: ServiceMetrics, *, database: rds.IDatabaseInstance, nat: autoscaling.IAutoScalingGroup
    ) -> None:
        self._facade.add_large_header("3. What fails?")
        errors = self._alarmed(
            metrics.server_errors,
            "ServerErrors",
            AT_LEAST,
            self._operations.server_errors,
            "search the gateway's log for status 500 and above; its request ids lead on",
            action=ROLL_BACK,
        )
        settings = self._alarmed(
            metrics.invalid_settings,
            "InvalidSettings",
            AT_LEAST,
            1,
            "the last good document stays active; deploy a valid one",
            action=ROLL_BACK,
        )
        dead_letters = self._alarmed(
            metrics.dead_letters,
            "DeadLetters",
            AT_LEAST,
            1,
            "a bug: the evaluation ended as FAILED(dead_letter); its request id leads to what kept failing",
        )
        self._graphs(
            "Services",
            {
                "Answers with 5xx": [errors],
                "Tried again": [metrics.retried, metrics.dependencies_away],
                "Calls that may have been made twice": [metrics.repeated],
                "Given up by a queue": [dead_letters],
                "Settings refused": [settings],
            },
        )
        self._mysql(database)
        self._redis()
        self._nat(nat)

    def what_does_it_cost(self, metrics: ServiceMetrics) -> None:
        self._facade.add_large_header("4. What does it cost?")
        charges = cloudwatch.Metric(
            namespace="AWS/Billing",
            metric_name="EstimatedCharges",
            dimensions_map={"Currency": "USD"},
            statistic="Maximum",
            period=cdk.Duration.hours(6),
            # The only region that has it.
            region="us-east-1",
            label="AWS this month, USD",
        )
        self._graphs("Cost", {"AWS this month, USD": [charges], "Tokens, paid by the callers": list(metrics.tokens)})

    def _mysql(self, database: rds.IDatabaseInstance) -> None:
        most = self._operations
        self._facade.monitor_rds_instance(
            instance=database,
            human_readable_name="MySQL",
            alarm_friendly_name="MySql",
            add_cpu_usage_alarm={
                NOTIFY: monitoring.UsageThreshold(
                    max_usage_percent=most.cpu_percent,
                    evaluation_periods=3,
                    datapoints_to_alarm=3,
                    alarm_description_override="next step: see the slow query log; a larger instance is one setting",
                )
            },
            add_free_storage_space_alarm={
                NOTIFY: monitoring.MinUsageCountThreshold(
                    min_count=most.free_storage_gib * GIB,
                    alarm_description_override="next step: raise mysql.storage_max_gib; RDS grows up to it by itself",
                )
            },
        )

    def _redis(self) -> None:
        """All nodes: after a fail-over another one is the primary."""
        nodes = [f"{self._names.cache}-{number:03}" for number in range(1, self._environment.redis.replicas + 2)]
        larger = "choose a larger redis.node_type"
        most = self._operations
        self._graphs(
            "Redis",
            {
                f"{metric_name}, highest": [
                    self._alarmed(_highest(metric_name, nodes), metric_name, AT_LEAST, limit, next_step)
                ]
                for metric_name, limit, next_step in (
                    ("EngineCPUUtilization", most.cpu_percent, larger),
                    (
                        "DatabaseMemoryUsagePercentage",
                        most.memory_percent,
                        f"{larger}: when it is full, new evaluations are refused",
                    ),
                )
            },
        )

    def _nat(self, nat: autoscaling.IAutoScalingGroup) -> None:
        group = {"AutoScalingGroupName": nat.auto_scaling_group_name}
        broken = cloudwatch.Metric(
            namespace="AWS/EC2",
            metric_name="StatusCheckFailed",
            dimensions_map=group,
            statistic="Maximum",
            period=PERIOD,
            label="Status check failed",
        )
        running = cloudwatch.Metric(
            namespace="AWS/AutoScaling",
            metric_name="GroupInServiceInstances",
            dimensions_map=group,
            statistic="Minimum",
            period=PERIOD,
            label="In service",
        )
        next_step = "no provider is reachable: end the instance, its group starts another within minutes"
        self._graphs(
            "Nat",
            {
                "Status check": [self._alarmed(broken, "Unhealthy", AT_LEAST, 1, next_step)],
                "In service": [self._alarmed(running, "Missing", BELOW, 1, next_step)],
            },
        )

    def _alarmed(
        self,
        metric: cloudwatch.Metric | cloudwatch.MathExpression,
        name: str,
        operator: cloudwatch.ComparisonOperator,
        threshold: float,
        next_step: str,
        *,
        action: str = NOTIFY,
    ) -> monitoring.CustomMetricWithAlarm:
        return monitoring.CustomMetricWithAlarm(
            metric=metric,
            alarm_friendly_name=name,
            add_alarm={
                action: monitoring.CustomThreshold(
                    threshold=threshold,
                    comparison_operator=operator,
                    alarm_description_override=f"next step: {next_step}",
                    # AppConfig also rolls back while an alarm has no data: no event must count as no trouble.
                    treat_missing_data_override=(
                        cloudwatch.TreatMissingData.BREACHING
                        if operator is BELOW
                        else cloudwatch.TreatMissingData.NOT_BREACHING
                    ),
                )
            },
        )

    def _graphs(self, name: str, graphs: dict[str, list[Measured]]) -> None:
        self._facade.monitor_custom(
            human_readable_name=name,
            alarm_friendly_name=name,
            metric_groups=[
                monitoring.CustomMetricGroup(title=title, metrics=metrics) for title, metrics in graphs.items()
            ],
        )


def _highest(metric_name: str, nodes: list[str]) -> cloudwatch.MathExpression:
    """Of a cache's nodes, which ElastiCache numbers from 001."""
    metrics = {
        f"node{number}": cloudwatch.Metric(
            namespace="AWS/ElastiCache",
            metric_name=metric_name,
            dimensions_map={"CacheClusterId": node},
            statistic="Maximum",
            period=PERIOD,
        )
        for number, node in enumerate(nodes, start=1)
    }
    return cloudwatch.MathExpression(
        label=metric_name, expression=f"MAX([{', '.join(metrics)}])", using_metrics=metrics, period=PERIOD
    )
