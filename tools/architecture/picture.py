"""The whole picture: the internet above, the cloud with the VPC on the left and the regional services on the right."""

from dataclasses import dataclass, replace

from tools.architecture.arrows import INTERNET, grants, short_arrows
from tools.architecture.gutter import gutter_arrows, gutter_width
from tools.architecture.layout import Box, Placed, across, down, place
from tools.architecture.legend import legend_box, samples
from tools.architecture.model import Architecture
from tools.architecture.names import listed, shorten
from tools.architecture.regional_boxes import regional_boxes
from tools.architecture.routes import Arrow
from tools.architecture.vpc_boxes import vpc_box

WIDTH, MARGIN = 1200, 12
VPC_SHARE = 1.2
"""How much wider the VPC is than what is beside it."""


@dataclass(frozen=True)
class Picture:
    name: str
    root: Placed
    arrows: tuple[Arrow, ...]

    @property
    def height(self) -> float:
        return self.root.bottom + MARGIN


def picture(architecture: Architecture, prefix: str) -> Picture:
    """`prefix` is what names begin with."""
    short = shorten(prefix)
    vpc = replace(vpc_box(architecture, short), share=VPC_SHARE)
    regional = down(*regional_boxes(architecture.messaging, architecture.management, short), gap=14)
    keys = {box.key for column in (vpc, regional) for box in column.everything() if box.key is not None}
    # Whoever reads a queue reads its dead letters too, and its line to the queue says so for both.
    granted = grants(architecture.accesses, keys - architecture.messaging.dead_letters())
    name = f"{prefix} in {architecture.network.region}"
    cloud = Box(
        f"AWS: {name}",
        (f"Names are shown without their prefix {prefix}.",),
        children=(across(vpc, regional, gap=gutter_width(len(granted))),),
    )
    internet = Box("Internet", (listed(architecture.provider_hosts),), key=INTERNET)
    root = place(down(internet, cloud, legend_box(), gap=18), MARGIN, MARGIN, WIDTH - 2 * MARGIN)
    drawn = {placed.box.key: placed for placed in root.everything() if placed.box.key is not None}
    nets = [grant.net(drawn) for grant in granted]
    gutter = drawn[architecture.network.address].right
    return Picture(name, root, (*short_arrows(architecture, drawn), *gutter_arrows(nets, gutter), *samples(drawn)))
