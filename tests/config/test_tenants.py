"""Who is a tenant, and what a file of tenants may hold."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.tenant import Tenant
from config.tenant_files import BadTenants, read_tenants, write_tenants
from tests.runtime.documents import runtime_document

HASH, OTHER = "a" * 64, "b" * 64


@pytest.mark.parametrize("name", ["a", "Acme", "acme_1", "a--b", "acme-", "1a", "a" * 41, "a:b", ""])
def test_a_name_that_could_be_taken_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Tenant(name=name, key_hashes=(HASH,))


@pytest.mark.parametrize("hashes", [(), (HASH, OTHER, "c" * 64), ("ljk_0",), (HASH.upper(),)])
def test_a_tenant_has_one_key_hash_or_two(hashes: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        Tenant(name="acme", key_hashes=hashes)


@pytest.mark.parametrize(
    "second", [Tenant(name="acme", key_hashes=(OTHER,)), Tenant(name="other", key_hashes=(HASH,))], ids=["name", "key"]
)
def test_no_two_tenants_share_a_name_or_a_key(second: Tenant) -> None:
    with pytest.raises(ValidationError):
        runtime_document(tenants=(Tenant(name="acme", key_hashes=(HASH,)), second))


@pytest.mark.parametrize(
    ("environment", "tenants", "is_open"),
    [
        ("local", (), True),
        ("local", (Tenant(name="acme", key_hashes=(HASH,)),), False),
        ("dev", (), False),
        ("prod", (), False),
    ],
)
def test_only_one_machine_without_tenants_is_open(
    environment: str, tenants: tuple[Tenant, ...], *, is_open: bool
) -> None:
    assert runtime_document(environment=environment, tenants=tenants).is_open is is_open


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path, tenants = tmp_path / "new" / "dev.json", (Tenant(name="acme", key_hashes=(HASH, OTHER), disabled=True),)
    write_tenants(path, tenants)
    assert read_tenants(path) == tenants
    assert [found.name for found in path.parent.iterdir()] == ["dev.json"]


def test_no_file_means_no_tenants(tmp_path: Path) -> None:
    assert read_tenants(tmp_path / "dev.json") == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not a list of tenants: Invalid JSON"),
        ('[{"name": "acme"}]', "0.key_hashes: Field required"),
        (json.dumps([{"name": "acme", "key_hashes": ["ljk_secret"]}]), "0.key_hashes.0: String should match"),
        (json.dumps([{"name": n, "key_hashes": [HASH]} for n in ("acme", "b2")]), "one key is there twice"),
    ],
)
def test_a_file_that_is_wrong_is_one_line_that_repeats_no_value(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "dev.json"
    path.write_text(content)
    with pytest.raises(BadTenants) as caught:
        read_tenants(path)
    assert said in str(caught.value)
    assert str(caught.value).count("\n") == 0
    assert "secret" not in str(caught.value)


def test_nothing_wrong_is_written(tmp_path: Path) -> None:
    path = tmp_path / "dev.json"
    with pytest.raises(BadTenants, match="two tenants have the same name"):
        write_tenants(path, (Tenant(name="acme", key_hashes=(HASH,)), Tenant(name="acme", key_hashes=(OTHER,))))
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadTenants, match=r"cannot be written: (Not a directory|File exists)"):
        write_tenants(tmp_path / "file" / "dev.json", ())
