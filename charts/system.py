"""All charts of one environment, in the order in which they are applied."""

from constructs import Construct

from charts.ai_model_service import AiModelService
from charts.external_secrets import ExternalSecrets
from charts.gateway_service import GatewayService
from charts.inference_service import InferenceService
from charts.judge_chart import JudgeChart, Target
from charts.judge_service import JudgeService
from charts.namespace import Namespace
from charts.network_policies import NetworkPolicies
from charts.persistence_service import PersistenceService
from charts.redis_service import RedisService

CHARTS: tuple[type[JudgeChart], ...] = (
    Namespace,
    NetworkPolicies,
    ExternalSecrets,
    RedisService,
    PersistenceService,
    InferenceService,
    JudgeService,
    AiModelService,
    GatewayService,
)


def add_charts(scope: Construct, target: Target) -> list[JudgeChart]:
    return [chart(scope, target) for chart in CHARTS]
