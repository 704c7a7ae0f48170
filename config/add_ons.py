"""The cluster's add-ons: their Helm charts, pinned, and those of their values that are known without AWS."""

from typing import Any

from pydantic import Field

from config.base import Frozen
from config.cluster import GPU_RESOURCE, POOL_LABEL, Pool
from config.topology import NAMESPACE

KUBE_SYSTEM = "kube-system"
EXTERNAL_SECRETS_NAMESPACE = "external-secrets-system"
KEDA_NAMESPACE, KEDA_OPERATOR_ACCOUNT = "keda", "keda"
ON_SYSTEM_NODES: dict[str, Any] = {"nodeSelector": {POOL_LABEL: Pool.SYSTEM.value}}
"""On demand: what makes and watches nodes must not go away with a spot node."""


class HelmChart(Frozen):
    chart: str
    repository: str
    version: str
    namespace: str
    values: dict[str, Any] = Field(default={})

    @property
    def brings_its_namespace(self) -> bool:
        return self.namespace != KUBE_SYSTEM


METRICS_SERVER = HelmChart(
    chart="metrics-server",
    repository="https://kubernetes-sigs.github.io/metrics-server/",
    version="3.13.0",
    namespace=KUBE_SYSTEM,
    values={"replicas": 2, **ON_SYSTEM_NODES},
)
CLUSTER_AUTOSCALER = HelmChart(
    chart="cluster-autoscaler",
    repository="https://kubernetes.github.io/autoscaler",
    version="9.54.0",
    namespace=KUBE_SYSTEM,
    values={
        "fullnameOverride": "cluster-autoscaler",
        "extraArgs": {
            "expander": "priority",
            # What the services hold locally is /tmp; it must not keep an idle node.
            "skip-nodes-with-local-storage": False,
        },
        **ON_SYSTEM_NODES,
    },
)
EXTERNAL_SECRETS = HelmChart(
    chart="external-secrets",
    repository="https://charts.external-secrets.io",
    version="2.11.0",
    namespace=EXTERNAL_SECRETS_NAMESPACE,
    values={
        **ON_SYSTEM_NODES,
        "webhook": ON_SYSTEM_NODES,
        "certController": ON_SYSTEM_NODES,
    },
)
KEDA = HelmChart(
    chart="keda",
    repository="https://kedacore.github.io/charts",
    version="2.20.2",
    namespace=KEDA_NAMESPACE,
    values={
        **ON_SYSTEM_NODES,
        "serviceAccount": {"operator": {"name": KEDA_OPERATOR_ACCOUNT}},
    },
)
LOG_SHIPPER = HelmChart(
    chart="aws-for-fluent-bit",
    repository="https://aws.github.io/eks-charts",
    version="0.1.35",
    namespace=KUBE_SYSTEM,
    values={
        "input": {"path": f"/var/log/containers/*_{NAMESPACE}_*.log"},
        # On every node, the tainted ones too.
        "tolerations": [{"operator": "Exists"}],
    },
)
GPU_DEVICE_PLUGIN = HelmChart(
    chart="nvidia-device-plugin",
    repository="https://nvidia.github.io/k8s-device-plugin",
    version="0.17.1",
    namespace=KUBE_SYSTEM,
    values={
        # In place of the chart's own rule, which asks for labels that yet another add-on would have to set.
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [
                        {"matchExpressions": [{"key": POOL_LABEL, "operator": "In", "values": [Pool.AI.value]}]}
                    ]
                }
            }
        },
        "tolerations": [{"key": GPU_RESOURCE, "operator": "Exists", "effect": "NoSchedule"}],
    },
)
