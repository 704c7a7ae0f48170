"""A mounted secret is what its file says now, however the file was changed."""

from pathlib import Path

import pytest

from runtime.kit.secret_file import SecretFile
from runtime.local.folder import write_private


def value_of(file: SecretFile) -> str | None:
    value = file()
    return value.get_secret_value() if value else None


def test_a_file_that_is_replaced_or_taken_away_is_seen(tmp_path: Path) -> None:
    file = SecretFile(tmp_path / "token")
    assert value_of(file) is None
    for text in ("first", "other", "a longer one"):
        write_private(tmp_path / "token", text)
        assert value_of(file) == text
    (tmp_path / "token").unlink()
    assert value_of(file) is None


def test_a_mount_that_is_exchanged_as_a_whole_is_seen(tmp_path: Path) -> None:
    """As the kubelet does it: the file is a link into a folder that a second link names."""
    mount = tmp_path / "mount"
    mount.mkdir()
    for number in (1, 2):
        version = tmp_path / f"version-{number}"
        version.mkdir()
        (version / "token").write_text(f"value {number}")
    (mount / "token").symlink_to("..data/token")
    file = SecretFile(mount / "token")
    for number in (1, 2):
        (mount / "..new").symlink_to(tmp_path / f"version-{number}")
        (mount / "..new").rename(mount / "..data")
        assert value_of(file) == f"value {number}"


@pytest.mark.parametrize(("text", "value"), [("", None), ("\n", None), ("token\n", "token")])
def test_an_empty_file_is_no_value_and_a_line_end_no_part_of_one(tmp_path: Path, text: str, value: str | None) -> None:
    (tmp_path / "token").write_text(text)
    assert value_of(SecretFile(tmp_path / "token")) == value


def test_an_unchanged_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("kept")
    file = SecretFile(tmp_path / "token")
    assert file() is file()
