"""Between fetch and engine: the model cache on disk. A file counts only once it is proven to be official."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.ai_model.catalogue import CatalogueModel

_CHUNK_BYTES = 1 << 20


class WeightsMissing(Exception):
    def __init__(self, model: CatalogueModel) -> None:
        super().__init__(
            f"The weights of {model.name} are not in the cache. Fetch them once ({model.fetch_bytes / 1e6:.0f} MB): "
            f"python -m runtime.ai_model.fetch --model {model.name}   or set MODEL_PATH to any GGUF file."
        )


class NoSuchFile(Exception):
    def __init__(self) -> None:
        super().__init__("MODEL_PATH names no file; it must be a GGUF file of a chat model.")


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class WeightsCache:
    """`<file>`, its `<file>.verified` marker, and while a fetch runs `<file>.lock` and `<file>.parts/`."""

    def __init__(self, *, directory: Path) -> None:
        self._directory = directory

    def path_of(self, model: CatalogueModel) -> Path:
        return self._directory / model.file_name

    def parts_of(self, model: CatalogueModel) -> Path:
        return self._beside(model, ".parts")

    def is_verified(self, model: CatalogueModel) -> bool:
        """Cheap where the marker still fits size and time of the file; else it hashes, seconds per GB."""
        path = self.path_of(model)
        if not path.is_file() or path.stat().st_size != model.file_bytes:
            return False
        if self._recorded(model) == self._fingerprint(model):
            return True
        if sha256_of(path) != model.file_sha256:
            return False
        self.record(model)
        return True

    def record(self, model: CatalogueModel) -> None:
        """Notes that the file as it is now was hashed and is the official one."""
        marker = self._beside(model, ".verified")
        draft = marker.with_name(f"{marker.name}.{os.getpid()}")
        draft.write_text(json.dumps(self._fingerprint(model)))
        draft.replace(marker)

    @contextmanager
    def exclusive(self, model: CatalogueModel) -> Iterator[None]:
        """One process at a time; the others wait here. The kernel drops the lock of a process that dies."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._beside(model, ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _beside(self, model: CatalogueModel, suffix: str) -> Path:
        return self._directory / f"{model.file_name}{suffix}"

    def _fingerprint(self, model: CatalogueModel) -> dict[str, str | int]:
        stat = self.path_of(model).stat()
        return {"sha256": model.file_sha256, "bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns}

    def _recorded(self, model: CatalogueModel) -> object:
        try:
            return json.loads(self._beside(model, ".verified").read_bytes())
        except (OSError, ValueError):
            return None
