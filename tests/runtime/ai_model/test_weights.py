import os

import pytest

from runtime.ai_model.catalogue import CatalogueModel
from runtime.ai_model.weights import WeightsCache


@pytest.fixture
def content(model: CatalogueModel) -> bytes:
    return b"".join(f"share {number} of the weights\n".encode() * 200 for number in (1, 2, 3))


def put(cache: WeightsCache, model: CatalogueModel, content: bytes) -> None:
    cache.path_of(model).parent.mkdir(exist_ok=True)
    cache.path_of(model).write_bytes(content)


def test_a_file_found_for_the_first_time_is_hashed_and_remembered(
    cache: WeightsCache, model: CatalogueModel, content: bytes
) -> None:
    put(cache, model, content)
    assert cache.is_verified(model)
    # The marker now stands for the hash: same size and time, other bytes, and nobody reads them.
    changed = cache.path_of(model).stat()
    put(cache, model, bytes(len(content)))
    os.utime(cache.path_of(model), ns=(changed.st_atime_ns, changed.st_mtime_ns))
    assert cache.is_verified(model)


def test_a_file_changed_since_it_was_verified_is_hashed_again(
    cache: WeightsCache, model: CatalogueModel, content: bytes
) -> None:
    put(cache, model, content)
    assert cache.is_verified(model)
    put(cache, model, bytes(len(content)))
    os.utime(cache.path_of(model), ns=(0, 0))
    assert not cache.is_verified(model)


@pytest.mark.parametrize("kept_bytes", [0, 10])
def test_a_file_of_the_wrong_size_is_not_the_model(
    cache: WeightsCache, model: CatalogueModel, content: bytes, kept_bytes: int
) -> None:
    put(cache, model, content[:kept_bytes])
    assert not cache.is_verified(model)


def test_a_damaged_marker_only_costs_another_look(cache: WeightsCache, model: CatalogueModel, content: bytes) -> None:
    put(cache, model, content)
    marker = cache.path_of(model).with_name(f"{model.file_name}.verified")
    marker.write_bytes(b"\xff{")
    assert cache.is_verified(model)
    assert b"sha256" in marker.read_bytes()


def test_a_missing_file_is_not_verified(cache: WeightsCache, model: CatalogueModel) -> None:
    assert not cache.is_verified(model)
