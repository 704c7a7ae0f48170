"""Which ports a connection may use: what its source may send to and its destination may receive at."""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from tools.connectivity.ends import End
from tools.connectivity.policy import Direction, Policy
from tools.connectivity.ports import ALL, NONE, Ports


def allowed(policies: Sequence[Policy], source: End, destination: End) -> Ports:
    return let_out(policies, source, destination) & let_in(policies, source, destination)


def let_out(policies: Iterable[Policy], source: End, destination: End) -> Ports:
    return _open(policies, Direction.EGRESS, source, peer=destination, destination=destination)


def let_in(policies: Iterable[Policy], source: End, destination: End) -> Ports:
    return _open(policies, Direction.INGRESS, destination, peer=source, destination=destination)


def _open(policies: Iterable[Policy], direction: Direction, governed: End, *, peer: End, destination: End) -> Ports:
    """Policies only ever add, but the first one that is about a pod closes what none of them opens."""
    pod = governed.pod
    about = [] if pod is None else [policy for policy in policies if policy.governs(pod, direction)]
    if not about:
        return ALL
    opened = (
        rule.opens(peer, destination, namespace=policy.namespace)
        for policy in about
        for rule in policy.rules(direction)
    )
    return reduce(or_, opened, NONE)
