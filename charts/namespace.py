"""The namespace: what its pods may be, and how much of the cluster they may take together."""

import cdk8s
from cdk8s_plus_29 import k8s

from charts.judge_chart import NAMESPACE_LABEL, JudgeChart
from config.topology import NAMESPACE
from config.workloads import DEFAULT_POD, total_at_most

POD_SECURITY = "restricted"


class Namespace(JudgeChart):
    name = "namespace"

    def build(self) -> None:
        namespace = k8s.KubeNamespace(self, "namespace", metadata=k8s.ObjectMeta(name=NAMESPACE, labels=_labels()))
        # The chart's own namespace, which a namespace cannot be in.
        namespace.add_json_patch(cdk8s.JsonPatch.remove("/metadata/namespace"))
        environment = self.target.environment
        most = total_at_most(environment.workloads, environment.ai_model)
        k8s.KubeResourceQuota(
            self,
            "quota",
            metadata=k8s.ObjectMeta(name="quota"),
            spec=k8s.ResourceQuotaSpec(
                hard={
                    "pods": k8s.Quantity.from_string(str(most.pods)),
                    "requests.cpu": k8s.Quantity.from_string(f"{most.cpu_millis}m"),
                    "requests.memory": k8s.Quantity.from_string(f"{most.memory_mib}Mi"),
                    "limits.memory": k8s.Quantity.from_string(f"{most.memory_mib}Mi"),
                    # The ingress brings the only way in.
                    "services.loadbalancers": k8s.Quantity.from_string("0"),
                    "services.nodeports": k8s.Quantity.from_string("0"),
                }
            ),
        )
        request = {
            "cpu": k8s.Quantity.from_string(f"{DEFAULT_POD.cpu_millis}m"),
            "memory": k8s.Quantity.from_string(f"{DEFAULT_POD.memory_mib}Mi"),
        }
        k8s.KubeLimitRange(
            self,
            "limits",
            metadata=k8s.ObjectMeta(name="limits"),
            spec=k8s.LimitRangeSpec(
                limits=[
                    k8s.LimitRangeItem(type="Container", default_request=request, default={"memory": request["memory"]})
                ]
            ),
        )


def _labels() -> dict[str, str]:
    return {
        NAMESPACE_LABEL: NAMESPACE,
        **{f"pod-security.kubernetes.io/{mode}": POD_SECURITY for mode in ("enforce", "audit", "warn")},
        # A new pod counts as ready only once the load balancer sends it requests.
        "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
    }
