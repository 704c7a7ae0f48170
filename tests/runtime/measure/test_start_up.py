"""No service pays for the statistics at its start."""

import subprocess
import sys
from pathlib import Path

import runtime

PROGRAM = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
sys.exit(' '.join({'numpy', 'scipy', 'runtime.measure'} & set(sys.modules)) or 0)
"""


def test_every_service_starts_without_numpy() -> None:
    mains = [f"runtime.{path.parent.name}.main" for path in Path(runtime.__path__[0]).glob("*/main.py")]
    assert "runtime.gateway.main" in mains
    started = subprocess.run([sys.executable, "-c", PROGRAM, *mains], capture_output=True, text=True, check=False)
    assert (started.returncode, started.stderr) == (0, "")
