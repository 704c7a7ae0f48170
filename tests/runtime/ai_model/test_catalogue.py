import re

from runtime.ai_model.catalogue import CATALOGUE, DEFAULT_MODEL


def test_the_default_model_is_in_the_catalogue() -> None:
    assert CATALOGUE[DEFAULT_MODEL.name] is DEFAULT_MODEL


def test_every_part_and_every_file_is_pinned_by_a_hash_of_its_own() -> None:
    hashes = [model.file_sha256 for model in CATALOGUE.values()]
    hashes += [part.wheel_sha256 for model in CATALOGUE.values() for part in model.parts]
    assert all(re.fullmatch(r"[0-9a-f]{64}", sha256) for sha256 in hashes)
    assert len(set(hashes)) == len(hashes)


def test_no_two_models_share_a_file_or_a_package() -> None:
    files = [model.file_name for model in CATALOGUE.values()]
    packages = [part.package for model in CATALOGUE.values() for part in model.parts]
    assert len(set(files)) == len(files)
    assert len(set(packages)) == len(packages)
