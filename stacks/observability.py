"""Step 5 of 6: what an operator is shown and told."""

import aws_cdk as cdk
from constructs import Construct

from config.environments import CloudEnvironment
from judge_constructs.alerts import Alerts
from judge_constructs.cost_budgets import CostBudgets
from judge_constructs.operator_view import OperatorView
from judge_constructs.service_metrics import ServiceMetrics
from stacks.cluster import ClusterStack
from stacks.data import DataStack
from stacks.messaging import MessagingStack
from stacks.network import NetworkStack


class ObservabilityStack(cdk.Stack):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: CloudEnvironment,
        network: NetworkStack,
        data: DataStack,
        messaging: MessagingStack,
        cluster: ClusterStack,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id_, env=env)
        names = environment.names
        alerts = Alerts(self, "Alerts", environment=environment)
        metrics = ServiceMetrics(self, "Metrics", service_logs=cluster.service_logs, namespace=names.metric_namespace)
        view = OperatorView(self, "View", environment=environment, alerts=alerts.topic)
        view.are_evaluations_finishing(metrics)
        view.where_do_they_wait(list(messaging.channels.values()))
        view.what_fails(metrics, database=data.mysql.instance, nat=network.nat_group)
        view.what_does_it_cost(metrics)
        self.alerts = alerts.topic
        self.roll_back_alarms = view.roll_back_alarms
        CostBudgets(
            self,
            "Budgets",
            thresholds_usd=environment.operations.budget_thresholds_usd,
            alerts=alerts.topic,
        )
