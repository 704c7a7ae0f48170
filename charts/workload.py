"""What every workload consists of: an account, a deployment, the name it is reached by, and a limit to disruption."""

from cdk8s_plus_29 import k8s
from constructs import Construct

from charts.judge_chart import NAME_LABEL
from charts.pod import PORT_NAME
from config.cluster import ROLE_ANNOTATION
from config.topology import Service
from config.workloads import SURGE_PODS

KEPT_REVISIONS = 3


def add_workload(
    scope: Construct,
    service: Service,
    *,
    pod: k8s.PodSpec,
    role_arn: str | None = None,
    replicas: int | None = None,
    surge: int = SURGE_PODS,
) -> None:
    """`replicas` None: an autoscaler's, so that applying the manifest again does not undo what that one did.

    `surge` 0: where there is no second node for a new pod, the old one goes first.
    """
    named = k8s.ObjectMeta(name=service.name)
    selector = k8s.LabelSelector(match_labels=labels_of(service))
    k8s.KubeServiceAccount(
        scope,
        "service-account",
        metadata=k8s.ObjectMeta(name=service.name, annotations={ROLE_ANNOTATION: role_arn} if role_arn else None),
        # No service asks the Kubernetes API; a role in AWS comes with a token of its own.
        automount_service_account_token=False,
    )
    k8s.KubeDeployment(
        scope,
        "deployment",
        metadata=named,
        spec=k8s.DeploymentSpec(
            replicas=replicas,
            selector=selector,
            strategy=k8s.DeploymentStrategy(
                type="RollingUpdate",
                rolling_update=k8s.RollingUpdateDeployment(
                    max_surge=k8s.IntOrString.from_number(surge),
                    max_unavailable=k8s.IntOrString.from_number(0 if surge else 1),
                ),
            ),
            revision_history_limit=KEPT_REVISIONS,
            template=k8s.PodTemplateSpec(metadata=k8s.ObjectMeta(labels=labels_of(service)), spec=pod),
        ),
    )
    k8s.KubeService(
        scope,
        "service",
        metadata=named,
        spec=k8s.ServiceSpec(
            type="ClusterIP",
            selector=labels_of(service),
            ports=[
                k8s.ServicePort(
                    name=PORT_NAME, port=service.port, target_port=k8s.IntOrString.from_number(service.port)
                )
            ],
        ),
    )
    k8s.KubePodDisruptionBudget(
        scope,
        "disruption-budget",
        metadata=named,
        spec=k8s.PodDisruptionBudgetSpec(
            # One at a time, even where there is only one: a node must be able to leave.
            max_unavailable=k8s.IntOrString.from_number(1),
            selector=selector,
            # A pod that is not ready protects nothing.
            unhealthy_pod_eviction_policy="AlwaysAllow",
        ),
    )


def labels_of(service: Service) -> dict[str, str]:
    return {NAME_LABEL: service.name}
