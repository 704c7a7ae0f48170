"""Which tests may run side by side under `make test`: what shares servers, ports or a synthesis is one lane.

A pytest plugin for pytest-xdist, which gives each of its processes one lane at a time; without it nothing changes.
"""

from pathlib import PurePath

import pytest

TESTS = PurePath(__file__).parent
LABORATORY, SYSTEMS, SERVERS = LANES = ("laboratory", "systems", "servers")
"""The longest first: what is short then fills the time that is left."""
SYNTHESIZED = ("stacks", "charts")
"""Folders whose tests share one synthesis."""


def lane(path: PurePath, marks: set[str]) -> str:
    """`marks`: the names of the test's marks."""
    inside = path.relative_to(TESTS)
    if "flow" in marks and inside.parts[0] == "faults":
        return LABORATORY
    if "flow" in marks or inside.is_relative_to("runtime/local"):
        return SYSTEMS
    if marks & {"servers", "model"}:
        return SERVERS
    return inside.parts[0] if inside.parts[0] in SYNTHESIZED else str(inside)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("loadgroup", default=False):
        return
    lanes = {item: lane(item.path, {mark.name for mark in item.iter_markers()}) for item in items}
    for item, name in lanes.items():
        item.add_marker(pytest.mark.xdist_group(name))
    items.sort(key=lambda item: LANES.index(lanes[item]) if lanes[item] in LANES else len(LANES))
