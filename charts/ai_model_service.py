"""A self-hosted model by vLLM on a GPU node. Without `ai_model.enabled` it has no pod, and the cluster no such node."""

from cdk8s_plus_29 import k8s

from charts.judge_chart import JudgeChart
from charts.pod import (
    PORT_NAME,
    container_security,
    grace_seconds,
    on_nodes_of,
    pod_security,
    probe,
    required,
    writable_tmp,
)
from charts.workload import add_workload
from config.cluster import GPU_RESOURCE, Pool
from config.topology import AI_MODEL

WEIGHTS = "/model"
"""Of the image: its pods have no way out to fetch anything."""
TMP_SIZE = "8Gi"
"""Compiled kernels and caches."""
SHARED_MEMORY = k8s.Quantity.from_string("2Gi")


class AiModelService(JudgeChart):
    name = AI_MODEL.name

    def build(self) -> None:
        replicas = self.target.environment.ai_model.replicas
        add_workload(self, AI_MODEL, pod=self._pod(), replicas=replicas, surge=0)

    def _pod(self) -> k8s.PodSpec:
        model = self.target.environment.ai_model
        tmp, tmp_mount = writable_tmp(TMP_SIZE)
        shared = k8s.Volume(
            name="shared-memory", empty_dir=k8s.EmptyDirVolumeSource(medium="Memory", size_limit=SHARED_MEMORY)
        )
        return k8s.PodSpec(
            service_account_name=AI_MODEL.name,
            automount_service_account_token=False,
            enable_service_links=False,
            security_context=pod_security(),
            node_selector=on_nodes_of(Pool.AI),
            tolerations=[k8s.Toleration(key=GPU_RESOURCE, operator="Exists", effect="NoSchedule")],
            termination_grace_period_seconds=grace_seconds(self.target.environment.limits),
            volumes=[tmp, shared],
            containers=[
                k8s.Container(
                    name=AI_MODEL.name,
                    image=self.target.image(AI_MODEL),
                    image_pull_policy="IfNotPresent",
                    args=[
                        f"--model={WEIGHTS}",
                        f"--served-model-name={model.name}",
                        f"--port={AI_MODEL.port}",
                        f"--max-model-len={model.context_tokens}",
                    ],
                    ports=[k8s.ContainerPort(name=PORT_NAME, container_port=AI_MODEL.port)],
                    volume_mounts=[tmp_mount, k8s.VolumeMount(name="shared-memory", mount_path="/dev/shm")],  # noqa: S108 - the pod's own
                    resources=required(model.pod, gpus=1),
                    security_context=container_security(),
                    # Reading the weights and compiling takes minutes.
                    startup_probe=probe("/health", every_seconds=10, failures=90),
                    liveness_probe=probe("/health", every_seconds=10, failures=3),
                    readiness_probe=probe("/health", every_seconds=5, failures=3),
                )
            ],
        )
