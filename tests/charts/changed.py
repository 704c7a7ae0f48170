"""A manifest with one thing changed, to show that a check sees it."""

from copy import deepcopy
from typing import Any

from tests.charts.manifests import Manifest


def changed(manifest: Manifest, path: str, value: Any) -> Manifest:
    """`path` as in `spec.containers.0.image`."""
    copy = deepcopy(manifest)
    *parents, last = path.split(".")
    inner: Any = copy
    for name in parents:
        inner = inner[_key(inner, name)]
    inner[_key(inner, last)] = value
    return copy


def _key(inner: Any, name: str) -> int | str:
    return int(name) if isinstance(inner, list) else name
