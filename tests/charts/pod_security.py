"""What Kubernetes' Pod Security profile `restricted` asks of a pod, written down a second time from its standard.

The cluster's own admission checks the same once more; here it is known before any cluster sees the pod.
"""

from collections.abc import Callable
from typing import Any

from tests.charts.manifests import Manifest

VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
CONFINED = {"RuntimeDefault", "Localhost"}
SELINUX_TYPES = {None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
SAFE_SYSCTLS = {
    *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"),
    *("net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"),
    *("net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"),
    *("net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
}
HOOKS = ("startupProbe", "livenessProbe", "readinessProbe")

POD_RULES: dict[str, Callable[[Manifest], bool]] = {
    "shares no namespace with its node": lambda pod: not any(map(pod.get, ("hostNetwork", "hostPID", "hostIPC"))),
    "mounts nothing of its node": lambda pod: all(
        volume.keys() - {"name"} <= VOLUMES for volume in pod.get("volumes", [])
    ),
    "sets no kernel parameter of its node": lambda pod: (
        {each["name"] for each in pod.get("securityContext", {}).get("sysctls", [])} <= SAFE_SYSCTLS
    ),
}
CONTAINER_RULES: dict[str, Callable[[Manifest, Manifest], bool]] = {
    "is not privileged": lambda _, security: not security.get("privileged"),
    "is no process of a Windows host": lambda _, security: not security.get("windowsOptions", {}).get("hostProcess"),
    "runs as a user that is not root": lambda _, security: security.get("runAsNonRoot") is True,
    "names a user that is not root": lambda _, security: security.get("runAsUser") != 0,
    "gains no privileges": lambda _, security: security.get("allowPrivilegeEscalation") is False,
    "drops all capabilities": lambda _, security: "ALL" in security.get("capabilities", {}).get("drop", []),
    "adds no capability": lambda _, security: (
        set(security.get("capabilities", {}).get("add", [])) <= {"NET_BIND_SERVICE"}
    ),
    "is confined by seccomp": lambda _, security: security.get("seccompProfile", {}).get("type") in CONFINED,
    "keeps AppArmor": lambda _, security: (
        security.get("appArmorProfile", {"type": "RuntimeDefault"})["type"] in CONFINED
    ),
    "keeps SELinux": lambda _, security: _keeps_selinux(security.get("seLinuxOptions", {})),
    "sees the masked /proc": lambda _, security: security.get("procMount", "Default") == "Default",
    "takes no port of its node": lambda container, _: (
        not any(port.get("hostPort") for port in container.get("ports", []))
    ),
    "is probed at its own address": lambda container, _: not any(map(_names_a_host, _handlers(container))),
}


def violations(pod: Manifest) -> list[str]:
    """Of a pod's spec: each rule that does not hold, the container's name before it where it is one's."""
    of_the_pod = [rule for rule, holds in POD_RULES.items() if not holds(pod)]
    of_a_container = [
        f"{container['name']} {rule}"
        for container in containers(pod)
        for rule, holds in CONTAINER_RULES.items()
        # What a container does not say, its pod says for it.
        if not holds(container, pod.get("securityContext", {}) | container.get("securityContext", {}))
    ]
    return of_the_pod + of_a_container


def containers(pod: Manifest) -> list[Manifest]:
    lists = ("initContainers", "containers", "ephemeralContainers")
    return [container for each in lists for container in pod.get(each, [])]


def _keeps_selinux(options: Manifest) -> bool:
    return options.get("type") in SELINUX_TYPES and not options.get("user") and not options.get("role")


def _handlers(container: Manifest) -> list[Any]:
    return [*(container.get(hook, {}) for hook in HOOKS), *container.get("lifecycle", {}).values()]


def _names_a_host(handler: Manifest) -> bool:
    return any(handler.get(way, {}).get("host") for way in ("httpGet", "tcpSocket"))
