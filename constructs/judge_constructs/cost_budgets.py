"""A monthly budget for each threshold of the config; a notice goes out when it is reached, and when it is forecast."""

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct


class CostBudgets(Construct):
    def __init__(self, scope: Construct, id_: str, *, thresholds_usd: tuple[int, ...], alerts: sns.ITopic) -> None:
        """Without names of ours: a notice cannot be changed, so a budget must be replaceable."""
        super().__init__(scope, id_)
        notices = [_notice(kind, alerts) for kind in ("ACTUAL", "FORECASTED")]
        for threshold in thresholds_usd:
            budgets.CfnBudget(
                self,
                f"Budget{threshold}",
                budget=budgets.CfnBudget.BudgetDataProperty(
                    budget_type="COST",
                    time_unit="MONTHLY",
                    budget_limit=budgets.CfnBudget.SpendProperty(amount=threshold, unit="USD"),
                ),
                notifications_with_subscribers=notices,
            )


def _notice(kind: str, alerts: sns.ITopic) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind, comparison_operator="GREATER_THAN", threshold=100, threshold_type="PERCENTAGE"
        ),
        subscribers=[budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=alerts.topic_arn)],
    )
