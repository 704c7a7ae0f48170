"""What each stack is charged for, from the config: one function a stack, in the order of deployment."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from config.callers import AUTHENTICATED
from config.topology import CHANNELS, SERVICES, Stage
from config.versions import Engine, Support, standing
from tools.cost.case import (
    Case,
    aws_traffic,
    endpoint_hours,
    group_disks,
    group_nodes,
    mysql_copies,
    mysql_instance,
    mysql_storage,
    nat_instance,
    redis_nodes,
)
from tools.cost.line import HOURS, HOURS_A_MONTH, KB_IN_A_GB, Factor, Line, count, gigabytes, kilobytes

KMS_KEYS = {"Data": 3, "Messaging": 1, "Cluster": 1, "Observability": 1}
"""By stack: data at rest, wrapping and signing of sealing keys; messages; Kubernetes secrets and images; notices."""
SECRETS = 3 + len(AUTHENTICATED)
"""The passwords of MySQL and Redis, the public sealing keys, and the token of each flow between services."""
LIVING_EPOCHS = 2
"""That have private sealing keys: the present one and the next; one that is over has its for two hours more."""
ALARMED_METRICS = 17
"""An alarm is charged for each metric that it watches: those of failure rate and key rotation watch two."""
ALARMED_METRICS_A_REDIS_NODE = 2
DASHBOARDS = 2
LOG_METRICS = 16
"""Read from the services' log lines."""
REQUESTS_A_MESSAGE = 3
"""Of SQS: SNS sends it, a worker receives it and deletes it. Batches make it fewer."""
YEARS_1_AND_2 = timedelta(days=2 * 365)
"""Of extended support; in the third its price doubles."""
DAYS_A_MONTH = 30


def network_lines(case: Case) -> tuple[Line, ...]:
    return (
        nat_instance(case, case.environment.network.nat_instance_type),
        case.line("its IPv4 address", "vpc.public-ipv4", HOURS),
        endpoint_hours(case),
        *aws_traffic(case, "vpc.interface-endpoint-data"),
    )


def data_lines(case: Case) -> tuple[Line, ...]:
    return (
        mysql_instance(case, case.environment.mysql.instance_type),
        mysql_storage(case, "gp3"),
        *_mysql_extended_support(case),
        redis_nodes(case, case.environment.redis.node_type),
        _keys(case, "Data"),
        case.line("Secrets", "secretsmanager.secret", count(SECRETS, "secret")),
        case.line(
            "Private sealing keys",
            "secretsmanager.secret",
            count(len(Stage), "stage"),
            count(LIVING_EPOCHS, "epoch"),
        ),
    )


def _mysql_extended_support(case: Case) -> tuple[Line, ...]:
    version = case.environment.versions.mysql
    found = standing(Engine.MYSQL, version, on=case.on)
    if found.support is Support.STANDARD or found.window.standard_until is None:
        return ()
    years = "year-3" if case.on - found.window.standard_until > YEARS_1_AND_2 else "years-1-2"
    vcpus = count(case.prices.vcpus_of(case.environment.mysql.instance_type), "vCPU")
    what = f"MySQL {version} surcharge"
    return (case.line(what, f"rds.extended-support.{years}", vcpus, mysql_copies(case), HOURS),)


def messaging_lines(case: Case) -> tuple[Line, ...]:
    usage = case.usage
    evaluations, channels = count(usage.evaluations, "evaluation"), count(len(CHANNELS), "channel")
    polls = _polls(every_seconds=case.environment.limits.receive_wait_seconds)
    requests = count(REQUESTS_A_MESSAGE, "request")
    workers = _pods(case, [channel.consumer for channel in CHANNELS])
    return (
        case.line("SNS publishes", "sns.publish", evaluations, channels),
        case.line("SQS, messages", "sqs.request", evaluations, channels, requests),
        case.line("SQS, idle polls", "sqs.request", workers, polls),
        _keys(case, "Messaging"),
    )


def cluster_lines(case: Case) -> tuple[Line, ...]:
    stored = gigabytes(case.usage.stored_image_gb)
    lines = [case.line("Control plane", "eks.control-plane", HOURS), *_kubernetes_extended_support(case)]
    for group in case.environment.node_groups:
        lines.append(group_nodes(case, group, number=group.desired_nodes, capacity=group.capacity))
        lines.append(group_disks(case, group, number=group.desired_nodes, kind="gp3"))
    return (
        *lines,
        case.line("Images", "ecr.storage", count(len(SERVICES), "service"), stored),
        _keys(case, "Cluster"),
    )


def _kubernetes_extended_support(case: Case) -> tuple[Line, ...]:
    version = case.environment.versions.kubernetes
    if standing(Engine.KUBERNETES, version, on=case.on).support is Support.STANDARD:
        return ()
    return (case.line(f"Kubernetes {version} surcharge", "eks.extended-support", HOURS),)


def observability_lines(case: Case) -> tuple[Line, ...]:
    usage, days = case.usage, case.environment.operations.log_retention_days
    written = Decimal(usage.evaluations * usage.log_kb) / KB_IN_A_GB + usage.platform_log_gb
    kept = Factor(written, f"{written:.1f} GB"), Factor(Decimal(days) / DAYS_A_MONTH, f"{days} days")
    evaluations, size = count(usage.evaluations, "evaluation"), kilobytes(usage.log_kb)
    watched = ALARMED_METRICS + ALARMED_METRICS_A_REDIS_NODE * (1 + case.environment.redis.replicas)
    return (
        case.line("Logs of the services", "cloudwatch.log-ingestion", evaluations, size),
        case.line("Logs of the platform", "cloudwatch.log-ingestion", gigabytes(usage.platform_log_gb)),
        case.line("Logs kept", "cloudwatch.log-storage", *kept),
        case.line("Alarms", "cloudwatch.alarm", count(watched, "metric")),
        case.line("Dashboards", "cloudwatch.dashboard", count(DASHBOARDS, "dashboard")),
        case.line("Metrics from log lines", "cloudwatch.metric", count(LOG_METRICS, "metric")),
        _keys(case, "Observability"),
    )


def platform_lines(case: Case) -> tuple[Line, ...]:
    usage, size = case.usage, kilobytes(case.usage.evaluation_kb)
    zones = count(len(case.environment.network.availability_zones), "zone")
    readers = _pods(case, [service.name for service in SERVICES if service.reads_settings])
    polls = _polls(every_seconds=case.environment.limits.config_poll_seconds)
    return (
        case.line("Load balancer", "alb", HOURS),
        case.line("its IPv4 addresses", "vpc.public-ipv4", zones, HOURS),
        # An LCU takes a GB an hour; its other measures, such as new connections, stay far below that.
        case.line("its traffic", "alb.lcu", count(usage.evaluations, "evaluation"), size, count(2, "way")),
        case.line("AppConfig polls", "appconfig.poll", readers, polls),
    )


def _keys(case: Case, stack: str) -> Line:
    return case.line("KMS keys", "kms.key", count(KMS_KEYS[stack], "key"))


def _polls(*, every_seconds: int) -> Factor:
    polls = Decimal(HOURS_A_MONTH * 3600) / every_seconds
    return Factor(polls, f"{polls:,.0f} polls")


def _pods(case: Case, services: Iterable[str]) -> Factor:
    """As many as there are without load."""
    workloads = case.environment.workloads.by_service
    return count(sum(workloads[name].min_replicas for name in services), "pod")
