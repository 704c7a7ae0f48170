"""What a process is told by its environment, and what it does not start with."""

from pathlib import Path

import pytest

from config.topology import PERSISTENCE
from runtime.kit.environment import MYSQL_AUTHORITIES, read_environment


def test_the_authorities_of_mysql_are_the_systems_unless_a_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(MYSQL_AUTHORITIES, raising=False)
    assert read_environment(PERSISTENCE).mysql_authorities is None
    named = tmp_path / "authorities.pem"
    named.touch()
    monkeypatch.setenv(MYSQL_AUTHORITIES, str(named))
    assert read_environment(PERSISTENCE).mysql_authorities == named


def test_a_file_of_authorities_that_is_not_there_ends_the_start_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(MYSQL_AUTHORITIES, str(tmp_path / "nowhere.pem"))
    with pytest.raises(SystemExit, match=r"error: LLM_JUDGE_MYSQL_CA_FILE=.*nowhere.pem names no file: unset it"):
        read_environment(PERSISTENCE)
