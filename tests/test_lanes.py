"""What shares a running system, a server or a synthesis is tested by one process; the rest by whichever is free."""

from pathlib import Path

import pytest

from tests.lanes import LABORATORY, ROOT, SERVERS, SYSTEMS, lane

FILES = [str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")]


@pytest.mark.parametrize(
    ("folder", "fixture", "wanted"),
    [
        ("faults", "lab: Laboratory", LABORATORY),
        ("flow", "system: System", SYSTEMS),
        ("runtime", "mysql_at", SERVERS),
        ("runtime/redis_service", "redis_at: ", SERVERS),
        ("stacks", "dev: Synthesized", "stacks"),
        ("charts", "either: Manifests", "charts"),
    ],
)
def test_the_files_that_share_a_fixture_are_in_one_lane(folder: str, fixture: str, wanted: str) -> None:
    sharing = [
        file
        for file in FILES
        if file.startswith(f"tests/{folder}/") and fixture in Path(ROOT / file).read_text(encoding="utf-8")
    ]
    assert sharing
    assert {lane(file) for file in sharing} == {wanted}


def test_a_file_that_shares_nothing_is_a_lane_of_its_own() -> None:
    assert lane("tests/test_lanes.py") == "tests/test_lanes.py"
    assert lane("tests/simulation/test_protocol.py") == "tests/simulation/test_protocol.py"
