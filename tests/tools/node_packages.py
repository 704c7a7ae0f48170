"""What the tests that run Node's packages need."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = "@aws-cdk/cloudformation-diff"


def _missing() -> bool:
    node = shutil.which("node")
    asked = (node or "", "-e", f"require.resolve('{LIBRARY}')")
    return node is None or subprocess.run(asked, cwd=ROOT, capture_output=True, check=False).returncode != 0


needs_node_packages = pytest.mark.skipif(_missing(), reason=f"{LIBRARY} is not installed: run `npm ci`")
