"""The chart of a service that is `python -m runtime.…` in the image of `images/`: its pods and what makes them more."""

from cdk8s_plus_29 import k8s

from charts.autoscaling import scale_by_backlog, scale_by_cpu
from charts.judge_chart import JudgeChart
from charts.pod import (
    PORT_NAME,
    container_security,
    grace_seconds,
    mounted,
    on_nodes_of,
    pod_security,
    probe,
    required,
    spread,
    writable_tmp,
)
from charts.workload import add_workload, labels_of
from config.cluster import Pool
from config.mounted_secrets import mounted_by
from config.topology import CHANNELS, Service
from config.workloads import ScaledByBacklog, ScaledByCpu


class RuntimeService(JudgeChart):
    service: Service

    def linger_seconds(self) -> int:
        """How long a pod that is to end serves on, until nobody sends it anything more. A worker takes its own work."""
        return 0

    def build(self) -> None:
        add_workload(self, self.service, pod=self._pod(), role_arn=self.target.role_arn(self.service))
        match self._workload:
            case ScaledByCpu() as workload:
                scale_by_cpu(self, self.service, workload)
            case ScaledByBacklog() as workload:
                (queue_url,) = [self.target.queue_url(each) for each in CHANNELS if each.consumer == self.service.name]
                scale_by_backlog(
                    self, self.service, workload, queue_url=queue_url, region=self.target.environment.region
                )

    @property
    def _workload(self) -> ScaledByCpu | ScaledByBacklog:
        return self.target.environment.workloads.by_service[self.service.name]

    def _pod(self) -> k8s.PodSpec:
        linger = self.linger_seconds()
        files = [writable_tmp(), *mounted(mounted_by(self.service.name))]
        return k8s.PodSpec(
            service_account_name=self.service.name,
            automount_service_account_token=False,
            # The names of the namespace's services as variables: nobody reads them.
            enable_service_links=False,
            security_context=pod_security(),
            node_selector=on_nodes_of(Pool.APPLICATION),
            topology_spread_constraints=spread(labels_of(self.service)),
            termination_grace_period_seconds=linger + grace_seconds(self.target.environment.limits),
            volumes=[volume for volume, _ in files],
            containers=[
                k8s.Container(
                    name=self.service.name,
                    image=self.target.image(self.service),
                    image_pull_policy="IfNotPresent",
                    args=["-m", self.service.module],
                    env=self._variables(),
                    ports=[k8s.ContainerPort(name=PORT_NAME, container_port=self.service.port)],
                    volume_mounts=[mount for _, mount in files],
                    resources=required(self._workload.pod),
                    security_context=container_security(),
                    startup_probe=probe("/healthz", every_seconds=2, failures=30),
                    liveness_probe=probe("/healthz", every_seconds=10, failures=3),
                    readiness_probe=probe("/readyz", every_seconds=5, failures=3),
                    lifecycle=_lifecycle(linger),
                )
            ],
        )

    def _variables(self) -> list[k8s.EnvVar]:
        environment = self.target.environment
        return [
            k8s.EnvVar(name="LLM_JUDGE_ENVIRONMENT", value=environment.name),
            k8s.EnvVar(name="AWS_REGION", value=environment.region),
        ]


def _lifecycle(linger_seconds: int) -> k8s.Lifecycle | None:
    if not linger_seconds:
        return None
    return k8s.Lifecycle(pre_stop=k8s.LifecycleHandler(exec=k8s.ExecAction(command=["sleep", str(linger_seconds)])))
