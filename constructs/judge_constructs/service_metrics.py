"""Numbers read from the services' log lines: what happened, counted by the event's name."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from config.topology import GATEWAY

PERIOD = cdk.Duration.minutes(5)
SERVER_ERROR = 500


class ServiceMetrics(Construct):
    def __init__(self, scope: Construct, id_: str, *, service_logs: logs.ILogGroup, namespace: str) -> None:
        super().__init__(scope, id_)
        self._logs = service_logs
        self._namespace = namespace
        self.accepted = self._count("Accepted", "evaluation_accepted")
        self.completed = self._count("Completed", "evaluation_completed")
        self.failed = self._count("Failed", "evaluation_failed")
        self.retried = self._count("CallsRetried", "call_retried")
        self.repeated = self._count("CallsPerhapsRepeated", "call_may_repeat")
        """A provider call that a dead worker, or one whose record Redis lost, may have made already."""
        self.dead_letters = self._count("DeadLetters", "dead_letter")
        self.dependencies_away = self._count("DependencyUnavailable", "dependency_unavailable")
        self.invalid_settings = self._count("InvalidSettings", "settings_invalid")
        self.server_errors = self._metric(
            "ServerErrors",
            logs.FilterPattern.all(
                logs.FilterPattern.string_value("$.service", "=", GATEWAY.name),
                logs.FilterPattern.string_value("$.event", "=", "http_request"),
                logs.FilterPattern.number_value("$.status", ">=", SERVER_ERROR),
            ),
            value="1",
            statistic="Sum",
        )
        self.tokens = [
            self._sum("CandidateInputTokens", "inference_completed", "$.usage.input_tokens"),
            self._sum("CandidateOutputTokens", "inference_completed", "$.usage.output_tokens"),
            self._sum("JudgeInputTokens", "evaluation_completed", "$.usage.input_tokens"),
            self._sum("JudgeOutputTokens", "evaluation_completed", "$.usage.output_tokens"),
        ]
        self.judge_duration = self._metric(
            "JudgeDuration", _event("evaluation_completed"), value="$.duration_ms", statistic="p95"
        )

    def _count(self, name: str, event: str) -> cloudwatch.Metric:
        return self._metric(name, _event(event), value="1", statistic="Sum")

    def _sum(self, name: str, event: str, field: str) -> cloudwatch.Metric:
        return self._metric(name, _event(event), value=field, statistic="Sum")

    def _metric(self, name: str, pattern: logs.IFilterPattern, *, value: str, statistic: str) -> cloudwatch.Metric:
        made = logs.MetricFilter(
            self,
            name,
            log_group=self._logs,
            metric_namespace=self._namespace,
            metric_name=name,
            filter_pattern=pattern,
            metric_value=value,
        )
        return made.metric(statistic=statistic, period=PERIOD, label=name)


def _event(name: str) -> logs.IFilterPattern:
    return logs.FilterPattern.string_value("$.event", "=", name)
