"""Who may talk to whom: nobody, both ways; then each flow of the topology is allowed on both of its ends."""

from cdk8s_plus_29 import k8s

from charts.judge_chart import NAME_LABEL, NAMESPACE_LABEL, JudgeChart
from config.add_ons import KUBE_SYSTEM
from config.topology import (
    ALB,
    DNS_PORT,
    ELASTICACHE,
    FLOWS,
    GOOGLE_API,
    HTTPS_PORT,
    OPENAI_API,
    RDS,
    SERVICES,
    SNS,
    SQS,
    Flow,
    Service,
)

EVERYWHERE = "0.0.0.0/0"
LINK_LOCAL = "169.254.0.0/16"
"""The metadata address of EC2, and with it the node's role."""
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
"""The VPC, peered networks, and the cluster's Services, the Kubernetes API among them: a packet to one of these is
judged before its address is replaced by a pod's."""
BOTH_WAYS = ["Ingress", "Egress"]
PODS = frozenset(service.name for service in SERVICES)
AWS_APIS, INTERNET = "aws-apis", "internet"
SEEN_AS = {SNS: AWS_APIS, SQS: AWS_APIS, OPENAI_API: INTERNET, GOOGLE_API: INTERNET}
"""A policy knows addresses, and so cannot tell one endpoint of AWS from another, nor one host of the internet."""


class NetworkPolicies(JudgeChart):
    name = "network-policies"

    def build(self) -> None:
        self._policy("default-deny", k8s.NetworkPolicySpec(pod_selector=k8s.LabelSelector(), policy_types=BOTH_WAYS))
        for service in SERVICES:
            self._policy(
                service.name,
                k8s.NetworkPolicySpec(
                    pod_selector=_pods(service.name),
                    policy_types=BOTH_WAYS,
                    ingress=self._ingress(service),
                    egress=[*self._egress(service), _to_dns()],
                ),
            )

    def _policy(self, name: str, spec: k8s.NetworkPolicySpec) -> None:
        k8s.KubeNetworkPolicy(self, name, metadata=k8s.ObjectMeta(name=name), spec=spec)

    def _ingress(self, service: Service) -> list[k8s.NetworkPolicyIngressRule]:
        return [
            k8s.NetworkPolicyIngressRule(from_=self._peers(flow.source), ports=[_tcp(flow.port)])
            for flow in FLOWS
            if flow.destination == service.name
        ]

    def _egress(self, service: Service) -> list[k8s.NetworkPolicyEgressRule]:
        # Settings, roles, secrets and keys come from AWS too.
        needed = [(AWS_APIS, HTTPS_PORT)] if service.reads_settings else []
        ways = [(SEEN_AS.get(flow.destination, flow.destination), flow.port) for flow in _from(service)]
        return [
            k8s.NetworkPolicyEgressRule(to=self._peers(end), ports=[_tcp(port)])
            for end, port in dict.fromkeys([*ways, *needed])
        ]

    def _peers(self, end: str) -> list[k8s.NetworkPolicyPeer]:
        """What a policy can say of one end of a flow: pods by their label, the rest by its addresses."""
        if end in PODS:
            return [k8s.NetworkPolicyPeer(pod_selector=_pods(end))]
        network = self.target.environment.network
        if end == INTERNET:
            outside = k8s.IpBlock(cidr=EVERYWHERE, except_=[*PRIVATE, LINK_LOCAL])
            return [k8s.NetworkPolicyPeer(ip_block=outside)]
        ranges = {
            ALB: network.public_cidrs,
            RDS: network.data_cidrs,
            ELASTICACHE: network.data_cidrs,
            AWS_APIS: network.endpoint_cidrs,
        }
        return [k8s.NetworkPolicyPeer(ip_block=k8s.IpBlock(cidr=str(cidr))) for cidr in ranges[end]]


def _from(service: Service) -> list[Flow]:
    return [flow for flow in FLOWS if flow.source == service.name]


def _to_dns() -> k8s.NetworkPolicyEgressRule:
    return k8s.NetworkPolicyEgressRule(
        to=[
            k8s.NetworkPolicyPeer(
                # Both in one peer: the pods with this label of that namespace.
                namespace_selector=k8s.LabelSelector(match_labels={NAMESPACE_LABEL: KUBE_SYSTEM}),
                pod_selector=k8s.LabelSelector(match_labels={"k8s-app": "kube-dns"}),
            )
        ],
        # Large answers come by TCP.
        ports=[_port("UDP", DNS_PORT), _port("TCP", DNS_PORT)],
    )


def _pods(name: str) -> k8s.LabelSelector:
    return k8s.LabelSelector(match_labels={NAME_LABEL: name})


def _tcp(port: int) -> k8s.NetworkPolicyPort:
    return _port("TCP", port)


def _port(protocol: str, port: int) -> k8s.NetworkPolicyPort:
    return k8s.NetworkPolicyPort(protocol=protocol, port=k8s.IntOrString.from_number(port))
