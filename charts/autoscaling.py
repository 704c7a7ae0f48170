"""What makes a workload more: its CPU, or the backlog of its queue. Fewer it becomes slowly, one by one."""

from cdk8s_plus_29 import k8s
from constructs import Construct

from charts.custom_object import add_custom_object
from config.topology import Service
from config.workloads import ScaledByBacklog, ScaledByCpu

CALM_SECONDS = 300
"""For so long fewer pods must have been enough before one is taken away."""
STEP_SECONDS = 60
KEDA_API = "keda.sh/v1alpha1"


def scale_by_cpu(scope: Construct, service: Service, workload: ScaledByCpu) -> None:
    k8s.KubeHorizontalPodAutoscalerV2(
        scope,
        "autoscaler",
        metadata=k8s.ObjectMeta(name=service.name),
        spec=k8s.HorizontalPodAutoscalerSpecV2(
            scale_target_ref=k8s.CrossVersionObjectReferenceV2(
                api_version="apps/v1", kind="Deployment", name=service.name
            ),
            min_replicas=workload.min_replicas,
            max_replicas=workload.max_replicas,
            metrics=[
                k8s.MetricSpecV2(
                    type="Resource",
                    resource=k8s.ResourceMetricSourceV2(
                        name="cpu",
                        target=k8s.MetricTargetV2(type="Utilization", average_utilization=workload.cpu_percent),
                    ),
                )
            ],
            behavior=k8s.HorizontalPodAutoscalerBehaviorV2(
                scale_down=k8s.HpaScalingRulesV2(
                    stabilization_window_seconds=CALM_SECONDS,
                    policies=[k8s.HpaScalingPolicyV2(type="Pods", value=1, period_seconds=STEP_SECONDS)],
                )
            ),
        ),
    )


def scale_by_backlog(
    scope: Construct, service: Service, workload: ScaledByBacklog, *, queue_url: str, region: str
) -> None:
    """KEDA. The backlog counts what is in flight, so that busy workers are not taken for idle ones.

    A worker that is taken away all the same has its grace period to finish its calls, and puts back what it has not
    begun.
    """
    own_role = f"{service.name}-backlog"
    add_custom_object(
        scope,
        api_version=KEDA_API,
        kind="TriggerAuthentication",
        name=own_role,
        # KEDA's own role, which may measure the two queues and nothing else.
        spec={"podIdentity": {"provider": "aws"}},
    )
    add_custom_object(
        scope,
        api_version=KEDA_API,
        kind="ScaledObject",
        name=service.name,
        spec={
            "scaleTargetRef": {"kind": "Deployment", "name": service.name},
            "minReplicaCount": workload.min_replicas,
            "maxReplicaCount": workload.max_replicas,
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "behavior": {
                        "scaleDown": {
                            "stabilizationWindowSeconds": CALM_SECONDS,
                            "policies": [{"type": "Pods", "value": 1, "periodSeconds": STEP_SECONDS}],
                        }
                    }
                }
            },
            "triggers": [
                {
                    "type": "aws-sqs-queue",
                    "authenticationRef": {"name": own_role},
                    "metadata": {
                        "queueURL": queue_url,
                        "queueLength": str(workload.backlog_per_replica),
                        "scaleOnInFlight": "true",
                        "awsRegion": region,
                    },
                }
            ],
        },
    )
