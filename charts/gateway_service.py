"""The evaluation API, and the load balancer that lets the internet in, by HTTPS only."""

from cdk8s_plus_29 import k8s

from charts.runtime_service import RuntimeService
from config.topology import GATEWAY, HTTPS_PORT

PREFIX = "alb.ingress.kubernetes.io"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.3, and 1.2 with forward secrecy; nothing older."""


class GatewayService(RuntimeService):
    name = GATEWAY.name
    service = GATEWAY

    def linger_seconds(self) -> int:
        return self.target.environment.public.deregistration_seconds

    def build(self) -> None:
        super().build()
        k8s.KubeIngress(
            self,
            "ingress",
            metadata=k8s.ObjectMeta(
                name=self.service.name,
                annotations={f"{PREFIX}/{name}": value for name, value in self._load_balancer().items()},
            ),
            spec=k8s.IngressSpec(
                ingress_class_name="alb",
                rules=[
                    k8s.IngressRule(
                        host=self.target.environment.public.domain,
                        http=k8s.HttpIngressRuleValue(
                            paths=[k8s.HttpIngressPath(path="/", path_type="Prefix", backend=self._backend())]
                        ),
                    )
                ],
            ),
        )

    def _backend(self) -> k8s.IngressBackend:
        port = k8s.ServiceBackendPort(number=self.service.port)
        return k8s.IngressBackend(service=k8s.IngressServiceBackend(name=self.service.name, port=port))

    def _load_balancer(self) -> dict[str, str]:
        environment, public = self.target.environment, self.target.environment.public
        attributes = {
            "idle_timeout.timeout_seconds": str(public.idle_timeout_seconds),
            "routing.http.drop_invalid_header_fields.enabled": "true",
            "routing.http.desync_mitigation_mode": "strictest",
            "deletion_protection.enabled": str(environment.keep_data).lower(),
        }
        annotations = {
            "load-balancer-name": environment.names.load_balancer,
            "scheme": "internet-facing",
            # Straight to the pods: no node in between, and a pod knows when it is in use.
            "target-type": "ip",
            "listen-ports": f'[{{"HTTPS":{HTTPS_PORT}}}]',
            "ssl-policy": TLS_POLICY,
            "inbound-cidrs": ",".join(map(str, public.allowed_cidrs)),
            "load-balancer-attributes": _list(attributes),
            "healthcheck-path": "/healthz",
            "healthcheck-interval-seconds": "10",
            "healthy-threshold-count": "2",
            "unhealthy-threshold-count": "3",
            # Calls that wait for a result may end.
            "target-group-attributes": _list(
                {"deregistration_delay.timeout_seconds": str(environment.limits.prefer_wait_max_seconds)}
            ),
        }
        if public.certificate_arn:
            annotations["certificate-arn"] = public.certificate_arn
        return annotations


def _list(attributes: dict[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in attributes.items())
