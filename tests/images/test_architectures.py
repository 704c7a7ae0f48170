"""The other architecture's image: it cannot run here, but its files can be made and looked at."""

import platform
import struct
from pathlib import Path

import pytest

from tests.images.tree import ARCHITECTURES, build_tree

pytestmark = pytest.mark.flow

MACHINES = {"amd64": 62, "arm64": 183}
"""In the header of an ELF file."""


def machine_of(library: Path) -> int:
    with library.open("rb") as file:
        header = file.read(20)
    assert header.startswith(b"\x7fELF"), library
    (machine,) = struct.unpack("<H", header[18:])
    return int(machine)


def test_an_image_for_another_machine_than_the_builders_holds_that_machines_libraries(
    tmp_path: Path, pytestconfig: pytest.Config, capfd: pytest.CaptureFixture[str]
) -> None:
    (other,) = set(MACHINES) - {ARCHITECTURES[platform.machine()]}
    tree = build_tree(tmp_path / "root", architecture=other)
    files = [file for file in tree.installed.rglob("*") if file.is_file()]
    libraries = [file for file in files if ".so" in file.suffixes]
    assert {machine_of(library) for library in libraries} == {MACHINES[other]}

    megabytes = sum(file.stat().st_size for file in files) / 1e6
    with capfd.disabled():
        pytestconfig.get_terminal_writer().line(
            f"\n{other}: {len(files)} files, {megabytes:.0f} MB, {len(libraries)} libraries"
        )
