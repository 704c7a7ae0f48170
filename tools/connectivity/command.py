"""The command line: which manifests, of which environment, and whether to draw them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from config.environments import CLOUD_ENVIRONMENTS
from tools.connectivity.manifests import UnreadableManifests, read_cluster
from tools.connectivity.matrix import matrix
from tools.connectivity.picture import picture
from tools.connectivity.places import places
from tools.connectivity.remarks import REMARKS
from tools.connectivity.table import connectivity_table

MISUSE = 2


def main(arguments: Sequence[str] | None = None, *, console: Console | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    screen = console or Console(highlight=False)
    try:
        cluster = read_cluster(chosen.manifests)
        listed = places(cluster, CLOUD_ENVIRONMENTS[chosen.environment].network)
        found = matrix(cluster.policies, listed)
        screen.print(connectivity_table(found))
        for remark in REMARKS:
            screen.print(remark, style="dim")
        if chosen.svg is not None:
            chosen.svg.write_text(picture(found, listed, chosen.environment))
            screen.print(f"Picture: {chosen.svg}", soft_wrap=True)
    except UnreadableManifests as error:
        sys.stderr.write(f"error: {error}\n")
        return MISUSE
    except OSError as error:
        sys.stderr.write(f"error: {error.filename}: {error.strerror}\n")
        return MISUSE
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.connectivity", description="Who reaches whom, by the network policies alone."
    )
    parser.add_argument("--manifests", type=Path, default=Path("dist/dev"), help="where `make charts` left them")
    parser.add_argument("--environment", choices=list(CLOUD_ENVIRONMENTS), default="dev", help="whose addresses count")
    parser.add_argument("--svg", type=Path, help="where to write the picture")
    return parser
