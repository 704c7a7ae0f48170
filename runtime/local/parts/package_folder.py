"""Finds the files of an installed package without running its code."""

from importlib.util import find_spec
from pathlib import Path

from runtime.local.part import Unusable


def package_folder(name: str) -> Path:
    """Raises Unusable."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise Unusable(f"{name} is not installed: install requirements-local.txt, as `make up` does")
    return Path(spec.origin).parent
