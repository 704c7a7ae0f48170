"""Guards of the repository's shape."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
]


def test_the_constructs_folder_never_hides_the_package_of_the_same_name() -> None:
    assert not (ROOT / "constructs" / "__init__.py").exists()
    found = subprocess.run(
        [sys.executable, "-c", "import judge_constructs; print(judge_constructs.__file__)"],
        cwd=ROOT,
        env={"PYTHONPATH": ".:constructs"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "judge_constructs" in found.stdout


@pytest.mark.parametrize("path", [path for path in TRACKED if path.suffix == ".py"], ids=str)
def test_no_module_outgrows_its_room(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.txt")), ids=lambda lock: lock.name)
def test_a_lock_pins_by_hash_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    pins = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_narrow_locks_agree_with_the_widest() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text().splitlines()
        return dict(line.split(" ")[0].split("==") for line in lines if "==" in line and not line.startswith("#"))

    widest = pins("requirements-dev.txt")
    for name in ("requirements.txt", "requirements-local.txt"):
        assert pins(name).items() <= widest.items()
