"""NetworkPolicies as nftables rules for the router between all ends.

Reads the manifests by itself: with the evaluator's forms it would share the evaluator's mistakes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.connectivity.ends import End

Manifest = Mapping[str, Any]
REJECT = ("meta l4proto tcp reject with tcp reset", "reject with icmp admin-prohibited")
"""A denied probe is answered at once, so that nobody waits."""


def ruleset(policies: Sequence[Manifest], ends: Sequence[End]) -> str:
    lines = ["table ip policies {"]
    jumps = []
    for direction, key, address in (("Egress", "to", "saddr"), ("Ingress", "from", "daddr")):
        for number, end in enumerate(ends):
            about = [each for each in policies if _is_about(each, end, direction)]
            if about:
                chain = f"{direction.lower()}_{number}"
                rules = [rule for each in about for rule in _rules(each, direction, key, ends)]
                lines += [f"chain {chain} {{", *rules, *REJECT, "}"]
                jumps.append(f"ip {address} {end.address} jump {chain}")
    first = ["type filter hook forward priority filter; policy accept;", "ct state established,related accept"]
    return "\n".join([*lines, "chain forward {", *first, *jumps, "}", "}"])


def _is_about(policy: Manifest, end: End, direction: str) -> bool:
    return (
        end.pod is not None
        and policy["metadata"]["namespace"] == end.pod.namespace
        and direction in policy["spec"]["policyTypes"]
        and _selects(policy["spec"]["podSelector"], end.pod.labels)
    )


def _rules(policy: Manifest, direction: str, key: str, ends: Sequence[End]) -> Iterator[str]:
    word = "daddr" if direction == "Egress" else "saddr"
    for rule in policy["spec"].get(direction.lower()) or []:
        peers = [_peer(each, word, policy["metadata"]["namespace"], ends) for each in rule.get(key) or []] or [""]
        ports = [_port(each) for each in rule.get("ports") or []] or [""]
        yield from (f"{peer} {port} return" for peer in peers if peer is not None for port in ports)


def _peer(peer: Manifest, word: str, namespace: str, ends: Sequence[End]) -> str | None:
    """None: it is nobody."""
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        holes = "".join(f" ip {word} != {hole}" for hole in block.get("except", []))
        return f"ip {word} {block['cidr']}{holes}"
    found = [str(end.address) for end in ends if _is_peer(peer, end, namespace)]
    return f"ip {word} {{ {', '.join(found)} }}" if found else None


def _is_peer(peer: Manifest, end: End, namespace: str) -> bool:
    if end.pod is None:
        return False
    if "namespaceSelector" in peer:
        is_there = _selects(peer["namespaceSelector"], end.pod.namespace_labels)
    else:
        is_there = end.pod.namespace == namespace
    return is_there and _selects(peer.get("podSelector", {}), end.pod.labels)


def _selects(selector: Manifest, labels: Mapping[str, str]) -> bool:
    """By labels alone, as our manifests do; anything else is an error here."""
    if set(selector) - {"matchLabels"}:
        raise NotImplementedError(f"a selector by {', '.join(selector)}")
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def _port(port: Manifest) -> str:
    last = f"-{port['endPort']}" if "endPort" in port else ""
    return f"meta l4proto {port['protocol'].lower()} th dport {int(port['port'])}{last}"
