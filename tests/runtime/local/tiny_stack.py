"""`python -m tests.runtime.local.tiny_stack FOLDER`: the real supervisor with two stand-ins for parts."""

import sys
from pathlib import Path

from rich.console import Console

from runtime.local.folder import Folder
from runtime.local.plan import Plan
from runtime.local.up import up
from tests.runtime.local.stand_ins import part


def tiny(_: Folder) -> Plan:
    return Plan(parts=(part("first"), part("second", needs=("first",))), access={}, gateway_url="http://127.0.0.1:1")


if __name__ == "__main__":
    sys.exit(up(Folder(Path(sys.argv[1])), Console(), plan=tiny))
