"""What a reviewer reads in a pull request: development's manifests, and where production's differ.

After a change that is meant: `python -m pytest tests/charts --snapshot-update`, and read the difference.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from charts.system import CHARTS
from tests.charts.manifests import Manifest, Manifests


@pytest.mark.parametrize("chart", [chart.name for chart in CHARTS])
def test_development_is_exactly_this(dist: Path, chart: str, reviewed_yaml: SnapshotAssertion) -> None:
    assert (dist / "dev" / f"{chart}.k8s.yaml").read_text() == reviewed_yaml(name="dev")


def test_production_differs_from_development_in_exactly_this(
    dev: Manifests, prod: Manifests, reviewed_yaml: SnapshotAssertion
) -> None:
    assert "\n".join(_differences(dev, prod)) + "\n" == reviewed_yaml(name="production-against-development")


def _differences(dev: Manifests, prod: Manifests) -> Iterator[str]:
    ours, theirs = _by_name(dev), _by_name(prod)
    assert list(ours) == list(theirs)
    for (kind, name), manifest in ours.items():
        changes = list(_changes(manifest, theirs[kind, name], ()))
        if changes:
            yield f"{kind} {name}:"
            yield from (f"  {change}" for change in changes)


def _by_name(manifests: Manifests) -> dict[tuple[str, str], Manifest]:
    return {(each["kind"], each["metadata"]["name"]): each for listed in manifests.by_file.values() for each in listed}


def _changes(one: Any, other: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            yield from _changes(one.get(key), other.get(key), (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _changes(left, right, (*path, str(number)))
    elif _nameless(one, "dev") != _nameless(other, "prod"):
        yield f"{'.'.join(path)}: {one!r} -> {other!r}"


def _nameless(value: Any, environment: str) -> Any:
    """Names differ by their environment's, and that says nothing."""
    if value == environment:
        return "*"
    return value.replace(f"{environment}-", "*-") if isinstance(value, str) else value
