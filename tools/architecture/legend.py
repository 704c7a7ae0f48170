"""What the arrows mean, and what no template says."""

from collections.abc import Iterator

from tools.architecture.arrows import Drawn
from tools.architecture.layout import Box, Kind, across, down
from tools.architecture.routes import Arrow

SAMPLE = 34
"""The length of an arrow in the legend."""
MEANINGS = {
    "publishes, delivers, is consumed by": (Kind.MESSAGING, False),
    "what failed": (Kind.MESSAGING, True),
    "may read the secret": (Kind.SECURITY, False),
    "may read the settings, write the logs": (Kind.MANAGEMENT, False),
    "is let in by security group or ingress": (Kind.DATA, False),
    "default route": (Kind.NETWORK, False),
}
ROWS = 2
NOTE = (
    "Drawn from the synthesized templates alone, with the Kubernetes manifests in them: an ingress becomes the load "
    "balancer, and network policies say from which pods a service takes calls. Not here: where pods may connect to, "
    "what the charts make, and the functions that only serve a deployment."
)


def legend_box() -> Box:
    entries = [Box(lines=(meaning,), is_framed=False, indent=SAMPLE + 10, key=meaning) for meaning in MEANINGS]
    columns = (down(*entries[start : start + ROWS], gap=0) for start in range(0, len(entries), ROWS))
    return down(across(*columns), Box(lines=(NOTE,), is_framed=False), gap=4)


def samples(drawn: Drawn) -> Iterator[Arrow]:
    for meaning, (kind, is_dashed) in MEANINGS.items():
        entry = drawn[meaning]
        y = entry.y + entry.height / 2
        yield Arrow((((entry.x, y), (entry.x + SAMPLE, y)),), kind, is_dashed)
