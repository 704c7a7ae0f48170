"""Every way to take a policy away or to write one of its parts differently, one at a time.

What is left out changes nothing: a block that grows into one which the rule has already, and a direction that a policy
without a rule for it leaves to the default.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

Manifest = dict[str, Any]
Changed = Iterator[tuple[str, Manifest]]
EVERYTHING, VPC = IPv4Network("0.0.0.0/0"), IPv4Network("10.0.0.0/16")
NOBODY = {"matchLabels": {"app.kubernetes.io/name": "nobody"}}
SIDES = (("ingress", "from"), ("egress", "to"))


def mutations(policies: Sequence[Manifest]) -> Iterator[tuple[str, list[Manifest]]]:
    for number, policy in enumerate(policies):
        before, after = policies[:number], policies[number + 1 :]
        name = policy["metadata"]["name"]
        yield f"{name}: removed", [*before, *after]
        elsewhere = {**policy["metadata"], "namespace": "default"}
        yield f"{name}: in another namespace", [*before, {**policy, "metadata": elsewhere}, *after]
        for words, spec in _specs(policy["spec"]):
            yield f"{name}: {words}", [*before, {**policy, "spec": spec}, *after]


def _specs(spec: Manifest) -> Changed:
    for words, selector in _selectors(spec["podSelector"]):
        yield f"for {words}", {**spec, "podSelector": selector}
    for direction in spec["policyTypes"]:
        if spec.get(direction.lower()) or not (spec.get("ingress") or spec.get("egress")):
            others = [each for each in spec["policyTypes"] if each != direction]
            yield f"not about {direction.lower()}", {**spec, "policyTypes": others}
    for direction, side in SIDES:
        rules = spec.get(direction) or []
        yield f"{direction} open", {**spec, direction: [*rules, {}]}
        for number, rule in enumerate(rules):
            for words, changed in _without(rules, number):
                yield f"{direction} {number} {words}", {**spec, direction: changed}
            for words, changed_rule in _rules(rule, side):
                yield f"{direction} {number} {words}", {**spec, direction: _with(rules, number, changed_rule)}


def _rules(rule: Manifest, side: str) -> Changed:
    yield "without ports", {key: value for key, value in rule.items() if key != "ports"}
    yield f"without {side}", {key: value for key, value in rule.items() if key != side}
    for part, variants in (("ports", _ports), (side, _peers)):
        members = rule[part]
        for number, member in enumerate(members):
            # The only one of a list is not taken away: an empty list means all, as above.
            for words, changed in _without(members, number) if len(members) > 1 else ():
                yield f"{part} {number} {words}", {**rule, part: changed}
            for words, changed_member in variants(member):
                if not _adds_nothing(changed_member, members):
                    yield f"{part} {number} {words}", {**rule, part: _with(members, number, changed_member)}


def _ports(port: Manifest) -> Changed:
    yield "the next one", {**port, "port": port["port"] + 1}
    yield "and all above", {**port, "endPort": 65_535}
    yield "and the next", {**port, "endPort": port["port"] + 1}
    yield "any", {key: value for key, value in port.items() if key != "port"}
    yield "by SCTP", {**port, "protocol": "SCTP"}


def _peers(peer: Manifest) -> Changed:
    if "ipBlock" in peer:
        for words, block in _blocks(peer["ipBlock"]):
            yield words, {"ipBlock": block}
        return
    for key in ("podSelector", "namespaceSelector"):
        if key in peer:
            for words, selector in _selectors(peer[key]):
                yield f"{key}: {words}", {**peer, key: selector}
    if "namespaceSelector" in peer:
        yield "of our own namespace", {"podSelector": peer["podSelector"]}
        yield "all of the namespace", {"namespaceSelector": peer["namespaceSelector"]}
    else:
        yield "of any namespace", {**peer, "namespaceSelector": {}}


def _blocks(block: Manifest) -> Changed:
    cidr, holes = IPv4Network(block["cidr"]), block.get("except", [])
    for wider in (cidr.supernet(), VPC, EVERYTHING) if cidr.prefixlen else ():
        yield f"as {wider}", {**block, "cidr": str(wider)}
    for half in cidr.subnets():
        if not holes:
            yield f"as {half}", {**block, "cidr": str(half)}
    for number, hole in enumerate(holes):
        for words, changed in _without(holes, number):
            yield f"except {hole} {words}", {**block, "except": changed}
        for half in IPv4Network(hole).subnets():
            yield f"except {hole} as {half}", {**block, "except": _with(holes, number, str(half))}


def _selectors(selector: Manifest) -> Changed:
    yield "nobody", NOBODY
    if selector:
        yield "everybody", {}
        yield (
            "everybody else",
            {
                "matchExpressions": [
                    {"key": key, "operator": "NotIn", "values": [value]}
                    for key, value in selector["matchLabels"].items()
                ]
            },
        )
        yield (
            "everybody with the label",
            {"matchExpressions": [{"key": key, "operator": "Exists"} for key in selector["matchLabels"]]},
        )


def _without(members: Sequence[Any], number: int) -> Iterator[tuple[str, list[Any]]]:
    yield "removed", [*members[:number], *members[number + 1 :]]


def _with(members: Sequence[Any], number: int, changed: Any) -> list[Any]:
    return [*members[:number], changed, *members[number + 1 :]]


def _adds_nothing(peer: Manifest, members: Sequence[Manifest]) -> bool:
    """A block within what the rule's blocks are together, and not a part of one of them."""
    if "ipBlock" not in peer or "except" in peer["ipBlock"]:
        return False
    cidr = IPv4Network(peer["ipBlock"]["cidr"])
    known = [IPv4Network(each["ipBlock"]["cidr"]) for each in members]
    is_part = any(cidr != one and cidr.subnet_of(one) for one in known)
    return not is_part and any(cidr.subnet_of(one) for one in collapse_addresses(known))
