"""Which tests may run side by side under `make test`: what shares servers, ports or a synthesis is one lane.

Hooks for pytest-xdist, which gives each of its processes one lane at a time; without it nothing changes.
"""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parent.parent
LABORATORY, SYSTEMS, SERVERS = LONGEST = ("laboratory", "systems", "servers")
"""First in this order: what is short then fills the time that is left."""
SYNTHESIZED = ("stacks", "charts")
"""Folders whose tests share one synthesis."""


@cache
def lane(file: str) -> str:
    """`file`: a path below the root; a whole file is in the lane of any of its tests."""
    _, *folders, _ = Path(file).parts
    top, source = folders[0] if folders else "", (ROOT / file).read_text(encoding="utf-8")
    if top == "faults" and "mark.flow" in source:
        return LABORATORY
    if top in ("flow", "canary") or folders[:2] == ["runtime", "local"]:
        return SYSTEMS
    if top == "contract" or "mark.servers" in source or "mark.model" in source:
        return SERVERS
    return top if top in SYNTHESIZED else file


class Lanes(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        return lane(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    return Lanes(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(lane(item.nodeid.partition("::")[0])))


def _turn(name: str) -> int:
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)
