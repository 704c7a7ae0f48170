"""What every pod of the system has: no root, nothing writable but /tmp, no rights of the node, and an ordered end."""

from collections.abc import Sequence

from cdk8s_plus_29 import k8s

from config.cluster import GPU_RESOURCE, POOL_LABEL, Pool
from config.limits import Limits
from config.mounted_secrets import MOUNT_PATH, MountedSecret
from config.resources import Resources

USER = 10001
"""Of the image, which has no name for it."""
TMP = "/tmp"  # noqa: S108 - the pod's own
TMP_SIZE = "64Mi"
PORT_NAME = "http"
GRACE_MARGIN_SECONDS = 30
"""Beyond the longest drain, before Kubernetes kills what is left."""


def pod_security() -> k8s.PodSecurityContext:
    return k8s.PodSecurityContext(
        run_as_non_root=True,
        run_as_user=USER,
        run_as_group=USER,
        # The token of the pod's role is readable for this group.
        fs_group=USER,
        fs_group_change_policy="OnRootMismatch",
        seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
    )


def container_security() -> k8s.SecurityContext:
    return k8s.SecurityContext(
        run_as_non_root=True,
        read_only_root_filesystem=True,
        allow_privilege_escalation=False,
        capabilities=k8s.Capabilities(drop=["ALL"]),
    )


def required(pod: Resources, *, gpus: int = 0) -> k8s.ResourceRequirements:
    memory = {"memory": k8s.Quantity.from_string(f"{pod.memory_mib}Mi")}
    devices = {GPU_RESOURCE: k8s.Quantity.from_string(str(gpus))} if gpus else {}
    cpu = {"cpu": k8s.Quantity.from_string(f"{pod.cpu_millis}m")}
    return k8s.ResourceRequirements(requests=cpu | memory | devices, limits=memory | devices)


def probe(path: str, *, every_seconds: int, failures: int) -> k8s.Probe:
    return k8s.Probe(
        http_get=k8s.HttpGetAction(path=path, port=k8s.IntOrString.from_string(PORT_NAME)),
        period_seconds=every_seconds,
        # A readiness that asks other services gives each of them two seconds.
        timeout_seconds=5,
        failure_threshold=failures,
    )


def grace_seconds(limits: Limits) -> int:
    return limits.drain_seconds + GRACE_MARGIN_SECONDS


def writable_tmp(size: str = TMP_SIZE) -> tuple[k8s.Volume, k8s.VolumeMount]:
    volume = k8s.Volume(name="tmp", empty_dir=k8s.EmptyDirVolumeSource(size_limit=k8s.Quantity.from_string(size)))
    return volume, k8s.VolumeMount(name="tmp", mount_path=TMP)


def mounted(secrets: Sequence[MountedSecret]) -> list[tuple[k8s.Volume, k8s.VolumeMount]]:
    """In one folder, and without `subPath`, so that a changed value reaches the running pod."""
    if not secrets:
        return []
    sources = [k8s.VolumeProjection(secret=k8s.SecretProjection(name=secret.name)) for secret in secrets]
    # Only the group's members read it, and the pod's one process is the only member.
    volume = k8s.Volume(name="secrets", projected=k8s.ProjectedVolumeSource(sources=sources, default_mode=0o440))
    return [(volume, k8s.VolumeMount(name="secrets", mount_path=MOUNT_PATH, read_only=True))]


def on_nodes_of(pool: Pool) -> dict[str, str]:
    return {POOL_LABEL: pool.value}


def spread(labels: dict[str, str]) -> list[k8s.TopologySpreadConstraint]:
    """Over zones and nodes as far as there are any: one that goes away takes a share, not all."""
    return [
        k8s.TopologySpreadConstraint(
            max_skew=1,
            topology_key=key,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=k8s.LabelSelector(match_labels=labels),
        )
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
